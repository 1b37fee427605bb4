"""Tables of a lake as Sail reads them: with deletion vectors, mapped columns and earlier versions."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from pyspark.sql import DataFrame, SparkSession

from custseg_spark.data.table_files import TableFiles
from custseg_spark.errors import DataError, NeedsSparkError
from custseg_spark.recipe import models

_UNREAD = ("total-delete-files", "total-position-deletes", "total-equality-deletes")
"""What an Iceberg snapshot counts of rows that are deleted beside the files they stand in."""


def load_on_sail(spark: SparkSession, kind: str, source: models.Source, found: TableFiles) -> DataFrame:
    """The rows that such a table has now. Raises NeedsSparkError where Sail would read other ones."""
    where = f"input {found.path}"
    if kind == "hudi":
        raise NeedsSparkError(f"{where} is a table of Hudi, which Sail does not know")
    path = found.root if "://" not in found.path else found.path
    if quote(path, safe="/:") != path:  # it would be looked for in another place
        raise NeedsSparkError(f"{where}: Sail finds no table of a lake behind such signs in a path")
    if kind == "iceberg":
        _refuse_deleted_rows(found)
    frame = spark.read.format(kind).options(**source.options).load(path)
    try:
        frame.limit(1).toArrow()  # some of what a log asks for is missed only when a file is opened
    except Exception as problem:
        if re.search("unsupported reader features|not available in Delta file scan", str(problem)):
            raise NeedsSparkError(f"{where}: the table uses what Sail does not read") from None
        first, *_ = str(problem).splitlines() or [type(problem).__name__]
        what = f"{where}: the {kind.capitalize()} table can't be read: {first}"
        raise DataError(what, "check its log") from problem
    return frame


def _refuse_deleted_rows(found: TableFiles) -> None:
    """Raises NeedsSparkError for an Iceberg table with files of deletes, or whose files know their columns by
    name alone."""
    logs = found.filesystem.glob(f"{found.root.rstrip('/')}/metadata/*.metadata.json")
    newest = json.loads(found.filesystem.cat_file(max(logs, key=_read_version)))
    current = newest.get("current-snapshot-id")
    snapshots = [one for one in newest.get("snapshots", ()) if one["snapshot-id"] == current]
    if any(int(one.get("summary", {}).get(key, 0)) for one in snapshots for key in _UNREAD):
        raise NeedsSparkError(f"input {found.path}: the Iceberg table has files of deleted rows")
    if "schema.name-mapping.default" in newest.get("properties", {}):
        raise NeedsSparkError(f"input {found.path}: the Iceberg table maps its columns by name")


def _read_version(name: str) -> int:
    """Of v12.metadata.json or 00012-....metadata.json."""
    number = name.rpartition("/")[2].removeprefix("v").partition(".")[0].partition("-")[0]
    return int(number) if number.isdigit() else -1
