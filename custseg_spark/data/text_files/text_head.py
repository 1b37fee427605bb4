"""Delimited text: what the head of a file says about all of it, found on the driver without a Spark job."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import pandas as pd

from custseg_spark.data import header
from custseg_spark.data.columns import refuse_repeated
from custseg_spark.data.text_files import encodings
from custseg_spark.data.text_files.text_bytes import Decoded, decode, read_bytes
from custseg_spark.data.text_files.text_records import (
    Record,
    is_true,
    read_records,
    split_lines,
    split_records,
)
from custseg_spark.data.text_files.text_rewriting import SEPARATORS, find_rewriting
from custseg_spark.errors import BadTableError, DataError

HEAD_ROWS = 10_000
_FEWEST_LISTS, _MOST_WIDTHS = 20, 4
"""Lines from which on, and numbers of fields up to which, some are rows that were torn."""
_SEPARATOR_LINE = re.compile(r"(?i)sep=(.)\s*")


class EmptyFileError(DataError):
    """A file without rows: an error if it is the whole table, nothing to mind beside files that have some."""


@dataclass(frozen=True)
class Head:
    """What the first rows of a file say about all of it.

    `rows`: at most HEAD_ROWS of them as strings, empty fields null, without the rows that have too few or too
    many fields. `sep`, `encoding`, `multiline` (quoted fields hold line breaks): what Spark must be told.
    `named`: the file names every column; a nameless one is called `_c<i>`, as Spark does.
    `codec`: the encoding whose signs ISO-8859-1 stands for. `header`: whether the engine finds the header by
    itself, in the first line. `left_out`: what the file holds beside the table, by content: the header, where
    the engine does not find it, and what stands above it. `notes`: what a person should know of it.
    """

    rows: pd.DataFrame
    sep: str
    encoding: str
    multiline: bool
    named: bool
    codec: str | None = None
    header: bool = True
    left_out: tuple[Record, ...] = ()
    notes: tuple[str, ...] = ()
    begins: int = 1
    """The line of the first row."""
    is_whole: bool = False
    """Whether the file has no further rows."""
    rewrite: Callable[[str], str] | None = None
    """What makes each line one that `sep` splits, before anything else reads it."""

    def decode(self, raw: bytes) -> str:
        """All of the file's text; what is none of its encoding as the sign that stands for that."""
        if self.codec:
            return encodings.decode(raw, self.codec)
        codec = "utf-8-sig" if self.encoding == "UTF-8" else self.encoding.lower()
        return raw.decode(codec, "replace").removeprefix("\ufeff")


def read_head(stream: IO[bytes], path: str, options: Mapping[str, Any]) -> Head:
    """Read the head of one text file. `options` are Spark's reader options as the recipe gives them, and
    `skip_rows`: the lines above the header.

    Raises DataError for what can't be a customer table: no rows, another kind of file, text in another
    encoding, a separator that leaves the header in one piece, names that stand twice, no header to be found.
    """
    raw, whole = read_bytes(stream, path)
    decoded = decode(raw, path, options, whole)
    skipped, lines = split_lines(decoded.text, options)
    if not lines:
        raise EmptyFileError(f"{path} is empty", "check the job that writes it")
    given = options.get("sep", options.get("delimiter"))
    rewrite = find_rewriting(lines) if given is None else None
    if rewrite is not None:
        lines = [(number, rewrite(line)) for number, line in lines]
    try:
        sep = _find_separator([line for _, line in lines], path, options)
        records, multiline = read_records(lines, sep, options, whole)
        above, _ = read_records(skipped, sep, options, True) if skipped else ([], False)
    except csv.Error as error:
        raise BadTableError(f"{path}: {error}", "look for a quote that is never closed") from error
    if not whole and len(records) > 1:
        records = records[:-1]  # the last one may be cut off
    return _describe(_Found(path, options, decoded, whole, rewrite), sep, multiline, above, records)


@dataclass(frozen=True)
class _Found:
    path: str
    options: Mapping[str, Any]
    decoded: Decoded
    whole: bool
    rewrite: Callable[[str], str] | None


def _describe(found: _Found, sep: str, multiline: bool, above: list[Record], records: list[Record]) -> Head:
    """The head of a file whose records are known."""
    path, options = found.path, found.options
    headed = is_true(options.get("header", True))
    begins = header.Beginning(0, ())
    if headed:
        fields, lines = [record.fields for record in records], [record.line for record in records]
        begins = header.find_beginning(fields, path, lines, trust="header" in options)
    elif _SEPARATOR_LINE.fullmatch(records[0].raw):
        begins = header.Beginning(1, ())
    above, first = [*above, *records[: begins.at]], records[begins.at]
    rows = records[begins.at + headed + begins.below :]
    if not rows and found.whole:
        raise EmptyFileError(f"{path} has a header but no rows", "check the job that writes it")
    names, named = name_columns(begins.names if headed else [""] * _count_fields(records), path, options)
    if "header" not in options:
        _refuse_lists(len(names), rows, path)
    below = records[begins.at + 1 : begins.at + 1 + begins.below]
    encoding = found.decoded.encoding
    as_a_whole = encoding.startswith(("UTF-16", "UTF-32"))  # Spark finds no lines in these by itself
    return Head(
        rows=_fit_rows(rows, names, options),
        sep=sep,
        encoding=encoding,
        multiline=multiline or as_a_whole,
        named=named and headed and not above and len(names) == len(first.fields),
        codec=found.decoded.codec,
        header=headed and not above,
        left_out=(*above, *([first] if above and headed else []), *below),
        notes=tuple(_write_notes(found, above, first, below)),
        begins=rows[0].line if rows else first.line + 1,
        is_whole=found.whole and len(rows) <= HEAD_ROWS,
        rewrite=found.rewrite,
    )


