"""The cast of one column to its type, and what must be true of it as read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from custseg_spark.data.columns import AS_READ, UNDECODED, column, is_blank, is_whole, quote, read_clock
from custseg_spark.data.contract import Check
from custseg_spark.data.text_types import ISO
from custseg_spark.engine.expressions import compile_expression
from custseg_spark.errors import RecipeError
from custseg_spark.recipe.column_types import ColumnType, DateType, NumberType
from custseg_spark.sql.clean_text import write_missing_sql
from custseg_spark.sql.date_text import is_portable, write_pattern_sql
from custseg_spark.sql.number_text import NOT_A_NUMBER, write_number_sql
from custseg_spark.sql.parse import quote_text
from custseg_spark.sql.utc import WITH_ZONE

WORDS = {"int": "a whole number", "double": "a number", "boolean": "true or false", "timestamp": "a time"}
"""Types of text -> what a value that does not fit is not."""
GARBLED = "text in another encoding"
_DATE_LETTERS = {"y": "year", "M": "month", "d": "day"}
_INFINITY = float("inf")
_WHOLE = "-?[0-9]+[.]0+"


@dataclass(frozen=True)
class Cast:
    """`value` and what must be true of the column as read; `kind` is empty where the type stays as read.

    `written`: the declared way to write it, where it is read of text as people write it.
    """

    value: Column
    kind: str = ""
    checks: tuple[Check, ...] = ()
    written: DateType | NumberType | None = None
    may_be_whole: bool = False
    """Whether it is double though the first rows hold whole numbers alone: later ones may have fractions."""


def cast_declared(frame: DataFrame, name: str, declared: ColumnType) -> Cast:
    """The cast of a column of `frame`, which has AS_READ beside it, to its declared type. What has it already
    keeps it, whatever the patterns: one recipe reads a CSV and the Excel sheet it was saved from."""
    kind = frame.schema[name].dataType
    if isinstance(declared, DateType):
        if isinstance(kind, T.DateType):
            return Cast(column(name), "date")
        if isinstance(kind, T.TimestampType | T.TimestampNTZType):
            return Cast(read_clock(column(name), kind).cast("date"), "date")
        return _cast_dates(frame, name, declared)
    if isinstance(declared, NumberType):
        if isinstance(kind, T.NumericType):
            return cast_double(name, column(name).cast("double"))
        return _cast_numbers(frame, name, declared)
    if declared == "int" and isinstance(kind, T.IntegralType):
        return Cast(column(name), "int")
    if declared == "double" and isinstance(kind, T.NumericType):
        return cast_double(name, column(name).cast("double"))
    if declared == "string":
        return Cast(read_clock(column(name), kind).cast("string"), "string")
    return cast_text(frame, name, declared)


def _keep_finite(number: Column) -> Column:
    """NaN is missing, infinity is no value."""
    return F.when(~F.isnan(number) & (F.abs(number) != _INFINITY), number)


def cast_double(name: str, value: Column) -> Cast:
    infinite = F.abs(take_as_read(name).cast("double")) == _INFINITY
    return Cast(
        _keep_finite(value), "double", (Check(f"{name}: infinite", F.coalesce(~infinite, F.lit(True))),)
    )


def cast_text(frame: DataFrame, name: str, kind: str) -> Cast:
    if kind == "date":
        return _cast_dates(frame, name, DateType(date=ISO), declared=False)
    text = column(name).cast("string")
    number = text.try_cast("double")
    if kind == "int":  # 5.0 is whole, 5.5 is not
        truncated = number.try_cast("bigint")
        value = F.coalesce(text.try_cast("bigint"), F.when(truncated.cast("double") == number, truncated))
    elif kind == "double":
        value = _keep_finite(number)
    elif kind == "timestamp":
        value = _read_moment(text)
    else:
        value = text.try_cast(kind)
    missing = is_blank(take_as_read(name))
    if kind in ("int", "double"):
        missing |= F.isnan(take_as_read(name).try_cast("double"))
    return Cast(value, kind, (Check(f"{name}: not {WORDS[kind]}", column(name).isNotNull() | missing),))


def _cast_numbers(frame: DataFrame, name: str, declared: NumberType) -> Cast:
    """Numbers as people write them."""
    form = declared.form
    value = compile_expression(frame, write_number_sql(_write_text(name), form))
    missing = compile_expression(
        frame, write_missing_sql(_write_as_read(name), (*form.missing, *NOT_A_NUMBER))
    )
    fits = column(name).isNotNull() | F.coalesce(missing, F.lit(True))
    return Cast(value, "double", (Check(f"{name}: not {WORDS['double']}", fits),), declared)


def _cast_dates(frame: DataFrame, name: str, kind: DateType, *, declared: bool = True) -> Cast:
    """Dates by the patterns in turn. A text that two patterns read as two dates is refused."""
    patterns = kind.patterns
    for pattern in patterns:
        _check_plausible(name, pattern)
    tried = " or ".join(patterns)
    missing = compile_expression(frame, write_missing_sql(_write_as_read(name), kind.missing))
    is_missing = F.coalesce(missing, F.lit(True))
    value = F.coalesce(*[_read_date(frame, _write_text(name), pattern) for pattern in patterns])
    if kind.missing:
        is_blank = compile_expression(frame, write_missing_sql(_write_text(name), kind.missing))
        value = F.when(~is_blank, value)
    checks = [Check(f"{name}: not a date ({tried})", column(name).isNotNull() | is_missing)]
    if len(patterns) > 1:
        readings = [_read_date(frame, _write_as_read(name), pattern) for pattern in patterns]
        same = F.coalesce(F.greatest(*readings) == F.least(*readings), F.lit(True))
        checks.append(Check(f"{name}: two dates in one text ({tried})", same))
    written = kind if declared and all(map(is_portable, patterns)) else None
    return Cast(value, "date", tuple(checks), written)


def _read_date(frame: DataFrame, text: str, pattern: str) -> Column:
    """The day that a text (an expression) says by the pattern."""
    if is_portable(pattern):
        return compile_expression(frame, write_pattern_sql(text, pattern))
    moment = f"try_to_timestamp(trim({text}), {quote_text(pattern)})"
    return compile_expression(frame, f"TRY_CAST({moment} AS DATE)")  # try_to_date is younger than Spark 4.0


def cast_whole_ids(name: str, kind: T.DataType, head: Sequence[str | None] | None) -> Cast | None:
    """The cast of an id that was written as a number with a fraction: 1001.0 is 1001; None for any other.

    `head`: the first values of a column of text, of which every one must be written so. What is no whole
    number in a column of doubles is no id.
    """
    if isinstance(kind, T.DoubleType | T.FloatType):
        read = take_as_read(name)
        fits = column(name).isNotNull() | read.isNull() | F.isnan(read)
        value = F.when(is_whole(column(name)), column(name)).try_cast("bigint")
        return Cast(value, "int", (Check(f"{name}: not {WORDS['int']}", fits),))
    known = [value for value in head if value is not None and value.strip()] if head is not None else []
    if not known or not all(re.fullmatch(_WHOLE, value.strip()) for value in known):
        return None
    text = F.trim(column(name))
    return Cast(F.when(text.rlike(f"^{_WHOLE}$"), F.substring_index(text, ".", 1)).otherwise(column(name)))


def _read_moment(text: Column) -> Column:
    """The moment (TIMESTAMP) that a text names: in the zone that it says, else in UTC."""
    in_utc = F.concat(text.try_cast("timestamp_ntz").cast("string"), F.lit("Z"))
    zoned = F.trim(text).rlike(WITH_ZONE)
    return F.when(zoned, text.try_cast("timestamp")).otherwise(in_utc.try_cast("timestamp"))


def _check_plausible(name: str, pattern: str) -> None:
    """Refuse a pattern without year, month or day: Spark reads dd-mm-yyyy as day, minute, year in January."""
    lacking = [f"{what} ({letter})" for letter, what in _DATE_LETTERS.items() if letter not in pattern]
    if lacking:
        raise RecipeError(
            f"input.types.{name}: the pattern {pattern!r} has no {' and no '.join(lacking)}",
            "write it as dd-MM-yyyy or the like: y is the year, M the month (m the minute), d the day",
        )


def check_decoded(name: str) -> Check:
    """Text without the sign that stands for bytes which the encoding does not know. Only the head of one file
    is decoded strictly; from all others Spark gives this sign, and two ids that differ in it become one."""
    garbled = F.contains(take_as_read(name).cast("string"), F.lit(UNDECODED))
    return Check(f"{name}: {GARBLED}", ~F.coalesce(garbled, F.lit(False)))


def take_as_read(name: str) -> Column:
    """The column as it was read; `column(name)` is the typed one by the time that checks look at it."""
    return column(AS_READ).getField(name)


def _write_text(name: str) -> str:
    """The SQL of the column's text."""
    return f"CAST({quote(name)} AS STRING)"


def _write_as_read(name: str) -> str:
    return f"CAST({quote(AS_READ)}.{quote(name)} AS STRING)"
