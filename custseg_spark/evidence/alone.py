"""Does a category decide alone? Then the segments are its levels, and nothing was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from custseg_spark.evidence.refit import draw_subset
from custseg_spark.kmeans import Labels, Points, fit_kmeans
from custseg_spark.statistics import measure_eta_squared

ALONE = 0.6
"""The adjusted mutual information of segments and levels (Vinh, Epps and Bailey 2010, JMLR 11, 2837-2854; 0
by chance, 1 where one gives the other) over which a category decides ..."""
LITTLE = 0.6
"""... alone, if of no other feature so much of the variance lies between the segments: where one goes with
the category both tell the segments."""
ROWS = 2_000
STARTS = 5
_PARTS = (0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)


@dataclass(frozen=True)
class LoneCategory:
    """A category that decides alone: its place among the blocks, the adjusted mutual information of its
    levels and the segments, the most of another feature's variance that lies between the segments, and the
    largest part of its weight with which it no longer does; None if none was found."""

    block: int
    agreement: float
    others: float
    part: float | None


def find_lone_categories(
    points: Points, labels: Labels, blocks: Sequence[Sequence[int]], categories: Sequence[Sequence[int]]
) -> Iterator[LoneCategory]:
    """Those of the `categories`, which are some of the `blocks` of columns of `points` (n, d), that decide
    alone under `labels` (n,) of k segments. On at most ROWS points; none of a single feature."""
    few = draw_subset(len(points), ROWS, np.random.default_rng(0))
    points, labels = points[few], labels[few]
    k = int(labels.max()) + 1
    for place, block in enumerate(blocks):
        if len(blocks) < 2 or block not in categories:
            continue
        found = _measure_lone(points, labels, blocks, block)
        if found is not None:
            yield LoneCategory(place, *found, _find_part(points, k, blocks, block))


def _measure_lone(
    points: Points, labels: Labels, blocks: Sequence[Sequence[int]], block: Sequence[int]
) -> tuple[float, float] | None:
    """Both figures of a category that decides alone; None of another."""
    others = [_measure_between(points[:, list(one)], labels) for one in blocks if one is not block]
    if max(others) >= LITTLE:
        return None
    from sklearn.metrics import adjusted_mutual_info_score  # slow to load, and mostly not asked

    levels = points[:, list(block)].argmax(axis=1)
    agreement = float(adjusted_mutual_info_score(labels, levels))
    return (agreement, max(others)) if agreement >= ALONE else None


def _measure_between(columns: Points, labels: Labels) -> float:
    """The share of the variance of some columns together that lies between the segments."""
    weights = columns.var(axis=0)
    shares = [np.nan_to_num(measure_eta_squared(column, labels)) for column in columns.T]
    return float(np.average(shares, weights=weights)) if weights.sum() > 0 else 0.0


def _find_part(points: Points, k: int, blocks: Sequence[Sequence[int]], block: Sequence[int]) -> float | None:
    """The largest of _PARTS that as many segments, found anew with that part of its weight, owe to more."""
    for part in _PARTS:
        lighter = points.copy()
        lighter[:, list(block)] *= part
        labels = fit_kmeans(lighter, k, 0, STARTS).labels
        if _measure_lone(points, labels, blocks, block) is None:
            return part
    return None
