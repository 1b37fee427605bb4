"""The other clusterings of Spark ML, for `custseg compare`, or their twins in scikit-learn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import SparkSession
from sklearn.cluster import BisectingKMeans
from sklearn.mixture import GaussianMixture


def label_by_others(
    spark: SparkSession | None, points: NDArray[np.float64], k: int, seed: int
) -> Iterator[tuple[str, NDArray[np.int64], float]]:
    """Name, labels (n,) of the `points` (n, d), and seconds, of BisectingKMeans and GaussianMixture at k.

    They are Spark ML's; scikit-learn's where `spark` is None, as on an engine without Spark ML.
    """
    makers: dict[str, Callable[[], NDArray[np.int64]]] = {
        "BisectingKMeans": lambda: BisectingKMeans(k, random_state=seed).fit_predict(points),
        "GaussianMixture": lambda: GaussianMixture(k, random_state=seed).fit_predict(points),
    }
    if spark is not None:
        from custseg_spark.clustering import spark_ml

        makers = {
            "BisectingKMeans": lambda: spark_ml.label_by_bisection(spark, points, k, seed),
            "GaussianMixture": lambda: spark_ml.label_by_mixture(spark, points, k, seed),
        }
    for name, label in makers.items():
        begun = time.perf_counter()
        labels = label().astype(np.int64)
        yield name, labels, time.perf_counter() - begun
