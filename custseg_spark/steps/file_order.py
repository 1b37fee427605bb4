"""read -> sample: where the sampled customers stand in their file, for a replication.

An engine reads a file in pieces and gives its rows in the order in which those are done: Sail does so with
Parquet of several row groups, and with wide text. So the file is read once more with its rows numbered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession

from custseg_spark import data, journal
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError, InputChangedError, RecipeError
from custseg_spark.recipe import ROW_NUMBER, Recipe, change
from custseg_spark.results import CustomerTable, Sample
from custseg_spark.steps.load_table import apply_recipe

_ELSE = "leave sweep.order out: the best segments are looked for then, whatever the order of the rows"
_UNORDERED = {
    data.DATAFRAME: "a DataFrame is none",
    **{kind: f"a table of the format {kind} is none" for kind in ("table", "delta", "iceberg", "hudi")},
}


def refuse_unordered(recipe: Recipe, source: str | DataFrame, table: CustomerTable, rows: int) -> None:
    """Raises DataError where nobody can say in which order all `rows` stand, or the driver holds only some of
    them; RecipeError where the table has a column ROW_NUMBER of its own."""
    what = _UNORDERED.get(table.format, "")
    if isinstance(source, str) and not what:
        files = len(data.locate(source).require_files())
        what = f"{source} holds {files} files" if files > 1 else ""
    if what:
        raise DataError(f"sweep.order: file takes one file, whose rows have an order; {what}", _ELSE)
    if rows > recipe.sweep.sample_rows:
        raise DataError(
            f"sweep.order: file takes all rows: the table has {rows:,}, and sweep.sample is "
            f"{recipe.sweep.sample_rows:,}",
            f"raise sweep.sample to {rows}; or {_ELSE}",
        )
    if not recipe.input.numbers_rows and ROW_NUMBER in map(str.lower, table.columns):
        raise RecipeError(
            f"sweep.order: file numbers the rows, and the table has a column {ROW_NUMBER!r} of its own",
            f"rename it; or {_ELSE}",
        )


def read_places(spark: SparkSession, recipe: Recipe, path: str, sample: Sample) -> NDArray[np.int64]:
    """(n,) the number of the row of each sampled customer in the file at `path`, which `refuse_unordered` let
    pass. Raises DataError where two of them have one id, InputChangedError where one is no longer there."""
    journal.scan("order of the file")
    numbered = change(recipe, {"input.id": {ROW_NUMBER: True}}).input
    with translate_engine_errors(f"input {path}"):
        table = data.apply_privacy(data.open_table(spark, numbered, path), recipe.privacy)
        frame = apply_recipe(table, recipe).frame
        rows = frame.select(
            data.column(recipe.input.id_column).cast("string").alias("id"),
            data.column(ROW_NUMBER).cast("long").alias("place"),
        ).toPandas()
    ids = sample.described["id"]
    rows = rows[rows["id"].isin(ids)]
    if rows["id"].duplicated().any() or ids.duplicated().any():
        raise DataError("sweep.order: file takes an id for each row; some stand twice", _ELSE)
    places = ids.map(rows.set_index("id")["place"])
    if places.isna().any():
        raise InputChangedError(f"{int(places.isna().sum()):,} customers are no longer in {path}")
    return np.asarray(places, dtype=np.int64)
