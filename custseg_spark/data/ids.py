"""One row per customer: ids that are missing, ids that stand more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from custseg_spark.data.columns import column, is_missing
from custseg_spark.data.contract import ID_MISSING, ID_REPEATED, Check, find_allowed
from custseg_spark.errors import DataError
from custseg_spark.recipe.models import Bound

EXACT_UP_TO = 200_000
"""Rows up to which `unique: auto` looks for repeated ids exactly: one more pass over the id column."""
MOST_REPEATED = 1_000_000
"""Repeated ids that the driver takes; a table with more is a fan-out, not a table with some repeats."""
REPEATED = "_repeated"
_ID = "_repeated_id"


def build_id_checks(
    frame: DataFrame, id_column: str, mode: Literal["auto", "exact", "trust"], rows: int
) -> tuple[DataFrame, list[Check]]:
    """The checks "id: missing" (null, blank or NaN) and "id: repeated", and the frame they work on.

    Every row of a repeated id fails, since which one is right is not ours to guess. Exact: one job over the
    id column; a frame without repeats comes back as it is, another with a mark from a broadcast join.
    `auto` is exact up to EXACT_UP_TO rows; beyond it the ids of the sample tell (`find_repeats`).
    """
    kind = frame.select(column(id_column)).schema[0].dataType
    missing = Check(ID_MISSING, ~is_missing(column(id_column), kind))
    if mode == "trust" or (mode == "auto" and rows > EXACT_UP_TO):
        return frame, [missing]
    counts = frame.filter(missing.ok).groupBy(column(id_column).alias(_ID)).count()
    repeated = counts.filter("count > 1").select(_ID, F.lit("repeated").alias(REPEATED))
    found = repeated.limit(MOST_REPEATED + 1).toArrow()
    if not found.num_rows:
        return frame, [missing]
    if found.num_rows > MOST_REPEATED:
        raise DataError(
            f"more than {MOST_REPEATED:,} ids of column {id_column!r} stand more than once", _FAN_OUT
        )
    marks = frame.sparkSession.createDataFrame(found)
    marked = frame.join(F.broadcast(marks), column(id_column) == F.col(_ID), how="left").drop(_ID)
    return marked, [missing, Check(ID_REPEATED, F.col(REPEATED).isNull())]


_FAN_OUT = "the table should hold one row per customer: look for a join that fans out, or check input.id"


def find_repeats(sample: Sequence[object], max_quarantined: float, bound: Bound | None = None) -> str | None:
    """What the ids of rows drawn by a hash of the id say of repeats: a warning, or null if there are none.

    All rows of an id are in such a sample or none is, so its share of repeated rows estimates the table's: a
    sample of 50,000 misses one repeated id in ten thousand in one of 150 tables. `bound`: what the recipe
    says of "id: repeated". Raises DataError where the share is above that bound or else `max_quarantined`:
    looked for exactly, so many rows would be quarantined.
    """
    counts = Counter(sample)
    repeated = sum(count for count in counts.values() if count > 1)
    if not repeated:
        return None
    share = repeated / len(sample)
    if share > find_allowed(bound or Bound(), max_quarantined):
        raise DataError(f"about {share:.2%} of the rows have an id that stands more than once", _FAN_OUT)
    return f"{ID_REPEATED}: about {share:.2%} of the rows, kept; input.unique: exact quarantines them"
