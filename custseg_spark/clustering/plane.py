"""The principal components of the sample, for the figures only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.ml.feature import PCA, VectorAssembler
from pyspark.sql import SparkSession

AXES = 3
MOST = 5_000


@dataclass(frozen=True)
class Plane:
    """`loadings` (3, d) and `explained` (3,), shares of the variance; zeros where d is under 3.

    Each axis points the way of its largest loading, so that a picture does not flip between runs.
    """

    loadings: NDArray[np.float64]
    explained: NDArray[np.float64]
    centre: NDArray[np.float64]

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, d) on the model scale -> (n, 3)."""
        projected: NDArray[np.float64] = (points - self.centre) @ self.loadings.T
        return projected


def fit_plane(spark: SparkSession, points: NDArray[np.float64]) -> Plane:
    """The first principal components of the first MOST of `points` (n, d), by Spark ML."""
    points = points[:MOST]
    axes = min(AXES, points.shape[1])
    names = [f"x{j}" for j in range(points.shape[1])]
    table = spark.createDataFrame(pd.DataFrame(points, columns=names))
    vectors = VectorAssembler(inputCols=names, outputCol="features").transform(table)
    model = PCA(k=axes, inputCol="features", outputCol="plane").fit(vectors)
    loadings = np.zeros((AXES, points.shape[1]))
    loadings[:axes] = model.pc.toArray().T
    strongest = loadings[np.arange(AXES), np.abs(loadings).argmax(axis=1)]
    explained = np.zeros(AXES)
    explained[:axes] = model.explainedVariance.toArray()
    return Plane(loadings * np.where(strongest < 0, -1.0, 1.0)[:, None], explained, points.mean(axis=0))
