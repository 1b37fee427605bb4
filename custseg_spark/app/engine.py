"""The one Spark session of the server: opened beside the first page, kept for everybody."""

from __future__ import annotations

import functools
import logging
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from custseg_spark.app.visit import root

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger("custseg")
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
        from custseg_spark import pipeline

        found.set_result(session)
        _warm(session, pipeline.train)
    except BaseException as problem:
        if not found.done():
            found.set_exception(problem)
        log.exception("opening Spark")


def _warm(session: SparkSession, train: Callable[..., object]) -> None:
    """A run of a few made customers, so that the first real one finds classes loaded and code compiled."""
    from custseg_spark.journal import Journal
    from custseg_spark.recipe import parse

    quiet = {"bootstraps": 0, "gap": False, "prediction_strength": False, "structure": False}
    recipe = {"input": {"id": "id"}, "segment_by": {"a": "a", "b": "b"}, "evidence": quiet}
    with tempfile.TemporaryDirectory(dir=root().name) as folder:
        table = Path(folder) / "made.csv"
        rows = (f"{i},{i % 3},{i % 7}" for i in range(60))
        table.write_text("\n".join(["id,a,b", *rows]))
        segments = {"k": [2, 3], "choose": "silhouette"}
        train(session, parse({**recipe, "segments": segments}), str(table), f"{folder}/out", Journal())
