"""sample -> features: imputation, clipping and scaling, as fitted on the sample."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import clustering, data, features, journal
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
    recipe, raw, weights = counted.recipe, counted.sample.raw, counted.sample.weights
    treatments = features.fit_treatments(
        raw, counted.table.expressions, recipe.features, recipe.scale, weights
    )
    everyone = None
    if recipe.sweep.by == "spark_ml":
        treatments = _refit_scale(spark, counted, treatments)
    if recipe.sweep.sample == "all":
        everyone = _scale_everyone(counted, treatments)
    values = features.apply_treatments(raw, treatments)
    for line in list_doubts(recipe, raw, treatments, weights):
        journal.warn(line)
    points = features.to_model_scale(values, treatments)
    weights = None if weights is None else weights / weights.mean()
    return TreatedSample(treatments, values, points, counted.sample.places, everyone, counted.rows, weights)


def list_doubts(
    recipe: Recipe, raw: pd.DataFrame, treatments: Iterable[Treatment], weights: NDArray[np.float64] | None
) -> Iterator[str]:
    """What may be wrong with what cuts, a sentence each. `raw`: the sampled customers' values, NaN where
    missing."""
    for treatment in treatments:
        where = f"segment_by.{treatment.name}"
        missing = float(np.average(raw[treatment.name].isna(), weights=weights))
        if treatment.category:
            continue
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
    customers where the sweep takes all. StandardScaler knows no weights: where there are some, the driver's
    scale of the sample stays, and that of all customers is a pass of sums."""
    weighted, of_all = counted.sample.weights is not None, counted.recipe.sweep.sample == "all"
    if counted.recipe.scale != "standard" or (weighted and not of_all):
        return treatments
    from custseg_spark.clustering import spark_ml

    unscaled = tuple(remove_scale(treatments))
    if of_all:
        journal.scan("scale")
        rows = _scale_everyone(counted, unscaled)
        columns = [f"{SCALED}{i}" for i in range(len(unscaled))]
        with explain_engine_errors("reading the input", counted.table, counted.recipe):
            means, deviations = (
                _sum_up_scale(rows, dict(zip(columns, (t.centre for t in treatments), strict=True)))
                if weighted
                else spark_ml.fit_scale(spark_ml.assemble(rows.select(columns), columns))
            )
    else:
        values = features.to_model_scale(features.apply_treatments(counted.sample.raw, unscaled), unscaled)
        with spark_ml.cache_points(spark, values) as frame:
            means, deviations = spark_ml.fit_scale(frame)
    return features.refit_scale(treatments, means, deviations, counted.recipe.features)


def _scale_everyone(counted: CountedTable, treatments: Sequence[Treatment]) -> DataFrame:
    """All accepted customers: a column per feature on the scale of the `treatments`, ID, and their weight
    where they have one. Lazy."""
    scaled = add_stages(counted.table.accepted, build_scaled_stages(treatments))
    columns = [F.col(f"{SCALED}{i}") for i in range(len(treatments))]
    weight = [] if counted.sample.weights is None else [F.col(clustering.WEIGHT)]
    ids = data.column(counted.recipe.input.id_column).cast("string").alias(ID)
    return scaled.select(*columns, ids, *weight)


def _sum_up_scale(rows: DataFrame, near: Mapping[str, float]) -> tuple[list[float], list[float]]:
    """The weighted means and standard deviations of columns, whose divisor is what the weights add up to,
    less one; `near`: of each a number near its mean, so that sums of squares lose no digits."""
    weight = F.col(clustering.WEIGHT)
    away = [F.col(name) - F.lit(middle) for name, middle in near.items()]
    sums = [weight, *(weight * one for one in away), *(weight * one * one for one in away)]
    total, *found = rows.agg(*[F.sum(one).alias(f"s{i}") for i, one in enumerate(sums)]).collect()[0]
    shifts = [first / total for first in found[: len(away)]]
    spreads = [
        math.sqrt(max(0.0, square - total * shift**2) / (total - 1))
        for shift, square in zip(shifts, found[len(away) :], strict=True)
    ]
    return [middle + shift for middle, shift in zip(near.values(), shifts, strict=True)], spreads
