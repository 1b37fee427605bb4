"""Which columns give segments that come back: sets of candidates, tried on one half of the rows, told by
the other.

The rule. ROWS rows are drawn and split in halves. A cut into KS segments is held against CLOUDS draws of
customers with the same margins and dependence but no gaps (evidence.structure): its lead is by how much its
silhouette beats theirs, so that neither a column of few values, whose steps separate the clouds as well, nor
a small number of columns wins by itself. The search is a beam over SCREENED rows of the first half: it
begins with each pair (with the column of value where there is one) and grows the best BEAM sets by a column
at a time, to MOST; a set whose points are mostly the same few (under DISTINCT) is left out, being steps
whatever they look like. The FINALISTS, the best of each size first, are drawn again REDRAWS times: of those
whose every segment comes back (STABLE, and by MARGIN more where one does, since the best of many does worse
on other rows), with none under SMALLEST, the one wins whose weakest segment comes back furthest (up to
HIGHLY), its lead added; within TIE of it, the one with more columns. All draws are seeded: the same rows
give the same set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, islice

import numpy as np
import pandas as pd

from custseg_spark.errors import DataError
from custseg_spark.evidence import measure_squared_silhouette
from custseg_spark.evidence.clouds import draw_clouds
from custseg_spark.evidence.refit import draw_subset
from custseg_spark.evidence.stability import measure_stability
from custseg_spark.features import apply_treatments, fit_treatments, to_model_scale
from custseg_spark.kmeans import Fit, Points, fit_kmeans, use_one_thread
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.propose.trial import FEWEST, KS, MOST, SMALLEST, CutFigures, Set, Trial
from custseg_spark.statistics import STABLE

ROWS = 2_000
SCREENED = 500
CLOUDS = 2
BEAM = 3
FINALISTS = 5
REDRAWS = 10
MARGIN = 0.05
TIE = 0.02
DISTINCT = 0.1
_STARTS = 2
_SEED = 7


def try_features(
    candidates: Sequence[ProposedFeature], value: int | None, whole: Set | None = None
) -> Trial | None:
    """The set of two to MOST of the `candidates` whose segments come back best; None where there is nothing
    to try.

    `value`: the one that is in every set. `whole`: a set that is not chosen, and tried alone.
    """
    points = _place(candidates) if len(candidates) > 1 else None
    if points is None:
        return None
    with use_one_thread():
        bench, other = _Bench(points[::2]), _Bench(points[1::2])
        tried = [] if whole else _search(bench, value)
        best = _judge(
            [bench.measure(one, k) for one in ([whole] if whole else _take_finalists(tried)) for k in KS]
        )
        told = other.measure(best.columns, best.k)
    weakest = min(best.jaccard, told.jaccard)
    found = best.comes_back and weakest >= STABLE
    return Trial(best.columns, len(tried), len(points), told, weakest, found)


def _place(candidates: Sequence[ProposedFeature]) -> Points | None:
    """(ROWS, columns) on the model scale, as the recipe would treat them; None where they can't be."""
    values = {f"c{place}": one.values for place, one in enumerate(candidates)}
    raw = pd.DataFrame({name: column.reset_index(drop=True) for name, column in values.items()})
    if len(raw) < FEWEST:
        return None
    sections = {name: one.section for name, one in zip(values, candidates, strict=True)}
    expressions = {name: one.sql for name, one in sections.items()}
    try:
        treatments = fit_treatments(raw, expressions, sections, "standard")
    except (
        DataError
    ):  # one that can't be placed, such as all values the same once clipped: `train` will say so
        return None
    rng = np.random.default_rng(_SEED)
    points: Points = to_model_scale(apply_treatments(raw, treatments), treatments)
    drawn: Points = points[rng.permutation(draw_subset(len(raw), ROWS, rng))]
    return drawn


class _Bench:
    """One half of the rows (n, columns), and clouds of the same shape, all columns at once."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.clouds = list(islice(draw_clouds(points, np.random.default_rng(_SEED)), CLOUDS))

    def is_continuous(self, columns: Set) -> bool:
        """Whether the set has more than a few points, met again and again."""
        return len(np.unique(self.points[:, columns], axis=0)) >= DISTINCT * len(self.points)

    def screen(self, columns: Set) -> tuple[bool, float]:
        """Where the set stands, from SCREENED rows: whether a segment is small in every cut, and the best
        lead."""
        cuts = [self._cut(columns, k, SCREENED)[0] for k in KS]
        return min((cut.smallest < SMALLEST, -cut.lead) for cut in cuts)

    def measure(self, columns: Set, k: int) -> CutFigures:
        """The set cut into k, with redraws."""
        figures, fit = self._cut(columns, k, len(self.points))
        stability = measure_stability(self.points[:, columns], fit, REDRAWS, _SEED)
        return replace(figures, jaccard=float(stability.jaccards.min()))

    def _cut(self, columns: Set, k: int, rows: int) -> tuple[CutFigures, Fit]:
        own, fit = _measure_cut(self.points[:rows, columns], k)
        clouds = [_measure_cut(cloud[:rows, columns], k)[0] for cloud in self.clouds]
        smallest = float(np.bincount(fit.labels, minlength=k).min() / len(fit.labels))
        return CutFigures(columns, k, own, float(np.mean(clouds)), smallest), fit


def _measure_cut(points: Points, k: int) -> tuple[float, Fit]:
    fit = fit_kmeans(points, k, _SEED, _STARTS)
    return measure_squared_silhouette(points, fit.labels)[0], fit


def _search(bench: _Bench, value: int | None) -> list[Set]:
    """Every set that was tried, the best first."""
    count = bench.points.shape[1]
    ranks: dict[Set, tuple[bool, float]] = {}
    pairs = combinations(range(count), 2)
    sets: list[Set] = [pair for pair in pairs if value is None or value in pair]
    while sets and len(sets[0]) <= MOST:
        continuous = [one for one in sets if bench.is_continuous(one)]
        grown = {one: bench.screen(one) for one in continuous or sets}
        ranks |= grown
        best = sorted(grown, key=lambda one: grown[one])[:BEAM]
        more = ((*one, place) for one in best for place in range(count) if place not in one)
        sets = sorted({tuple(sorted(one)) for one in more})
    return sorted(ranks, key=lambda one: ranks[one])


def _take_finalists(tried: Sequence[Set]) -> list[Set]:
    """The best of each size, and the best of the others."""
    best = {len(one): one for one in reversed(tried)}
    rest = [one for one in tried if one not in best.values()]
    return [*best.values(), *rest][:FINALISTS]


def _judge(measured: Sequence[CutFigures]) -> CutFigures:
    back = [cut for cut in measured if cut.comes_back]
    if not back:
        return max(measured, key=lambda cut: (cut.jaccard, -cut.k))
    back = [cut for cut in back if cut.jaccard >= STABLE + MARGIN] or back
    near = [cut for cut in back if cut.score >= max(one.score for one in back) - TIE]
    return max(near, key=lambda cut: (len(cut.columns), cut.score))
