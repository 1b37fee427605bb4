"""The story, a module each: rfm, train, compare, score, stream, audience, backtest. Only this package shows
the flow. A command is imported from its module, so that none loads what another needs."""

from collections.abc import Callable
from typing import Concatenate

from pyspark.sql import SparkSession

from custseg_spark.engine.session_settings import P, T, keep_settings
from custseg_spark.journal import keep_journal


def keep_session(
    command: Callable[Concatenate[SparkSession, P], T],
) -> Callable[Concatenate[SparkSession, P], T]:
    """A command that leaves the session as it found it, and enters what it does into a journal."""
    return keep_journal(keep_settings(command))
