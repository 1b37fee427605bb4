"""The sweep: centres for every k of the range, with restarts, on the sample."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession

from custseg_spark.clustering.nearest import find_nearest, measure_distances
from custseg_spark.clustering.sample import WEIGHT
from custseg_spark.errors import DataError
from custseg_spark.kmeans import Points, SharedPoints, fit_kmeans, fit_starts, measure_width
from custseg_spark.recipe.sections import Sweep
from custseg_spark.workers import run_each, share

Find = Callable[[Points, int, int, int, Points | None], tuple[Points, tuple[float, ...]]]
"""(points, k, restarts, seed, the best centres of one segment less) -> the best centres (k, d) and each
restart's cost per point."""
START_ROWS = 10_000
"""Restarts begin on this many points; the leaders among them go on with all."""
LEADERS = 5
SEGMENT_ROWS = 100
"""Where the centres have many coordinates restarts begin on fewer points, but so many for each segment."""
MIDDLE_LEADERS, LAST_LEADERS = 10, 2
"""So many of those go on with START_ROWS, and of these with all."""
PARTS = 4
"""In so many the starts are handed to workers."""
GROWN = 3
"""One restart in three grows from the best centres of one segment less."""


@dataclass(frozen=True)
class Partition:
    """One k of the sweep: `centres` (k, d) on the model scale, `labels` (n,) of the sample's points.

    `cost`: sum of squared distances to the nearest centre. `costs`: of each restart, per point of
    the points it ran on. `seconds`: what its restarts took. `silhouette`: squared Euclidean, by Spark's
    ClusteringEvaluator; None where the sweep ran on the driver, where its closed form takes milliseconds
    (`evidence.measure_squared_silhouette`).
    """

    k: int
    centres: Points
    labels: NDArray[np.int64]
    cost: float
    costs: tuple[float, ...]
    seconds: float
    silhouette: float | None

    @property
    def cost_spread(self) -> float:
        """The worst restart's cost over the best one's, less one; on the driver on at most START_ROWS
        points, before the leaders go on with all."""
        return max(self.costs) / min(self.costs) - 1 if min(self.costs) > 0 else 0.0

    @property
    def smallest_share(self) -> float:
        """Customers of the smallest segment as a share of the sample."""
        return float(np.bincount(self.labels, minlength=self.k).min() / len(self.labels))


def sweep(
    spark: SparkSession,
    points: Points,
    ks: Sequence[int],
    settings: Sweep,
    done: Callable[[int], None] = lambda k: None,
    *,
    weights: Points | None = None,
) -> list[Partition]:
    """The best of `settings.restarts` starts for every k.

    `points` (n, d) on the model scale, in an order that says nothing, or in that of their file where
    `settings.order` says so. Where `settings.by` is the driver, scikit-learn finds the centres; else Spark ML
    does (k-means||) and scores them too; both to the same cost. `weights` (n,): how often each point counts.
    `done(k)` is told when the start of a k is found.
    Raises DataError where there are fewer distinct points than the largest k.
    """
    _refuse_too_few(points, max(ks))
    if settings.order == "file":
        return _find_partitions(points, ks, settings, partial(replicate_starts, weights=weights), done)
    if settings.by == "driver":
        with share(points) as shared, nullcontext() if weights is None else share(weights) as counted:
            find = partial(find_best_start, weights=weights, shared=SharedPoints(shared, counted))
            return _find_partitions(points, ks, settings, find, done)
    from custseg_spark.clustering import spark_ml

    with spark_ml.cache_points(spark, points, None if weights is None else {WEIGHT: weights}) as frame:
        return sweep_frame(frame, points, ks, settings, done)


def sweep_frame(
    frame: DataFrame,
    points: Points,
    ks: Sequence[int],
    settings: Sweep,
    done: Callable[[int], None] = lambda k: None,
) -> list[Partition]:
    """The same of the rows of a cached `frame` with a vector column `features`, by Spark ML: the `points`
    (n, d), or all customers, of whom these are some; a column WEIGHT says how often each row counts. Labels
    and costs are those of the points."""
    from custseg_spark.clustering import spark_ml

    _refuse_too_few(points, max(ks))
    found = spark_ml.fit_each(frame, ks, settings.restarts, settings.seed, done)
    return [
        _cut(points, k, one.centres, one.costs, seconds=one.seconds, silhouette=one.silhouette)
        for k, one in found.items()
    ]


def _find_partitions(
    points: Points, ks: Sequence[int], settings: Sweep, find: Find, done: Callable[[int], None]
) -> list[Partition]:
    """The partition of each k, which may start from the centres of one segment less."""
    partitions: dict[int, Partition] = {}
    for k in ks:
        begun = time.perf_counter()
        fewer = partitions[k - 1].centres if k - 1 in partitions else None
        centres, costs = find(points, k, settings.restarts, settings.seed, fewer)
        seconds = time.perf_counter() - begun
        partitions[k] = _cut(points, k, centres, costs, seconds=seconds)
        done(k)
    return list(partitions.values())


