"""What a customer table says of each customer, made of the sums."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType

from custseg_spark.transactions.lines import CUSTOMER, UNIT
from custseg_spark.transactions.sums import FIRST, LAST, Aggregates, to_utc


def describe_customers(
    totals: DataFrame, id_column: str, as_of: date, kept: Aggregates, *, subtract: bool
) -> DataFrame:
    """The frame of `sum_per_customer` -> one row per customer with an order, as of the beginning of `as_of`.

    The id under `id_column`; recency and tenure (days since the last and the first order); frequency
    (orders); monetary (money; less what came back where `subtract`) and average_basket (money an order);
    items; days_between_orders (mean; null of one order); returns_share (money that came back over money
    spent; null where nothing was spent); first_order and last_order; favourites; aggregates. Lazy.
    """
    totals = totals.withColumns({name: F.col(name).cast("double") for name in _decimals(totals, kept)})
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
        **{name: F.expr(to_utc(totals, aggregate.sql)) for name, aggregate in kept.aggregates.items()},
    }
    identity = F.col(CUSTOMER).alias(id_column)
    return totals.filter("orders > 0").select(
        identity, *[column.alias(name) for name, column in columns.items()]
    )


def _decimals(totals: DataFrame, kept: Aggregates) -> list[str]:
    """The summed parts of aggregates that are decimals, so that they could be summed exactly."""
    parts = {name for aggregate in kept.aggregates.values() for name in aggregate.parts}
    return [f.name for f in totals.schema if f.name in parts and isinstance(f.dataType, DecimalType)]
