"""K-means as the sweep and the redraws run it: scikit-learn's, on one thread.

Most of the coordinates of many centres in many columns move long after the cost has come to rest, and the
fits take most of a run. The more coordinates there are, the sooner a fit has done enough:
docs/decisions/wide-tables.md.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Points = NDArray[np.float64]
Labels = NDArray[np.int64]

NARROW = 100
"""Coordinates of centres, k * d, up to which nothing is saved."""
_TOLERANCE = 1e-4
"""scikit-learn's own: of the squared moves of all coordinates together."""


class Fit(NamedTuple):
    """The best of some starts: a cut, and its cost."""

    centres: Points
    labels: Labels
    cost: float


def use_one_thread() -> AbstractContextManager[Any]:
    """A context in which numpy and scikit-learn compute on one thread.

    Work on a few thousand points gains nothing from more, and where the cores are busy with something
    else, such as Spark, the members of a team wait for each other: a fit of 5 ms took 190 ms.
    """
    limit: AbstractContextManager[Any] = _find_threads().limit(limits=1)
    return limit


@cache
def _find_threads() -> ThreadpoolController:
    return ThreadpoolController()  # looks through the loaded libraries: once is enough


def measure_width(k: int, columns: int) -> float:
    """How many times NARROW the coordinates of k centres are; 1 where they are no more than that."""
    return max(1.0, k * columns / NARROW)


def fit_kmeans(
    points: Points,
    k: int,
    start: int | Points,
    starts: int = 1,
    *,
    exact: bool = False,
    weights: Points | None = None,
) -> Fit:
    """Centres (k, d), labels (n,) and cost of k-means on `points` (n, d): of the best of `starts` k-means++
    starts, where `start` is a seed; where it is centres (k, d), of what they lead to.

    Unless `exact`, beyond NARROW coordinates a fit ends when they move as little on average as NARROW of them
    may, and works in single precision around the mean. With no more points than k each is its own centre, and
    some stand more than once. `weights` (n,): how often each point counts, in the cost too.
    """
    if len(points) <= k:
        return Fit(np.resize(points, (k, points.shape[1])), np.arange(len(points)), 0.0)
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    width = 1.0 if exact else measure_width(k, points.shape[1])
    middle = points.mean(axis=0) if width > 1 else np.zeros(points.shape[1])
    kind = np.float32 if width > 1 else np.float64
    how: dict[str, Any] = {"random_state": start} if isinstance(start, int) else {"init": start - middle}
    with use_one_thread(), warnings.catch_warnings():
        # fewer distinct points than k: a low score, no more
        warnings.simplefilter("ignore", ConvergenceWarning)
        around = np.subtract(points, middle, out=np.empty(points.shape, kind), casting="same_kind")
        fit = KMeans(k, n_init=starts, tol=_TOLERANCE * width, copy_x=False, **how).fit(
            around, sample_weight=weights
        )
    return Fit(fit.cluster_centers_ + middle, fit.labels_.astype(np.int64), float(fit.inertia_))


class SharedPoints(NamedTuple):
    """What gives points (n, d), and how often each counts (n,): once where None."""

    points: Callable[[], Points]
    weights: Callable[[], Points] | None = None


def fit_starts(
    asked: tuple[SharedPoints, int, int, Sequence[int | Points]],
) -> list[tuple[float, Points]]:
    """The cost and the centres that each start leads to. Asked: what gives the points, of how many of them,
    k, and the starts as for `fit_kmeans`."""
    shared, rows, k, starts = asked
    points = shared.points()[:rows]
    weights = None if shared.weights is None else shared.weights()[:rows]
    fits = [fit_kmeans(points, k, start, weights=weights) for start in starts]
    return [(fit.cost, fit.centres) for fit in fits]
