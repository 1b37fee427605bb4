"""The story, a module each: rfm, train, compare, score, stream, audience, backtest. Only this package shows
the flow. A command is imported from its module, so that none loads what another needs."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from pyspark.sql import SparkSession

from custseg_spark import journal
from custseg_spark.engine.choose import find_engine
from custseg_spark.engine.session_settings import P, T, keep_settings
from custseg_spark.journal import keep_journal


def keep_session(
    command: Callable[Concatenate[SparkSession, P], T],
) -> Callable[Concatenate[SparkSession, P], T]:
    """A command that leaves the session as it found it; what it does, and where, goes into a journal."""

    @wraps(command)
    def run(spark: SparkSession, *args: P.args, **kwargs: P.kwargs) -> T:
        journal.enter_engine(find_engine(spark))
        return command(spark, *args, **kwargs)

    return keep_journal(keep_settings(run))  # type: ignore[arg-type]  # of its name for the first argument
