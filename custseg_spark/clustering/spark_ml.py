"""All of Spark ML that fits or scores: StandardScaler, KMeans, ClusteringEvaluator, PCA, other clusterings.

It is imported by whoever needs it when he needs it, for `sweep.by: spark_ml` or to compare other algorithms
on Spark: the default way runs where there is no Spark ML.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.ml.clustering import BisectingKMeans, GaussianMixture, KMeans, KMeansModel
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import PCA, StandardScaler, VectorAssembler
from pyspark.sql import DataFrame, SparkSession

from custseg_spark.clustering.plane import Plane, build_plane
from custseg_spark.clustering.sample import WEIGHT
from custseg_spark.engine.session import activate_session, is_on_this_machine

Points = NDArray[np.float64]
Labels = NDArray[np.int64]
THREADS = 4
"""Fits and scores on a sample are mostly Spark's overhead for small jobs: some at a time hide it."""
HELD_ROWS = 2_000_000
"""Vectors that all fits at a time hold, each its own; where there are more, one fit keeps the cores busy."""
PART_ROWS = 100_000
INIT_STEPS, MOST_STEPS = 5, 50
"""Of k-means|| and of Lloyd, where Spark's own defaults are 2 and 20: three starts then miss the best centres
less often, and one that is slow to converge is not cut short."""


@dataclass(frozen=True)
class SparkMlCut:
    """One k by Spark ML: the cheapest fit's `centres` (k, d), every fit's cost per row, the seconds that the
    fits took, and ClusteringEvaluator's silhouette (squared Euclidean) of the cheapest."""

    centres: Points
    costs: tuple[float, ...]
    seconds: float
    silhouette: float


@contextmanager
def cache_points(
    spark: SparkSession, points: Points, further: Mapping[str, Points | Labels] | None = None
) -> Iterator[DataFrame]:
    """`points` (n, d) as a vector column `features`, and the columns of `further` (n,), cached.

    One partition, so that no result depends on the cores.
    """
    names = [f"x{j}" for j in range(points.shape[1])]
    table = spark.createDataFrame(pd.DataFrame(points, columns=names).assign(**(further or {})))
    with _hold(assemble(table.coalesce(1), names)) as frame:
        yield frame


