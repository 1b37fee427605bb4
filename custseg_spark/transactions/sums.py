"""Sums that add up: order by order, day by day, to one row per customer.

Every frame here has `_customer`, `_day`, `orders` and the summed columns of `Aggregates`, and may be summed
again over fewer keys with the same result in any order: they are whole numbers, decimals, least and greatest
values. The lines that count for nothing are in it as well, of no customer, counted under their reason in
`_left_out`. Where favourites are asked for, rows of `_kind` 0 hold the sums and rows of `_kind` i the money
spent on each value (`_key`) of favourite i.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, FloatType

from custseg_spark.engine.expressions import compile_expression
from custseg_spark.sql import Aggregate, Partial, find_instants, put_in_utc
from custseg_spark.transactions.lines import CUSTOMER, DAY, LEFT_OUT, ORDER, QUANTITY, RETURNED, VALUE

KIND, KEY = "_kind", "_key"
FIRST, LAST = "_first", "_last"
_BASE = ("lines", "returns", "value", "items", "returned")
_EXACT = "decimal(28,6)"
"""What a floating-point value is rounded to before it is summed, so that the sum is exact."""


@dataclass(frozen=True)
class Aggregates:
    """What is kept of a customer's lines beside the sums of every customer table.

    `favourites`: name -> SQL over a line. `aggregates`: name -> what it is made of.
    """

    favourites: Mapping[str, str] = field(default_factory=dict)
    aggregates: Mapping[str, Aggregate] = field(default_factory=dict)

    @property
    def hows(self) -> dict[str, str]:
        """Every summed column, and how it adds up."""
        parts = {name: part for made in self.aggregates.values() for name, part in made.parts.items()}
        return {**dict.fromkeys(_BASE, "sum"), **{name: part.how for name, part in parts.items()}}


def sum_per_order(lines: DataFrame, kept: Aggregates) -> DataFrame:
    """The lines of `classify_lines` -> one row per customer, day and order (and per favourite's value), and
    per day and reason of the lines left out."""
    counts = F.col(LEFT_OUT).isNull()
    sale, back = counts & ~F.col(RETURNED), counts & F.col(RETURNED)
    columns = {
        "lines": F.lit(1).cast("bigint"),
        "returns": back.cast("bigint"),
        "value": F.when(sale, F.col(VALUE)).otherwise(0),
        "items": F.when(sale, F.col(QUANTITY)).otherwise(0),
        "returned": F.when(back, F.abs(VALUE)).otherwise(0),
        **{
            name: F.when(sale, _compile_part(lines, part, f"aggregates.{aggregate}"))
            for aggregate, made in kept.aggregates.items()
            for name, part in made.parts.items()
        },
    }
    order = F.when(counts, F.col(ORDER)).alias(KEY)
    keys = [F.when(counts, F.col(CUSTOMER)).alias(CUSTOMER), F.col(DAY), F.col(LEFT_OUT)]
    named = [column.alias(name) for name, column in columns.items()]
    selected = lines.select(*keys, _spread_kinds(lines, kept) if kept.favourites else order, *named)
    if kept.favourites:
        selected = selected.filter(
            f"{KIND} = 0 OR ({KEY} IS NOT NULL AND {LEFT_OUT} IS NULL AND returns = 0)"
        )
    summed = selected.groupBy(*_list_keys(kept, CUSTOMER, DAY, LEFT_OUT), KEY).agg(*_sum_columns(kept))
    bought = F.col(LEFT_OUT).isNull() & (F.col("lines") > F.col("returns"))
    if kept.favourites:
        bought &= F.col(KIND) == 0
    return summed.withColumn("orders", bought.cast("bigint"))


def sum_per_day(orders: DataFrame, kept: Aggregates) -> DataFrame:
    """One row per customer and day (and per favourite's value), and per day and reason of the lines left out:
    the partial sums that are kept."""
    keys = _list_keys(kept, CUSTOMER, DAY, LEFT_OUT)
    if kept.favourites:
        keys = [*keys, F.when(F.col(KIND) > 0, F.col(KEY)).alias(KEY)]
    return orders.groupBy(*keys).agg(F.sum("orders").alias("orders"), *_sum_columns(kept))


def sum_per_customer(sums: DataFrame, kept: Aggregates) -> DataFrame:
    """One row per customer: the sums over all days, `_first` and `_last` day with an order, and of each
    favourite the value with most money spent on it (ties: the first in order); and one row per reason of the
    lines left out. Customers with returns alone have no orders."""
    ordered = F.when(F.col("orders") > 0, F.col(DAY))
    days = [F.min(ordered).alias(FIRST), F.max(ordered).alias(LAST)]
    orders = F.sum("orders").alias("orders")
    if not kept.favourites:
        return sums.groupBy(CUSTOMER, LEFT_OUT).agg(orders, *_sum_columns(kept), *days)
    key = F.when(F.col(KIND) > 0, F.col(KEY)).alias(KEY)
    values = sums.groupBy(CUSTOMER, LEFT_OUT, KIND, key).agg(orders, *_sum_columns(kept), *days)
    most = [
        F.min(F.when(F.col(KIND) == i, F.struct(-F.col("value"), F.col(KEY)))).getField(KEY).alias(name)
        for i, name in enumerate(kept.favourites, start=1)
    ]
    whole = [F.max(F.when(F.col(KIND) == 0, F.col(name))).alias(name) for name in ("orders", *kept.hows)]
    first_last = [F.min(FIRST).alias(FIRST), F.max(LAST).alias(LAST)]
    return values.groupBy(CUSTOMER, LEFT_OUT).agg(*whole, *first_last, *most)


@dataclass(frozen=True)
class Counts:
    """What became of the lines: `read` = `sales` + `returns` + those left out, each under one reason."""

    read: int
    sales: int
    returns: int
    left_out: dict[str, int]


def count_lines(totals: DataFrame) -> tuple[Counts, int, date | None]:
    """What became of the lines, the customers with an order, and the last day with one. One job over the
    frame of `sum_per_customer`."""
    rows = (
        totals.groupBy(LEFT_OUT)
        .agg(F.sum("lines"), F.sum("returns"), F.count_if(F.col("orders") > 0), F.max(LAST))
        .collect()
    )
    left_out = {reason: lines for reason, lines, *_ in sorted(rows, key=str) if reason is not None}
    lines, returns, customers, last = next((row[1:] for row in rows if row[0] is None), (0, 0, 0, None))
    return Counts(lines + sum(left_out.values()), lines - returns, returns, left_out), customers, last


def count_left_out(sums: DataFrame, kept: Aggregates) -> tuple[dict[str, int], int]:
    """The lines left out by reason, and all lines, of the frame of `sum_per_day`. One job."""
    own = sums.filter(F.col(KIND) == 0) if kept.favourites else sums
    rows = own.groupBy(LEFT_OUT).agg(F.sum("lines")).collect()
    return {reason: lines for reason, lines in rows if reason is not None}, sum(lines for _, lines in rows)


def _list_keys(kept: Aggregates, *names: str) -> list[Column]:
    return [F.col(name) for name in (*names, *([KIND] if kept.favourites else []))]


def _spread_kinds(lines: DataFrame, kept: Aggregates) -> Column:
    """A row of the order itself (kind 0) and one of each favourite's value."""
    order = F.when(F.col(LEFT_OUT).isNull(), F.col(ORDER))
    values = [
        compile_expression(lines, f"CAST({sql} AS string)", f"favourites.{name}")
        for name, sql in kept.favourites.items()
    ]
    structs = [F.struct(F.lit(i).alias(KIND), value.alias(KEY)) for i, value in enumerate([order, *values])]
    return F.inline(F.array(*structs))


def _compile_part(lines: DataFrame, part: Partial, where: str) -> Column:
    """The part's value on a line. Of floating-point values NaN is missing, which the engines order each in
    their way, and what is summed is rounded to a decimal. `where`: its key."""
    sql = to_utc(lines, part.sql)
    value = compile_expression(lines, sql, where)
    if not isinstance(lines.select(value).schema[0].dataType, DoubleType | FloatType):
        return value
    exact = f"try_cast(({sql}) AS {_EXACT})" if part.how == "sum" else f"nanvl({sql}, CAST(NULL AS DOUBLE))"
    return compile_expression(lines, exact, where)


def to_utc(frame: DataFrame, sql: str) -> str:
    """The expression with its days and hours in UTC; a moment alone stays a moment."""
    moments = find_instants(frame.schema)
    alone = sql.strip("`").casefold() in {name.casefold() for name in moments}
    return sql if alone else put_in_utc(sql, moments)


def _sum_columns(kept: Aggregates) -> list[Column]:
    """What the user asked for may be too large for its type, and is null then."""
    combine = {"sum": F.try_sum, "min": F.min, "max": F.max}
    own = [F.sum(name).alias(name) for name in _BASE]
    return own + [combine[how](name).alias(name) for name, how in kept.hows.items() if name not in _BASE]
