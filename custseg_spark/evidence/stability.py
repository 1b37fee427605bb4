"""Do the segments come back when the customers are drawn again?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from custseg_spark.evidence.candidate import RedrawnCut
from custseg_spark.evidence.independence import measure_explained
from custseg_spark.evidence.indices import (
    estimate_error,
    measure_calinski_harabasz,
    measure_squared_silhouette,
)
from custseg_spark.evidence.refit import Cut
from custseg_spark.evidence.valley import measure_valley
from custseg_spark.kmeans import Fit, Labels, Points, fit_kmeans
from custseg_spark.statistics import measure_jaccard

NamesOf = Callable[[Points, Points, Labels], tuple[str, ...]]
"""(centres (k, d), points (n, d), labels (n,)) -> a name per segment, in the order of the centres."""

Again = Callable[[Points, int], Labels]
"""(points (n, d), seed) -> labels (n,), under 0 for customers in no segment."""

Each = Callable[..., Iterator[Labels]]
"""The built-in `map`, or one that does several at a time."""

ROWS = 3_000
"""Customers in one redraw; the sample's size where that is smaller."""
STARTS = 5


@dataclass(frozen=True)
class Stability:
    """What came back: `each` (B, k), the Jaccard similarity of each segment in each redraw, in the order of
    the centres."""

    each: Points

    @property
    def jaccards(self) -> Points:
        """(k,) mean over the redraws."""
        return np.asarray(self.each.mean(axis=0))

    @property
    def lowest(self) -> tuple[float, float | None]:
        """The lowest of these means, and its standard error over the redraws."""
        weakest = int(np.argmin(self.jaccards))  # the first of equals
        return float(self.jaccards[weakest]), estimate_error(self.each[:, weakest])


@dataclass(frozen=True)
class Redraw:
    """One redraw of the customers: the positions `drawn` (rows,), the cut through them, and the Jaccard (k,)
    to which each segment came back."""

    drawn: Labels
    fit: Fit
    jaccards: Points


def measure_stability(points: Points, cut: Cut, redraws: int, seed: int) -> Stability:
    """What comes back of a cut through `points` (n, d) in so many redraws (`redraw`)."""
    if redraws < 1:
        raise ValueError(f"redraws: at least 1; found {redraws}")
    return Stability(np.stack([one.jaccards for one in redraw(points, cut, range(redraws), seed)]))


def redraw(points: Points, cut: Cut, numbers: range, seed: int) -> tuple[Redraw, ...]:
    """Bootstrap each segment's Jaccard similarity (Hennig 2007, scheme "boot" of fpc::clusterboot).

    A redraw takes min(n, ROWS) customers with replacement (m out of n: where ROWS < n this asks more
    of a segment than the paper does), fits k-means to it anew and gives each segment the highest
    Jaccard similarity it has with a new cluster, over the distinct customers drawn. A segment of
    which none was drawn counts 0. It starts from no centres that are known: one that starts from the
    partition it is held against finds it again too often (lowest Jaccard .72 instead of .64 at k = 6 of
    marketing_campaign).
    By the paper: at least .75 is a stable segment, .6 to .75 a pattern without sharp membership,
    under .6 not to be trusted, .5 and less dissolved.
    `numbers`: which redraws of this seed, from 0 on; each takes the same customers whatever the cut.
    """
    found = []
    for drawn, new_seed in _draw(len(points), min(len(points), ROWS), numbers, seed):
        fit = fit_kmeans(points[drawn], len(cut.centres), new_seed, STARTS)
        found.append(Redraw(drawn, fit, _find_again(cut.labels, drawn, fit.labels, len(cut.centres))))
    return tuple(found)


def score_redraw(points: Points, one: Redraw) -> RedrawnCut:
    """What k is chosen by, of the cut through a redraw of `points` (n, d)."""
    few, (_, labels, cost) = points[one.drawn], one.fit
    sizes = np.bincount(labels, minlength=len(one.jaccards))
    return RedrawnCut(
        jaccards=tuple(one.jaccards.tolist()),
        cost=cost,
        silhouette=measure_squared_silhouette(few, labels)[0],
        smallest_share=float(sizes.min() / len(few)),
        explained=measure_explained(few, cost),
        distinct_segments=int(np.count_nonzero(sizes)),
        valley=measure_valley(few, labels, len(sizes)),
        calinski_harabasz=measure_calinski_harabasz(few, labels),
    )


def measure_same_names(points: Points, cut: Cut, redraws: Sequence[Redraw], names_of: NamesOf) -> float:
    """The share of the redraws that give the segments the same set of names."""
    own = frozenset(names_of(cut.centres, points, cut.labels))
    named = [frozenset(names_of(one.fit.centres, points[one.drawn], one.fit.labels)) for one in redraws]
    return named.count(own) / len(named)


def measure_returns(
    points: Points, labels: Labels, again: Again, numbers: range, seed: int, *, each: Each = map
) -> Points:
    """The same bootstrap for any algorithm: in each redraw the Jaccard (B, k) of each segment of `labels`
    (n,).

    `again(points, seed)` clusters a redraw of all n anew, and `each` maps it over them. A label under 0 is
    nobody's: it is no segment, and a customer who turns into one is lost to the segment.
    """
    k = int(labels.max()) + 1
    draws = [*_draw(len(points), len(points), numbers, seed)]
    own = each(lambda drawn, new_seed: again(points[drawn], new_seed), *zip(*draws, strict=True))
    return np.stack([_find_again(labels, drawn, new, k) for (drawn, _), new in zip(draws, own, strict=True)])


def _draw(customers: int, rows: int, numbers: range, seed: int) -> Iterator[tuple[Labels, int]]:
    """Each redraw: sorted positions (rows,) drawn with replacement, and the seed of its clustering."""
    rng = np.random.default_rng(seed)
    for number in range(numbers.stop):
        drawn = rng.integers(customers, size=rows)
        if number in numbers:
            yield np.sort(drawn), seed + number


def _find_again(labels: Labels, drawn: Labels, own: Labels, k: int) -> Points:
    """(k,) the highest similarity of each segment with a new one, over the distinct customers drawn."""
    distinct = np.flatnonzero(np.diff(drawn, prepend=-1))
    similar = compare_labels(labels[drawn[distinct]], own[distinct], k)
    return np.asarray(similar.max(axis=1, initial=0.0))


def compare_labels(old: Labels, new: Labels, k: int) -> Points:
    """Jaccard similarity of each of k old segments (rows) with each new one: common over either.

    A label under 0 belongs to no segment, old or new.
    """
    columns = int(new.max(initial=-1)) + 1
    both = np.zeros((k + 1, columns + 1))  # the last row and column hold who is in no segment
    np.add.at(both, (np.where(old < 0, k, old), np.where(new < 0, columns, new)), 1.0)
    return measure_jaccard(both)[:k, :columns]
