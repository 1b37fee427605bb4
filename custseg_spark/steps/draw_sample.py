"""check -> sample: one pass over all rows, the customers that the sweep works on, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pyspark.sql import Observation
from pyspark.sql import functions as F

from custseg_spark import clustering, data, features, journal
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError
from custseg_spark.recipe import Recipe
from custseg_spark.results import CustomerTable, Sample
from custseg_spark.steps import observation


def draw_sample(found: CustomerTable, recipe: Recipe, rows: int) -> tuple[Sample, dict[str, int]]:
    """One pass over all rows: the counts of the contract, and the sample. The counts are not judged here."""
    journal.scan("statistics and sample")
    observed = Observation("contract")
    counted = data.aggregate_counts(found.checks)
    missing = [
        F.count_if(F.col(f"{features.RAW}{name}").isNull()).alias(f"missing_{name}")
        for name in found.expressions
    ]
    watched = found.frame.observe(observed, *counted, *missing)
    accepted = data.keep_accepted(watched, found.checks)
    chosen = clustering.filter_sample(
        accepted, data.column(recipe.input.id), recipe.sweep.sample, rows, recipe.sweep.seed
    )
    raw = [F.col(f"{features.RAW}{name}") for name in found.expressions]
    columns = [F.expr(sql).alias(f"_described{i}") for i, sql in enumerate(found.described.values())]
    with translate_engine_errors("reading the input"):
        table = chosen.select(
            clustering.HASH, data.column(recipe.input.id).cast("string").alias("id"), *raw, *columns
        ).toPandas()
        seen = observation.read_observation(observed, found.frame, [*counted, *missing])
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
        reach=clustering.SampleRange(recipe.sweep.seed, highest, hashes),
        quality=data.Quality(0, 0, 0, {}),
        missing={name: counts[f"missing_{name}"] for name in found.expressions},
        whole=whole,
    )
    return sample, counts


def check_quality(
    found: CustomerTable,
    sample: Sample,
    counts: Mapping[str, int],
    recipe: Recipe,
    rows: int,
) -> Sample:
    """The sample with the verdict on the table. Raises DataError where the contract is broken."""
    quality = data.judge_counts(counts, found.checks, recipe.rules.max_quarantined)
    refuse_change(rows, quality.read)
    if recipe.input.unique == "auto" and rows > data.EXACT_UP_TO:
        repeats = data.find_repeats(
            sample.described["id"].tolist(),
            recipe.rules.max_quarantined,
            data.find_bound(recipe.rules.reasons, data.ID_REPEATED),
        )
        if repeats:
            journal.warn(repeats)
    return replace(sample, quality=quality)


def refuse_change(before: int, now: int) -> None:
    """Raises DataError where two passes over the table saw different numbers of rows."""
    if now != before:
        raise DataError(
            f"{now:,} rows were read where {before:,} were before: the input changed during the run",
            "run again when the table is at rest, or point at a snapshot of it",
        )
