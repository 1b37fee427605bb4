"""Parquet on Sail, read and left as Spark reads and leaves it.

Sail takes a path for a URL in which brackets are a pattern, a missing directory for a table without rows, and
the values in folder names for text; it merges the columns of all files, leaves nothing of a table without
rows, and writes a null partition value as another value. What was tried: docs/decisions/engines.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fsspec
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from custseg_spark.data.columns import column
from custseg_spark.data.parquet_types import ParquetColumns, find_arrow_schema, look_at_columns
from custseg_spark.data.table_files import NO_VALUE, NoFilesError, TableFiles, locate
from custseg_spark.errors import DataError, NeedsSparkError

_WHOLE = re.compile(r"0|-?[1-9]\d*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d?-\d\d?[ T]\d.*")


def spell_url(path: str) -> str:
    """A path or URI as Sail takes it: nothing in it is a pattern."""
    scheme, _, rest = path.rpartition("://")
    return f"{scheme}://{quote(rest)}" if scheme else Path(path).as_uri()


def write_parquet(frame: DataFrame, path: str, *partition_by: str) -> None:
    """Write to a fresh directory as Spark does: `_SUCCESS` last, a file with the schema where there are no
    rows and no partitions. Partition columns have no nulls. Raises PATH_ALREADY_EXISTS as Spark does."""
    files, root = fsspec.core.url_to_fs(path)
    _refuse_existing(files, root, path)
    writer = frame.write.mode("error").option("compression", "snappy").partitionBy(*partition_by)
    writer.parquet(spell_url(path))
    files.invalidate_cache()
    if not partition_by and not files.exists(root):
        files.makedirs(root, exist_ok=True)
        empty = find_arrow_schema(frame.schema).empty_table()
        pq.write_table(empty, f"{root}/part-0.snappy.parquet", filesystem=files)
    _mark_whole(files, root)


def write_csv(frame: DataFrame, path: str, partition_by: str, options: dict[str, Any]) -> None:
    """The same as CSV. An empty text is left as nothing, like a null, where Spark writes two quotes."""
    files, root = fsspec.core.url_to_fs(path)
    _refuse_existing(files, root, path)
    told = frame.withColumns({one.name: _write_moment(one) for one in frame.schema})
    told.write.mode("error").partitionBy(partition_by).options(**options).csv(spell_url(path))
    _mark_whole(files, root)


def _write_moment(field: T.StructField) -> Column:
    """A moment as Spark writes it into CSV, in UTC whatever the session's zone."""
    value = column(field.name)
    if isinstance(field.dataType, T.TimestampType):
        since = value - F.lit("1970-01-01 00:00:00Z").cast("timestamp")
        clock = F.lit("1970-01-01 00:00:00").cast("timestamp_ntz") + since
        return F.date_format(clock, "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
    if isinstance(field.dataType, T.TimestampNTZType):
        return F.date_format(value, "yyyy-MM-dd'T'HH:mm:ss.SSS")
    return value


def _refuse_existing(files: Any, root: str, path: str) -> None:
    files.invalidate_cache()
    if files.exists(root):
        raise _as_spark("PATH_ALREADY_EXISTS", outputPath=path)


def _mark_whole(files: Any, root: str) -> None:
    files.makedirs(root, exist_ok=True)
    files.touch(f"{root}/_SUCCESS")
    files.invalidate_cache()


def read_written(spark: SparkSession, path: str) -> DataFrame:
    """What was written at exactly this path. Raises PATH_NOT_FOUND and the like as Spark does."""
    fsspec.core.url_to_fs(path)[0].invalidate_cache()
    try:
        found = locate(path)
    except NoFilesError:
        raise _as_spark("UNABLE_TO_INFER_SCHEMA", format="Parquet") from None
    except DataError:
        raise _as_spark("PATH_NOT_FOUND", path=path) from None
    return read_parquet(spark, found)[0]


def read_folders(spark: SparkSession, root: str, folders: Collection[str]) -> DataFrame:
    """The rows of some partition folders below a directory, with the partition columns."""
    frame = read_written(spark, root)
    names = [part.partition("=")[0] for part in next(iter(folders)).split("/")]
    texts = [
        F.concat(F.lit(f"{name}="), F.coalesce(column(name).cast("string"), F.lit(NO_VALUE)))
        for name in names
    ]
    return frame.filter(F.concat_ws("/", *texts).isin(*folders))


def read_parquet(spark: SparkSession, found: TableFiles) -> tuple[DataFrame, ParquetColumns]:
    """The rows in the columns of the first file and of the folder names, in the types that Spark reads, and
    what its footer says. Raises NeedsSparkError for files that Sail reads otherwise or not at all."""
    places, first = _list_places(found)
    with found.open(first) as stream:
        columns = look_at_columns(stream)
    if not columns.types:
        raise DataError(
            f"{found.name_file(first)} is not Parquet, or cut off",
            "write the file again, or take it out of the table",
        )
    kinds = {name: _infer_type(name, values, found) for name, values in found.partitions.items()}
    _refuse_doubles([*columns.types, *kinds], found)
    for name in columns.durations:
        raise NeedsSparkError(f"input {found.path}: the column {name!r} holds spans of time")
    whole = [_take_whole(name, columns) for name in columns.types if name not in columns.unread]
    parts = [F.nullif(column(name), F.lit(NO_VALUE)).cast(kind).alias(name) for name, kind in kinds.items()]
    frame = spark.read.parquet(*map(spell_url, places)).select(*whole, *parts)
    try:
        _ = frame.schema
    except Exception as problem:
        if re.search("Fail to merge|[Aa]mbiguous|mixed partition", str(problem)):
            raise NeedsSparkError(f"input {found.path}: not all its files have the same columns") from None
        raise
    return frame, columns


def _list_places(found: TableFiles) -> tuple[list[str], str]:
    """What Sail is asked to read, and the first file: of a directory with folders for partitions that, else
    the files right in it, as Spark passes over those of plain folders below it."""
    if found.filesystem is None:
        raise NeedsSparkError(f"input {found.path} can't be looked at: {found.problem}")
    roots = {root.rstrip("/") for root in found.roots}
    below = {name: _list_folders(name, roots) for name in found.files}
    direct = [name for name, folders in below.items() if not folders]
    if any("=" in folder for folders in below.values() for folder in folders):
        if len(roots) > 1 or not all("=" in "/".join(folders) for folders in below.values()):
            raise NeedsSparkError(f"input {found.path}: not all its folders are of one partitioning")
        return [_name_place(found, found.root)], found.files[0]
    if not direct:
        raise _as_spark("UNABLE_TO_INFER_SCHEMA", format="Parquet")
    whole = len(direct) == len(below) and roots == {found.root.rstrip("/")}
    return [_name_place(found, name) for name in ([found.root] if whole else direct)], direct[0]


def _list_folders(name: str, roots: Collection[str]) -> list[str]:
    """The folders between a file and the root that it lies in."""
    folders: list[str] = []
    parent = name.rpartition("/")[0]
    while name not in roots and parent and parent not in roots:
        parent, _, folder = parent.rpartition("/")
        folders.append(folder)
    return folders


def _name_place(found: TableFiles, name: str) -> str:
    if found.roots == (name,) and "://" in found.path:
        return found.path
    files = found.filesystem
    return name if isinstance(files, LocalFileSystem) else str(files.unstrip_protocol(name))


def _infer_type(name: str, values: Collection[str], found: TableFiles) -> T.DataType:
    """The type of a partition column: as Spark guesses it where that gives the same text back, else text."""
    known = [value for value in values if value != NO_VALUE]
    if known and all(map(_WHOLE.fullmatch, known)):
        highest = max(abs(int(value)) for value in known)
        if highest < 2**63:
            return T.IntegerType() if highest < 2**31 else T.LongType()
    elif known and all(map(_is_day, known)):
        return T.DateType()
    elif not any(map(_MOMENT.fullmatch, known)):
        return T.StringType()
    raise NeedsSparkError(f"input {found.path}: the folders of {name!r} are named by times or long numbers")


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _refuse_doubles(names: list[str], found: TableFiles) -> None:
    lower = [name.casefold() for name in names]
    for name in names:
        if lower.count(name.casefold()) > 1:
            if name in found.partitions:
                raise NeedsSparkError(f"input {found.path}: {name!r} is a column and the name of folders")
            raise _as_spark("COLUMN_ALREADY_EXISTS", columnName=f"`{name.lower()}`")


def _take_whole(name: str, columns: ParquetColumns) -> Column:
    """A column of the files in the type that Spark reads it as."""
    stored, kind = column(name), columns.types[name]
    if name in columns.old_times:  # on the clock of UTC, whatever the session's zone
        stored = F.concat(stored.cast("string"), F.lit("Z")).cast("timestamp")
    elif kind is not None and not isinstance(kind, T.StructType | T.ArrayType | T.MapType):
        stored = stored.cast(kind)
    return stored.alias(name)


def _as_spark(condition: str, **parameters: str) -> AnalysisException:
    return AnalysisException(
        f"[{condition}] {', '.join(parameters.values())}", errorClass=condition, messageParameters=parameters
    )
