"""sample -> features: imputation, clipping and scaling, as fitted on the sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd
from pyspark.sql import SparkSession

from custseg_spark import features, journal
from custseg_spark.features import Treatment
from custseg_spark.recipe import Recipe
from custseg_spark.results import CountedTable, TreatedSample
from custseg_spark.sql import find_columns

MANY_FILLED = 0.25
"""From this share of customers without a value on, what is filled in may make a segment of its own."""


def treat_features(spark: SparkSession, counted: CountedTable) -> TreatedSample:
    """The features of the sampled customers, complete, bounded and comparable.

    Raises DataError naming the feature that can't cut: all values missing, equal, or too far apart.
    """
    recipe, raw = counted.recipe, counted.sample.raw
    treatments = features.fit_treatments(raw, counted.table.expressions, recipe.segment_by, recipe.scale)
    treatments = _refit_scale(spark, raw, treatments, recipe)
    values = features.apply_treatments(raw, treatments)
    for line in list_doubts(recipe, raw, treatments):
        journal.warn(line)
    return TreatedSample(treatments, values, features.to_model_scale(values, treatments))


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
    spark: SparkSession, raw: pd.DataFrame, treatments: tuple[Treatment, ...], recipe: Recipe
) -> tuple[Treatment, ...]:
    """The treatments of the sampled customers' `raw` values; where the sweep is Spark ML's, a standard scale
    is that of its StandardScaler."""
    if recipe.sweep.by == "driver" or recipe.scale != "standard":
        return treatments
    from custseg_spark.clustering import spark_ml

    values = features.to_model_scale(features.apply_treatments(raw, treatments), remove_scale(treatments))
    means, deviations = spark_ml.fit_scale(spark, values)
    return tuple(
        replace(t, centre=float(mean), scale=float(deviation) or t.scale)  # 0 by rounding alone
        for t, mean, deviation in zip(treatments, means, deviations, strict=True)
    )
