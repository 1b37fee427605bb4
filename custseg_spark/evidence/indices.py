"""Internal indices of a cut: how compact its segments are and how far apart.

Shapes everywhere: `points` (n, d) in model scale, `labels` (n,).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from custseg_spark.kmeans import Labels, Points


def measure_squared_silhouette(points: Points, labels: Labels) -> tuple[float, float]:
    """Mean silhouette with squared Euclidean distance, and its standard error, over all points.

    The silhouette of Rousseeuw (1987) with the mean squared distance from x to cluster C in closed
    form, |x - mean(C)|^2 + var(C), the same as Spark's ClusteringEvaluator takes; a point alone in
    its cluster counts 0. The standard error is the points' standard deviation over sqrt(n): that of
    the sample as a draw of customers, with the partition held fixed. (nan, nan) for one cluster.
    """
    own, sizes, means = _divide(points, labels)
    if sizes.size < 2:
        return float("nan"), float("nan")
    squares = (points**2).sum(axis=1)
    mean_squares = np.bincount(own, weights=squares) / sizes
    distances = np.maximum(squares[:, None] - 2.0 * points @ means.T + mean_squares, 0.0)
    rows = np.arange(len(points))
    alone = sizes[own] == 1
    within = distances[rows, own] * sizes[own] / np.where(alone, 1.0, sizes[own] - 1.0)
    distances[rows, own] = np.inf
    beyond = distances.min(axis=1)
    larger = np.maximum(within, beyond)
    each = np.where(alone | (larger == 0), 0.0, (beyond - within) / np.where(larger == 0, 1.0, larger))
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(each.size))


def measure_euclidean_silhouette(points: Points, labels: Labels) -> tuple[float | None, float | None]:
    """Mean silhouette with Euclidean distance, and its standard error; None where it can't be taken."""
    from sklearn.metrics import silhouette_samples

    if not _can_score(labels):
        return None, None
    each = silhouette_samples(points, labels)
    return float(each.mean()), estimate_error(each)


def measure_calinski_harabasz(points: Points, labels: Labels) -> float | None:
    """Variance between over variance within, by degrees of freedom (Calinski and Harabasz 1974); None where
    it can't be taken."""
    if not _can_score(labels):
        return None
    heaps = _divide(points, labels)
    n, k = len(points), len(heaps.sizes)
    within = float(heaps.measure_squares(points).sum())
    between = float((heaps.sizes * ((heaps.means - points.mean(axis=0)) ** 2).sum(axis=1)).sum())
    return between * (n - k) / (within * (k - 1)) if within else 1.0


def measure_davies_bouldin(points: Points, labels: Labels) -> float | None:
    """Mean over segments of the worst (scatter + scatter) / distance of their means; low is good (Davies and
    Bouldin 1979). None where it can't be taken."""
    if not _can_score(labels):
        return None
    heaps = _divide(points, labels)
    scatter = np.bincount(heaps.own, weights=np.sqrt(heaps.measure_squares(points))) / heaps.sizes
    apart = np.sqrt(((heaps.means[:, None] - heaps.means) ** 2).sum(axis=2))
    if np.allclose(scatter, 0) or np.allclose(apart, 0):
        return 0.0
    apart[apart == 0] = np.inf
    return float(((scatter[:, None] + scatter) / apart).max(axis=1).mean())


class _Heaps(NamedTuple):
    """The segments of a cut: each point's own (n,) in 0..k-1, sizes (k,), means (k, d)."""

    own: Labels
    sizes: Points
    means: Points

    def measure_squares(self, points: Points) -> Points:
        """(n,) squared distances of the points (n, d) to the mean of their own."""
        return np.asarray(((points - self.means[self.own]) ** 2).sum(axis=1))


def _divide(points: Points, labels: Labels) -> _Heaps:
    own = np.unique(labels, return_inverse=True)[1]
    sizes = np.bincount(own).astype(np.float64)
    means = np.stack([np.bincount(own, weights=column) / sizes for column in points.T], axis=1)
    return _Heaps(own, sizes, means)


def _can_score(labels: Labels) -> bool:
    """From 2 segments up to one less than the points."""
    return 2 <= np.unique(labels).size < len(labels)


def estimate_error(values: NDArray[np.float64] | Sequence[float]) -> float | None:
    """That of the mean of independent values (n,): their standard deviation over sqrt(n); None under two."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
