"""Labelled customers into the lake, by day and segment: one day replaced, every other day as it was."""

from __future__ import annotations

import time

import fsspec
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark.data.columns import quote
from custseg_spark.data.lake import swap
from custseg_spark.data.lake.swap import DAY
from custseg_spark.data.parquet_types import find_arrow_schema
from custseg_spark.data.write import write_customers
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.spark_problems import UNKNOWN_FORMAT
from custseg_spark.engine.translate_errors import explain_error
from custseg_spark.errors import RecipeError, RunError
from custseg_spark.recipe.sections import Publish, check_day

SEGMENT = "segment"


def publish(
    customers: DataFrame, wanted: Publish, day: str, run_id: str, written_by: str | None = None
) -> str:
    """Write `customers` (a row per customer, with `segment`) as the day's; gives where they are.

    Adds `run_date` (date) and `run_id`, the run whose model labelled them. `written_by`: the id of the score
    that writes them; the run itself if null. Parquet: the day is swapped by renames (`swap`). Delta: one
    commit, by the session where it has Delta's jars, else by delta-rs over the files that the engine wrote.
    Raises RecipeError where neither is there, RunError where the table can't be written.
    """
    try:
        check_day(day)
    except ValueError as problem:
        raise RecipeError(f"publish: {problem}", "name the day that is replaced") from None
    spark, frame = customers.sparkSession, customers.withColumn("run_id", F.lit(run_id))
    writer = written_by or run_id
    if wanted.table is not None:
        _fill_catalog(spark, frame, wanted, day, writer)
        return wanted.table
    assert wanted.path is not None
    path = wanted.path if "://" in wanted.path else str(fsspec.core.url_to_fs(wanted.path)[1])
    if wanted.format == "parquet":
        _swap_day(frame, path, day, writer)
    elif knows_delta(spark):
        _add_day(frame, day).write.format("delta").mode("overwrite").option(
            "replaceWhere", f"{DAY} = '{day}'"
        ).partitionBy(DAY, SEGMENT).save(path)
    else:
        _commit_day(frame, path, day, writer)
    return path


def knows_delta(spark: SparkSession) -> bool:
    """Whether the session has Delta's jars. Sail's own writer of Delta is not taken: it casts what does not
    fit, drops a column that the table lacks, and writes beside a path with a bracket."""
    if is_sail(spark):
        return False
    try:
        _ = spark.read.format("delta").load("/nowhere").schema
    except Exception as problem:
        known = explain_error(problem, "publish")
        return known is None or known.code != UNKNOWN_FORMAT
    return True


def _swap_day(frame: DataFrame, path: str, day: str, writer: str) -> None:
    write_customers(frame, swap.find_staging(path, writer), SEGMENT)
    swap.replace_day(path, day, writer)


def _add_day(frame: DataFrame, day: str) -> DataFrame:
    return frame.withColumn(DAY, F.lit(day).cast("date"))


def _fill_catalog(spark: SparkSession, frame: DataFrame, wanted: Publish, day: str, writer: str) -> None:
    """A catalog table: Delta in one commit; Parquet by swapping the day in the table's own directory, after
    which the catalog is told which partitions there are. It is told before as well: whoever was killed
    between the two left a day whose new segments nobody sees."""
    table = ".".join(quote(part) for part in str(wanted.table).split("."))
    dated = _add_day(frame, day)
    if not spark.catalog.tableExists(str(wanted.table)):
        empty = dated.limit(0).write.format(wanted.format).partitionBy(DAY, SEGMENT)
        empty.mode("ignore").saveAsTable(table)
    if wanted.format == "delta":
        dated.writeTo(table).overwrite(F.col(DAY) == F.lit(day).cast("date"))
        return
    told = {
        row["col_name"]: row["data_type"] for row in spark.sql(f"DESCRIBE TABLE EXTENDED {table}").collect()
    }
    if told.get("Provider", "").lower() != "parquet":
        raise RunError(
            f"publish.table: {wanted.table} is a table of {told.get('Provider', 'another kind')}",
            "set publish.format to what it is, or publish to another table",
        )
    _refuse_another_shape(str(wanted.table), spark.table(table), dated)
    location = told["Location"].removeprefix("file:")
    swap.recover(location, day, writer)
    _repair(spark, table)
    _swap_day(frame, location, day, writer)
    _repair(spark, table)


def _repair(spark: SparkSession, table: str) -> None:
    """Tell the catalog which partitions the table's directory has."""
    spark.sql(f"MSCK REPAIR TABLE {table} SYNC PARTITIONS")
    spark.catalog.refreshTable(table)


def _refuse_another_shape(name: str, there: DataFrame, dated: DataFrame) -> None:
    """Raises RunError where the table has other columns or types: its readers could not read the day."""
    known, found = (dict(frame.dtypes) for frame in (there, dated))
    if odd := sorted(known.keys() ^ found.keys()):
        raise RunError(
            f"publish.table: {name} has other columns: {', '.join(odd)}",
            "name the columns it has under output.columns, or publish to another table",
        )
    changed = [f"{key} ({kind}, not {found[key]})" for key, kind in known.items() if kind != found[key]]
    if changed:
        raise RunError(
            f"publish.table: {name} has other types: {', '.join(changed)}",
            "declare them under input.types as they are there, or publish to another table",
        )


def _commit_day(frame: DataFrame, path: str, day: str, writer: str) -> None:
    """Files of the engine, made the table's day in one commit of delta-rs; until then nobody sees them."""
    try:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError
        from deltalake.schema import Schema
        from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions
    except ImportError:
        raise RecipeError(
            "publish.format: this Spark session knows no Delta, and deltalake is not installed",
            "pip install 'custseg_spark[delta]', or start Spark with Delta's jars",
        ) from None
    below = f"data-{writer}"
    write_customers(frame, f"{path}/{below}", SEGMENT)
    files, root = fsspec.core.url_to_fs(path)
    actions = []
    for name, info in sorted(files.find(f"{root}/{below}", detail=True).items()):
        if name.endswith(".parquet"):
            segment = name.partition(f"/{SEGMENT}=")[2].partition("/")[0]
            inside, now = name.removeprefix(f"{root}/"), int(1000 * time.time())
            actions.append(AddAction(inside, info["size"], {DAY: day, SEGMENT: segment}, now, True, "{}"))
    both: list[AddAction | RemoveAction] = [*actions]
    schema = Schema.from_arrow(find_arrow_schema(_add_day(frame, day).schema))
    try:
        if DeltaTable.is_deltatable(path):
            DeltaTable(path).create_write_transaction(
                both, "overwrite", schema, [DAY, SEGMENT], partition_filters=[(DAY, "=", day)]
            )
        else:
            create_table_with_add_actions(path, schema, actions, mode="error", partition_by=[DAY, SEGMENT])
    except (DeltaError, OSError) as problem:
        first, *_ = str(problem).splitlines() or [type(problem).__name__]
        raise RunError(
            f"publish: nothing was committed to the Delta table {path}: {first}",
            "check its log (_delta_log) and the right to write there; if another job was at it, run again",
        ) from problem
