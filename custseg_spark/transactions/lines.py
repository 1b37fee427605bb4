"""What becomes of each order line: a sale, a return, or left out for a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, FloatType, IntegralType, StringType

from custseg_spark.engine.expressions import add_columns, compile_expression

UNIT = 10_000
"""Values and quantities are summed as whole ten-thousandths: such sums are exact in any order."""
CUSTOMER, DAY, ORDER, VALUE, QUANTITY = "_customer", "_day", "_order", "_value", "_quantity"
RETURNED, LEFT_OUT = "_returned", "_left_out"
RATE = "_rate"
AFTER = "on or after the as-of date"


@dataclass(frozen=True)
class LineExpressions:
    """What a line says, as SQL that raises for no row.

    `order`: null where all that a customer bought on a day is one order. `value`: of the whole line.
    `returned`: predicate; null where a line under zero is a return. `leave_out`: reason -> predicate.
    `until`: the first day that does not count; null: all days do.
    """

    customer: str
    order: str | None
    day: str
    quantity: str | None
    value: str
    returned: str | None = None
    leave_out: Mapping[str, str] = field(default_factory=dict)
    keep_free: bool = False
    until: date | None = None


def classify_lines(
    frame: DataFrame,
    meaning: LineExpressions,
    checks: Sequence[tuple[str, Column]] = (),
    rates: DataFrame | None = None,
) -> DataFrame:
    """`frame` (one row per line) with `_customer`, `_day`, `_order`; `_value` and `_quantity` (bigint, ten-
    thousandths); `_returned`; and `_left_out`: the reason why the line counts for nothing, null if it counts.

    `checks`: further reasons, each with what must be true of a line. `rates`: see `add_rates`. Lazy.
    """
    quantity = "1" if meaning.quantity is None else meaning.quantity
    value = f"({meaning.value})" if rates is None else f"({meaning.value}) * {RATE}"
    frame = add_columns(frame, {DAY: f"try_cast({meaning.day} AS date)"})
    if rates is not None:
        frame = add_rates(frame, rates)
    frame = add_columns(
        frame,
        {
            CUSTOMER: meaning.customer,
            ORDER: "''" if meaning.order is None else f"CAST({meaning.order} AS string)",
            VALUE: _count_units(frame, value, "lines.price"),
            QUANTITY: _count_units(frame, quantity, "lines.quantity"),
        },
    )
    text_ids = isinstance(frame.select(CUSTOMER).schema[0].dataType, StringType)
    under_zero = f"{VALUE if meaning.quantity is None else QUANTITY} < 0"
    frame = frame.withColumn(
        RETURNED,
        F.coalesce(compile_expression(frame, meaning.returned or under_zero, "returns.when"), F.lit(False)),
    )
    reasons = _list_reasons(frame, meaning, checks, rated=rates is not None, text_ids=text_ids)
    left_out = F.lit(None).cast("string")
    for reason, holds in reversed([*reasons]):
        left_out = F.when(holds, reason).otherwise(left_out)
    return frame.withColumn(LEFT_OUT, left_out)


def _count_units(frame: DataFrame, sql: str, where: str) -> str:
    """The value in ten-thousandths, rounded to whole ones; null where it is too large.

    Of the ways to round, each kind of number has the one that costs least on every line: whole numbers need
    none, and Spark's round() of a double goes by way of its decimal digits, several times the work of rint().
    Such a double stands for its neighbours anyway, so that a tie (rint: to the even one) means nothing.
    """
    kind = frame.select(compile_expression(frame, sql, where)).schema[0].dataType
    if isinstance(kind, IntegralType):
        return f"try_multiply(CAST({sql} AS bigint), {UNIT})"
    if isinstance(kind, DoubleType | FloatType):
        return f"try_cast(rint(({sql}) * {UNIT}) AS bigint)"
    return f"try_cast(round(try_multiply({sql}, {UNIT})) AS bigint)"


def _list_reasons(
    frame: DataFrame,
    meaning: LineExpressions,
    checks: Sequence[tuple[str, Column]],
    *,
    rated: bool,
    text_ids: bool,
) -> Iterator[tuple[str, Column]]:
    """Why a line counts for nothing; a predicate that is null does not hold.

    As of a day, lines from then on are not looked at, whatever else is wrong with them: sums that are kept
    by the day leave out whole days.
    """
    if meaning.until is not None:
        yield AFTER, F.col(DAY) >= F.lit(meaning.until)
    for reason, ok in checks:
        yield reason, ~F.coalesce(ok, F.lit(False))
    yield "no customer", _is_blank(CUSTOMER) if text_ids else F.col(CUSTOMER).isNull()
    if meaning.order is not None:
        yield "no order number", _is_blank(ORDER)
    yield "no date", F.col(DAY).isNull()
    for reason, sql in meaning.leave_out.items():
        yield reason, F.coalesce(compile_expression(frame, sql, f"leave_out.{reason}"), F.lit(False))
    if rated:
        yield "no rate for its currency", F.col(RATE).isNull()
    yield "no quantity", F.col(QUANTITY).isNull()
    yield "no price", F.col(VALUE).isNull()
    bought = ~F.col(RETURNED)
    yield "quantity at or under zero", bought & (F.col(QUANTITY) <= 0)
    if meaning.keep_free:
        yield "price under zero", bought & (F.col(VALUE) < 0)
    else:
        yield "price at or under zero", bought & (F.col(VALUE) <= 0)


def _is_blank(name: str) -> Column:
    """Whether a text is null or nothing but spaces; only what sorts before any sign is trimmed to see it."""
    text = F.col(name)
    return text.isNull() | ((text < "!") & (F.trim(text) == ""))


def add_rates(frame: DataFrame, rates: DataFrame) -> DataFrame:
    """`frame` with `_rate`; null where its currency has none on its day.

    `rates`: small, one row per currency and span of days: `_code`, `_from` (null: since ever), `_until`
    (null: to this day), `_rate`. `frame` has `_day` and `_currency`.
    """
    holds = (
        (F.col("_currency") == F.col("_code"))
        & F.coalesce(F.col(DAY) >= F.col("_from"), F.lit(True))
        & F.coalesce(F.col(DAY) < F.col("_until"), F.lit(True))
    )
    return frame.join(F.broadcast(rates), holds, how="left").drop("_code", "_from", "_until")
