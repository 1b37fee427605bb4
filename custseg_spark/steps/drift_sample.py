"""The customers that drift is measured on: carried to the driver by the scan that writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import TimestampType

from custseg_spark import clustering, data, journal
from custseg_spark.engine.expressions import compile_expression
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.recipe import Recipe
from custseg_spark.results import CustomerTable
from custseg_spark.steps.explain_cast import explain_engine_errors

SAMPLE = "sample"
SIZE = 20_000
"""Customers, about."""
_COUNTED_IN_FOOTERS = ("parquet", "orc", "excel")


def estimate_table_rows(table: CustomerTable, path: str, recipe: Recipe) -> int:
    """How many rows tonight's table has, as far as that is known without reading it: the sample's size rests
    on it, and must on no other table, for that may have a thousandth of tonight's rows or a thousand times as
    many.

    Of text and Parquet it is estimated from the files' sizes, which is no scan. A table of the catalog, or
    Parquet under a filter, which may leave a thousandth, is asked for its count, and that is told as one.
    """
    filtered = recipe.input.filter is not None or recipe.input.unique == "exact"
    if table.format == "csv" or (table.format == "parquet" and recipe.input.filter is None):
        estimate = data.estimate_rows(path, table.format)
        if estimate is not None:
            return estimate
    if table.format not in _COUNTED_IN_FOOTERS or filtered:
        journal.scan("count")
    with translate_engine_errors(f"input {path}"):
        return table.frame.count()


def aggregate_drift_sample(table: CustomerTable, recipe: Recipe, rows: int) -> Column:
    """About SIZE of the `rows` customers, by the hash of their id, as one aggregate SAMPLE: a list of structs
    of everything that drift is measured on, in the order of `table.described`."""
    inside = _match_hash(recipe, rows) & data.pass_checks(table.checks)
    return F.collect_list(F.when(inside, F.struct(*_select_described(table)))).alias(SAMPLE)


def complete_drift_sample(
    sample: Sequence[Any], table: CustomerTable, recipe: Recipe, accepted: int
) -> Sequence[Any]:
    """The sample, or where an estimate or a filter left far too few of the `accepted` customers in it, one
    that is drawn anew, now that their number is known; on Spark 4.0 too, whose observations bring no list
    back."""
    if isinstance(sample, list) and 4 * len(sample) >= min(accepted, SIZE):
        return sample
    journal.scan("drift sample")
    with explain_engine_errors("reading the input", table, recipe, of_run=True):
        chosen = table.accepted.filter(_match_hash(recipe, accepted))
        return chosen.select(*_select_described(table)).collect()


def _match_hash(recipe: Recipe, rows: int) -> Column:
    key = data.column(recipe.input.id_column).cast("string")
    return clustering.hash_id(key, recipe.sweep.seed) <= clustering.find_highest_hash(SIZE, rows)


def _select_described(table: CustomerTable) -> list[Column]:
    """A moment is carried as it reads in the session's zone, not turned into the driver's own."""
    columns = [compile_expression(table.frame, sql) for sql in table.described.values()]
    kinds = [field.dataType for field in table.frame.select(*columns).schema]
    return [
        (column.cast("timestamp_ntz") if isinstance(kind, TimestampType) else column).alias(f"_{i}")
        for i, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
