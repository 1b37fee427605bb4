"""The totals of every segment over all customers: aggregates for a pass, and the table they make."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from custseg_spark.engine.expressions import compile_expression


class MeasuredColumn(NamedTuple):
    """What is measured of every segment: SQL that gives a number, and a number `near` its mean."""

    sql: str
    near: float


def build_aggregates(frame: DataFrame, columns: Mapping[str, MeasuredColumn]) -> list[Column]:
    """The sums and bounds of every column of `frame`, for one grouped pass.

    Squares are of the distance to `near`, and lose no digits to a mean that is far from 0; Spark's own
    `stddev_samp` takes many times as long (docs/decisions/passes.md).
    """
    return [
        aggregate.alias(f"{kind}_{position}")
        for position, column in enumerate(columns.values())
        for kind, aggregate in _list_aggregates(frame, column)
    ]


def _list_aggregates(frame: DataFrame, column: MeasuredColumn) -> Iterator[tuple[str, Column]]:
    number = compile_expression(frame, f"try_cast(({column.sql}) AS DOUBLE)")
    away = number - F.lit(column.near)
    yield from {
        "count": F.count(number),
        "total": F.sum(number),
        "squares": F.sum(away * away),
        "min": F.min(number),
        "max": F.max(number),
    }.items()


def tabulate_totals(
    rows: Sequence[Mapping[str, Any]],
    ids: Sequence[int],
    sizes: Sequence[int],
    columns: Mapping[str, MeasuredColumn],
) -> pd.DataFrame:
    """One row per (segment, column) from the aggregates of each segment, in the order of `ids`.

    Columns: segment, column, rows (customers in the segment), count (values not missing), mean, std (of a
    sample), min, max, total. Null where the segment has no value.
    """
    return pd.DataFrame(
        {"segment": segment, "column": name, "rows": size, **_sum_up(row, position, column.near)}
        for row, segment, size in zip(rows, ids, sizes, strict=True)
        for position, (name, column) in enumerate(columns.items())
    )


def _sum_up(row: Mapping[str, Any], position: int, near: float) -> dict[str, Any]:
    kinds = ("count", "total", "squares", "min", "max")
    count, total, squares, low, high = [row.get(f"{kind}_{position}") for kind in kinds]
    mean = std = None
    if count:
        mean = total / count
        around = max(0.0, squares - count * (mean - near) ** 2) if low != high else 0.0
        std = math.sqrt(around / (count - 1)) if count > 1 else None
    return {"count": count, "mean": mean, "std": std, "min": low, "max": high, "total": total}
