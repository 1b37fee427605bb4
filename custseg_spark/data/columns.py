"""Column names as they are: dots, backticks and spaces quoted, near misses offered."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DoubleType, FloatType, StringType, TimestampType

from custseg_spark.errors import BadTableError, DataError, suggest_name

MALFORMED = "_malformed"
"""Text formats: a row as it was written that does not split into fields, null in every other row."""
MISSHAPEN = {
    "csv": "row: too few or too many fields",
    "json": "row: no JSON object",
    "kafka": "message: no JSON object",
}
"""The formats whose tables have the column MALFORMED, and why a row where it is not null is rejected."""
UNDECODED = "\ufffd"
"""What a reader of text puts in the place of bytes that its encoding does not know."""
NO_COLUMN = "no column"
"""The code of the error for a column that the table lacks; facts: column."""
AS_READ = "_as_read"
"""A struct of every column as it was read, kept beside the typed columns for the quarantine."""


def quote(name: str) -> str:
    """The name as Spark SQL takes it, whatever characters it holds."""
    return "`" + name.replace("`", "``") + "`"


def column(name: str) -> Column:
    """The top-level column of exactly this name; `F.col` would take a dot for a nested field."""
    return F.col(quote(name))


def join_conditions(conditions: Sequence[Column]) -> Column:
    """Whether all of them hold, as a tree: Connect can't send a chain as deep as the columns of a table."""
    if len(conditions) < 2:
        return conditions[0] if conditions else F.lit(True)
    half = len(conditions) // 2
    return join_conditions(conditions[:half]) & join_conditions(conditions[half:])


def read_utc(moment: Column) -> Column:
    """What the clock of UTC shows at a moment (TIMESTAMP), as TIMESTAMP_NTZ, in a session of any zone."""
    epoch = F.lit("1970-01-01 00:00:00").cast("timestamp_ntz")
    return F.timestamp_add("MICROSECOND", F.unix_micros(moment), epoch)


def read_clock(value: Column, kind: DataType) -> Column:
    """A value of that type, a moment as what the clock of UTC shows: its text is the same anywhere."""
    return read_utc(value) if isinstance(kind, TimestampType) else value


def is_missing(value: Column, kind: DataType) -> Column:
    """Whether a value of that type is null, NaN, or text of nothing but blanks."""
    if isinstance(kind, DoubleType | FloatType):
        return value.isNull() | F.isnan(value)
    return is_blank(value) if isinstance(kind, StringType) else value.isNull()


def is_blank(value: Column) -> Column:
    """Whether a value is null or, as text, nothing but blanks; never null."""
    return F.coalesce(F.trim(value.cast("string")) == "", F.lit(True))


def is_whole(number: Column) -> Column:
    """Whether a double is a whole number of 64 bits; false, never null, where it is none or missing. The
    engine's floor raises for one that is larger."""
    return F.coalesce(number.try_cast("bigint").cast("double") == number, F.lit(False))


def resolve_column(wanted: str, names: Sequence[str], keys: Sequence[str]) -> str:
    """The column of the table that `wanted` names; like Spark, upper and lower case do not matter.

    `keys` are the recipe's keys that name it, for the message. Raises DataError if there is none.
    """
    for name in names:
        if name.casefold() == wanted.casefold():
            return name
    raise DataError(
        f"{', '.join(keys)}: the table has no column {wanted!r}",
        suggest_name(wanted, names),
        code=NO_COLUMN,
        facts={"column": wanted},
    )


def refuse_repeated(names: Sequence[str], path: str) -> None:
    """Raises DataError for names equal but for their case: no expression could tell the columns apart."""
    seen: dict[str, list[str]] = {}
    for name in names:
        seen.setdefault(name.casefold(), []).append(name)
    repeated = "; ".join(", ".join(map(repr, same)) for same in seen.values() if len(same) > 1)
    if repeated:
        raise BadTableError(
            f"{path}: column names stand more than once: {repeated}", "give each column a name of its own"
        )
