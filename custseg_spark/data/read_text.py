"""Delimited text as a table: read by the engine in any order, whatever stands above the header."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StringType, StructField, StructType

from custseg_spark.data import text_copy
from custseg_spark.data.columns import MALFORMED, column
from custseg_spark.data.read_here import open_here
from custseg_spark.data.scratch import read_copy
from custseg_spark.data.table import Table
from custseg_spark.data.table_files import TableFiles
from custseg_spark.data.text_files import encodings
from custseg_spark.data.text_files.text_head import EmptyFileError, Head, read_head
from custseg_spark.data.text_files.text_records import Record
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import BadTableError, RecipeError
from custseg_spark.recipe import models

LOOKED_AT = 20
"""Files of a directory that are looked at for one that has rows."""
MOST_TITLED = 200
"""Files of a directory that may have rows above their header: each is looked at."""
_OURS = ("mode", "columnnameofcorruptrecord", "enforceschema", "columnpruning")
_FOUND = ("sep", "delimiter", "encoding", "charset", "multiline", "skip_rows")


def open_text(spark: SparkSession, source: models.Source, found: TableFiles, *, lazy: bool = False) -> Table:
    """Open delimited text; no job. On Sail its rows are copied first, none of them where `lazy`. Raises
    DataError for what is no table, RecipeError for an option that can't be."""
    for key in {key for key in source.options if key.lower() in _OURS}:
        raise RecipeError(f"input.options.{key}: rows that don't fit are quarantined", "leave it out")
    head = find_head(source, found)
    if head.rewrite is not None:
        return open_here(spark, "csv", source, found)
    names = [str(name) for name in head.rows.columns]
    if MALFORMED in names:
        raise BadTableError(f"{found.path}: the column name {MALFORMED!r} is reserved", "rename the column")
    if is_sail(spark):
        return _open_copy(spark, source, found, head, lazy)
    return _open_files(spark, source, found, head)


def _open_files(spark: SparkSession, source: models.Source, found: TableFiles, head: Head) -> Table:
    """The table as the engine reads it."""
    names = [str(name) for name in head.rows.columns]
    others = [*(name for name in found.partitions if name not in names), MALFORMED]
    written = [encodings.show_as_latin_1(name, head.codec) for name in names] if head.codec else names
    schema = StructType([StructField(name, StringType()) for name in [*written, *others]])
    options = {
        "escape": '"',
        **{key: value for key, value in source.options.items() if key.lower() not in _FOUND},
        "header": head.header,
        "sep": head.sep,
        "encoding": head.encoding,
        "multiLine": head.multiline,
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": MALFORMED,
        "columnPruning": False,  # with it, a row counts only the fields asked for and none has too few
        "enforceSchema": not head.named,  # a file with another header is an error; names we gave are in none
    }
    refine = functools.partial(_refine, head=head, names=names, others=others, null=options.get("nullValue"))
    frame = spark.read.format("csv").schema(schema).options(**options).load(found.spark_path)
    return Table(
        frame=refine(frame),
        text=head.rows,
        format="csv",
        path=found.path,
        options=options,
        spark_path=found.spark_path,
        stored=schema,
        refine=refine,
        notes=head.notes,
        is_whole=_is_whole(head, found),
    )


def _open_copy(
    spark: SparkSession, source: models.Source, found: TableFiles, head: Head, lazy: bool
) -> Table:
    """The table of a copy of the text's rows, or of none of them where `lazy`."""
    text_copy.refuse_options(source.options)
    numbered = source.numbers_rows
    if lazy:
        empty = text_copy.build_empty(found, head, numbered=numbered)
        frame = spark.createDataFrame(empty, from_arrow_schema(empty.schema))
    else:
        frame = read_copy(spark, text_copy.copy_text(found, head, source.options, numbered=numbered))
    return Table(
        frame=frame,
        text=head.rows,
        format="csv",
        path=found.path,
        options={**source.options, "sep": head.sep},
        notes=head.notes,
        is_whole=_is_whole(head, found),
        numbered=numbered,
    )


def _is_whole(head: Head, found: TableFiles) -> bool:
    return head.is_whole and len(found.files) == 1 and not found.partitions


def find_head(source: models.Source, found: TableFiles) -> Head:
    """The head of the first file that has rows; with what stands above the header in any of them, where it
    has such rows."""
    empty: EmptyFileError | None = None
    files = found.require_files()
    for name in files[:LOOKED_AT]:
        try:
            head = _read_one(source, found, name)
        except EmptyFileError as error:
            empty = empty or error
            continue
        return head if head.header or len(files) == 1 else _join_left_out(head, source, found)
    assert empty is not None
    raise empty


def _read_one(source: models.Source, found: TableFiles, name: str) -> Head:
    with found.open(name) as stream:
        return read_head(stream, found.name_file(name), source.options)


def _join_left_out(head: Head, source: models.Source, found: TableFiles) -> Head:
    """The head with what is left out of all the files. Their headers are not the engine's to compare: raises
    BadTableError where a file has another one, or there are too many to look at."""
    files = found.require_files()
    if len(files) > MOST_TITLED:
        raise BadTableError(
            f"{found.path}: rows stand above the header in its files, and of {len(files):,} files not every "
            "one is looked at",
            "write the files with the header in their first line, or as Parquet",
        )
    left_out: dict[Record, None] = dict.fromkeys(head.left_out)
    for name in files:
        try:
            other = _read_one(source, found, name)
        except EmptyFileError:
            continue
        if list(other.rows.columns) != list(head.rows.columns):
            raise BadTableError(
                f"{found.name_file(name)} has other columns than the first file", "write all files alike"
            )
        left_out |= dict.fromkeys(other.left_out)
    return replace(head, left_out=tuple(left_out))


def _refine(
    frame: DataFrame, head: Head, names: Sequence[str], others: Sequence[str], null: Any
) -> DataFrame:
    """The table in what the engine reads: its signs as they are meant, its own names, without what stands
    above the header. By content, since the engine reads lines in any order."""
    if head.codec:
        shown, meant = encodings.list_translations(head.codec)
        own = [*names, MALFORMED]
        values = [F.translate(column(stored), shown, meant) for stored in frame.columns]
        named = [
            value.alias(name) if name in own else column(name)
            for value, name in zip(values, [*names, *others], strict=True)
        ]
        frame = frame.select(*named)
    for record in {(entry.fields, entry.raw): entry for entry in head.left_out}.values():
        frame = frame.filter(~_matches(record, names, null))
    return frame


def _matches(record: Record, names: Sequence[str], null: Any) -> Column:
    """Whether a row is that record: false, never null, of any other."""
    if len(record.fields) != len(names):
        return F.coalesce(F.trim(column(MALFORMED)) == F.lit(record.raw.strip(" ")), F.lit(False))
    same = [
        F.coalesce(F.trim(column(name)), F.lit("")) == F.lit("" if field == null else field.strip(" "))
        for name, field in zip(names, record.fields, strict=True)
    ]
    return functools.reduce(operator.and_, same)
