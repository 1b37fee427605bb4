"""The totals of every segment over all customers: aggregates for a pass, and the table they make."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from custseg_spark.engine.expressions import compile_expression

_OF_LEVELS = ("total", "squared_weights")
"""What is summed of a level that customers with weights have or have not."""


class MeasuredColumn(NamedTuple):
    """What is measured of every segment: SQL that gives a number, and a number `near` its mean. `is_level`:
    it is 1 or 0 of everybody, so that its total says everything."""

    sql: str
    near: float
    is_level: bool = False


def build_aggregates(
    frame: DataFrame, columns: Mapping[str, MeasuredColumn], weight: str | None = None
) -> list[Column]:
    """The sums and bounds of every column of `frame`, for one grouped pass.

    Squares are of the distance to `near`, and lose no digits to a mean that is far from 0; Spark's own
    `stddev_samp` takes many times as long (docs/decisions/passes.md). `weight`: the column that says how
    often a row counts; once if null.
    """
    return [
        aggregate.alias(f"{kind}_{position}")
        for position, column in enumerate(columns.values())
        for kind, aggregate in _list_aggregates(frame, column, weight)
    ]


def _list_aggregates(
    frame: DataFrame, column: MeasuredColumn, weight: str | None
) -> Iterator[tuple[str, Column]]:
    number = compile_expression(frame, f"try_cast(({column.sql}) AS DOUBLE)")
    if weight is not None:
        found = _list_weighted(number, column.near, F.col(weight))
        yield from ((kind, one) for kind, one in found if not column.is_level or kind in _OF_LEVELS)
        return
    if column.is_level:
        yield "total", F.sum(number)
        return
    away = number - F.lit(column.near)
    yield from {
        "count": F.count(number),
        "total": F.sum(number),
        "squares": F.sum(away * away),
        "min": F.min(number),
        "max": F.max(number),
    }.items()


def _list_weighted(number: Column, near: float, weight: Column) -> Iterator[tuple[str, Column]]:
    """The same of rows that count as often as their `weight` says, and the sum of squared weights."""
    own = F.when(number.isNotNull(), weight)
    away = number - F.lit(near)
    yield from {
        "count": F.sum(own),
        "squared_weights": F.sum(own * own),
        "total": F.sum(weight * number),
        "squares": F.sum(weight * away * away),
        "min": F.min(number),
        "max": F.max(number),
    }.items()


def tabulate_totals(
    rows: Sequence[Mapping[str, Any]],
    ids: Sequence[int],
    sizes: Sequence[float],
    columns: Mapping[str, MeasuredColumn],
) -> pd.DataFrame:
    """One row per (segment, column) from the aggregates of each segment, in the order of `ids`.

    Columns: segment, column, rows (customers in the segment), count (values not missing), mean, std (of a
    sample), min, max, total, effective. Null where the segment has no value. Where rows have weights, rows
    and count are sums of these, mean, std and total those of a table in which each row stands so often, and
    effective says how many rows of equal weight tell as much (Kish): (sum w)^2 / sum w^2; else it is the
    count.
    """
    return pd.DataFrame(
        {"segment": segment, "column": name, "rows": size, **_sum_up(row, position, size, column)}
        for row, segment, size in zip(rows, ids, sizes, strict=True)
        for position, (name, column) in enumerate(columns.items())
    )


def _sum_up(row: Mapping[str, Any], position: int, size: float, column: MeasuredColumn) -> dict[str, Any]:
    kinds, near = ("count", "total", "squares", "min", "max"), column.near
    count, total, squares, low, high = [row.get(f"{kind}_{position}") for kind in kinds]
    squared_weights = row.get(f"squared_weights_{position}")
    if column.is_level and total is not None and count is None:
        count, low, high = size, float(math.isclose(total, size, rel_tol=1e-12)), float(total > 0)
        squares = total * (1 - near) ** 2 + (size - total) * near**2
    mean = std = None
    if count:
        mean = total / count
        around = max(0.0, squares - count * (mean - near) ** 2) if low != high else 0.0
        std = math.sqrt(around / (count - 1)) if count > 1 else None
    effective = count**2 / squared_weights if count and squared_weights else count
    found = {"count": count, "mean": mean, "std": std, "min": low, "max": high, "total": total}
    return {**found, "effective": effective}
