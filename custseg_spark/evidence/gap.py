"""The gap statistic: how much better than a box without structure a cut is, and how sure that is.

Shapes everywhere: `points` (n, d) in model scale, subsets and boxes (m, d).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from custseg_spark.kmeans import Points, fit_kmeans

ROWS = 750
"""Customers of a subset, and points of a box; of a small sample half."""
SUBSETS = 6
BOXES = 6
STARTS = 2
"""k-means++ starts of every fit."""
BOUND = 0.01
"""The quantile that bounds a box: by the lowest and highest customer, one of them decided the gap."""
AXES_ROWS = 10_000
"""Customers of a redraw that the axes of a box are taken from."""


@dataclass(frozen=True)
class GapDraws:
    """What every k is fitted to: `subsets` of the customers, each with `share` of them, and `boxes`."""

    subsets: tuple[Points, ...]
    boxes: tuple[Points, ...]
    share: float


def draw_for_gap(points: Points, seed: int) -> GapDraws:
    """SUBSETS of at most ROWS of the points, at most half of them each, and BOXES with as many points."""
    rng = np.random.default_rng(seed)
    rows = max(1, min(ROWS, len(points) // 2))
    subsets = tuple(points[rng.choice(len(points), rows, replace=False)] for _ in range(SUBSETS))
    boxes = tuple(draw_reference_box(points, rows, rng) for _ in range(BOXES))
    return GapDraws(subsets, boxes, rows / len(points))


def draw_reference_box(points: Points, rows: int, rng: np.random.Generator) -> Points:
    """A uniform draw (rows, d) from a box along the principal axes of the customers.

    Reference (b) of Tibshirani, Walther and Hastie (2001), section 4, with two changes. The axes and bounds
    are those of a redraw of the customers: where columns are nearly uncorrelated their axes are anybody's,
    and the deviation over boxes tells so. The bounds are the quantiles BOUND and 1 - BOUND, moved out as far
    as gives an even column its own ends; where they are one value, the lowest and highest.
    """
    few = points[rng.integers(len(points), size=min(len(points), AXES_ROWS))]
    middle = few.mean(axis=0)
    axes = np.linalg.eigh(np.cov(few, rowvar=False).reshape(points.shape[1], -1))[1].T
    turned = (few - middle) @ axes.T
    low, high = np.quantile(turned, [BOUND, 1.0 - BOUND], axis=0)
    beyond = (high - low) * BOUND / (1.0 - 2.0 * BOUND)
    flat = high <= low
    low = np.where(flat, turned.min(axis=0), low - beyond)
    high = np.where(flat, turned.max(axis=0), high + beyond)
    return np.asarray(rng.uniform(low, high, (rows, points.shape[1])) @ axes + middle)


def measure_gap(drawn: GapDraws, k: int, seed: int) -> tuple[float, float]:
    """Gap(k), the mean log W of the boxes less that of the subsets, and its standard error.

    W is the k-means cost, which is the pooled within-cluster sum of squares of Tibshirani, Walther and
    Hastie (2001) for squared Euclidean distance. The paper's error is the boxes' alone; here both count:
    var(boxes) / B + var(subsets) * (1 / S + f / (1 - f)), f the share of the customers in a subset.
    f / (1 - f) is the delete-d jackknife (Shao and Wu 1989): subsets share customers, new draws would not.
    """
    theirs, own = _measure_costs(drawn.boxes, k, seed), _measure_costs(drawn.subsets, k, seed)
    spread = 1.0 / len(own) + drawn.share / (1.0 - drawn.share)
    variance = theirs.var(ddof=1) / len(theirs) + own.var(ddof=1) * spread
    return float(theirs.mean() - own.mean()), float(np.sqrt(variance))


def _measure_costs(drawn: Sequence[Points], k: int, seed: int) -> Points:
    """(len(drawn),) the log of the k-means cost of each."""
    costs = [fit_kmeans(points, k, seed + i, STARTS).cost for i, points in enumerate(drawn)]
    return np.log(np.maximum(costs, np.finfo(float).tiny))