def _cut(
    points: Points,
    k: int,
    centres: Points,
    costs: tuple[float, ...],
    *,
    seconds: float,
    silhouette: float | None = None,
) -> Partition:
    found = Partition(k, centres, np.zeros(0, dtype=np.int64), 0.0, costs, seconds, silhouette)
    return cut_again(found, points)


def cut_again(partition: Partition, points: Points) -> Partition:
    """The same centres with the labels of other points (n, d), and their cost."""
    labels = find_nearest(points, partition.centres)
    cost = float(((points - partition.centres[labels]) ** 2).sum(axis=1).sum())
    return replace(partition, labels=labels, cost=cost)


def replicate_starts(
    points: Points,
    k: int,
    restarts: int,
    seed: int,
    _: Points | None = None,
    *,
    weights: Points | None = None,
) -> tuple[Points, tuple[float, ...]]:
    """The centres (k, d) that a plain KMeans(k, n_init=restarts, random_state=seed) of scikit-learn finds on
    the `points` (n, d) in the order in which they come, and their cost per point."""
    fit = fit_kmeans(points, k, seed, restarts, exact=True, weights=weights)
    return fit.centres, (fit.cost / _count(points, weights),)


def find_best_start(
    points: Points,
    k: int,
    restarts: int,
    seed: int,
    fewer: Points | None = None,
    *,
    weights: Points | None = None,
    shared: SharedPoints | None = None,
) -> tuple[Points, tuple[float, ...]]:
    """The centres (k, d) of the cheapest of `restarts` starts, and each one's cost per point.

    They are k-means++ starts, but for one in GROWN where `fewer` (k - 1, d), the best centres of one segment
    less, are known: these and one more point, drawn as k-means++ draws it (after the global k-means of Likas,
    Vlassis and Verbeek 2003, Pattern Recognition 36, 451-461). They run in the turns of `_list_turns`.
    `weights` (n,): how often each point counts. `shared`: what workers get both from; None: they are sent.
    """
    shared = shared or SharedPoints(
        partial(np.asarray, points), None if weights is None else partial(np.asarray, weights)
    )
    turns = _list_turns(len(points), points.shape[1], k)
    few, counted = points[: turns[0][0]], None if weights is None else weights[: turns[0][0]]
    grown = [] if fewer is None else _grow(few, fewer, restarts // GROWN, seed, counted)
    fits = _fit_each(shared, len(few), k, [*range(seed, seed + restarts - len(grown)), *grown])
    costs = tuple(cost / _count(few, counted) for cost, _ in fits)
    for (_, leaders), (rows, _) in pairwise(turns):
        fits = _fit_each(shared, rows, k, [centres for _, centres in fits[:leaders]])
    return fits[0][1], costs


def _count(points: Points, weights: Points | None) -> float:
    return len(points) if weights is None else float(weights.sum())


def _list_turns(points: int, columns: int, k: int) -> list[tuple[int, int]]:
    """On how many of the first points the starts run, and how many of the best go on, turn after turn.

    Where the centres have many coordinates, the first turn takes fewer points in proportion.
    """
    width = measure_width(k, columns)
    turns = [(START_ROWS, LEADERS)]
    if width > 1:
        first = max(SEGMENT_ROWS * k, int(START_ROWS / width))
        turns = [(first, MIDDLE_LEADERS), (max(first, START_ROWS), LAST_LEADERS)]
    return [turn for turn in turns if turn[0] < points] + [(points, 1)]


def _fit_each(
    shared: SharedPoints, rows: int, k: int, starts: Sequence[int | Points]
) -> list[tuple[float, Points]]:
    """The cost and the centres of k-means on the first `rows` from each start, a seed of k-means++ or
    centres; the cheapest first."""
    parts = np.array_split(np.arange(len(starts)), min(PARTS, len(starts)))
    fitted = run_each(fit_starts, [(shared, rows, k, [starts[i] for i in part]) for part in parts])
    return sorted((fit for part in fitted for fit in part), key=lambda fit: fit[0])


def _grow(
    points: Points, centres: Points, count: int, seed: int, weights: Points | None = None
) -> list[Points]:
    """`count` starts of one centre more: a point far from all centres, by squared distance."""
    far = measure_distances(points, centres).min(axis=1)
    far = far if weights is None else far * weights
    if not far.sum() > 0:
        return []
    drawn = np.random.default_rng(seed).choice(len(points), size=count, p=far / far.sum())
    return [np.vstack([centres, points[i]]) for i in drawn]


def _refuse_too_few(points: Points, k: int) -> None:
    if len(points) < k:
        raise DataError(
            f"{len(points)} customers can't make {k} segments", f"lower segments.k to at most {len(points)}"
        )
    distinct = len(np.unique(points[: 100 * k], axis=0))
    if distinct < k:  # among the first; all are counted only where these are too few
        distinct = len(np.unique(points, axis=0))
    if distinct < k:
        raise DataError(
            f"the features have only {distinct} distinct points, too few for {k} segments",
            f"lower segments.k to at most {distinct}, or add a feature that differs between customers",
        )
