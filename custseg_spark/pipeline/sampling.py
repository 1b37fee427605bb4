"""check -> sample: one pass over all rows, the customers that the sweep works on, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
from pyspark.sql import Observation
from pyspark.sql import functions as F

from custseg_spark import clustering, data, features
from custseg_spark.errors import DataError
from custseg_spark.journal import Journal
from custseg_spark.pipeline import observation
from custseg_spark.pipeline.intake import Intake
from custseg_spark.pipeline.problems import told
from custseg_spark.recipe import Recipe


@dataclass(frozen=True)
class Sample:
    """The sampled customers, in an order that says nothing, and what the pass over all rows counted.

    `raw`: a column per feature in its unit, NaN where missing; `described`: the id and everything
    that describes; both one row per sampled customer. `reach`: who is in it. `whole`: it is the whole table.
    """

    raw: pd.DataFrame
    described: pd.DataFrame
    reach: clustering.Reach
    quality: data.Quality
    missing: dict[str, int]
    whole: bool


def sampled(found: Intake, recipe: Recipe, rows: int, journal: Journal) -> tuple[Sample, dict[str, int]]:
    """One pass over all rows: the counts of the contract, and the sample. The counts are not judged here."""
    journal.scan("statistics and sample")
    observed = Observation("contract")
    counted = data.counts(found.checks)
    missing = [
        F.count_if(F.col(f"{features.RAW}{name}").isNull()).alias(f"missing_{name}")
        for name in found.expressions
    ]
    watched = found.frame.observe(observed, *counted, *missing)
    accepted = data.accepted(watched, found.checks)
    chosen = clustering.drawn(
        accepted, data.column(recipe.input.id), recipe.sweep.sample, rows, recipe.sweep.seed
    )
    raw = [F.col(f"{features.RAW}{name}") for name in found.expressions]
    columns = [F.expr(sql).alias(f"_described{i}") for i, sql in enumerate(found.described.values())]
    with told("reading the input"):
        table = chosen.select(
            clustering.HASH, data.column(recipe.input.id).cast("string").alias("id"), *raw, *columns
        ).toPandas()
        seen = observation.got(observed, found.frame, [*counted, *missing], journal)
    counts = {name: int(value) for name, value in seen.items()}
    table = table.sort_values([clustering.HASH, "id"], ignore_index=True).head(recipe.sweep.sample)
    hashes = table[clustering.HASH].to_numpy()
    whole = rows <= recipe.sweep.sample
    highest = clustering.HIGHEST if whole or not len(hashes) else int(hashes[-1])
    described = table[["id", *(f"_described{i}" for i in range(len(columns)))]]
    sample = Sample(
        raw=table[[f"{features.RAW}{name}" for name in found.expressions]].set_axis(
            list(found.expressions), axis=1
        ),
        described=described.set_axis(["id", *found.described], axis=1),
        reach=clustering.Reach(recipe.sweep.seed, highest, hashes),
        quality=data.Quality(0, 0, 0, {}),
        missing={name: counts[f"missing_{name}"] for name in found.expressions},
        whole=whole,
    )
    return sample, counts


def judged(
    found: Intake, sample: Sample, counts: Mapping[str, int], recipe: Recipe, rows: int, journal: Journal
) -> Sample:
    """The sample with the verdict on the table. Raises DataError where the contract is broken."""
    quality = data.verdict(counts, found.checks, recipe.rules.max_quarantined)
    unchanged(rows, quality.read)
    if recipe.input.unique == "auto" and rows > data.EXACT_UP_TO:
        repeats = data.repeated_in(
            sample.described["id"].tolist(),
            recipe.rules.max_quarantined,
            data.bound_of(recipe.rules.reasons, data.ID_REPEATED),
        )
        if repeats:
            journal.warn(repeats)
    return replace(sample, quality=quality)


def unchanged(before: int, now: int) -> None:
    """Raises DataError where two passes over the table saw different numbers of rows."""
    if now != before:
        raise DataError(
            f"{now:,} rows were read where {before:,} were before: the input changed during the run",
            "run again when the table is at rest, or point at a snapshot of it",
        )
