"""Runs a command in the session that it takes: opened while the command is imported, and on Spark where it
turns out that Sail won't do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from custseg_spark.engine import sail
from custseg_spark.engine.choose import choose_engine, has_spark, is_sail, note_engine, read_wish
from custseg_spark.engine.session import find_remote, open_session
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import NeedsSparkError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

T = TypeVar("T")
_SMALL = 32 * 2**20


def run_on_engine(wish: str | None, prepare: Callable[[], Callable[[SparkSession], T]], table: str = "") -> T:
    """What a command gives: `prepare` imports it while the session opens, and gives what is called with it.

    `wish`: auto, spark or sail; as CUSTSEG_ENGINE says if null. `table`: the path of what it reads, where its
    size says how much there is to do. Where Sail was chosen and something takes Spark, the command is run
    again there, and says why. Raises NeedsSparkError where there is none, or Sail was asked for.
    """
    with ThreadPoolExecutor(1) as beside:
        is_first = sail.get_session() is None
        opened = _open_beside(beside, wish, table)
        command = prepare()
        spark = opened()
        try:
            with translate_engine_errors("Sail") if is_sail(spark) else nullcontext():
                return command(spark)
        except NeedsSparkError as problem:  # a session that others work with stays
            if read_wish(wish) == "sail" or not (is_first and sail.get_session() and has_spark()):
                raise
            why = problem.what
    sail.stop_sail()
    spark = open_session(engine="spark", small=is_small(table))
    note_engine(spark, why)
    return command(spark)


def _open_beside(beside: Executor, wish: str | None, table: str) -> Callable[[], SparkSession]:
    """Begin to open the session for a table beside other work; what comes back waits for it. A JVM takes as
    long to start as our libraries to import.

    Over Spark Connect, which Sail speaks too, a session belongs to the thread that opened it: it is opened
    when it is waited for.
    """
    work = partial(open_session, engine=wish, small=is_small(table))
    over_connect = find_remote() or sail.get_session() or choose_engine(wish)[0] == "sail"
    return work if over_connect else beside.submit(work).result


def is_small(table: str) -> bool:
    """Whether the files at a local path hold at most 32 MiB: the run ends before Java's optimising compiler
    has paid off, which takes as much CPU time as all the rest (docs/decisions/small-tables.md)."""
    if not table:
        return False
    path = Path(table)
    files = path.rglob("*") if path.is_dir() else [path]
    size = 0
    for file in files:
        size += file.stat().st_size if file.is_file() else 0
        if size > _SMALL:  # a lake's other hundred thousand files need no look
            return False
    return size > 0
