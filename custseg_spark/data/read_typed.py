"""Formats that carry their types: Parquet, JSON, tables of a lake, and whatever else the session knows."""

from __future__ import annotations

import re

import pandas as pd
from pyspark.sql import DataFrame, DataFrameReader, SparkSession
from pyspark.sql.types import NumericType, StringType, StructField, StructType

from custseg_spark.data import sail_files
from custseg_spark.data.columns import MALFORMED, quote
from custseg_spark.data.json_copy import copy_json
from custseg_spark.data.lake.lake_tables import load_lake
from custseg_spark.data.parquet_types import ParquetColumns, look_at_columns
from custseg_spark.data.scratch import read_copy
from custseg_spark.data.table import Table, note_unread
from custseg_spark.data.table_files import TableFiles
from custseg_spark.data.text_files.text_head import HEAD_ROWS
from custseg_spark.data.text_files.text_records import is_true
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import BadTableError, NeedsSparkError
from custseg_spark.recipe import models

_CANONICAL = re.compile(r"0|-?[1-9]\d*|__HIVE_DEFAULT_PARTITION__")
"""A partition value that reads as an int and is written the same again."""
_HEAD = 1 << 16
_NOT_ROWS = re.compile(rb'\s*\{\s*"([^"]+)"\s*:\s*(\[\s*[\[{]|\{\s*"0"\s*:)')
_OURS = ("skip_rows", "header")


def open_typed(spark: SparkSession, kind: str, source: models.Source, found: TableFiles) -> Table:
    """Open a table whose format carries its types. What the engine does not read is left out by name."""
    if kind in ("delta", "iceberg", "hudi"):
        return Table(load_lake(spark, kind, source, found), None, kind, found.path)
    if is_sail(spark):
        return _open_on_sail(spark, kind, source, found)
    reader = spark.read.format(kind).options(**_list_options(source))
    columns = ParquetColumns()
    if kind == "parquet" and found.files:
        with found.open(found.files[0]) as stream:
            columns = look_at_columns(stream)
    if columns.schema is not None:
        reader = reader.schema(columns.schema)
    stored = _keep_folder_names(reader, reader.load(found.spark_path), found)
    return Table(
        frame=columns.refine(stored) if columns.moments else stored,
        text=None,
        format=kind,
        path=found.path,
        options=source.options,
        spark_path=found.spark_path,
        stored=stored.schema if columns.moments else None,
        refine=columns.refine if columns.moments else None,
        notes=note_unread(found.path, columns.unread),
        unread=columns.unread,
    )


def _open_on_sail(spark: SparkSession, kind: str, source: models.Source, found: TableFiles) -> Table:
    if kind != "parquet":
        raise NeedsSparkError(f"input {found.path}: Sail knows no format {kind}")
    if given := source.options.keys() - set(_OURS):
        raise NeedsSparkError(f"input.options: {', '.join(sorted(given))} of Spark's reader of Parquet")
    frame, columns = sail_files.read_parquet(spark, found)
    unread = columns.unread
    notes = note_unread(found.path, unread)
    return Table(frame, None, kind, found.path, spark_path=found.spark_path, notes=notes, unread=unread)


def _list_options(source: models.Source) -> dict[str, str | int | float | bool]:
    """With the zone of times in text, and in folder names."""
    given = {key: value for key, value in source.options.items() if key.lower() not in _OURS}
    return {"timeZone": "UTC", **given}


def _keep_folder_names(reader: DataFrameReader, frame: DataFrame, found: TableFiles) -> DataFrame:
    """Partition values live in folder names and Spark guesses their types: 007 would become 7. A partition
    column is read as text where the guess would not give the same text back."""
    kinds = {field.name: field.dataType for field in frame.schema}
    texts = {
        name: StringType()
        for name, values in found.partitions.items()
        if isinstance(kinds.get(name), NumericType) and not all(map(_CANONICAL.fullmatch, values))
    }
    if not texts:
        return frame
    schema = StructType([StructField(name, kind) for name, kind in {**kinds, **texts}.items()])
    return reader.schema(schema).load(found.spark_path)


def open_json(spark: SparkSession, source: models.Source, found: TableFiles) -> Table:
    """Open JSON: an object a line, or arrays of objects. What is no object is kept in MALFORMED. One pass of
    the engine finds the types, another the first texts."""
    as_array = _is_array(found)
    if is_sail(spark):
        return _open_json_copy(spark, source, found, as_array)
    options = {
        "multiLine": as_array,
        **_list_options(source),
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": MALFORMED,
    }
    reader = spark.read.format("json").options(**options)
    fields = [field for field in reader.load(found.spark_path).schema if field.name != MALFORMED]
    if not fields:
        raise BadTableError(
            f"{found.path} holds no JSON objects, one a row", "write an array of objects, or an object a line"
        )
    schema = StructType([*fields, StructField(MALFORMED, StringType())])
    frame = reader.schema(schema).load(found.spark_path)
    texts = [quote(field.name) for field in fields if isinstance(field.dataType, StringType)]
    head = frame.select(*texts).limit(HEAD_ROWS).toPandas() if texts else pd.DataFrame()
    return Table(frame, head, "json", found.path, options, found.spark_path)


def _open_json_copy(spark: SparkSession, source: models.Source, found: TableFiles, as_array: bool) -> Table:
    given = {key.lower(): value for key, value in source.options.items() if key.lower() not in _OURS}
    as_array = is_true(given.pop("multiline", as_array))
    if others := [*found.partitions, *(f"input.options.{key}" for key in given if key != "timezone")]:
        raise NeedsSparkError(f"input {found.path}: {others[0]}: Spark alone reads JSON so")
    copy, head = copy_json(found, as_array, numbered=source.numbers_rows)
    return Table(read_copy(spark, copy), head, "json", found.path, numbered=source.numbers_rows)


def _is_array(found: TableFiles) -> bool:
    """Whether the first file holds an array, or an object over several lines, and not an object a line."""
    if not found.files:
        return False
    with found.open(found.files[0]) as stream:
        head = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if wrapped := _NOT_ROWS.match(head):
        raise BadTableError(
            f"{found.path}: the rows stand below {wrapped[1].decode('utf-8', 'replace')!r}, not at the top",
            "write an array of objects, or an object a line (pandas: to_json(..., orient='records'))",
        )
    first = head.split(b"\n", 1)[0].rstrip()
    return head.startswith(b"[") or (head.startswith(b"{") and not first.endswith(b"}"))
