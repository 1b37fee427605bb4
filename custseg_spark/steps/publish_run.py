"""publish: labelled customers into the lake, as the recipe's `publish` says."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import SparkSession

from custseg_spark import data, journal, runs
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.recipe import Publish

LABELS = ("segment_name", "distance_to_centre", "segment")
"""What the lake holds of a customer beside the input's columns, whether a run or a score wrote it."""


def publish_to_lake(
    spark: SparkSession,
    kept: runs.Run,
    run_id: str,
    columns: Sequence[str],
    wanted: Publish | None,
    day: str | None,
) -> str | None:
    """Make the labelled customers of a run or a score the lake's for their day; gives where, or null if not
    asked.

    `run_id`: the run whose model labelled them. `columns`: of the input, as they were kept. `day`: that of
    `wanted`, else that of `kept` in UTC, if null. They are read again from where they were kept, so what the
    lake holds is what was measured.
    """
    if wanted is None:
        return None
    day = day or wanted.date or runs.find_day(kept.run_id)
    with journal.stage("lake") as facts, translate_engine_errors("publish"):
        customers = data.read_written(spark, kept.at("customers"))
        labelled = customers.select(*[data.column(name) for name in (*columns, *LABELS)])
        where = data.publish(labelled, wanted, day, run_id, kept.run_id)
        facts.update(to=where, run_date=day)
    return where
