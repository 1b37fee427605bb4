"""publish: the labelled customers of a run into the lake, as the recipe's `publish` says."""

from __future__ import annotations

from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.journal import Journal
from custseg_spark.pipeline.problems import told
from custseg_spark.recipe import Publish


def publish(
    spark: SparkSession, customers: str, run_id: str, wanted: Publish | None, journal: Journal
) -> str | None:
    """Make the labelled customers at `customers` the lake's for their day; gives where, or null if not asked.

    They are read again from the run, so what the lake holds is what the run measured.
    """
    if wanted is None:
        return None
    day = wanted.date or _day(run_id)
    with journal.stage("lake") as facts, told("publish"):
        where = data.publish(data.written(spark, customers), wanted, day, run_id)
        facts.update(to=where, run_date=day)
    return where


def _day(run_id: str) -> str:
    """The day of a run in UTC, as 2026-11-24; its id begins with its moment."""
    return f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"
