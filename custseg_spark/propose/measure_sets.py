"""What a worker measures of a set of columns: one half of the rows, cut, against clouds without gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from custseg_spark.evidence import measure_squared_silhouette
from custseg_spark.evidence.clouds import draw_clouds
from custseg_spark.evidence.stability import measure_stability
from custseg_spark.kmeans import Fit, Points, fit_kmeans, use_one_thread
from custseg_spark.propose.trial import KS, SMALLEST, CutFigures, Set

CLOUDS = 2
REDRAWS = 10
DISTINCT = 0.1
_STARTS = 2
_SEED = 7


@dataclass(frozen=True)
class Half:
    """One half of the rows (n, columns), and clouds of the same shape."""

    points: Points
    clouds: tuple[Points, ...]

    def take(self, columns: Set, rows: int | None = None) -> Half:
        """These columns alone, of the first rows where so many are named."""
        return Half(self.points[:rows, columns], tuple(cloud[:rows, columns] for cloud in self.clouds))

    def is_continuous(self, columns: Set) -> bool:
        """Whether the set has more than a few points, met again and again."""
        return len(np.unique(self.points[:, columns], axis=0)) >= DISTINCT * len(self.points)


def draw_half(points: Points) -> Half:
    with use_one_thread():
        return Half(points, tuple(islice(draw_clouds(points, np.random.default_rng(_SEED)), CLOUDS)))


def screen_set(half: Half) -> tuple[bool, float]:
    """Where a set stands: whether a segment is small in every cut, and the best lead."""
    with use_one_thread():
        cuts = [_cut(half, (), k)[0] for k in KS]
    return min((cut.smallest < SMALLEST, -cut.lead) for cut in cuts)


def measure_set(asked: tuple[Half, Set, int]) -> CutFigures:
    """The figures of these columns cut into k, with redraws."""
    half, columns, k = asked
    with use_one_thread():
        figures, fit = _cut(half, columns, k)
        stability = measure_stability(half.points, fit, REDRAWS, _SEED)
    return replace(figures, jaccard=float(stability.jaccards.min()))


def _cut(half: Half, columns: Set, k: int) -> tuple[CutFigures, Fit]:
    own, fit = _measure_cut(half.points, k)
    clouds = [_measure_cut(cloud, k)[0] for cloud in half.clouds]
    smallest = float(np.bincount(fit.labels, minlength=k).min() / len(fit.labels))
    return CutFigures(columns, k, own, float(np.mean(clouds)), smallest), fit


def _measure_cut(points: Points, k: int) -> tuple[float, Fit]:
    fit = fit_kmeans(points, k, _SEED, _STARTS)
    return measure_squared_silhouette(points, fit.labels)[0], fit
