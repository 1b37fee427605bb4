"""sample -> features: imputation, clipping and scaling, as fitted on the sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import data, features, journal
from custseg_spark.clustering import add_stages
from custseg_spark.features import Treatment
from custseg_spark.model import SCALED, build_scaled_stages
from custseg_spark.recipe import Recipe
from custseg_spark.results import CountedTable, TreatedSample
from custseg_spark.sql import find_columns
from custseg_spark.steps.explain_cast import explain_engine_errors

ID = "_id"
MANY_FILLED = 0.25
"""From this share of customers without a value on, what is filled in may make a segment of its own."""


def treat_features(spark: SparkSession, counted: CountedTable) -> TreatedSample:
    """The features of the sampled customers, complete, bounded and comparable.

    Raises DataError naming the feature that can't cut: all values missing, equal, or too far apart.
    """
    recipe, raw = counted.recipe, counted.sample.raw
    treatments = features.fit_treatments(raw, counted.table.expressions, recipe.segment_by, recipe.scale)
    everyone = None
    if recipe.sweep.by == "spark_ml":
        treatments = _refit_scale(spark, counted, treatments)
    if recipe.sweep.sample == "all":
        everyone = _scale_everyone(counted, treatments)
    values = features.apply_treatments(raw, treatments)
    for line in list_doubts(recipe, raw, treatments):
        journal.warn(line)
    points = features.to_model_scale(values, treatments)
    return TreatedSample(treatments, values, points, counted.sample.places, everyone, counted.rows)


def list_doubts(recipe: Recipe, raw: pd.DataFrame, treatments: Iterable[Treatment]) -> Iterator[str]:
    """What may be wrong with what cuts, a sentence each. `raw`: the sampled customers' values, NaN where
    missing."""
    for treatment in treatments:
        where, missing = f"segment_by.{treatment.name}", float(raw[treatment.name].isna().mean())
        if {column.lower() for column in find_columns(treatment.sql)} == {recipe.input.id_column.lower()}:
            yield f"{where}: cuts by {recipe.input.id}, the id, which says nothing of what customers do"
        if treatment.fill is not None and missing >= MANY_FILLED:
            yield (
                f"{where}: {missing:.0%} of the customers have no value and count as {treatment.fill:.6g} "
                f"(impute): look whether a segment is made of them"
            )


def remove_scale(treatments: Iterable[Treatment]) -> list[Treatment]:
    """The treatments up to the transform: what a scaler is fitted on."""
    return [replace(t, centre=0.0, scale=1.0) for t in treatments]


def _refit_scale(
    spark: SparkSession, counted: CountedTable, treatments: tuple[Treatment, ...]
) -> tuple[Treatment, ...]:
    """The treatments, a standard scale being that of Spark ML's StandardScaler: on the sample, or on all
    customers where the sweep takes all."""
    if counted.recipe.scale != "standard":
        return treatments
    from custseg_spark.clustering import spark_ml

    unscaled = tuple(remove_scale(treatments))
    if counted.recipe.sweep.sample == "all":
        journal.scan("scale")
        rows = _scale_everyone(counted, unscaled)
        with explain_engine_errors("reading the input", counted.table, counted.recipe):
            columns = [name for name in rows.columns if name != ID]
            means, deviations = spark_ml.fit_scale(spark_ml.assemble(rows, columns))
    else:
        values = features.to_model_scale(features.apply_treatments(counted.sample.raw, unscaled), unscaled)
        with spark_ml.cache_points(spark, values) as frame:
            means, deviations = spark_ml.fit_scale(frame)
    return tuple(
        replace(t, centre=float(mean), scale=float(deviation) or t.scale)  # 0 by rounding alone
        for t, mean, deviation in zip(treatments, means, deviations, strict=True)
    )


def _scale_everyone(counted: CountedTable, treatments: Sequence[Treatment]) -> DataFrame:
    """All accepted customers: a column per feature on the scale of the `treatments`, and ID. Lazy."""
    scaled = add_stages(counted.table.accepted, build_scaled_stages(treatments))
    columns = [F.col(f"{SCALED}{i}") for i in range(len(treatments))]
    return scaled.select(*columns, data.column(counted.recipe.input.id_column).cast("string").alias(ID))
