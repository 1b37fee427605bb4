"""How little the customers thin out between segments."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from custseg_spark.kmeans import Labels, Points

VALLEY = 0.5
"""Segments are separated where the density between any two falls to this share of the lower peak."""
_ALONG = np.linspace(-1.5, 1.5, 61)  # from beyond one centre (-1) to beyond the other (1)
_BANDWIDTH = 0.15
_BIN = 0.01
"""Half distances between two places that customers are counted at: the density is off by .0006 of the peak at
most, `(_BIN / _BANDWIDTH) ** 2 / 8` (Silverman 1982, Applied Statistics 31, 93-99)."""
_REACH = 270  # places beyond the middle, to eight bandwidths beyond _ALONG: who is farther counts nowhere
_PLACES = _BIN * np.arange(-_REACH, _REACH + 1)
_KERNEL = np.exp(-0.5 * ((_ALONG[:, None] - _PLACES) / _BANDWIDTH) ** 2)


def measure_valley(points: Points, labels: Labels, k: int) -> float:
    """How little the customers thin out between the two segments that are least separated, 0 to 1.

    For each pair of the segments 0..k-1 of `points` (n, d) the density of its members along the line through
    both centres (Gaussian kernel of .15 half distances): the lowest point between the peak of one side and
    that of the other, over the lower peak. 1: one hill runs through both; 0: nobody between them. 1 where a
    segment is empty.
    """
    if np.bincount(labels, minlength=k).min() == 0:
        return 1.0
    members = [points[labels == segment] for segment in range(k)]
    return max(_measure_between(one, other) for one, other in combinations(members, 2))


def _measure_between(one: Points, other: Points) -> float:
    density = _estimate_density(one, other)
    left = int(np.argmax(np.where(_ALONG < 0, density, -1.0)))
    right = int(np.argmax(np.where(_ALONG > 0, density, -1.0)))
    lower = min(density[left], density[right])
    return float(density[left : right + 1].min() / lower) if lower > 0 else 0.0


def _estimate_density(one: Points, other: Points) -> Points:
    """(61,) at `_ALONG`, each customer shared out between the two places beside it."""
    first, last = one.mean(axis=0), other.mean(axis=0)
    way, middle = (last - first) / 2.0, (last + first) / 2.0
    across = way / max(float(way @ way), 1e-300) / _BIN
    along = np.concatenate([one @ across, other @ across]) - middle @ across + _REACH
    along = along[(along >= 0) & (along < 2 * _REACH)]
    place = along.astype(np.int64)
    beyond = along - place
    counts = np.bincount(place, 1.0 - beyond, len(_PLACES))
    counts += np.bincount(place + 1, beyond, len(_PLACES))
    return np.asarray(_KERNEL @ counts)