def _write_notes(found: _Found, above: list[Record], first: Record, below: list[Record]) -> Iterator[str]:
    raw, described = [record.raw for record in above], [record.line for record in below]
    yield from header.write_notes(found.path, "line", first.line, raw, described)
    if found.decoded.guessed:
        codec = {"cp1252": "windows-1252"}.get(str(found.decoded.codec), found.decoded.codec)
        yield f"{found.path} is not UTF-8 text; read as {codec}, unless input.options.encoding says otherwise"


def _refuse_lists(width: int, rows: Sequence[Record], path: str) -> None:
    """Raises BadTableError where each line holds as many fields as it likes: what a customer bought, say; or
    where none has as many as the header."""
    widths = Counter(len(row.fields) for row in rows)
    if len(rows) >= _FEWEST_LISTS and not widths[width]:
        raise BadTableError(
            f"{path}: the header names {width} columns, and no row has as many fields: most have "
            f"{widths.most_common(1)[0][0]}",
            "a separator may stand within a field: put quotes around it, or set input.options.sep to another",
        )
    if len(rows) >= _FEWEST_LISTS and len(widths) > _MOST_WIDTHS and 2 * widths[width] < len(rows):
        raise BadTableError(
            f"{path}: its lines hold from {min(widths)} to {max(widths)} fields, and {widths[width]:,} of "
            f"{len(rows):,} as many as the first line ({width}): a list on each line is no table",
            "write a row for each customer, or for each order line, with the same columns in all of them; or "
            "set input.options.sep where another sign stands between the columns",
        )


def _count_fields(records: list[Record]) -> int:
    return header.count_widths([record.fields for record in records[: header.LOOKED_AT]])[1]


def _fit_rows(rows: Sequence[Record], names: Sequence[str], options: Mapping[str, Any]) -> pd.DataFrame:
    missing = ("", str(options.get("nullValue", "")))
    fitting = [
        [None if field in missing else field for field in row.fields]
        for row in rows
        if len(row.fields) == len(names)
    ]
    return pd.DataFrame(fitting[:HEAD_ROWS], columns=list(names), dtype=object)


def _find_separator(lines: list[str], path: str, options: Mapping[str, Any]) -> str:
    """The separator the recipe gives, or else the one of SEPARATORS that splits most of the lines into as
    many fields as the header. Ties: more fields, then the order of SEPARATORS. Comma where none splits it."""
    splits = {sep: split for sep in SEPARATORS if (split := _measure(lines, sep, options))[1] > 1}
    best = max(splits, key=lambda sep: (*splits[sep], _begins_with_names(lines, sep, options)), default=None)
    given = options.get("sep", options.get("delimiter"))
    if given is None and (written := _SEPARATOR_LINE.fullmatch(lines[0])):
        return written[1]
    if given is None:
        return best or ","
    sep = str(given).replace("\\t", "\t")
    if best is not None and best != sep and _measure(lines, sep, options)[1] == 1 and splits[best][0] >= 0.9:
        raise DataError(
            f"{path}: the separator {SEPARATORS.get(sep, repr(sep))} leaves the header in one piece, "
            f"while {SEPARATORS[best]} splits it into {splits[best][1]} columns",
            f"set input.options.sep to {best!r}, or leave it out and let it be found",
        )
    return sep


def _begins_with_names(lines: list[str], sep: str, options: Mapping[str, Any]) -> bool:
    """Whether the first of the commonest lines holds no number: a title with a comma is not above them."""
    records = [fields for line in lines[:500] for fields in split_records([line], sep, options)]
    width = header.count_widths(records)[1]
    first = next(record for record in records if len(record) == width)
    return not any(header.is_value(field.strip()) for field in first)


def _measure(lines: list[str], sep: str, options: Mapping[str, Any]) -> tuple[float, int]:
    """The share of the head's lines that have the commonest number of fields, and how many those are."""
    return header.count_widths(
        [fields for line in lines[:500] for fields in split_records([line], sep, options)] or [[""]]
    )


def name_columns(first: Sequence[str], path: str, options: Mapping[str, Any]) -> tuple[list[str], bool]:
    """The column names, and whether the file gives them all: `_c<i>` stands for a missing one."""
    names = [name or f"_c{i}" for i, name in enumerate(first)]
    if is_true(options.get("ignoreLeadingWhiteSpace", False)):
        names = [name.lstrip() for name in names]
    if is_true(options.get("ignoreTrailingWhiteSpace", False)):
        names = [name.rstrip() for name in names]
    refuse_repeated(names, path)
    return names, all(first)
