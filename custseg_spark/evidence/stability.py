"""Do the segments come back when the customers are drawn again?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from custseg_spark.evidence.refit import Cut, Labels, Points, fit_kmeans
from custseg_spark.statistics import measure_jaccard

NamesOf = Callable[[Points, Points, Labels], tuple[str, ...]]
"""(centres (k, d), points (n, d), labels (n,)) -> a name per segment, in the order of the centres."""

Again = Callable[[Points, int], Labels]
"""(points (n, d), seed) -> labels (n,), under 0 for customers in no segment."""

ROWS = 3_000
"""Customers in one redraw; the sample's size where that is smaller."""
STARTS = 5


@dataclass(frozen=True)
class Stability:
    """What came back in the redraws.

    `each` (B, k): the Jaccard similarity of each segment in each redraw, in the order of the centres.
    `centres` (B, k, d): the redraws' own. `same_names`: the share of redraws that gave the same set of
    names; None where nobody named them.
    """

    each: Points
    centres: Points
    same_names: float | None = None

    @property
    def jaccards(self) -> Points:
        """(k,) mean over the redraws."""
        found: Points = self.each.mean(axis=0)
        return found

    @property
    def weakest(self) -> Points:
        """(B,) the values of the segment whose mean is the lowest, the first of equals."""
        found: Points = self.each[:, int(np.argmin(self.jaccards))]
        return found


def measure_stability(
    points: Points, cut: Cut, redraws: int, seed: int, names_of: NamesOf | None = None
) -> Stability:
    """Bootstrap each segment's Jaccard similarity (Hennig 2007, scheme "boot" of fpc::clusterboot).

    A redraw takes min(n, ROWS) customers with replacement (m out of n: where ROWS < n this asks more
    of a segment than the paper does), fits k-means to it anew and gives each segment the highest
    Jaccard similarity it has with a new cluster, over the distinct customers drawn. A segment of
    which none was drawn counts 0.
    By the paper: at least .75 is a stable segment, .6 to .75 a pattern without sharp membership,
    under .6 not to be trusted, .5 and less dissolved.
    """
    if redraws < 1:
        raise ValueError(f"redraws: at least 1; found {redraws}")
    rng = np.random.default_rng(seed)
    labels, k = cut.labels, len(cut.centres)
    known = frozenset(names_of(cut.centres, points, labels)) if names_of else frozenset()
    similar, found, named_alike = [], [], 0
    for redraw in range(redraws):
        drawn = np.sort(rng.integers(len(points), size=min(len(points), ROWS)))
        redrawn, own, _ = fit_kmeans(points[drawn], k, seed + redraw, STARTS)
        distinct = np.flatnonzero(np.diff(drawn, prepend=-1))
        similar.append(jaccard(labels[drawn[distinct]], own[distinct], k).max(axis=1))
        found.append(redrawn)
        if names_of:
            named_alike += frozenset(names_of(redrawn, points[drawn], own)) == known
    same = named_alike / redraws if names_of else None
    return Stability(np.stack(similar), np.stack(found), same)


def measure_returns(points: Points, labels: Labels, again: Again, redraws: int, seed: int) -> Points:
    """The same bootstrap for any algorithm: mean Jaccard (k,) of each segment of `labels` (n,).

    `again(points, seed)` clusters a redraw of all n anew. A label under 0 is nobody's: it is no segment,
    and a customer who turns into one is lost to the segment.
    """
    rng = np.random.default_rng(seed)
    similar = []
    for redraw in range(redraws):
        drawn = np.sort(rng.integers(len(points), size=len(points)))
        own = again(points[drawn], seed + redraw)
        distinct = np.flatnonzero(np.diff(drawn, prepend=-1))
        alike = jaccard(labels[drawn[distinct]], own[distinct], int(labels.max()) + 1)
        similar.append(alike.max(axis=1, initial=0.0))
    found: Points = np.mean(similar, axis=0)
    return found


def jaccard(old: Labels, new: Labels, k: int) -> Points:
    """Jaccard similarity of each of k old segments (rows) with each new one: common over either.

    A label under 0 belongs to no segment, old or new.
    """
    columns = int(new.max(initial=-1)) + 1
    both = np.zeros((k + 1, columns + 1))  # the last row and column hold who is in no segment
    np.add.at(both, (np.where(old < 0, k, old), np.where(new < 0, columns, new)), 1.0)
    return measure_jaccard(both)[:k, :columns]