@contextmanager
def cache_rows(table: DataFrame, order: str, rows: int) -> Iterator[DataFrame]:
    """The columns of `table` but `order` and WEIGHT as a vector column `features`, beside them, cached: about
    `rows` rows.

    What Spark ML finds hangs on the partitions and the order of the rows: both come from the column `order`.
    """
    parts = max(1, -(-rows // PART_ROWS))
    placed = table.repartition(parts, order).sortWithinPartitions(order)
    with _hold(assemble(placed, [name for name in table.columns if name not in (order, WEIGHT)])) as frame:
        yield frame


@contextmanager
def _hold(frame: DataFrame) -> Iterator[DataFrame]:
    """The frame in the engine's memory, which is free again after the block, whatever goes wrong in it.

    On this machine as a checkpoint, which Spark ML reads three times as fast as a cached table
    (docs/decisions/spark-ml.md). On a cluster an executor may go, and takes a checkpoint along: there as a
    cached table, of which Spark makes anew what is lost.
    """
    if is_on_this_machine(frame.sparkSession):
        held = frame.localCheckpoint()
        free = held._jdf.queryExecution().logical().rdd().unpersist
    else:
        held = frame.cache()
        free = held.unpersist
    try:
        yield held
    finally:
        free(True)


def assemble(table: DataFrame, names: Sequence[str]) -> DataFrame:
    """The columns of these names as one vector column `features`."""
    return VectorAssembler(inputCols=list(names), outputCol="features").transform(table).drop(*names)


def fit_scale(frame: DataFrame) -> tuple[Points, Points]:
    """Mean and sample standard deviation (d,) of the `features` of a frame, by StandardScaler."""
    scaler = StandardScaler(withMean=True, withStd=True, inputCol="features", outputCol="scaled")
    fitted = scaler.fit(frame)
    return fitted.mean.toArray(), fitted.std.toArray()


def fit_each(
    frame: DataFrame, ks: Sequence[int], restarts: int, seed: int, done: Callable[[int], None]
) -> dict[int, SparkMlCut]:
    """For every k the best of `restarts` fits of KMeans (k-means||, the seeds from `seed` on) on the
    `features` of a cached frame, scored by ClusteringEvaluator; some at a time, and the next k begins
    while the last one ends. `done(k)` is told when a k is fitted."""
    rows = frame.count()  # it is in memory before fits at a time ask for it
    weight = WEIGHT if WEIGHT in frame.columns else ""
    # what is not cached: a fit keeps what it has decoded
    vectors = frame.select("features", weight) if weight else frame.select("features")
    total = frame.agg({WEIGHT: "sum"}).collect()[0][0] if weight else rows
    threads = max(1, min(THREADS, HELD_ROWS // rows))

    def fit(k: int, number: int) -> tuple[float, KMeansModel, float]:
        begun = time.perf_counter()
        model = build_kmeans(k, seed + number, weight).fit(vectors)
        return model.summary.trainingCost / total, model, time.perf_counter() - begun

    def score(model: KMeansModel) -> float:
        return float(build_evaluator(weight).evaluate(model.transform(frame)))

    with ThreadPoolExecutor(threads, initializer=lambda: activate_session(frame.sparkSession)) as pool:
        begun = {k: [pool.submit(fit, k, i) for i in range(restarts)] for k in reversed(ks)}
        best, scored = {}, {}
        for k in reversed(ks):
            costs, models, seconds = zip(*(one.result() for one in begun.pop(k)), strict=True)
            model = models[int(np.argmin(costs))]
            best[k] = read_centres(model), costs, sum(seconds)
            scored[k] = pool.submit(score, model)
            done(k)
        return {k: SparkMlCut(*best[k], scored[k].result()) for k in ks}


def build_kmeans(k: int, seed: int, weight: str = "") -> KMeans:
    """Spark ML's KMeans as every fit here has it: at its own defaults but for the steps. Dense vectors take
    blocks, as it would find by a scan of its own. `weight`: the column that says how often a row counts."""
    made = KMeans(k=k, seed=seed, initSteps=INIT_STEPS, maxIter=MOST_STEPS, solver="block")
    return made.setWeightCol(weight) if weight else made


ALGORITHMS: dict[str, Callable[..., Any]] = {
    "KMeans": build_kmeans,
    "BisectingKMeans": BisectingKMeans,
    "GaussianMixture": GaussianMixture,
}
"""What is compared, by the names of `evidence.compare`: (k, seed) -> an estimator."""
STARTS = 3
"""Of KMeans in a comparison: one start misses the best centres too often (lowest Jaccard .62, three .89 and
five .92 at k = 4 of marketing_campaign), and each is some 30 jobs."""


def read_centres(model: KMeansModel) -> Points:
    """The centres (k, d) of a fit."""
    return np.array(model.clusterCenters())


def fit_centres(frame: DataFrame, k: int, seed: int, weight: str = "") -> Points:
    """The centres (k, d) of one KMeans on the `features` of a frame."""
    return read_centres(build_kmeans(k, seed, weight).fit(frame))


def build_evaluator(weight: str = "") -> ClusteringEvaluator:
    """The silhouette (squared Euclidean) of the column `prediction`; `weight`: as of `build_kmeans`."""
    made = ClusteringEvaluator(metricName="silhouette", distanceMeasure="squaredEuclidean")
    return made.setWeightCol(weight) if weight else made


def fit_plane(spark: SparkSession, points: Points) -> Plane:
    """What `clustering.fit_plane` gives, by PCA."""
    with cache_points(spark, points) as frame:
        model = PCA(k=min(3, points.shape[1]), inputCol="features", outputCol="plane").fit(frame)
        return build_plane(model.pc.toArray().T, model.explainedVariance.toArray(), points.mean(axis=0))


def cluster(spark: SparkSession, name: str, k: int, points: Points, seed: int) -> tuple[Labels, float]:
    """The labels (n,) of the `points` (n, d) by one of ALGORITHMS, and the seconds of a fit on a frame in
    memory.

    KMeans is the cheapest of STARTS fits, and its seconds are their mean. BisectingKMeans gets the points
    moved into the positive quadrant: on centred features it gives up after one cluster, and no distance
    changes.
    """
    activate_session(spark)  # it runs beside other work
    if name == "BisectingKMeans":
        points = points - points.min(axis=0) + 1.0
    starts = STARTS if name == "KMeans" else 1
    with cache_points(spark, points, {"row": np.arange(len(points))}) as frame:
        frame.count()  # it is in memory before the clock runs
        begun = time.perf_counter()
        models = [ALGORITHMS[name](k=k, seed=seed + i).fit(frame.select("features")) for i in range(starts)]
        seconds = (time.perf_counter() - begun) / starts
        best = min(models, key=lambda model: model.summary.trainingCost) if starts > 1 else models[0]
        labelled = best.transform(frame).select("row", "prediction").toPandas()
    return np.asarray(labelled.sort_values("row")["prediction"], dtype=np.int64), seconds
