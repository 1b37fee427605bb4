"""Types of columns that arrive as text: declared in the recipe, or found from the first rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from custseg_spark.data.columns import (
    AS_READ,
    MALFORMED,
    MISSHAPEN,
    UNDECODED,
    column,
    read_clock,
    refuse_repeated,
    resolve_column,
)
from custseg_spark.data.contract import Check
from custseg_spark.data.table import Table
from custseg_spark.data.text_types import ISO, infer_column_type
from custseg_spark.errors import BadTableError, RecipeError
from custseg_spark.recipe.models import DateType
from custseg_spark.sql.utc import WITH_ZONE

Declared = Literal["int", "double", "string", "boolean"] | DateType
ID_KEY = "input.id"
_WORDS = {"int": "a whole number", "double": "a number", "boolean": "true or false", "timestamp": "a time"}
_DATE_LETTERS = {"y": "year", "M": "month", "d": "day"}
_GARBLED, _INFINITY = "text in another encoding", float("inf")
_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "int"),
    **dict.fromkeys(("float", "double", "decimal"), "double"),
    **dict.fromkeys(("timestamp", "timestamp_ntz"), "timestamp"),
    **{name: name for name in ("boolean", "date", "string")},
}
"""Spark's names of types -> what a text column can become."""


@dataclass(frozen=True)
class TypedTable:
    """A table whose columns have types.

    `frame`: the columns in the table's order, those the recipe uses or declares with their type (a value that
    does not fit is null), the others as read; and the struct AS_READ with every column as read.
    `checks`: for each column that was cast, whether the value fits; for text, whether the row has its fields.
    `types`: what each cast column became: int (64 bits), double, boolean, date, timestamp or string.
    """

    frame: DataFrame
    checks: tuple[Check, ...]
    types: dict[str, str]


def cast_columns(
    table: Table,
    used: Mapping[str, Sequence[str]],
    declared: Mapping[str, Declared],
    known: Mapping[str, str] | None = None,
    whole: Collection[str] = (),
) -> TypedTable:
    """Give the columns their types. No job: what is not declared is found from `table.text`.

    `used`: column name -> the recipe's keys that use it (`input.id` among them); `declared`: `input.types`.
    `known`: Spark's names of the types that columns had before; a column that arrives as text and is not
    declared gets that one, whatever its first values look like tonight. Of the others whole numbers become
    double, since a later one may have a fraction; those of the columns `whole` (lower case) int. The id stays
    text in text formats unless it is declared: 007 is not 7. Raises DataError for a column the table does not
    have, naming the key that uses it and the nearest name there is.
    """
    misshapen = MISSHAPEN.get(table.format)
    names = [name for name in table.frame.columns if not (misshapen and name == MALFORMED)]
    if AS_READ in names:
        raise BadTableError(
            f"input {table.path}: the column name {AS_READ!r} is reserved", "rename the column"
        )
    refuse_repeated(names, f"input {table.path}")
    wanted: dict[str, list[str]] = {}
    for name, keys in used.items():
        wanted.setdefault(resolve_column(name, names, keys), []).extend(keys)
    given = {resolve_column(name, names, [f"input.types.{name}"]): kind for name, kind in declared.items()}
    before = {name.casefold(): kind for name, kind in (known or {}).items()}
    casts = _cast_used(table, wanted, given, before, whole)
    as_read = F.struct(*[column(name) for name in table.frame.columns]).alias(AS_READ)
    columns = [casts[name].value.alias(name) if name in casts else column(name) for name in names]
    shape = [Check(misshapen, _take_as_read(MALFORMED).isNull())] if misshapen else []
    if table.format == "csv":  # of text; what can't be decoded is no number and no date either
        shape += [_check_decoded(name) for name, cast in casts.items() if cast.kind in ("", "string")]
    return TypedTable(
        frame=table.frame.select(*columns, as_read),
        checks=tuple(shape + [check for cast in casts.values() for check in cast.checks]),
        types={name: cast.kind for name, cast in casts.items() if cast.kind},
    )


def list_cast_reasons(names: Iterable[str], declared: Mapping[str, Declared]) -> list[str]:
    """Every reason that a cast of one of these columns gives in some format, whatever its rows look like."""
    found = []
    for name in [*names, *declared]:
        kind = next((kind for other, kind in declared.items() if other.casefold() == name.casefold()), None)
        tried = " or ".join(kind.patterns if isinstance(kind, DateType) else (ISO,))
        words = [f"not {word}" for word in _WORDS.values()]
        faults = ["infinite", _GARBLED, *words, f"not a date ({tried})", f"two dates in one text ({tried})"]
        found += [f"{name}: {fault}" for fault in faults]
    return found


@dataclass(frozen=True)
class _Cast:
    """`value` and what must be true of the column as read; `kind` is empty where the type stays as read."""

    value: Column
    kind: str = ""
    checks: tuple[Check, ...] = ()


