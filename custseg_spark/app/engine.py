"""The one session of the server: opened after the first page, kept for everybody."""

from __future__ import annotations

import functools
import logging
import tempfile
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from custseg_spark.app.settings import SETTINGS
from custseg_spark.app.task import THREAD
from custseg_spark.app.visit import get_root
from custseg_spark.errors import CustsegError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger("custseg")
OF_SPARK = {"spark.cleaner.periodicGC.interval": "1min"}
"""What a run left in Spark's scratch directory goes within this time, not after half an hour."""


def get_session() -> SparkSession:
    """The session; waits for it where it is not open yet. Raises RunError where there is no Java."""
    return get_opening().result()


@functools.cache
def get_opening() -> Future[SparkSession]:
    """The session that is being opened, and with it what the pages need to be imported."""
    found: Future[SparkSession] = Future()
    threading.Thread(target=_open, args=[found], name="opening Spark", daemon=True).start()
    return found


_drawn, _stopping = threading.Event(), threading.Event()
FIRST_PAGE = 10.0
"""Seconds that Spark waits for the first page: who starts the server waits for that, and for nothing else."""
BROWSER = 1.0
"""Seconds that a browser takes to show what was drawn."""


def notice_page() -> None:
    """A page was drawn: there is time for Spark now."""
    _drawn.set()


def warm() -> None:
    """Open the session, and make a run of a few made customers: the first real one then finds classes loaded
    and code compiled. It begins when the first page was drawn, or nobody came for it."""
    threading.Thread(target=_warm, name=f"{THREAD} warm", daemon=True).start()


def stop(seconds: float = 10) -> None:
    """Stop Spark, and wait so long for the work that ends with it: it would write into what was removed."""
    _stopping.set()
    _drawn.set()  # so that nothing waits for a page that never comes
    if get_opening.cache_info().currsize and get_opening().done() and get_opening().exception() is None:
        from custseg_spark.engine.session import close_session

        close_session(get_session())
    end = time.monotonic() + seconds
    for thread in threading.enumerate():
        if thread.name.startswith(THREAD):
            thread.join(max(0.0, end - time.monotonic()))


def _open(found: Future[SparkSession]) -> None:
    try:
        from custseg_spark.engine.session import open_session

        session = open_session("custseg app", engine=SETTINGS.engine, settings=OF_SPARK, small=True)
        from custseg_spark.commands import compare, init, score, train  # noqa: F401 - no page waits for them

        found.set_result(session)
    except BaseException as problem:
        found.set_exception(problem)


def _warm() -> None:
    if _drawn.wait(FIRST_PAGE) and _stopping.wait(BROWSER):
        return
    try:
        session = get_session()
    except CustsegError as problem:  # whoever brings a table is told as well
        log.error("%s: %s", problem.what, problem.remedy)
        return
    from custseg_spark.commands.train import train
    from custseg_spark.recipe import parse

    quiet = {"bootstraps": 0, **dict.fromkeys(("further", "gap", "prediction_strength", "structure"), False)}
    columns = {"input": {"id": "id"}, "segment_by": {"a": "a", "b": "b"}}
    recipe = parse({**columns, "evidence": quiet, "segments": {"k": [2, 3], "choose": "silhouette"}})
    with tempfile.TemporaryDirectory(dir=get_root().name) as folder:
        table = Path(folder) / "made.csv"
        table.write_text("\n".join(["id,a,b", *(f"{i},{i % 3},{i % 7}" for i in range(60))]))
        train(session, recipe, str(table), f"{folder}/out")
