"""The number of a row in its file: the id of tables in which no column tells customers apart.

It says who is who within one file and nowhere else: row 7 of tonight is not row 7 of yesterday. So a table
that is numbered is one file, and a run remembers which one by its size and a checksum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from custseg_spark import journal
from custseg_spark.data.columns import column
from custseg_spark.data.scratch import open_copy
from custseg_spark.data.table_files import TableFiles, locate
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.session_settings import hold_setting
from custseg_spark.errors import DataError, NeedsSparkError, RecipeError
from custseg_spark.recipe.models import ROW_NUMBER

_PER_PART = 33
"""Bits that monotonically_increasing_id has for the rows of a part; those above number the parts."""
_SPLITS = ("spark.sql.files.minPartitionNum", "200")
"""Else a file is cut up by the cores that the session has right now, in each pass anew."""
_READ_WHOLE = 64 << 20
"""Bytes up to which the checksum is of the whole file."""
_BLOCKS, _BLOCK = 64, 1 << 18
"""Of a larger file: evenly spaced, the first and the last among them, where Parquet has its footer."""


def number_rows(frame: DataFrame, lazy: bool = False) -> DataFrame:
    """`frame`, the rows of one file as they were read, with the column ROW_NUMBER: bigint, from 1, in the
    order of the file, however many parts the engine reads it in.

    One scan, which counts the rows of each part, and is entered into the journal; none where `lazy`, which
    is for looking at the columns alone. Raises RecipeError where the table has a column of that name,
    NeedsSparkError on Sail, where rows have their numbers from those who copy them.
    """
    refuse_clash(frame.columns)
    if is_sail(frame.sparkSession):  # whose numbers of rows are those of its batches
        if not lazy:
            raise NeedsSparkError("input.id: rows of this format are numbered by Spark alone")
        return frame.withColumn(ROW_NUMBER, F.lit(0).cast("bigint"))
    shifts = [1] if lazy else _find_shifts(frame)
    listed = ", ".join(f"{shift}L" for shift in shifts)
    number = F.monotonically_increasing_id() + F.expr(
        f"element_at(array({listed}), spark_partition_id() + 1)"
    )
    return frame.withColumn(ROW_NUMBER, number)


def copy_with_numbers(found: TableFiles) -> TableFiles:
    """A copy of a Parquet file with the column ROW_NUMBER: from 1, in the order of the file. One pass,
    entered into the journal. Raises NeedsSparkError for a file with moments as Spark wrote them long ago,
    which a copy would take for others."""
    journal.scan("row numbers")
    with found.open(found.require_files()[0]) as stream:
        file = pq.ParquetFile(stream)
        if any(file.schema.column(leaf).physical_type == "INT96" for leaf in range(len(file.schema))):
            raise NeedsSparkError(f"input {found.path}: rows beside INT96 are numbered by Spark alone")
        schema = file.schema_arrow
        refuse_clash(schema.names)
        number = 1
        with open_copy(schema.append(pa.field(ROW_NUMBER, pa.int64()))) as copy:
            for batch in file.iter_batches():
                copy.write(add_numbers(pa.table(batch), number))
                number += batch.num_rows
    return locate(copy.folder)


def add_numbers(rows: pa.Table, first: int = 1) -> pa.Table:
    """The rows with the column ROW_NUMBER, from `first` on."""
    refuse_clash(rows.column_names)
    return rows.append_column(ROW_NUMBER, pa.array(np.arange(first, first + rows.num_rows), pa.int64()))


def _find_shifts(frame: DataFrame) -> list[int]:
    """By part, what turns monotonically_increasing_id into the number of the row."""
    journal.scan("row numbers")
    hold_setting(frame.sparkSession, *_SPLITS)
    a_value = column(frame.columns[0])  # with no column asked for, some readers count lines, not rows
    counts = frame.groupBy(F.spark_partition_id().alias("part")).agg(
        F.count(F.lit(1)).alias("rows"), F.count(a_value).alias("values")
    )
    rows = {row["part"]: row["rows"] for row in counts.collect()}
    shifts, before = [], 1
    for part in range(max(rows, default=0) + 1):
        shifts.append(before - (part << _PER_PART))
        before += rows.get(part, 0)
    return shifts


def refuse_clash(columns: Sequence[str]) -> None:
    """Raises RecipeError where the table has a column ROW_NUMBER of its own."""
    if ROW_NUMBER in map(str.lower, columns):
        raise RecipeError(
            f"input.id: the table has a column {ROW_NUMBER!r} of its own", f"name it: id: {ROW_NUMBER}"
        )


def refuse_many(kind: str, path: str) -> None:
    """Raises DataError where what lies at `path`, of that format, is not one file."""
    if kind == "table":
        raise refuse_table(f"the table {path}")
    files = len(locate(path).require_files())
    if files > 1:
        raise DataError(
            f"input {path} holds {files} files, and rows are numbered within one file alone",
            "name the column that tells customers apart under input.id",
        )


def refuse_table(what: str) -> DataError:
    """The error where rows of what is no file are to be numbered."""
    return DataError(
        f"input.id: {what} has no order in which its rows could be numbered",
        "name the column that tells customers apart as the id",
    )


def fingerprint(path: str) -> str:
    """What one file is known by again, wherever it lies: its size in bytes and a SHA-256 of its bytes; beyond
    64 MiB, of 64 blocks of them."""
    found = locate(path)
    name = found.require_files()[0]
    digest = hashlib.sha256()
    with found.open(name) as stream:
        size = stream.seek(0, 2)
        starts = (
            [0] if size <= _READ_WHOLE else [(size - _BLOCK) * i // (_BLOCKS - 1) for i in range(_BLOCKS)]
        )
        for start in starts:
            stream.seek(start)
            digest.update(stream.read(size if size <= _READ_WHOLE else _BLOCK))
    return f"{size}:{digest.hexdigest()}"
