"""Text as Parquet files of its rows: for an engine whose own reader of text ends at the first bad row."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from custseg_spark.data.columns import MALFORMED
from custseg_spark.data.scratch import make_folder
from custseg_spark.data.table_files import TableFiles
from custseg_spark.data.text_files.text_bytes import unpack
from custseg_spark.data.text_files.text_head import Head
from custseg_spark.data.text_files.text_tables import read_tables
from custseg_spark.errors import BadTableError, NeedsSparkError, RunError
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


def copy_text(found: TableFiles, head: Head, options: Mapping[str, Any], *, numbered: bool) -> str:
    """The folder of a copy of all rows, in the order of the files: the columns that `head` names and those of
    the folders' names as text, MALFORMED, and, where `numbered`, the number of the row in its file, from 1.

    The folder is removed when the process ends. Raises DataError where a file can't be read or has another
    header, RunError where the copy can't be written."""
    folder = make_folder("text")
    names = [str(name) for name in head.rows.columns]
    others = [name for name in found.partitions if name not in names]
    schema = pa.schema([(name, pa.string()) for name in [*names, *others, MALFORMED]])
    if numbered:
        schema = schema.append(pa.field(ROW_NUMBER, pa.int64()))
    target = Path(folder) / "rows.parquet"
    with _tell_unwritable(folder):
        writer = pq.ParquetWriter(target, schema, compression="lz4", use_dictionary=False)
    with writer:
        for name in found.require_files():
            given = found.find_folder_values(name)
            number = 1
            for table in _read_file(found, name, head, options):
                columns = _lay_out(table, schema, given, number)
                with _tell_unwritable(folder):
                    writer.write_table(pa.table(columns, schema=schema))
                number += table.num_rows
    return folder


def _read_file(
    found: TableFiles, name: str, head: Head, options: Mapping[str, Any]
) -> Iterator[pa.Table]:
    path = found.name_file(name)
    try:
        with found.open(name) as stream, unpack(stream, name) as text:
            yield from read_tables(text, head, options, path)
    except (EOFError, zlib.error) as error:
        raise BadTableError(
            f"{path} is cut off or not packed as its name says", "copy or write it again"
        ) from error


def _lay_out(
    table: pa.Table, schema: pa.Schema, given: Mapping[str, str | None], number: int
) -> Sequence[Any]:
    """The columns of the copy: those of the text, those of the folders' names, and the numbers of the rows."""
    rows = table.num_rows
    made = {name: pa.repeat(pa.scalar(value, pa.string()), rows) for name, value in given.items()}
    if ROW_NUMBER in schema.names and ROW_NUMBER not in table.column_names:
        made[ROW_NUMBER] = pa.array(np.arange(number, number + rows))
    own = set(table.column_names) - set(given)
    return [table.column(name) if name in own else made.get(name, pa.nulls(rows, pa.string())) for name in schema.names]


@contextmanager
def _tell_unwritable(folder: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(
            f"the temporary copy of the text can't be written to {folder}: {error}",
            "set TMPDIR to a directory with as much room as the text takes",
        ) from error
