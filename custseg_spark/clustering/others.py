"""The other clusterings of Spark ML, for `custseg compare`, or their twins in scikit-learn."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import SparkSession
from sklearn.cluster import BisectingKMeans
from sklearn.mixture import GaussianMixture

from custseg_spark.engine.choose import is_sail

TWINS = {"BisectingKMeans": BisectingKMeans, "GaussianMixture": GaussianMixture}


def label_by_others(
    spark: SparkSession, points: NDArray[np.float64], k: int, seed: int
) -> Iterator[tuple[str, NDArray[np.int64], float]]:
    """Name, labels (n,) of the `points` (n, d), and seconds, of BisectingKMeans and GaussianMixture at k.

    They are Spark ML's; scikit-learn's on Sail, which has none.
    """
    has_ml = not is_sail(spark)
    if has_ml:
        from custseg_spark.clustering import spark_ml
    for name, twin in TWINS.items():
        begun = time.perf_counter()
        if has_ml:
            labels = spark_ml.label_by_other(spark, name, points, k, seed)
        else:
            labels = twin(k, random_state=seed).fit_predict(points)
        yield name, labels.astype(np.int64), time.perf_counter() - begun
