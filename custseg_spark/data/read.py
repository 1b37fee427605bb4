"""Customer tables in: whatever the format, the rows exactly as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import NumericType, StringType, StructField, StructType

from custseg_spark.data import excel, row_numbers, text
from custseg_spark.data.columns import MALFORMED
from custseg_spark.data.table_files import TableFiles, locate
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import BadTableError, DataError, RecipeError
from custseg_spark.recipe import models
from custseg_spark.sql.admission import refuse_functions_without_brackets
from custseg_spark.sql.never_raise import make_safe
from custseg_spark.sql.utc import find_instants, put_in_utc

ENDINGS = {
    ".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv",
    ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel", ".ods": "excel",
    ".orc": "orc", ".avro": "avro",
}  # fmt: skip
LOOKED_AT = 20
"""Files of a directory that are looked at for one that has rows."""
_OURS = ("mode", "columnnameofcorruptrecord", "enforceschema", "columnpruning")
_FOUND = ("sep", "delimiter", "encoding", "charset", "multiline")
_CANONICAL = re.compile(r"0|-?[1-9]\d*|__HIVE_DEFAULT_PARTITION__")
"""A partition value that reads as an int and is written the same again."""

DATAFRAME = "dataframe"
"""What a table is called that is open already."""


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    `frame`: every row and column as they are; of text formats all columns are strings, an empty field is
    null, and the column MALFORMED holds the raw line of a row with too few or too many fields.
    `text`: the first rows as strings, of the columns to which the format gives no type; null where it gives
    all. A pandas DataFrame whose missing values are None.
    `format`: csv (any separator), excel, parquet, table, or the name the session knows it by.
    `options` (of text with the separator `sep` as found or as given) and `spark_path`: how Spark was asked to
    read it; empty where it did not read files. `fingerprint`: of the file, where its rows were numbered.
    """

    frame: DataFrame
    text: pd.DataFrame | None
    format: str
    path: str
    options: Mapping[str, Any] = field(default_factory=dict)
    spark_path: str = ""
    fingerprint: str = ""


def open_table(
    spark: SparkSession, source: models.Source, path: str | DataFrame, *, lazy: bool = False
) -> Table:
    """Open the table at `path`, a path or URI, or a catalog name with `format: table`, as `source` says; or
    one that is open already.

    Runs no job over the data: none at all for text and Excel, one over a footer for Parquet; but one that
    counts where rows are numbered, unless `lazy`: then their numbers are wrong. Raises DataError for what is
    missing, empty or of another kind; RecipeError for a format or option that can't be.
    """
    if isinstance(path, str):
        with translate_engine_errors(f"input {path}"):
            table = _open_files(spark, source, path)
            if source.numbers_rows:
                row_numbers.refuse_many(table.format, path)
                frame = row_numbers.number_rows(table.frame, lazy)
                table = replace(table, frame=frame, fingerprint=row_numbers.fingerprint(path))
    elif source.numbers_rows:
        raise row_numbers.refuse_table("a DataFrame")
    else:
        table = Table(path, None, DATAFRAME, DATAFRAME)
    if source.filter is None:
        return table
    with translate_engine_errors("input.filter"):
        filtered = filter_rows(table.frame, source.filter)
        _ = filtered.schema  # over Spark Connect nothing is asked before this
    return replace(table, frame=filtered)


def filter_rows(frame: DataFrame, predicate: str) -> DataFrame:
    """The rows of which `input.filter` is true. Raises RecipeError where no row alone decides it."""
    where = "input.filter"
    refuse_functions_without_brackets(predicate, frame.columns, where)
    return frame.filter(put_in_utc(make_safe(predicate, where), find_instants(frame.schema), where))


def open_stream(spark: SparkSession, table: Table) -> DataFrame:
    """The stream of the files of an open table, those there and those to come, read as it was read.

    Raises DataError for a table that is not made of files.
    """
    if not table.spark_path:
        raise DataError(
            f"input {table.path} is no directory of files that can be streamed",
            "stream a directory of CSV or Parquet files, or a Kafka topic with --kafka",
        )
    reader = spark.readStream.format(table.format).schema(table.frame.schema).options(**table.options)
    return reader.load(table.spark_path)


def open_topic(spark: SparkSession, servers: str, name: str) -> DataFrame:
    """The stream of a Kafka topic from its first message on, a row per message with its `value` as bytes.

    Raises RecipeError where the session lacks the package.
    """
    with translate_engine_errors(f"topic {name}"):
        reader = spark.readStream.format("kafka").option("kafka.bootstrap.servers", servers)
        messages = reader.option("subscribe", name).option("startingOffsets", "earliest").load()
        _ = messages.schema  # over Spark Connect nothing is asked before this
    return messages


