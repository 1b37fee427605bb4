"""The totals of every segment over all customers: aggregates for a pass, and the table they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from custseg_spark.engine.expressions import compile_expression

MEASURES = {"count": F.count, "mean": F.avg, "std": F.stddev_samp, "min": F.min, "max": F.max, "total": F.sum}
"""Of a column's values that are not missing, in its unit; `std` is the sample standard deviation."""


def build_aggregates(frame: DataFrame, columns: Mapping[str, str]) -> list[Column]:
    """Every measure of every column of `frame` (name -> SQL that gives a number), for one grouped pass."""
    numbers = [compile_expression(frame, f"try_cast(({sql}) AS DOUBLE)") for sql in columns.values()]
    return [
        measure(number).alias(f"{kind}_{position}")
        for position, number in enumerate(numbers)
        for kind, measure in MEASURES.items()
    ]


def tabulate_totals(
    rows: Sequence[Mapping[str, Any]], ids: Sequence[int], sizes: Sequence[int], columns: Mapping[str, str]
) -> pd.DataFrame:
    """One row per (segment, column) from the aggregates of each segment, in the order of `ids`.

    Columns: segment, column, rows (customers in the segment), count (values not missing), mean, std,
    min, max, total. Null where the segment has no value.
    """
    return pd.DataFrame(
        {"segment": segment, "column": name, "rows": size}
        | {kind: row.get(f"{kind}_{position}") for kind in MEASURES}
        for row, segment, size in zip(rows, ids, sizes, strict=True)
        for position, name in enumerate(columns)
    )
