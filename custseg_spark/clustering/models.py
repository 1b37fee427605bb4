"""Spark ML models that carry given numbers, made by their public API alone.

Spark ML has no constructor for a fitted model, but a fit on a table of few chosen rows has a known
result: k-means on exactly k points has those points as centres, and a scaler fitted on two points
either side of a centre has that centre and that spread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.ml.feature import StandardScaler, StandardScalerModel
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def fixed_centres(
    spark: SparkSession, centres: NDArray[np.float64], features: str, prediction: str
) -> tuple[KMeansModel, list[int]]:
    """A KMeansModel whose centres are `centres` (k, d), all different, and for each of its predictions the
    row of `centres` it stands for, as the order of the centres is Spark's."""
    fit = KMeans(
        k=len(centres), initMode="random", maxIter=1, featuresCol=features, predictionCol=prediction, seed=1
    )
    model = fit.fit(vectors(spark, centres, features))
    found = np.array(model.clusterCenters())
    order = [int(np.argmin(((centres - centre) ** 2).sum(axis=1))) for centre in found]
    if sorted(order) != list(range(len(centres))):
        raise AssertionError(f"Spark kept {len(set(order))} of {len(centres)} given centres")
    return model, order


def fixed_scaler(
    spark: SparkSession, centre: Sequence[float], scale: Sequence[float], features: str, output: str
) -> StandardScalerModel:
    """A StandardScalerModel that subtracts `centre` and divides by `scale`, each (d,)."""
    middle, half = np.array(centre), np.array(scale) / math.sqrt(2)
    scaler = StandardScaler(withMean=True, withStd=True, inputCol=features, outputCol=output)
    return scaler.fit(vectors(spark, np.array([middle - half, middle + half]), features))


def vectors(spark: SparkSession, points: NDArray[np.float64], column: str) -> DataFrame:
    """One row per point (n, d), a vector column, in one partition: small tables only."""
    names = [f"x{j}" for j in range(points.shape[1])]  # Arrow: rows of Python take Python on executors
    rows = spark.createDataFrame(pa.table(dict(zip(names, points.T, strict=True))))
    return rows.coalesce(1).select(array_to_vector(F.array(*names)).alias(column))
