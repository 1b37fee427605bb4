"""Delimited text: what the head of a file says about all of it, found on the driver without a Spark job."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import pandas as pd

from custseg_spark.data.columns import refuse_repeated
from custseg_spark.errors import BadTableError, DataError, RecipeError

HEAD_BYTES = 1_000_000
HEAD_ROWS = 10_000
SEPARATORS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}
ENCODINGS = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "ISO-8859-1", "US-ASCII")
"""What Spark 4 decodes; other charsets it refuses."""
OTHER_ENCODING = "other encoding"
"""The code of the error where bytes are none of the encoding's."""
_MARKS = (  # the longer marks first: UTF-32 begins like UTF-16
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xef\xbb\xbf", "UTF-8"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
PACKED: dict[str, tuple[bytes, Callable[..., Any]]] = {
    ".gz": (b"\x1f\x8b", gzip.open),
    ".bz2": (b"BZh", bz2.open),
}
"""Ending -> what such a file begins with, and what unpacks its stream."""
_END = "\x1f end of the head \x1f"
_MOST_LINES = 1000
"""A quoted field that holds more lines than this when the head ends was never closed."""
_NOT_TEXT = {
    b"PAR1": ("a Parquet file", "set input.format: parquet"),
    b"PK\x03\x04": ("a zip archive or an Excel file", "unpack it, or set input.format: excel"),
    b"\xd0\xcf\x11\xe0": (
        "an old or password-protected Excel file",
        "set input.format: excel, or save it as .xlsx or CSV",
    ),
    b"Obj\x01": ("an Avro file", "set input.format: avro"),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", "unpack it, or pack it with gzip"),
    b"\xfd7zXZ": ("packed with xz", "unpack it, or pack it with gzip"),
}


csv.field_size_limit(2 * HEAD_BYTES)  # a field may be as long as all that is looked at


class EmptyFileError(DataError):
    """A file without rows: an error if it is the whole table, nothing to mind beside files that have some."""


@dataclass(frozen=True)
class Head:
    """What the first rows of a file say about all of it.

    `rows`: at most HEAD_ROWS of them as strings, empty fields null, without the rows that have too few or too
    many fields. `sep`, `encoding`, `multiline` (quoted fields hold line breaks): what Spark must be told.
    `named`: the file names every column; a nameless one is called `_c<i>`, as Spark does.
    """

    rows: pd.DataFrame
    sep: str
    encoding: str
    multiline: bool
    named: bool


def read_head(stream: IO[bytes], path: str, options: Mapping[str, Any]) -> Head:
    """Read the head of one text file. `options` are Spark's reader options as the recipe gives them.

    Raises DataError for what can't be a customer table: no rows, another kind of file, text in another
    encoding, a separator that leaves the header in one piece, names that stand twice.
    """
    raw, whole = _read_bytes(stream, path)
    text, encoding = _decode(raw, path, options, whole)
    lines = _split_lines(text, options)
    if not lines:
        raise EmptyFileError(f"{path} is empty", "check the job that writes it")
    try:
        sep = _find_separator(lines, path, options)
        rows, multiline = _read_rows(lines, sep, options, whole)
    except csv.Error as error:
        raise BadTableError(f"{path}: {error}", "look for a quote that is never closed") from error
    header, named = _name_columns(rows[0], path, options)
    found = rows[1 if _is_true(options.get("header", True)) else 0 : HEAD_ROWS if whole else -1]
    if not found and whole:
        raise EmptyFileError(f"{path} has a header but no rows", "check the job that writes it")
    missing = ("", str(options.get("nullValue", "")))
    fitting = [
        [None if field in missing else field for field in row] for row in found if len(row) == len(header)
    ]
    as_a_whole = encoding.startswith(("UTF-16", "UTF-32"))  # Spark finds no lines in these by itself
    rows_found = pd.DataFrame(fitting[:HEAD_ROWS], columns=header, dtype=object)
    return Head(rows_found, sep, encoding, multiline or as_a_whole, named)


def _read_bytes(stream: IO[bytes], path: str) -> tuple[bytes, bool]:
    """The first HEAD_BYTES, unpacked, and whether there are no more."""
    start = stream.read(8)
    stream.seek(0)
    for magic, (kind, remedy) in _NOT_TEXT.items():
        if start.startswith(magic):
            raise DataError(f"{path} is {kind}, not text", remedy)
    for ending, (magic, unpack) in PACKED.items():
        packed, named = start.startswith(magic), path.lower().endswith(ending)  # Spark goes by the ending
        if packed and not named:
            raise BadTableError(
                f"{path} is packed, but its name does not end in {ending}", f"rename it to *{ending}"
            )
        if named and start and not packed:
            raise BadTableError(f"{path} ends in {ending}, but is not packed so", "rename it, or pack it")
        stream = unpack(stream) if packed else stream
    try:
        raw = stream.read(HEAD_BYTES + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise BadTableError(f"{path} is cut off or damaged: {error}", "copy or write it again") from error
    return raw[:HEAD_BYTES], len(raw) <= HEAD_BYTES


def _decode(raw: bytes, path: str, options: Mapping[str, Any], whole: bool) -> tuple[str, str]:
    """The text without its byte-order mark, and the encoding as Spark names it."""
    given = options.get("encoding", options.get("charset"))
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    encoding = str(given or marked or "UTF-8").upper()
    if encoding not in ENCODINGS:
        raise RecipeError(
            f"input.options.encoding: Spark does not read {given!r}; it reads {', '.join(ENCODINGS)}",
            "write the table as UTF-8",
        )
    codec = "utf-8-sig" if encoding == "UTF-8" else encoding.lower()
    try:
        text = codecs.getincrementaldecoder(codec)().decode(raw, final=whole)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not {encoding} text (byte {error.start:,} is 0x{raw[error.start]:02x})",
            "set input.options.encoding (ISO-8859-1 for Western European text), or write the table as UTF-8",
            code=OTHER_ENCODING,
        ) from error
    if "\x00" in text:
        raise DataError(
            f"{path} holds zero bytes: it is not text, or UTF-16 without a byte-order mark",
            "set input.options.encoding: UTF-16LE, or write the table as UTF-8",
        )
    return text.removeprefix("\ufeff"), encoding


def _split_records(lines: Iterable[str], sep: str, options: Mapping[str, Any]) -> Iterator[list[str]]:
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


def _split_lines(text: str, options: Mapping[str, Any]) -> list[str]:
    """The lines with their ends, without the blank ones and the comments that Spark skips."""
    comment = str(options.get("comment", "")) or None
    lines = io.StringIO(text, newline="")
    return [line for line in lines if line.strip() and not (comment and line.startswith(comment))]


def _find_separator(lines: list[str], path: str, options: Mapping[str, Any]) -> str:
    """The separator the recipe gives, or else the one of SEPARATORS that splits most of the lines into as
    many fields as the header. Ties: more fields, then the order of SEPARATORS. Comma where none splits it."""
    splits = {sep: split for sep in SEPARATORS if (split := _measure(lines, sep, options))[1] > 1}
    best = max(splits, key=lambda sep: splits[sep], default=None)
    given = options.get("sep", options.get("delimiter"))
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


def _measure(lines: list[str], sep: str, options: Mapping[str, Any]) -> tuple[float, int]:
    """The share of the head's lines with as many fields as the first, and how many those are."""
    widths = [len(fields) for line in lines[:500] for fields in _split_records([line], sep, options)]
    return widths.count(widths[0]) / len(widths), widths[0]


def _read_rows(
    lines: list[str], sep: str, options: Mapping[str, Any], whole: bool
) -> tuple[list[list[str]], bool]:
    """The records of the head, and whether quoted fields hold line breaks. A quote that is never closed would
    swallow the rest: then, and where the records that span lines don't fit the header, each line is its own
    record. `whole`: the head is all there is."""
    last = f"{lines[-1].rstrip(chr(13) + chr(10))}\n"
    records = list(_split_records([*lines[:-1], last, _END], sep, options))
    closed = records[-1] == [_END]
    swallowed = 0 if closed else records[-1][-1].count("\n")
    spans = [row for row in records[:-1] if any("\n" in field or "\r" in field for field in row)]
    broken = bool(spans) and all(len(row) == len(records[0]) for row in spans)
    open_end = not closed and (whole or swallowed > _MOST_LINES)
    if (broken and not open_end) or _is_true(options.get("multiLine", False)):
        return records[:-1] if closed else records, True
    return [fields for line in lines for fields in _split_records([line], sep, options)], False


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _name_columns(first: list[str], path: str, options: Mapping[str, Any]) -> tuple[list[str], bool]:
    """The column names, and whether the file gives them all: `_c<i>` stands for a missing one."""
    if not _is_true(options.get("header", True)):
        return [f"_c{i}" for i in range(len(first))], False
    names = [name or f"_c{i}" for i, name in enumerate(first)]
    if _is_true(options.get("ignoreLeadingWhiteSpace", False)):
        names = [name.lstrip() for name in names]
    if _is_true(options.get("ignoreTrailingWhiteSpace", False)):
        names = [name.rstrip() for name in names]
    refuse_repeated(names, path)
    return names, all(first)
