"""Tables out: Parquet into a directory that must not be there yet."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import fsspec
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, FloatType

from custseg_spark.data import sail_files
from custseg_spark.data.columns import column, is_whole
from custseg_spark.data.formulas import escape_formulas
from custseg_spark.data.table_files import escape_pattern
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import RunError


def write_rows(frame: DataFrame, path: str, *partition_by: str) -> None:
    """Write the rows as Parquet to a fresh directory. One job; an existing path is an error of Spark's
    (PATH_ALREADY_EXISTS), since a kill during an overwrite destroys what was there."""
    if is_sail(frame.sparkSession):
        sail_files.write_parquet(frame, path, *partition_by)
    else:
        frame.write.mode("error").partitionBy(*partition_by).parquet(path)


def write_customers(frame: DataFrame, path: str, partition_by: str) -> None:
    """Write one row per customer as Parquet to a fresh directory, a folder for each value of `partition_by`.

    The values of a partition column live in folder names and come back with a guessed type: an int comes
    back as an int, text such as '007' would come back as 7, null and '' as one. Partition by ints only, and
    by no null, which Sail writes as another value.
    """
    write_rows(frame, path, partition_by)


def read_written(spark: SparkSession, path: str) -> DataFrame:
    """What was written at exactly this path: brackets and stars in it are no pattern."""
    if is_sail(spark):
        return sail_files.read_written(spark, path)
    return spark.read.parquet(escape_pattern(path))


def read_folders(spark: SparkSession, root: str, folders: Collection[str]) -> DataFrame:
    """The rows of some partition folders (`day=1/segment=2`) of what was written at `root`, with the columns
    that they are named by. On Spark the folders are named one by one, so that the others are not listed."""
    if is_sail(spark):
        return sail_files.read_folders(spark, root, folders)
    named = [escape_pattern(f"{root}/{folder}") for folder in folders]
    return spark.read.option("basePath", root).parquet(*named)


def replace_customers(frame: DataFrame, path: str, partition_by: str) -> None:
    """Like `write_customers`, over whatever a killed writer left there: for one batch of a stream, of which
    nobody reads before it is whole."""
    writer = frame.write.mode("overwrite").option("partitionOverwriteMode", "static")
    writer.partitionBy(partition_by).parquet(path)


def remove(path: str) -> None:
    """Take away the file or directory at a path, where there is one."""
    try:
        files, name = fsspec.core.url_to_fs(path)
        if files.exists(name):
            files.rm(name, recursive=True)
    except (OSError, ValueError, ImportError) as problem:
        raise RunError(f"{path} can't be removed: {problem}", "check who may write there") from None


def write_parts(frame: DataFrame, path: str, partition_by: str, kind: Literal["csv", "parquet"]) -> None:
    """Write for another tool, a folder for each value of `partition_by`, to a fresh directory.

    CSV has a header and is escaped as in formulas.py; blanks around a text stay, as in Parquet. A whole
    number has no fraction there, whatever its type: 19 of a CSV is 19.0 in Parquet.
    """
    if kind == "parquet":
        write_customers(frame, path, partition_by)
        return
    texts = _write_whole(escape_formulas(frame))
    kept = {"ignoreLeadingWhiteSpace": False, "ignoreTrailingWhiteSpace": False}
    options: dict[str, Any] = {"header": True, "escape": '"', "timeZone": "UTC", **kept}
    if is_sail(frame.sparkSession):
        sail_files.write_csv(texts, path, partition_by, options)
    else:
        texts.write.mode("error").partitionBy(partition_by).options(**options).csv(path)


def _write_whole(frame: DataFrame) -> DataFrame:
    """The frame with its fractional numbers as text, whole ones without a fraction."""
    texts = {}
    for one in frame.schema:
        if isinstance(one.dataType, DoubleType | FloatType):
            number = column(one.name)
            written = F.when(is_whole(number), number.try_cast("bigint").cast("string"))
            texts[one.name] = written.otherwise(number.cast("string"))
    return frame.withColumns(texts) if texts else frame
