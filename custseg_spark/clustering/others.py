"""The other clusterings of Spark ML, for `custseg compare`."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pyspark.ml.clustering import BisectingKMeans, GaussianMixture
from pyspark.sql import SparkSession

from custseg_spark.clustering.sweep import to_frame


def label_by_others(
    spark: SparkSession, points: NDArray[np.float64], k: int, seed: int
) -> Iterator[tuple[str, NDArray[np.int64], float]]:
    """Name, labels (n,) of the `points` (n, d), and seconds, of BisectingKMeans and GaussianMixture at k.

    BisectingKMeans is given the points moved into the positive quadrant: on centred features it gives up
    after one cluster, and no distance changes.
    """
    moved = points - points.min(axis=0) + 1.0
    makers: dict[str, tuple[BisectingKMeans | GaussianMixture, NDArray[np.float64]]] = {
        "BisectingKMeans": (BisectingKMeans(k=k, seed=seed), moved),
        "GaussianMixture": (GaussianMixture(k=k, seed=seed), points),
    }
    for name, (maker, given) in makers.items():
        begun = time.perf_counter()
        frame = to_frame(spark, given, {"row": np.arange(len(given))}).cache()
        found = maker.fit(frame).transform(frame).select("row", "prediction").toPandas()
        frame.unpersist()
        labels = found.sort_values("row")["prediction"].to_numpy(dtype=np.int64)
        yield name, labels, time.perf_counter() - begun
