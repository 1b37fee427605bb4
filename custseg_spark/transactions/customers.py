"""What a customer table says of each customer, made of the sums; and RFM scores from 1 to 5 with the eleven
names that go with them: a description, never the segmentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType

from custseg_spark.engine.expressions import compile_expression
from custseg_spark.transactions.lines import CUSTOMER, UNIT
from custseg_spark.transactions.sums import FIRST, LAST, Aggregates, to_utc

EXACT_UP_TO = 1_000_000
"""Customers up to which the cuts are exact; beyond it they are those of about as many customers, drawn by a
hash of the id, and lie within a tenth of a percent of the exact ranks."""
QUANTILES = (0.2, 0.4, 0.6, 0.8)
WEEK = 7
"""Days that the customers' last orders must span for recency to tell them apart: within less, it tells on
which day of the week somebody shops, and nobody is lost for having bought on a Monday."""
GROUPS = (
    ("Lost", "Lost", "At risk", "At risk", "Can't lose them"),
    ("Hibernating", "Hibernating", "At risk", "At risk", "Can't lose them"),
    ("About to sleep", "About to sleep", "Need attention", "Loyal", "Loyal"),
    ("Promising", "Potential loyalists", "Potential loyalists", "Loyal", "Loyal"),
    ("New customers", "Potential loyalists", "Potential loyalists", "Champions", "Champions"),
)
"""A row for each score of recency from 1 (long ago) to 5, a column for each mean score of frequency and
monetary (halves rounded up). A grid that leaves no pair of scores without a name and none with two."""

GROUP_NAMES = tuple(dict.fromkeys(name for row in reversed(GROUPS) for name in reversed(row)))
"""Each name once, from the customers who ordered last and most."""


@dataclass(frozen=True)
class Cuts:
    """Four values for each score: a score is 1 plus the number of cuts that a value lies above."""

    last_order: tuple[float, ...]
    """Days since 1970; none where the last orders span less than a WEEK, and recency tells nothing."""
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]


def describe_customers(
    totals: DataFrame, id_column: str, as_of: date, kept: Aggregates, *, subtract: bool
) -> DataFrame:
    """The frame of `sum_per_customer` -> one row per customer with an order, as of the beginning of `as_of`.

    The id under `id_column`; recency and tenure (days since the last and the first order); frequency
    (orders); monetary (money; less what came back where `subtract`) and average_basket (money an order);
    items; days_between_orders (mean; null of one order); returns_share (money that came back over money
    spent; null where nothing was spent); first_order and last_order; favourites; aggregates. Lazy.
    """
    # the summed parts of aggregates are decimals where that sums them exactly
    parts = {name for aggregate in kept.aggregates.values() for name in aggregate.parts}
    decimals = [f.name for f in totals.schema if f.name in parts and isinstance(f.dataType, DecimalType)]
    for name in decimals:
        totals = totals.withColumn(name, F.col(name).cast("double"))
    orders, value, returned = F.col("orders"), F.col("value"), F.col("returned")
    money = (value - returned if subtract else value) / F.lit(float(UNIT))
    columns = {
        "recency": F.datediff(F.lit(as_of), LAST),
        "frequency": orders,
        "monetary": money,
        "tenure": F.datediff(F.lit(as_of), FIRST),
        "average_basket": money / orders,
        "items": F.col("items") / F.lit(float(UNIT)),
        "days_between_orders": F.when(orders > 1, F.datediff(LAST, FIRST) / (orders - 1)),
        "returns_share": F.try_divide(returned, value),
        "first_order": F.col(FIRST),
        "last_order": F.col(LAST),
        **{name: F.col(name) for name in kept.favourites},
        **{
            name: compile_expression(totals, to_utc(totals, aggregate.sql), f"aggregates.{name}")
            for name, aggregate in kept.aggregates.items()
        },
    }
    columns = {id_column: F.col(CUSTOMER), **columns}
    return totals.filter("orders > 0").select(*[column.alias(name) for name, column in columns.items()])


def select_measures(customers: DataFrame, rows: int, id_column: str = CUSTOMER) -> DataFrame:
    """The columns that `find_cuts` takes, of all customers or, where there are too many, of some."""
    if rows > EXACT_UP_TO:
        share = F.pmod(F.xxhash64(id_column), F.lit(rows))
        customers = customers.filter(share < EXACT_UP_TO)
    return customers.select(
        F.unix_date("last_order").alias("last_order"), "frequency", F.col("monetary").cast("double")
    )


def find_cuts(customers: Any) -> Cuts:
    """The cuts of a pandas DataFrame with a row per customer: the values below which 20, 40, 60, 80 percent
    of the customers lie, each the value of a customer. No cut of the last order lies on the latest day of
    all: whoever ordered then has not been away, however many they are."""
    days, frequency, monetary = (
        customers[name].to_numpy() for name in ("last_order", "frequency", "monetary")
    )
    tells = len(days) > 0 and days.max() - days.min() >= WEEK
    last_order = tuple(min(cut, float(days.max()) - 1) for cut in find_quantiles(days)) if tells else ()
    return Cuts(last_order, find_quantiles(frequency), find_quantiles(monetary))


def find_quantiles(values: NDArray[Any], at: Sequence[float] = QUANTILES) -> tuple[float, ...]:
    """The least values with at least these shares of all values at or under them."""
    return tuple(float(cut) for cut in np.quantile(values, at, method="inverted_cdf"))


def add_scores(customers: DataFrame, found: Cuts) -> DataFrame:
    """The customers with r_score, f_score, m_score (int, 5 is best) and rfm_group. Equal values get equal
    scores, so that a score may hold more than a fifth of the customers, and another none. r_score and
    rfm_group are null where the cuts say that recency tells nothing. Lazy."""
    scores = {
        "r_score": _count_cuts(F.unix_date("last_order"), found.last_order),
        "f_score": _count_cuts(F.col("frequency"), found.frequency),
        "m_score": _count_cuts(F.col("monetary"), found.monetary),
    }
    flat = F.array(*[F.lit(name) for row in GROUPS for name in row])
    column = F.ceil((F.col("f_score") + F.col("m_score")) / 2)
    place = (F.col("r_score") - 1) * 5 + column
    return customers.withColumns(scores).withColumn("rfm_group", F.element_at(flat, place.cast("int")))


def _count_cuts(value: Column, at: Sequence[float]) -> Column:
    """The score of a value; null where there are no cuts."""
    if not at:
        return F.lit(None).cast("int")
    return sum([F.when(value > F.lit(cut), 1).otherwise(0) for cut in at], F.lit(1))
