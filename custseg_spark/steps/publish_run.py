"""publish: labelled customers into the lake, as the recipe's `publish` says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import SparkSession

from custseg_spark import data, journal, runs
from custseg_spark.engine.choose import require_spark
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.recipe import Publish

LABELS = ("segment_name", "distance_to_centre", "segment")
"""What the lake holds of a customer beside the input's columns, whether a run or a score wrote it."""


@dataclass(frozen=True)
class LabelledDay:
    """A day of the lake, and the run whose model labelled its customers."""

    day: str
    run_id: str


def refuse_catalog(spark: SparkSession, wanted: Publish | None) -> None:
    """Raises NeedsSparkError where a table of a catalog is to be filled and Sail answers the session."""
    if wanted is not None and wanted.table is not None:
        require_spark(spark, "publish.table")


def publish_to_lake(
    spark: SparkSession,
    kept: runs.Run,
    wanted: Publish | None,
    columns: Sequence[str],
    of: LabelledDay | None = None,
) -> str | None:
    """Make the labelled customers of a run or a score the lake's for their day; gives where, or null if not
    asked.

    `columns`: of the input, as they were kept. `of`: of a run its own day, as the recipe says or in UTC. The
    customers are read again from where they were kept, so what the lake holds is what was measured.
    """
    if wanted is None:
        return None
    of = of or LabelledDay(wanted.date or runs.find_day(kept.run_id), kept.run_id)
    with journal.stage("lake") as facts, translate_engine_errors("publish"):
        customers = data.read_written(spark, kept.at("customers"))
        labelled = customers.select(*[data.column(name) for name in (*columns, *LABELS)])
        where = data.publish(labelled, wanted, of.day, of.run_id, kept.run_id)
        facts.update(to=where, run_date=of.day)
    return where
