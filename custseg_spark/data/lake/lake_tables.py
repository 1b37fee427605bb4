"""Directories that only a log explains: Delta, Iceberg and Hudi keep files of rows that were deleted."""

from __future__ import annotations

import json
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from custseg_spark.data.lake.on_sail import load_on_sail
from custseg_spark.data.lake.publish_day import knows_delta
from custseg_spark.data.parquet_types import find_near_type
from custseg_spark.data.table_files import TableFiles, escape_pattern
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.spark_problems import UNKNOWN_FORMAT
from custseg_spark.engine.translate_errors import explain_error
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe import models

_LEVELS = 4
"""Directories above a file in which a log is looked for."""
MOST_ROWS = 20_000_000
"""Rows of a Delta table with deletion vectors that the driver reads where the session can't."""
_HARMLESS = frozenset(
    ["deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck", "inCommitTimestamp"]
)


def find_lake(found: TableFiles) -> str | None:
    """delta, iceberg or hudi where the directory is such a table; null where it is none. Raises DataError for
    a part of one."""
    if found.filesystem is None:
        return None
    root = found.root.rstrip("/")
    if found.filesystem.isdir(root) and (kind := _find_log(found.filesystem, root)):
        return kind
    for _ in range(_LEVELS):
        root = root.rpartition("/")[0]
        if not root or root.endswith(":/"):
            return None
        if kind := _find_log(found.filesystem, root):
            raise DataError(
                f"input {found.path} is a part of the {kind.capitalize()} table {root}: deleted rows may "
                "stand in it",
                f"point at {root}; input.filter takes a part of it",
            )
    return None


def _find_log(filesystem: Any, root: str) -> str | None:
    if filesystem.isdir(f"{root}/_delta_log"):
        return "delta"
    if filesystem.isdir(f"{root}/.hoodie"):
        return "hudi"
    if filesystem.isdir(f"{root}/metadata") and filesystem.glob(f"{root}/metadata/*.metadata.json"):
        return "iceberg"
    return None


def load_lake(spark: SparkSession, kind: str, source: models.Source, found: TableFiles) -> DataFrame:
    """The rows that such a table has now. By the session where it knows the format; of Delta else by the
    files that its log names. Raises RecipeError where neither is there."""
    if is_sail(spark):
        return load_on_sail(spark, kind, source, found)
    if kind != "delta" or knows_delta(spark):
        try:
            frame = spark.read.format(kind).options(**source.options).load(found.spark_path)
            _ = frame.schema  # over Spark Connect nothing is asked before this
        except Exception as problem:
            known = explain_error(problem, f"input {found.path}")
            if known is None or known.code != UNKNOWN_FORMAT:
                raise
            raise _explain_missing(kind, found) from None
        return frame
    return _load_delta(spark, source, found)


def _explain_missing(kind: str, found: TableFiles) -> RecipeError:
    word = kind.capitalize()
    return RecipeError(
        f"input {found.path} is a table of {word}, which this Spark session does not know: in its files "
        "deleted rows would come back",
        f"start Spark with {word}'s jars, or write the table as Parquet",
    )


def _load_delta(spark: SparkSession, source: models.Source, found: TableFiles) -> DataFrame:
    """The files that the log names, read by the engine; with deletion vectors the rows, by delta-rs."""
    try:
        from deltalake import DeltaTable, QueryBuilder
        from deltalake.exceptions import DeltaError
    except ImportError:
        raise RecipeError(
            f"input {found.path} is a Delta table, and this Spark session does not know Delta",
            "pip install 'custseg_spark[delta]', or start Spark with Delta's jars",
        ) from None
    version = source.options.get("versionAsOf")
    try:
        table = DeltaTable(found.spark_path, version=None if version is None else int(version))
        features = set(table.protocol().reader_features or ()) - _HARMLESS
        mapped = table.metadata().configuration.get("delta.columnMapping.mode", "none") != "none"
        if features or mapped:
            needed = ", ".join(sorted(features)) or "columnMapping"
            raise RecipeError(
                f"input {found.path}: the Delta table uses {needed}, which only Delta's own jars read",
                "start Spark with Delta's jars, or write the table as Parquet",
            )
        schema = StructType.fromJson(json.loads(table.schema().to_json()))
        if _has_deletion_vectors(table):
            answer = QueryBuilder().register("t", table).execute("select * from t")
            return spark.createDataFrame(_bound(answer.read_all(), found), schema=schema)
        files = [escape_pattern(name.removeprefix("file://")) for name in table.file_uris()]
    except DeltaError as problem:
        first, *_ = str(problem).splitlines() or [type(problem).__name__]
        raise DataError(
            f"input {found.path}: the Delta table can't be read: {first}", "check its log (_delta_log)"
        ) from problem
    if not files:
        raise DataError(f"input {found.path}: the Delta table has no rows", "check the job that writes it")
    return spark.read.schema(schema).option("basePath", found.spark_path).parquet(*files)


def _has_deletion_vectors(table: Any) -> bool:
    if "deletionVectors" not in (table.protocol().reader_features or ()):
        return False
    vectors = table.deletion_vectors()
    return bool(vectors.read_all().num_rows if hasattr(vectors, "read_all") else len(vectors))


def _bound(rows: Any, found: TableFiles) -> Any:
    import pyarrow as pa

    table = pa.table(rows)
    table = table.cast(pa.schema([(column.name, find_near_type(column.type)) for column in table.schema]))
    if table.num_rows > MOST_ROWS:
        raise RecipeError(
            f"input {found.path}: a Delta table of {table.num_rows:,} rows with deletion vectors, more "
            "than the driver should hold",
            "start Spark with Delta's jars",
        )
    return table
