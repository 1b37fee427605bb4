"""Sail in this process: a server behind a port of this machine, and the one session of this program."""

from __future__ import annotations

import atexit
import json
import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from custseg_spark.engine.machine import choose_driver_memory
from custseg_spark.engine.require_pyspark import import_client

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"
"""PySpark's mark that this process speaks to a server; while it is there no JVM is started."""

NO_CALL_SITES = ("spark.python.sql.dataFrameDebugging.enabled", "false")
"""PySpark then does not look for the line of Python that each column was made in, which takes it longer than
making the column. Our errors name keys of the recipe."""


@dataclass(frozen=True)
class _Running:
    server: Any
    session: SparkSession
    scratch: tempfile.TemporaryDirectory[str]


_running: _Running | None = None


def open_sail() -> SparkSession:
    """The session of this program on Sail; the server is started by the first call."""
    global _running
    if _running is None:
        scratch = tempfile.TemporaryDirectory(prefix="custseg-sail-", ignore_cleanup_errors=True)
        _set_defaults(scratch.name)
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        import_client()
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        _, port = server.listening_address
        session = SparkSession.builder.remote(f"sc://localhost:{port}").create()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        session.conf.set(*NO_CALL_SITES)
        _running = _Running(server, session, scratch)
        atexit.register(stop_sail)
    return _running.session


def _set_defaults(scratch: str) -> None:
    """What Sail reads once, when its library is loaded; what the user set wins. It has a thread for each core
    that the process may use, and may take as much memory as a JVM would get."""
    defaults = {
        "RUST_LOG": "off",
        "SAIL_RUNTIME__TEMPORARY_FILES__PATHS": json.dumps([scratch]),
        "SAIL_RUNTIME__MEMORY_POOL__TYPE": "fair",
        "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE": str(choose_driver_memory()),
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def get_session() -> SparkSession | None:
    """The session on Sail that was opened here; None where there is none."""
    return _running.session if _running else None


def stop_sail() -> None:
    """Stop the session and its server, where there is one; Spark may be started in this process then."""
    global _running
    if _running is not None:
        running, _running = _running, None
        running.session.stop()
        running.server.stop()
        running.scratch.cleanup()
        os.environ.pop(_CONNECT_MODE, None)
