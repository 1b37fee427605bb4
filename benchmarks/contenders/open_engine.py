"""The engine of a contender that works on one: Spark as it starts by itself, or Sail in this process."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession

_servers: list[Any] = []
"""Those of Sail: one that nothing names any more would end."""


def open_engine(engine: str, name: str) -> SparkSession:
    """A session on `engine`, spark or sail."""
    if engine == "spark":
        return SparkSession.builder.master("local[*]").appName(name).getOrCreate()
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    _servers.append(server)
    server.start(background=True)
    return SparkSession.builder.remote(f"sc://localhost:{server.listening_address[1]}").getOrCreate()
