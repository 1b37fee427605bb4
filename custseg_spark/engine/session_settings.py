"""What commands need of a session for as long as they run, whoever opened it."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from pyspark.sql import SparkSession

P = ParamSpec("P")
T = TypeVar("T")
_LOCK = threading.Lock()
_MARK = "spark.custseg.settings"
"""In a session whose settings are ours for now: under which name it stands in _SHARED."""
_NEEDED = {
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.variable.substitute": "false",
}
_DEFAULTS = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.codegen.hugeMethodLimit": "8000",
    "spark.sql.codegen.maxFields": "2000",
}


@dataclass
class _Shared:
    """What a session had before the first command, by key (None: nothing), and how many commands run now."""

    before: Mapping[str, str | None]
    commands: int = 0


_SHARED: dict[str, _Shared] = {}


@contextmanager
def session_settings(spark: SparkSession) -> Iterator[None]:
    """Inside, the session has the few settings that planning needs; then it is as it was, after an error too.

    No result depends on them: what does, the time zone, is written into the expressions. Spark does not infer
    filters from filters: with a predicate over many aliased columns, such as the contract of a table whose
    columns are cast, planning doubles with every alias and does not end. Nor does it put variables into
    expressions: a column may be called ${env:HOME}. The others are defaults, where the user set nothing:
    Arrow carries rows to the driver, and as Java does not compile a method of over 8,000 bytes, which many
    features times many segments make, Spark cuts longer ones into smaller ones; stages of more than 100
    columns it compiles as a whole too.

    Commands that run in one session at a time share them: the last one to end puts back what the first found.
    """
    with _LOCK:
        mark = spark.conf.get(_MARK, None)
        if mark is None or mark not in _SHARED:  # a clone of the session has its mark
            mark = secrets.token_hex(8)
            _SHARED[mark] = _Shared(_set(spark))
            spark.conf.set(_MARK, mark)
        _SHARED[mark].commands += 1
    try:
        yield
    finally:
        with _LOCK:
            _SHARED[mark].commands -= 1
            if not _SHARED[mark].commands:
                _put_back(spark, _SHARED.pop(mark).before)


def hold_setting(spark: SparkSession, key: str, value: str) -> None:
    """Set one more key until the commands that run in the session end, where the user set nothing."""
    with _LOCK:
        shared = _SHARED.get(spark.conf.get(_MARK, None) or "")
        if shared is not None and spark.conf.get(key, None) is None:
            shared.before = {**shared.before, key: None}
            spark.conf.set(key, value)


def keep_settings(
    command: Callable[Concatenate[SparkSession, P], T],
) -> Callable[Concatenate[SparkSession, P], T]:
    """A command that runs with `session_settings`, and leaves the session as it found it."""

    @wraps(command)
    def run(spark: SparkSession, *args: P.args, **kwargs: P.kwargs) -> T:
        with session_settings(spark):
            return command(spark, *args, **kwargs)

    return run  # type: ignore[return-value]  # of its name for the first argument nobody knows


def _set(spark: SparkSession) -> dict[str, str | None]:
    """Set what is needed; gives what was set before under the keys that changed."""
    given = spark.conf.getAll
    wanted = _NEEDED | {key: value for key, value in _DEFAULTS.items() if spark.conf.get(key, None) is None}
    for key, value in wanted.items():
        spark.conf.set(key, value)
    return {key: given.get(key) for key in wanted}


def _put_back(spark: SparkSession, before: Mapping[str, str | None]) -> None:
    try:
        for key, value in {**before, _MARK: None}.items():
            if value is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, value)
    except Exception:  # the session ended meanwhile, and its settings with it
        logging.getLogger("custseg").debug("settings were not put back", exc_info=True)
