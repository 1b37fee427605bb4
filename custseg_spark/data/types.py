"""Types of columns that arrive as text: declared in the recipe, or found from the first rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from custseg_spark.data.casts import (
    GARBLED,
    WORDS,
    Cast,
    cast_declared,
    cast_double,
    cast_text,
    cast_whole_ids,
    check_decoded,
    take_as_read,
)
from custseg_spark.data.columns import (
    AS_READ,
    MALFORMED,
    MISSHAPEN,
    column,
    read_clock,
    refuse_repeated,
    resolve_column,
)
from custseg_spark.data.contract import Check
from custseg_spark.data.table import Table
from custseg_spark.data.text_types import ISO, infer_column_type
from custseg_spark.errors import BadTableError
from custseg_spark.recipe.column_types import ColumnType, DateType, NumberType

ID_KEY = "input.id"
_LONG = re.compile(r"[+-]?[0-9]{16,}")
"""Whole numbers of up to 15 digits are all doubles."""
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
    `written`: of the columns that are read of text as people write it, how. `may_be_whole`: those that are
    double though the first rows hold whole numbers alone.
    """

    frame: DataFrame
    checks: tuple[Check, ...]
    types: dict[str, str]
    written: dict[str, DateType | NumberType] = field(default_factory=dict)
    may_be_whole: tuple[str, ...] = ()


def cast_columns(
    table: Table,
    used: Mapping[str, Sequence[str]],
    declared: Mapping[str, ColumnType],
    known: Mapping[str, str] | None = None,
    whole: Collection[str] = (),
) -> TypedTable:
    """Give the columns their types. No job: what is not declared is found from `table.text`.

    `used`: column name -> the recipe's keys that use it (`input.id` among them); `declared`: `input.types`.
    `known`: Spark's names of the types that columns had before; a column that arrives as text and is not
    declared gets that one, whatever its first values look like tonight. Of the others whole numbers become
    double, since a later one may have a fraction; those of the columns `whole` (lower case) int, and those of
    more digits than a double holds. The id stays text in text formats unless it is declared: 007 is not 7.
    Raises DataError for a column the table lacks, with the key that uses it and the nearest name there is.
    """
    misshapen = MISSHAPEN.get(table.format)
    names = [name for name in table.frame.columns if not (misshapen and name == MALFORMED)]
    _refuse_names(names, f"input {table.path}")
    wanted: dict[str, list[str]] = {}
    for name, keys in used.items():
        wanted.setdefault(resolve_column(name, names, keys), []).extend(keys)
    given = {resolve_column(name, names, [f"input.types.{name}"]): kind for name, kind in declared.items()}
    before = {name.casefold(): kind.partition("(")[0] for name, kind in (known or {}).items()}
    as_read = F.struct(*map(column, table.frame.columns)).alias(AS_READ)
    both = replace(table, frame=table.frame.select("*", as_read))  # what the checks of a cast look at
    casts = _cast_used(both, wanted, given, before, whole)
    columns = [casts[name].value.alias(name) if name in casts else column(name) for name in names]
    shape = [Check(misshapen, take_as_read(MALFORMED).isNull())] if misshapen else []
    if table.format == "csv":  # of text; what can't be decoded is no number and no date either
        shape += [check_decoded(name) for name, cast in casts.items() if cast.kind in ("", "string")]
    return TypedTable(
        frame=table.frame.select(*columns, as_read),
        checks=tuple(shape + [check for cast in casts.values() for check in cast.checks]),
        types={name: cast.kind for name, cast in casts.items() if cast.kind},
        written={name: cast.written for name, cast in casts.items() if cast.written is not None},
        may_be_whole=tuple(name for name, cast in casts.items() if cast.may_be_whole),
    )


def _refuse_names(names: Sequence[str], where: str) -> None:
    if AS_READ in names:
        raise BadTableError(f"{where}: the column name {AS_READ!r} is reserved", "rename the column")
    refuse_repeated(names, where)


def list_cast_reasons(names: Iterable[str], declared: Mapping[str, ColumnType]) -> list[str]:
    """Every reason that a cast of one of these columns gives in some format, whatever its rows look like."""
    found = []
    for name in [*names, *declared]:
        kind = next((kind for other, kind in declared.items() if other.casefold() == name.casefold()), None)
        tried = " or ".join(kind.patterns if isinstance(kind, DateType) else (ISO,))
        words = [f"not {word}" for word in WORDS.values()]
        faults = ["infinite", GARBLED, *words, f"not a date ({tried})", f"two dates in one text ({tried})"]
        found += [f"{name}: {fault}" for fault in faults]
    return found


def _cast_used(
    table: Table,
    wanted: dict[str, list[str]],
    given: dict[str, ColumnType],
    before: dict[str, str],
    whole: Collection[str],
) -> dict[str, Cast]:
    """The casts of the columns that the recipe uses or declares; of a text column by its first values."""
    casts = {}
    for one in table.frame.schema:
        name, kind = one.name, one.dataType
        if name in given:
            casts[name] = cast_declared(table.frame, name, given[name])
        elif name not in wanted:
            continue
        elif ID_KEY in wanted[name]:
            head = list(table.text[name]) if table.text is not None and name in table.text else None
            # compared and hashed as text: a moment as what the clock of UTC shows
            casts[name] = cast_whole_ids(name, kind, head) or Cast(read_clock(column(name), kind))
        elif isinstance(kind, T.DoubleType | T.FloatType):
            casts[name] = cast_double(name, column(name))
        elif isinstance(kind, T.StringType) and table.text is not None and name in table.text:
            earlier = _KINDS.get(before.get(name.casefold(), ""), "")
            casts[name] = _cast_by_head(table, name, earlier, whole)
        else:
            casts[name] = Cast(column(name))
    return casts


def _cast_by_head(table: Table, name: str, earlier: str, whole: Collection[str]) -> Cast:
    """The cast of a column of text to what it was earlier, or by its first values."""
    assert table.text is not None
    head = table.text[name]
    found = earlier or infer_column_type(head)
    if found == "string":
        return Cast(column(name), "string")
    long = any(map(_LONG.fullmatch, head.dropna().str.strip()))  # an account has no fraction
    if found != "int" or earlier or long or name.lower() in whole:
        return cast_text(table.frame, name, found)
    return replace(cast_text(table.frame, name, "double"), may_be_whole=True)
