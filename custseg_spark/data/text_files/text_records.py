"""The lines of a text file, and the records that stand in them, as Spark splits them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from custseg_spark.data import header
from custseg_spark.data.text_files.text_bytes import HEAD_BYTES
from custseg_spark.errors import RecipeError

_END = "\x1f end of the head \x1f"
_MOST_LINES = 1000
"""A quoted field that holds more lines than this when the head ends was never closed."""
Line = tuple[int, str]

csv.field_size_limit(2 * HEAD_BYTES)  # a field may be as long as all that is looked at


@dataclass(frozen=True)
class Record:
    """One record of a file: its line (from 1), its fields, and their text, without the line's end."""

    line: int
    fields: tuple[str, ...]
    raw: str


def split_records(lines: Iterable[str], sep: str, options: Mapping[str, Any]) -> Iterator[list[str]]:
    """The fields of each record, as Spark splits them: quotes doubled within quotes unless told otherwise."""
    if len(sep) > 1:
        yield from (line.rstrip("\r\n").split(sep) for line in lines)
        return
    escape = str(options.get("escape", '"'))
    quote = str(options.get("quote", '"'))
    doubled = escape == quote
    yield from csv.reader(
        lines,
        delimiter=sep,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=doubled,
        escapechar=None if doubled else escape,
    )


def split_lines(text: str, options: Mapping[str, Any]) -> tuple[list[Line], list[Line]]:
    """The lines with their ends and numbers, without the blank ones and the comments that Spark skips: those
    that `skip_rows` counts, and the others."""
    comment, skipped = str(options.get("comment", "")) or None, read_skip_rows(options)
    numbered = enumerate(io.StringIO(text, newline=""), start=1)
    lines = [
        (number, line)
        for number, line in numbered
        if line.strip() and not (comment and line.startswith(comment))
    ]
    above = sum(number <= skipped for number, _ in lines)
    return lines[:above], lines[above:]


def read_skip_rows(options: Mapping[str, Any]) -> int:
    """How many rows of a file stand above its header. Raises RecipeError for what is no such number."""
    given = options.get("skip_rows", 0)
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise RecipeError(
            f"input.options.skip_rows: {given!r} is no number of rows", "count the rows above the header"
        )
    return given


def read_records(
    numbered: list[Line], sep: str, options: Mapping[str, Any], whole: bool
) -> tuple[list[Record], bool]:
    """The records of the head, and whether quoted fields hold line breaks. A quote that is never closed would
    swallow the rest: then, and where the records that span lines don't fit the others, each line is its own
    record. `whole`: the head is all there is."""
    lines = [line for _, line in numbered]
    last = f"{lines[-1].rstrip(chr(13) + chr(10))}\n"
    records = list(split_records([*lines[:-1], last, _END], sep, options))
    closed = records[-1] == [_END]
    swallowed = 0 if closed else records[-1][-1].count("\n")
    complete = records[:-1] if whole or not closed else records[:-2]  # the last one may be cut off
    spans = [row for row in complete if any("\n" in field or "\r" in field for field in row)]
    width = len(records[0]) if len(records[0]) > 1 else header.count_widths(records)[1]
    broken = bool(spans) and all(len(row) == width for row in spans)
    open_end = not closed and (whole or swallowed > _MOST_LINES)
    if (broken and not open_end) or is_true(options.get("multiLine", False)):
        return _number_records(records[:-1] if closed else records, numbered), True
    split = [(line, fields) for line in numbered for fields in split_records([line[1]], sep, options)]
    return [Record(number, tuple(row), line.rstrip("\r\n")) for (number, line), row in split], False


def _number_records(records: list[list[str]], numbered: list[Line]) -> list[Record]:
    """The records that span lines, each with the line it begins in."""
    found, at = [], 0
    for fields in records:
        breaks = sum(len(field.splitlines()) - 1 for field in fields if "\n" in field or "\r" in field)
        pieces = numbered[at : at + 1 + breaks] or numbered[-1:]
        raw = "".join(line for _, line in pieces).rstrip("\r\n")
        found.append(Record(pieces[0][0], tuple(fields), raw))
        at += 1 + breaks
    return found


def is_true(value: Any) -> bool:
    """Whether an option is on, as Spark reads it."""
    return str(value).lower() == "true"
