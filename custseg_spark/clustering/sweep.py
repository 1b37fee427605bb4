"""The sweep: centres for every k of the range, with restarts, on the sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.ml.clustering import KMeans as SparkKMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame, SparkSession
from sklearn.cluster import KMeans

from custseg_spark.clustering.models import fixed_centres
from custseg_spark.errors import DataError

Points = NDArray[np.float64]
START_ROWS = 10_000
"""Restarts begin on this many points; the leaders among them go on with all."""
LEADERS = 3
THREADS = 3
"""Fits and scores on a sample are mostly Spark's overhead for small jobs: some at a time hide it."""


@dataclass(frozen=True)
class Partition:
    """One k of the sweep: `centres` (k, d) on the model scale, `labels` (n,) of the sample's points.

    `cost`: sum of squared distances to the nearest centre. `costs`: of each restart, per point of
    the points it ran on. `silhouette`: of the squared Euclidean distance, Spark's ClusteringEvaluator.
    """

    k: int
    centres: Points
    labels: NDArray[np.int64]
    cost: float
    costs: tuple[float, ...]
    silhouette: float

    @property
    def cost_spread(self) -> float:
        """The worst restart's cost over the best one's, less one."""
        return max(self.costs) / min(self.costs) - 1 if min(self.costs) > 0 else 0.0

    @property
    def smallest_share(self) -> float:
        """Customers of the smallest segment as a share of the sample."""
        return float(np.bincount(self.labels, minlength=self.k).min() / len(self.labels))


def sweep(
    spark: SparkSession,
    points: Points,
    ks: Sequence[int],
    *,
    restarts: int,
    seed: int,
    start: Literal["driver", "spark"] = "driver",
    done: Callable[[int], None] = lambda k: None,
) -> list[Partition]:
    """The best of `restarts` starts for every k, as Spark ML models scored by Spark ML.

    `points` (n, d) on the model scale, in an order that says nothing. With `start="driver"` the
    centres are found by scikit-learn on the driver's copy and put into a KMeansModel; with `"spark"`
    Spark ML finds them too (k-means||). `done(k)` is told when a k is ready. Raises DataError where there
    are fewer distinct points than the largest k.
    """
    _refuse_too_few(points, max(ks))
    frame = _in_spark(spark, points)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            scored = [_submitted(pool, spark, frame, points, k, restarts, seed, start) for k in ks]
            return [_announced(future, done) for future in scored]
    finally:
        frame.unpersist()


def _submitted(
    pool: ThreadPoolExecutor,
    spark: SparkSession,
    frame: DataFrame,
    points: Points,
    k: int,
    restarts: int,
    seed: int,
    start: Literal["driver", "spark"],
) -> Future[Partition]:
    """With driver starts the fit uses all cores here and now, while earlier ones are scored in the pool."""
    if start == "spark":
        return pool.submit(lambda: _scored(spark, frame, points, *_by_spark(frame, k, restarts, seed)))
    centres, costs = best_start(points, k, restarts, seed)
    return pool.submit(_scored, spark, frame, points, centres, costs)


def _announced(future: Future[Partition], done: Callable[[int], None]) -> Partition:
    partition = future.result()
    done(partition.k)
    return partition


def best_start(points: Points, k: int, restarts: int, seed: int) -> tuple[Points, tuple[float, ...]]:
    """The centres (k, d) of the cheapest of `restarts` k-means++ starts, and each restart's cost per point.

    All restarts run on the first START_ROWS points; the LEADERS best of them go on with all points.
    """
    few = points[:START_ROWS]
    starts = [KMeans(k, n_init=1, random_state=seed + i).fit(few) for i in range(restarts)]
    starts.sort(key=lambda fit: fit.inertia_)
    costs = tuple(fit.inertia_ / len(few) for fit in starts)
    if len(few) == len(points):
        return starts[0].cluster_centers_, costs
    ends = [KMeans(k, init=fit.cluster_centers_, n_init=1).fit(points) for fit in starts[:LEADERS]]
    return min(ends, key=lambda fit: fit.inertia_).cluster_centers_, costs


def _by_spark(frame: DataFrame, k: int, restarts: int, seed: int) -> tuple[Points, tuple[float, ...]]:
    fits = [SparkKMeans(k=k, seed=seed + i, maxIter=100, tol=1e-4).fit(frame) for i in range(restarts)]
    costs = [fit.summary.trainingCost for fit in fits]
    best = fits[int(np.argmin(costs))]
    rows = frame.count()
    return np.array(best.clusterCenters()), tuple(cost / rows for cost in costs)


def _scored(
    spark: SparkSession, frame: DataFrame, points: Points, centres: Points, costs: tuple[float, ...]
) -> Partition:
    model, _ = fixed_centres(spark, centres, "features", "prediction")
    silhouette = ClusteringEvaluator(metricName="silhouette", distanceMeasure="squaredEuclidean").evaluate(
        model.transform(frame)
    )
    distances = squared_distances(points, centres)
    labels = distances.argmin(axis=1)
    return Partition(len(centres), centres, labels, float(distances.min(axis=1).sum()), costs, silhouette)


def nearest(points: Points, centres: Points) -> NDArray[np.int64]:
    """(n,) the nearest centre of each point; ties to the lower one, as in `label`."""
    return squared_distances(points, centres).argmin(axis=1)


def squared_distances(points: Points, centres: Points) -> Points:
    """(n, k), exact: a difference for each coordinate, no expanded square."""
    return np.stack([((points - centre) ** 2).sum(axis=1) for centre in centres], axis=1)


def _in_spark(spark: SparkSession, points: Points) -> DataFrame:
    """The sample as a cached table with a vector column; one partition, so that nothing depends on the cores."""
    names = [f"x{j}" for j in range(points.shape[1])]
    table = spark.createDataFrame(pd.DataFrame(points, columns=names)).coalesce(1)
    return VectorAssembler(inputCols=names, outputCol="features").transform(table).select("features").cache()


def _refuse_too_few(points: Points, k: int) -> None:
    if len(points) < k:
        raise DataError(f"{len(points)} customers can't make {k} segments", f"lower segments.k to at most {len(points)}")
    distinct = _distinct(points, k)
    if distinct < k:
        raise DataError(
            f"the features have only {distinct} distinct points, too few for {k} segments",
            f"lower segments.k to at most {distinct}, or add a feature that differs between customers",
        )


def _distinct(points: Points, enough: int) -> int:
    """How many different points there are, counting no further than needed."""
    few = len(np.unique(points[: 100 * enough], axis=0))
    return few if few >= enough else len(np.unique(points, axis=0))

