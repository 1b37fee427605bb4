"""What was observed beside a job, also where it got lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column, DataFrame, Observation

from custseg_spark import journal


def read_observation(observed: Observation, frame: DataFrame, aggregates: Sequence[Column]) -> dict[str, Any]:
    """The `aggregates` that `observed` collected over `frame`, by name.

    Some sinks and servers lose them; then they are taken by a scan of their own.
    """
    found: dict[str, Any] = observed.get
    if not found:
        journal.scan("statistics")
        found = frame.agg(*aggregates).collect()[0].asDict()
    return found
