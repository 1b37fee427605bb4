"""Featureless clouds: draws with the margins and the dependence of the data, and without its gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from custseg_spark.kmeans import Points

KNOTS = 100
"""Quantiles between which a margin is taken as even; a column of no more values is taken as steps."""
BLUR = 0.5
"""How far a draw moves from a customer, in standard deviations of the normal scores: gaps narrower than
that fill, the bend and tails of the dependence stay. 1 would be a Gaussian copula."""


@dataclass(frozen=True)
class Margin:
    """The nearest unimodal distribution of one column: `levels` is its distribution function at `at`.

    Between the points the values are even; a column of `steps` takes no values but those seen.
    """

    at: Points
    levels: Points
    steps: bool

    def values(self, levels: Points) -> Points:
        """The values (n,) at these levels (n,) of the distribution."""
        if self.steps:
            return self.at[np.minimum(np.searchsorted(self.levels, levels), len(self.at) - 1)]
        return np.asarray(np.interp(levels, self.levels, self.at))


def fit_margin(column: Points) -> Margin:
    """The unimodal distribution nearest to the column (n,), by the largest difference of the two.

    For each place of the mode the density that rises before and falls after it is the isotonic regression of
    the histogram's heights, the slopes of the greatest convex minorant and the least concave majorant of the
    distribution function (Hartigan and Hartigan 1985, who measure the dip by the same difference).
    """
    values = np.unique(column)
    steps = len(values) <= KNOTS
    at = values if steps else _list_knots(column)
    levels = np.searchsorted(np.sort(column), at, side="right") / len(column)
    if len(values) < 3:
        return Margin(at, levels, steps)
    if steps:  # each value stands for the interval that ends with it
        widths, masses = np.diff(at, prepend=at[0] - np.diff(at).min()), np.diff(levels, prepend=0.0)
    else:
        levels[0] = 0.0
        widths, masses = np.diff(at), np.diff(levels)
    fitted = np.cumsum(_fit_unimodal(masses / widths, widths) * widths)
    fitted /= fitted[-1]
    return Margin(at, fitted if steps else np.r_[0.0, fitted], steps)


def _list_knots(column: Points) -> Points:
    """Quantiles, and every value of the lowest and highest hundredth: a tail is no even step."""
    rows = len(column)
    tail = np.arange(1, rows // KNOTS) / rows
    middle = np.arange(1, KNOTS) / KNOTS
    inner = np.quantile(column, np.r_[tail, middle, 1.0 - tail], method="inverted_cdf")
    return np.unique(np.r_[column.min(), inner, column.max()])


def _fit_unimodal(heights: Points, widths: Points) -> Points:
    """The heights that rise to a mode and fall after it, for the mode that changes their sums least."""
    from scipy.optimize import isotonic_regression

    target = np.cumsum(heights * widths)
    best, least = heights, np.inf
    for mode in range(len(heights)):
        up = isotonic_regression(heights[: mode + 1], weights=widths[: mode + 1]).x
        down = isotonic_regression(heights[mode:], weights=widths[mode:], increasing=False).x
        fitted = np.r_[up[:-1], max(up[-1], down[0]), down[1:]]
        sums = np.cumsum(fitted * widths)
        difference = np.abs(sums * target[-1] / sums[-1] - target).max()
        if difference < least:
            best, least = fitted, difference
    return np.asarray(best, dtype=np.float64)


def draw_clouds(
    points: Points, rng: np.random.Generator, categories: Sequence[Sequence[int]] = ()
) -> Iterator[Points]:
    """One cloud after the other, each with as many points as `points` (n, d) and with no gap that was not one
    column's own steps: customers drawn again as normal scores, blurred along their correlation, and brought
    back to the unimodal margins.

    Of `categories`, the columns of the levels of each, everybody has a level that is drawn by itself."""
    numbers = np.setdiff1d(np.arange(points.shape[1]), [j for one in categories for j in one])
    clouds = _draw_numbers(points[:, numbers], rng) if len(numbers) else repeat(points[:, numbers])
    for cloud in clouds:
        whole = np.empty_like(points)
        whole[:, numbers] = cloud
        for levels in categories:
            whole[:, levels] = points[rng.integers(len(points), size=len(points))][:, levels]
        yield whole


def _draw_numbers(points: Points, rng: np.random.Generator) -> Iterator[Points]:
    from scipy.stats import norm, rankdata

    margins = [fit_margin(column) for column in points.T]
    scores: Points = norm.ppf((np.apply_along_axis(rankdata, 0, points) - 0.5) / len(points))
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(scores, rowvar=False)))
    root = axes * np.sqrt(np.maximum(variances, 0.0))
    while True:
        noise = rng.normal(size=scores.shape) @ root.T
        blurred = np.sqrt(1.0 - BLUR**2) * scores[rng.integers(len(points), size=len(points))] + BLUR * noise
        levels = norm.cdf(blurred).T
        yield np.stack([m.values(u) for m, u in zip(margins, levels, strict=True)], axis=1)
