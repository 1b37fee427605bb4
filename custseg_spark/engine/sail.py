"""Sail in this process: a server behind a port of this machine, and the one session of this program."""

from __future__ import annotations

import atexit
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from custseg_spark.engine.machine import choose_driver_memory
from custseg_spark.engine.require_pyspark import import_client
from custseg_spark.engine.scratch_folders import make_scratch_folder

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_TEMPORARY = "SAIL_RUNTIME__TEMPORARY_FILES__PATHS"
_CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"
"""PySpark's mark that this process speaks to a server; while it is there no JVM is started."""

NO_CALL_SITES = ("spark.python.sql.dataFrameDebugging.enabled", "false")
"""PySpark then does not look for the line of Python that each column was made in, which takes it longer than
making the column. Our errors name keys of the recipe."""


@dataclass(frozen=True)
class _Running:
    server: Any
    session: SparkSession


_running: _Running | None = None


def open_sail() -> SparkSession:
    """The session of this program on Sail; the server is started by the first call."""
    global _running
    if _running is None:
        _set_defaults()
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        import_client()
        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        _, port = server.listening_address
        session = SparkSession.builder.remote(f"sc://localhost:{port}").create()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        session.conf.set(*NO_CALL_SITES)
        _running = _Running(server, session)
        atexit.register(stop_sail)
    return _running.session


def _set_defaults() -> None:
    """What Sail reads once, when its library is loaded; what the user set wins. It has a thread for each core
    that the process may use, and may take as much memory as a JVM would get."""
    defaults = {
        "RUST_LOG": "off",
        "SAIL_RUNTIME__MEMORY_POOL__TYPE": "fair",
        "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE": str(choose_driver_memory()),
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if _TEMPORARY not in os.environ:
        os.environ[_TEMPORARY] = json.dumps([make_scratch_folder()])


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
        os.environ.pop(_CONNECT_MODE, None)
