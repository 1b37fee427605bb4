"""JSON as a copy of its rows: for an engine whose own reader ends at the first line that is no object.

Two passes, as Spark makes them: one finds the type of each column in all rows, one writes them.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.decoder import JSONDecodeError
from typing import IO, Any

import pandas as pd
import pyarrow as pa

from custseg_spark import journal
from custseg_spark.data.columns import MALFORMED
from custseg_spark.data.json_types import NULL, Kind, find_arrow_type, find_kind, fit, merge
from custseg_spark.data.row_numbers import add_numbers
from custseg_spark.data.scratch import Copy, open_copy
from custseg_spark.data.table_files import TableFiles
from custseg_spark.data.text_files.text_bytes import unpack
from custseg_spark.data.text_files.text_head import HEAD_ROWS
from custseg_spark.errors import BadTableError, DataError, NeedsSparkError

MOST_BYTES = 1 << 28
"""Bytes of an array, unpacked, that are read at once."""
_BATCH = 20_000
_SINGLE_QUOTES = re.compile(r"[\[{,:]\s*'")
_BLANKS = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Row:
    """A row: its members, and the text they stand in; no members where that is no object."""

    members: Mapping[str, Any] | None
    text: str


def copy_json(found: TableFiles, as_array: bool, *, numbered: bool) -> tuple[Copy, pd.DataFrame]:
    """A copy of all rows, in the order of the files, with their numbers where `numbered`, from 1; and the
    first texts of each column that is text. An object a line; or, where `as_array`, an array of objects, or
    one object, a file. Two passes, entered into the journal.

    Raises DataError where no row is an object, NeedsSparkError for what only Spark reads."""
    journal.scan("types")
    types = _find_types(found, as_array)
    schema = pa.schema([*types.items(), (MALFORMED, pa.string())])
    empty = schema.empty_table()
    rows = (row for name in found.require_files() for row in _read_rows(found, name, as_array))
    texts = [name for name, kind in types.items() if pa.types.is_string(kind)]
    head, number = empty.select(texts), 1
    journal.scan("row numbers" if numbered else "copy")
    with open_copy(add_numbers(empty).schema if numbered else schema) as copy:
        while batch := list(itertools.islice(rows, _BATCH)):
            table = _build_table(batch, schema)
            if number == 1:
                head = table.select(texts).slice(0, HEAD_ROWS)
            copy.write(add_numbers(table, number) if numbered else table)
            number += len(batch)
    return copy, head.to_pandas()


def _find_types(found: TableFiles, as_array: bool) -> dict[str, pa.DataType]:
    """The type of each column, in the order of their names, as Spark has them."""
    kinds: dict[str, Kind] = {}
    for name in found.require_files():
        for row in _read_rows(found, name, as_array):
            for member, value in (row.members or {}).items():
                kind = find_kind(value)
                before = kinds.get(member, NULL)
                if member not in kinds or kind != before:
                    kinds[member] = merge(before, kind)
    if not kinds:
        raise BadTableError(
            f"{found.path} holds no JSON objects, one a row", "write an array of objects, or an object a line"
        )
    _refuse_repeated(kinds, found.path)
    types = {name: find_arrow_type(kinds[name], f"input {found.path}: {name}") for name in sorted(kinds)}
    return {name: kind for name, kind in types.items() if kind is not None and name != MALFORMED}


def _refuse_repeated(names: Mapping[str, Kind], path: str) -> None:
    lower = [name.lower() for name in names]
    for name in lower:
        if lower.count(name) > 1:
            raise DataError(f"{path}: column `{name}` would be there twice", "rename one of the two")


def _read_rows(found: TableFiles, name: str, as_array: bool) -> Iterator[Row]:
    path = found.name_file(name)
    with found.open(name) as stream, unpack(stream, name) as content:
        if as_array:
            yield from _split_text(_read_whole(content, path), path)
        else:
            for line in _read_lines(content):
                yield from _split_text(line, path)


def _read_whole(content: IO[bytes], path: str) -> str:
    raw = content.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise NeedsSparkError(f"{path} is an array of over {MOST_BYTES >> 20} MB: Spark alone reads it")
    return raw.decode("utf-8", "replace")


def _read_lines(content: IO[bytes]) -> Iterator[str]:
    for line in content:
        yield from line.decode("utf-8", "replace").rstrip("\n").split("\r")


def _split_text(text: str, path: str) -> Iterator[Row]:
    """The rows that stand in a text: an object, or an array of objects; what stands behind it is passed over.
    Anything else is one row without members, blanks are none."""
    start = _skip_blanks(text, int(text.startswith("\ufeff")))
    if start == len(text):
        return
    try:
        if all(isinstance(value, dict) for value, *_ in _list_values(text, start)):
            yield from (Row(value, text[begin:end]) for value, begin, end in _list_values(text, start))
            return
    except (JSONDecodeError, IndexError, RecursionError):
        if _SINGLE_QUOTES.search(text):
            raise NeedsSparkError(f"{path} may hold names in single quotes: Spark alone reads them") from None
    except _RepeatedError as error:
        raise DataError(f"{path}: column `{error}` would be there twice", "rename one of the two") from None
    yield Row(None, text)


def _list_values(text: str, at: int) -> Iterator[tuple[Any, int, int]]:
    """The values of an array, or the one that is no array, and where each begins and ends."""
    if text[at] != "[":
        value, end = _DECODER.raw_decode(text, at)
        yield value, at, end
        return
    at = _skip_blanks(text, at + 1)
    while text[at] != "]":
        value, end = _DECODER.raw_decode(text, at)
        yield value, at, end
        at = _skip_blanks(text, end)
        if text[at] == ",":
            at = _skip_blanks(text, at + 1)
        elif text[at] != "]":
            raise JSONDecodeError("no end of an array", text, at)


def _skip_blanks(text: str, at: int) -> int:
    return _BLANKS.match(text, at).end()  # type: ignore[union-attr]


class _RepeatedError(Exception):
    """A name that stands twice in one object."""


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedError(next(name for name in names if names.count(name) > 1))
    return members


_DECODER = json.JSONDecoder(object_pairs_hook=_build_object)


def _build_table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    columns = []
    for one in schema:
        if one.name == MALFORMED:
            values = [row.text if row.members is None else None for row in rows]
        else:
            values = [_take(row, one) for row in rows]
        columns.append(pa.array(values, one.type))
    return pa.table(columns, schema=schema)


def _take(row: Row, wanted: pa.Field) -> Any:
    value = row.members.get(wanted.name) if row.members else None
    return fit(value, wanted.type, lambda: _find_text(row, wanted))


def _find_text(row: Row, wanted: pa.Field) -> str:
    """A member that is no text, in a column of text, as it is written in the file."""
    if not pa.types.is_string(wanted.type):
        raise NeedsSparkError(f"{wanted.name} holds text beside other values: Spark alone reads it")
    text, at = row.text, _skip_blanks(row.text, int(row.text.startswith("\ufeff"))) + 1
    while True:
        name, at = _DECODER.raw_decode(text, _skip_blanks(text, at))
        start = _skip_blanks(text, _skip_blanks(text, at) + 1)
        _, at = _DECODER.raw_decode(text, start)
        if name == wanted.name:
            return text[start:at]
        at = _skip_blanks(text, at) + 1
