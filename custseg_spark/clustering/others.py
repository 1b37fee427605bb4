"""The other clusterings of Spark ML, for `custseg compare`."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import SparkSession


def label_by_others(
    spark: SparkSession, points: NDArray[np.float64], k: int, seed: int
) -> Iterator[tuple[str, NDArray[np.int64], float]]:
    """Name, labels (n,) of the `points` (n, d), and seconds, of BisectingKMeans and GaussianMixture at k."""
    from custseg_spark.clustering import spark_ml

    for name in spark_ml.OTHERS:
        begun = time.perf_counter()
        labels = spark_ml.label_by_other(spark, name, points, k, seed)
        yield name, labels.astype(np.int64), time.perf_counter() - begun