def parse_messages(messages: DataFrame, columns: Sequence[str], name: str) -> Table:
    """The table in messages whose `value` is a JSON object each: `columns` as text, the others are left out.

    Null where the object has no such member. What is no object is kept as it is in MALFORMED; a message
    without a value is a row of nulls.
    """
    schema = StructType([StructField(column, StringType()) for column in (*columns, MALFORMED)])
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": MALFORMED}
    parsed = F.from_json(F.col("value").cast("string"), schema, options)
    none = pd.DataFrame({column: [] for column in columns}, dtype=object)
    return Table(messages.select(parsed.alias("_row")).select("_row.*"), none, "kafka", name)


def _open_files(spark: SparkSession, source: models.Source, path: str) -> Table:
    if source.format == "table":
        table = spark.table(path)
        _ = table.schema  # over Spark Connect the catalog is not asked before this
        return Table(table, None, "table", path)
    found = locate(path)
    kind = _find_format(source.format, found)
    if kind == "csv":
        return _open_text(spark, source, found)
    if kind == "excel":
        return _open_excel(spark, source, found)
    loaded = _load_typed(spark, kind, source, found)
    return Table(loaded, None, kind, path, source.options, found.spark_path)


def _find_format(asked: str, found: TableFiles) -> str:
    """The format the recipe names, or else what the endings of the files say."""
    if asked.lower() in ("csv", "tsv", "excel", "parquet"):
        return asked.lower().replace("tsv", "csv")
    if asked != "auto":
        return asked
    kinds = {ENDINGS.get(_find_ending(name), "?") for name in found.files or (found.path,)}
    if len(kinds) > 1:
        listed = ", ".join(sorted(kinds)).replace("?", "unknown ones")
        raise DataError(f"input {found.path} holds files of several kinds: {listed}", "set input.format")
    if kinds == {"?"}:
        raise RecipeError(
            f"input {found.path}: the name does not say what format it is in",
            "set input.format: parquet, csv, excel, table, or a format the Spark session knows",
        )
    return kinds.pop()


def _find_ending(name: str) -> str:
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    while suffixes and suffixes[-1] in text.PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _open_text(spark: SparkSession, source: models.Source, found: TableFiles) -> Table:
    for key in source.options:
        if key.lower() in _OURS:
            raise RecipeError(f"input.options.{key}: rows that don't fit are quarantined", "leave it out")
    head = _read_head(source, found)
    names = [str(name) for name in head.rows.columns]
    if MALFORMED in names:
        raise BadTableError(f"{found.path}: the column name {MALFORMED!r} is reserved", "rename the column")
    columns = [*names, *(name for name in found.partitions if name not in names), MALFORMED]
    schema = StructType([StructField(name, StringType()) for name in columns])
    options = {
        "header": True,
        "escape": '"',
        **{key: value for key, value in source.options.items() if key.lower() not in _FOUND},
        "sep": head.sep,
        "encoding": head.encoding,
        "multiLine": head.multiline,
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": MALFORMED,
        "columnPruning": False,  # with it, a row counts only the fields asked for and none has too few
        "enforceSchema": not head.named,  # a file with another header is an error; names we gave are in none
    }
    frame = spark.read.format("csv").schema(schema).options(**options).load(found.spark_path)
    return Table(frame, head.rows, "csv", found.path, options, found.spark_path)


def _read_head(source: models.Source, found: TableFiles) -> text.Head:
    """The head of the first file that has rows."""
    empty: text.EmptyFileError | None = None
    for name in found.require_files()[:LOOKED_AT]:
        try:
            with found.open(name) as stream:
                return text.read_head(stream, found.name_file(name), source.options)
        except text.EmptyFileError as error:
            empty = empty or error
    assert empty is not None
    raise empty


def _open_excel(spark: SparkSession, source: models.Source, found: TableFiles) -> Table:
    unknown = [key for key in source.options if key != "sheet"]
    if unknown:
        raise RecipeError(f"input.options.{unknown[0]}: Excel takes only sheet", "leave it out")
    files = found.require_files()
    if len(files) > 1:
        raise DataError(f"{found.path} holds {len(files)} Excel files", "point at one of them")
    with found.open(files[0]) as stream:
        sheet = excel.read_sheet(stream, found.name_file(files[0]), source.options.get("sheet"))
    return Table(spark.createDataFrame(sheet.rows), sheet.text, "excel", found.path)


def _load_typed(spark: SparkSession, kind: str, source: models.Source, found: TableFiles) -> DataFrame:
    """A table whose format carries its types.

    Partition values live in folder names and Spark guesses their types: 007 would become 7. A partition
    column is read as text where the guess would not give the same text back.
    """
    in_zone = {"timeZone": "UTC", **source.options}  # of times in text, and in folder names
    reader = spark.read.format(kind).options(**in_zone)
    frame = reader.load(found.spark_path)
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
