"""All of Spark ML that fits or scores: StandardScaler, KMeans, ClusteringEvaluator, PCA, other clusterings.

It is imported by whoever needs it when he needs it, for `sweep.by: spark_ml` or to compare other algorithms
on Spark: the default way runs where there is no Spark ML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.ml.clustering import BisectingKMeans, GaussianMixture, KMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import PCA, StandardScaler, VectorAssembler
from pyspark.sql import DataFrame, SparkSession

from custseg_spark.clustering.plane import Plane, build_plane

Points = NDArray[np.float64]
Labels = NDArray[np.int64]
THREADS = 3
"""Fits and scores on a sample are mostly Spark's overhead for small jobs: some at a time hide it."""
OTHERS = {"BisectingKMeans": BisectingKMeans, "GaussianMixture": GaussianMixture}


@contextmanager
def cache_points(
    spark: SparkSession, points: Points, further: Mapping[str, Labels] | None = None
) -> Iterator[DataFrame]:
    """`points` (n, d) as a vector column `features`, and the columns of `further` (n,), cached.

    One partition, so that no result depends on the cores.
    """
    names = [f"x{j}" for j in range(points.shape[1])]
    table = spark.createDataFrame(pd.DataFrame(points, columns=names).assign(**(further or {}))).coalesce(1)
    frame = VectorAssembler(inputCols=names, outputCol="features").transform(table).drop(*names).cache()
    try:
        yield frame
    finally:
        frame.unpersist()


def fit_scale(spark: SparkSession, values: Points) -> tuple[Points, Points]:
    """Mean and sample standard deviation (d,) of each column of `values` (n, d), by StandardScaler."""
    scaler = StandardScaler(withMean=True, withStd=True, inputCol="features", outputCol="scaled")
    with cache_points(spark, values) as frame:
        fitted = scaler.fit(frame)
        return fitted.mean.toArray(), fitted.std.toArray()


def fit_restarts(frame: DataFrame, k: int, restarts: int, seed: int) -> list[Points]:
    """The centres (k, d) that KMeans (k-means||) finds from each of `restarts` seeds, in the `frame` of
    `cache_points`."""
    with ThreadPoolExecutor(THREADS) as pool:
        fits = pool.map(lambda i: KMeans(k=k, seed=seed + i, maxIter=100).fit(frame), range(restarts))
        return [np.array(fit.clusterCenters()) for fit in fits]


def measure_silhouettes(
    spark: SparkSession, points: Points, labels: Mapping[int, Labels]
) -> dict[int, float]:
    """ClusteringEvaluator's silhouette (squared Euclidean) of `points` (n, d) under the `labels` (n,) of each
    k."""
    evaluator = ClusteringEvaluator(metricName="silhouette", distanceMeasure="squaredEuclidean")
    columns = {f"segment{k}": found for k, found in labels.items()}
    with cache_points(spark, points, columns) as frame, ThreadPoolExecutor(THREADS) as pool:
        scores = pool.map(lambda name: evaluator.evaluate(frame, {evaluator.predictionCol: name}), columns)
        return dict(zip(labels, scores, strict=True))


def fit_plane(spark: SparkSession, points: Points) -> Plane:
    """What `clustering.fit_plane` gives, by PCA."""
    with cache_points(spark, points) as frame:
        model = PCA(k=min(3, points.shape[1]), inputCol="features", outputCol="plane").fit(frame)
        return build_plane(model.pc.toArray().T, model.explainedVariance.toArray(), points.mean(axis=0))


def label_by_other(spark: SparkSession, name: str, points: Points, k: int, seed: int) -> Labels:
    """(n,) the labels of the `points` (n, d) by one of OTHERS.

    BisectingKMeans gets them moved into the positive quadrant: on centred features it gives up after one
    cluster, and no distance changes."""
    if name == "BisectingKMeans":
        points = points - points.min(axis=0) + 1.0
    estimator = OTHERS[name](k=k, seed=seed)
    with cache_points(spark, points, {"row": np.arange(len(points))}) as frame:
        found = estimator.fit(frame).transform(frame).select("row", "prediction").toPandas()
    return np.asarray(found.sort_values("row")["prediction"], dtype=np.int64)
