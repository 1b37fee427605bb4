"""Customer tables in: whatever the format, the rows exactly as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from custseg_spark.data import row_numbers
from custseg_spark.data.columns import MALFORMED
from custseg_spark.data.formats import find_format
from custseg_spark.data.read_here import HERE, open_here
from custseg_spark.data.read_text import open_text
from custseg_spark.data.read_typed import open_json, open_typed
from custseg_spark.data.table import DATAFRAME, Table
from custseg_spark.data.table_files import locate
from custseg_spark.engine.choose import is_sail, require_spark
from custseg_spark.engine.expressions import compile_expression
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError
from custseg_spark.recipe import models
from custseg_spark.sql.admission import refuse_functions_without_brackets
from custseg_spark.sql.never_raise import make_safe
from custseg_spark.sql.utc import find_instants, put_in_utc


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
            table = _open_files(spark, source, path, lazy)
            if source.numbers_rows:
                row_numbers.refuse_many(table.format, path)
                frame = table.frame if table.numbered else row_numbers.number_rows(table.frame, lazy)
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
    safe = put_in_utc(make_safe(predicate, where), find_instants(frame.schema), where)
    return frame.filter(compile_expression(frame, safe, where))


def open_stream(spark: SparkSession, table: Table) -> DataFrame:
    """The stream of the files of an open table, those there and those to come, read as it was read.

    Raises DataError for a table that is not made of files.
    """
    if not table.spark_path:
        raise DataError(
            f"input {table.path} is no directory of files that can be streamed",
            "stream a directory of CSV or Parquet files, or a Kafka topic with --kafka",
        )
    stored = table.stored or table.frame.schema
    reader = spark.readStream.format(table.format).schema(stored).options(**table.options)
    frame = reader.load(table.spark_path)
    return frame if table.refine is None else table.refine(frame)


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


def _open_files(spark: SparkSession, source: models.Source, path: str, lazy: bool) -> Table:
    if source.format == "table":
        require_spark(spark, "a table of a catalog")
        table = spark.table(path)
        _ = table.schema  # over Spark Connect the catalog is not asked before this
        return Table(table, None, "table", path)
    found = locate(path)
    kind = find_format(source.format, found)
    if kind == "csv":
        return open_text(spark, source, found, lazy=lazy)
    if kind == "json":
        return open_json(spark, source, found)
    if kind in HERE:
        return open_here(spark, kind, source, found)
    if source.numbers_rows and not lazy and kind == "parquet" and is_sail(spark) and len(found.files) == 1:
        copied = open_typed(spark, kind, source, row_numbers.copy_with_numbers(found))
        return replace(copied, path=found.path, numbered=True)
    return open_typed(spark, kind, source, found)
