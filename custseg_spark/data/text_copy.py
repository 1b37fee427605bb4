"""Text as Parquet files of its rows: for an engine whose own reader of text ends at the first bad row."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from custseg_spark.data.columns import MALFORMED
from custseg_spark.data.row_numbers import refuse_clash
from custseg_spark.data.scratch import open_copy
from custseg_spark.data.table_files import TableFiles
from custseg_spark.data.text_files.text_bytes import unpack
from custseg_spark.data.text_files.text_head import Head
from custseg_spark.data.text_files.text_tables import read_tables
from custseg_spark.errors import BadTableError, NeedsSparkError
from custseg_spark.recipe.models import ROW_NUMBER

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
            raise NeedsSparkError(f"input.options.{key} is an option of Spark's own reader")


def find_schema(found: TableFiles, head: Head, *, numbered: bool) -> pa.Schema:
    """The columns of the copy: those that `head` names and those of the folders' names, as text, MALFORMED,
    and, where `numbered`, ROW_NUMBER. Raises RecipeError where the text has a column of that name."""
    names = [str(name) for name in head.rows.columns]
    others = [name for name in found.partitions if name not in names]
    schema = pa.schema([(name, pa.string()) for name in [*names, *others, MALFORMED]])
    if not numbered:
        return schema
    refuse_clash(schema.names)
    return schema.append(pa.field(ROW_NUMBER, pa.int64()))


def copy_text(found: TableFiles, head: Head, options: Mapping[str, Any], schema: pa.Schema) -> str:
    """The folder of a copy of all rows in the order of the files, with the columns of `find_schema`; rows are
    numbered in each file from 1.

    The folder is removed when the process ends. Raises DataError where a file can't be read or has another
    header, RunError where the copy can't be written."""
    with open_copy(schema) as copy:
        for name in found.require_files():
            given, number = found.find_folder_values(name), 1
            for table in _read_file(found, name, head, options):
                copy.write(_lay_out(table, schema, given, number))
                number += table.num_rows
    return copy.folder


def _read_file(found: TableFiles, name: str, head: Head, options: Mapping[str, Any]) -> Iterator[pa.Table]:
    path = found.name_file(name)
    try:
        with found.open(name) as stream, unpack(stream, name) as text:
            yield from read_tables(text, head, options, path)
    except (EOFError, zlib.error) as error:
        raise BadTableError(
            f"{path} is cut off or not packed as its name says", "copy or write it again"
        ) from error


def _lay_out(table: pa.Table, schema: pa.Schema, given: Mapping[str, str | None], number: int) -> pa.Table:
    """The rows as the copy has them: with the values of the folders' names, and their numbers."""
    rows = table.num_rows
    columns: dict[str, Any] = dict(zip(table.column_names, table.columns, strict=True))
    columns |= dict.fromkeys(set(schema.names) - set(columns), pa.nulls(rows, pa.string()))
    columns |= {name: pa.repeat(pa.scalar(value, pa.string()), rows) for name, value in given.items()}
    if ROW_NUMBER in schema.names and schema.field(ROW_NUMBER).type == pa.int64():
        columns[ROW_NUMBER] = pa.array(np.arange(number, number + rows))
    return pa.table([columns[name] for name in schema.names], schema=schema)
