"""check -> sample: one pass over all rows, and the customers that the sweep works on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from custseg_spark import clustering, data, features, journal
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.expressions import compile_expression
from custseg_spark.engine.session import is_on_this_machine
from custseg_spark.recipe import Recipe
from custseg_spark.recipe.features import MISSING
from custseg_spark.results import CustomerTable, Sample
from custseg_spark.steps.explain_cast import explain_engine_errors

COPIED_UP_TO = 200_000
"""Rows of a table that is computed once, with its checks, into a copy."""


def copy_small_table(found: CustomerTable, recipe: Recipe, rows: int) -> CustomerTable:
    """A small table as a copy of itself where the engine is on this machine, any other as it is.

    Every pass over a table plans all of its casts and checks anew, which takes longer than the pass itself
    where rows are few (docs/decisions/small-tables.md). Over a copy there is nothing left to plan.
    """
    if rows > COPIED_UP_TO or not is_on_this_machine(found.frame.sparkSession):
        return found
    journal.scan("copy")
    with explain_engine_errors("reading the input", found, recipe):
        return found.copy_rows()


def draw_sample(found: CustomerTable, recipe: Recipe, rows: int) -> tuple[Sample, dict[str, int]]:
    """One pass over all rows: the counts of the contract, and the sample. The counts are not judged here."""
    journal.scan("statistics and sample")
    missing = [*_count_missing(found, recipe), *found.aggregate_fractions()]
    accepted, observed = observe_contract(found, *missing)
    chosen = clustering.filter_sample(
        accepted, data.column(recipe.input.id_column), recipe.sweep.sample_rows, rows, recipe.sweep.seed
    )
    raw = [F.col(f"{features.RAW}{name}") for name in found.expressions]
    raw += [F.col(f"{features.LEVEL}{name}") for name in recipe.categories]
    if recipe.customers.weight is not None:
        raw.append(F.col(clustering.WEIGHT))
    columns = [
        compile_expression(found.frame, sql).alias(f"_described{i}")
        for i, sql in enumerate(found.described.values())
    ]
    with explain_engine_errors("reading the input", found, recipe):
        table = chosen.select(
            clustering.HASH, data.column(recipe.input.id_column).cast("string").alias("id"), *raw, *columns
        ).toPandas()
        counts = read_observation(observed, found, *missing)
    table = table.sort_values([clustering.HASH, "id"], ignore_index=True).head(recipe.sweep.sample_rows)
    hashes = table[clustering.HASH].to_numpy()
    whole = rows <= recipe.sweep.sample_rows
    highest = clustering.HIGHEST if whole or not len(hashes) else int(hashes[-1])
    described = table[["id", *(f"_described{i}" for i in range(len(columns)))]]
    sample = Sample(
        raw=_take_columns(table, features.RAW, found.expressions),
        levels=_take_columns(table, features.LEVEL, recipe.categories),
        described=described.set_axis(["id", *found.described], axis=1),
        reach=clustering.SampleRange(recipe.sweep.seed, highest, hashes),
        missing={name: counts[f"missing_{name}"] for name in (*found.expressions, *recipe.categories)},
        whole=whole,
        weights=table[clustering.WEIGHT].to_numpy(dtype=np.float64) if clustering.WEIGHT in table else None,
    )
    return sample, counts


def _count_missing(found: CustomerTable, recipe: Recipe) -> Iterator[Column]:
    """The rows without a value, of each feature and of each category."""
    for name in found.expressions:
        yield F.count_if(F.col(f"{features.RAW}{name}").isNull()).alias(f"missing_{name}")
    for name in recipe.categories:
        yield F.count_if(F.col(f"{features.LEVEL}{name}") == MISSING).alias(f"missing_{name}")


def _take_columns(table: pd.DataFrame, prefix: str, names: Iterable[str]) -> pd.DataFrame:
    """The columns of these names, which stand under a prefix."""
    return table[[f"{prefix}{name}" for name in names]].set_axis([*names], axis=1)


def observe_contract(table: CustomerTable, *more: Column) -> tuple[DataFrame, Observation | None]:
    """The accepted rows; the pass that reads them counts the rows of each check, and takes `more` aggregates,
    over all rows. None where the engine observes no pass."""
    if is_sail(table.frame.sparkSession):
        return table.accepted, None
    observed = Observation("contract")
    watched = table.frame.observe(observed, *data.aggregate_counts(table.checks), *more)
    return data.keep_accepted(watched, table.checks), observed


def read_observation(observed: Observation | None, table: CustomerTable, *more: Column) -> dict[str, Any]:
    """What `observe_contract` counted and took, by name; counts are `int`.

    Some sinks and servers lose them; then they are taken by a scan of their own.
    """
    found: dict[str, Any] = observed.get if observed else {}
    if not found:
        journal.scan("statistics")
        found = table.frame.agg(*data.aggregate_counts(table.checks), *more).collect()[0].asDict()
    return {name: int(value) if isinstance(value, Integral) else value for name, value in found.items()}
