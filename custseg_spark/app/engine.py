"""The one Spark session of the server: opened beside the first page, kept for everybody."""

from __future__ import annotations

import functools
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = {"spark.cleaner.periodicGC.interval": "1min"}
"""What a run left in Spark's scratch directory goes within this time, not after half an hour."""


def spark() -> SparkSession:
    """The session; waits for it where it is not open yet. Raises RunError where there is no Java."""
    return opening().result()


@functools.cache
def opening() -> Future[SparkSession]:
    """The session that is being opened, and with it what the pages need to be imported."""
    found: Future[SparkSession] = Future()
    threading.Thread(target=_open, args=[found], name="opening Spark", daemon=True).start()
    return found


def _open(found: Future[SparkSession]) -> None:
    try:
        from custseg_spark.session import open_session

        session = open_session("custseg app", settings=SETTINGS)
        from custseg_spark import pipeline  # noqa: F401 - imported here, so that no page waits for it

        session.range(10).selectExpr("id % 2 AS half").groupBy(
            "half"
        ).count().toPandas()  # the first job is slow
        found.set_result(session)
    except BaseException as problem:
        found.set_exception(problem)
