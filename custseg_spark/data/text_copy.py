"""Text as Parquet files of its rows: for an engine whose own reader of text ends at the first bad row."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from custseg_spark import journal
from custseg_spark.data.columns import MALFORMED
from custseg_spark.data.row_numbers import add_numbers
from custseg_spark.data.scratch import Copy, open_copy
from custseg_spark.data.table_files import TableFiles
from custseg_spark.data.text_files.text_bytes import unpack
from custseg_spark.data.text_files.text_head import Head
from custseg_spark.data.text_files.text_tables import read_tables
from custseg_spark.errors import BadTableError, NeedsSparkError

_ONLY_SPARK = (
    "charToEscapeQuoteEscaping", "emptyValue", "ignoreCorruptFiles", "ignoreLeadingWhiteSpace",
    "ignoreMissingFiles", "ignoreTrailingWhiteSpace", "lineSep", "maxCharsPerColumn", "maxColumns",
    "modifiedAfter", "modifiedBefore", "pathGlobFilter", "recursiveFileLookup", "singleVariantColumn",
    "unescapedQuoteHandling",
)  # fmt: skip
"""Options that change which rows Spark's reader finds, or what they hold, and that only it understands."""


def refuse_options(options: Mapping[str, Any]) -> None:
    """Raises NeedsSparkError for a reader option that only Spark understands."""
    only = {name.casefold() for name in _ONLY_SPARK}
    for key in options:
        if key.casefold() in only:
            raise NeedsSparkError(f"input.options.{key}: Spark alone has this option")


def build_empty(found: TableFiles, head: Head, *, numbered: bool) -> pa.Table:
    """None of the rows: the columns that `head` names and those of the folders' names, as text, MALFORMED,
    and, where `numbered`, ROW_NUMBER. Raises RecipeError where the text has a column of that name."""
    names = [str(name) for name in head.rows.columns]
    others = [name for name in found.partitions if name not in names]
    empty = pa.schema([(name, pa.string()) for name in [*names, *others, MALFORMED]]).empty_table()
    return add_numbers(empty) if numbered else empty


def copy_text(found: TableFiles, head: Head, options: Mapping[str, Any], *, numbered: bool) -> Copy:
    """A copy of all rows in the order of the files, with the columns of `build_empty`; rows are numbered in
    each file from 1. One pass, entered into the journal.

    Raises DataError where a file can't be read or has another header, RunError where the copy can't be
    written."""
    journal.scan("row numbers" if numbered else "copy")
    texts = build_empty(found, head, numbered=False).schema
    with open_copy(build_empty(found, head, numbered=numbered).schema) as copy:
        for name in _list_files(found):
            given, number = found.find_folder_values(name), 1
            for table in _read_file(found, name, head, options):
                rows = _lay_out(table, texts, given)
                copy.write(add_numbers(rows, number) if numbered else rows)
                number += table.num_rows
    return copy


def _list_files(found: TableFiles) -> Iterator[str]:
    """The files that Spark reads: where no folder is named after a value, those right in the directory."""
    for name in found.require_files():
        if found.partitions or "/" not in name.removeprefix(found.root).strip("/"):
            yield name


def _read_file(found: TableFiles, name: str, head: Head, options: Mapping[str, Any]) -> Iterator[pa.Table]:
    path = found.name_file(name)
    with found.open(name) as stream, unpack(stream, name) as text:
        try:
            yield from read_tables(text, head, options, path)
        except (EOFError, zlib.error, OSError) as error:
            if text is stream:
                raise
            raise BadTableError(
                f"{path} is cut off or not packed as its name says", "copy or write it again"
            ) from error


def _lay_out(table: pa.Table, schema: pa.Schema, given: Mapping[str, str | None]) -> pa.Table:
    """The rows with the values of the folders' names."""
    rows = table.num_rows
    columns: dict[str, Any] = dict(zip(table.column_names, table.columns, strict=True))
    columns |= {name: pa.repeat(pa.scalar(value, pa.string()), rows) for name, value in given.items()}
    none = pa.nulls(rows, pa.string())
    return pa.table([columns.get(name, none) for name in schema.names], schema=schema)