def _cast_used(
    table: Table,
    wanted: dict[str, list[str]],
    given: dict[str, Declared],
    before: dict[str, str],
    whole: Collection[str],
) -> dict[str, _Cast]:
    """The casts of the columns that the recipe uses or declares; of a text column by its first values."""
    casts = {}
    for field in table.frame.schema:
        name, kind = field.name, field.dataType
        if name in given:
            casts[name] = _cast_declared(name, kind, given[name])
        elif name not in wanted:
            continue
        elif isinstance(kind, T.DoubleType | T.FloatType):
            casts[name] = _cast_double(name, column(name))
        elif ID_KEY in wanted[name]:  # compared and hashed as text: a moment as what the clock of UTC shows
            casts[name] = _Cast(read_clock(column(name), kind))
        elif isinstance(kind, T.StringType) and table.text is not None and name in table.text:
            earlier = before.get(name.casefold(), "").partition("(")[0]
            found = _KINDS.get(earlier) or infer_column_type(table.text[name])
            found = "double" if found == "int" and not (earlier or name.lower() in whole) else found
            casts[name] = _Cast(column(name), "string") if found == "string" else _cast_text(name, found)
        else:
            casts[name] = _Cast(column(name))
    return casts


def _cast_declared(name: str, kind: T.DataType, declared: Declared) -> _Cast:
    """The cast of a column to its declared type. What has it already keeps it, whatever the patterns: one
    recipe reads a CSV and the Excel sheet it was saved from."""
    if isinstance(declared, DateType):
        if isinstance(kind, T.DateType):
            return _Cast(column(name), "date")
        if isinstance(kind, T.TimestampType | T.TimestampNTZType):
            return _Cast(read_clock(column(name), kind).cast("date"), "date")
        return _cast_dates(name, declared.patterns)
    if declared == "int" and isinstance(kind, T.IntegralType):
        return _Cast(column(name), "int")
    if declared == "double" and isinstance(kind, T.NumericType):
        return _cast_double(name, column(name).cast("double"))
    if declared == "string":
        return _Cast(read_clock(column(name), kind).cast("string"), "string")
    return _cast_text(name, declared)


def _keep_finite(number: Column) -> Column:
    """NaN is missing, infinity is no value."""
    return F.when(~F.isnan(number) & (F.abs(number) != _INFINITY), number)


def _cast_double(name: str, value: Column) -> _Cast:
    infinite = F.abs(_take_as_read(name)) == _INFINITY
    return _Cast(
        _keep_finite(value), "double", (Check(f"{name}: infinite", F.coalesce(~infinite, F.lit(True))),)
    )


def _cast_text(name: str, kind: str) -> _Cast:
    if kind == "date":
        return _cast_dates(name, (ISO,))
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
    missing = _is_blank(name)
    if kind in ("int", "double"):
        missing |= F.isnan(_take_as_read(name).try_cast("double"))
    return _Cast(value, kind, (Check(f"{name}: not {_WORDS[kind]}", column(name).isNotNull() | missing),))


def _cast_dates(name: str, patterns: Sequence[str]) -> _Cast:
    """Dates by the patterns in turn. A text that two patterns read as two dates is refused."""
    for pattern in patterns:
        _check_plausible(name, pattern)
    tried = " or ".join(patterns)
    value = F.coalesce(*_read_dates(column(name), patterns))
    fits = Check(f"{name}: not a date ({tried})", column(name).isNotNull() | _is_blank(name))
    if len(patterns) == 1:
        return _Cast(value, "date", (fits,))
    readings = _read_dates(_take_as_read(name), patterns)
    same = F.coalesce(F.greatest(*readings) == F.least(*readings), F.lit(True))
    return _Cast(value, "date", (fits, Check(f"{name}: two dates in one text ({tried})", same)))


def _read_dates(value: Column, patterns: Sequence[str]) -> list[Column]:
    text = F.trim(value.cast("string"))
    moments = [F.try_to_timestamp(text, F.lit(pattern)) for pattern in patterns]
    return [moment.cast("date") for moment in moments]  # try_to_date is younger than Spark 4.0


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


def _check_decoded(name: str) -> Check:
    """Text without the sign that stands for bytes which the encoding does not know. Only the head of one file
    is decoded strictly; from all others Spark gives this sign, and two ids that differ in it become one."""
    garbled = F.contains(_take_as_read(name).cast("string"), F.lit(UNDECODED))
    return Check(f"{name}: {_GARBLED}", ~F.coalesce(garbled, F.lit(False)))


def _take_as_read(name: str) -> Column:
    """The column as it was read; `column(name)` is the typed one by the time that checks look at it."""
    return column(AS_READ).getField(name)


def _is_blank(name: str) -> Column:
    return F.coalesce(F.trim(_take_as_read(name).cast("string")) == "", F.lit(True))
