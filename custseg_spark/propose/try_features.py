"""Which columns give segments that come back: sets of candidates, tried on one half of the rows, told by
the other.

The rule. ROWS rows are drawn and split in halves. On the first half every set of the search is cut into KS
segments, and each cut held against CLOUDS draws of customers with the same margins and dependence but no
gaps (evidence.structure): what counts is by how much the silhouette beats theirs, so that neither a column
of few values, whose steps separate the clouds as well, nor a small number of columns wins by itself. The
search is a beam: it begins with each pair (with the column of value where there is one) and grows the best
BEAM sets by a column at a time, to MOST. The FINALISTS of it are drawn again REDRAWS times: of those whose
every segment comes back (STABLE), with none under SMALLEST, the one wins whose weakest segment comes back
furthest, that lead added; within TIE of it, the one with more columns. A set whose points are mostly the
same few (DISTINCT) is not tried: it is steps, whatever they look like. All draws are seeded: the same rows
give the same set.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice

import numpy as np
import pandas as pd

from custseg_spark.errors import DataError
from custseg_spark.evidence import measure_squared_silhouette
from custseg_spark.evidence.refit import Fit, Points, draw_subset, fit_kmeans, use_one_thread
from custseg_spark.evidence.stability import measure_stability
from custseg_spark.evidence.structure import draw_clouds
from custseg_spark.features import apply_treatments, fit_treatments, to_model_scale
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.propose.trial import FEWEST, KS, MOST, SMALLEST, CutFigures, Set, Trial
from custseg_spark.statistics import STABLE

ROWS = 2_000
CLOUDS = 2
BEAM = 3
FINALISTS = 6
REDRAWS = 10
TIE = 0.05
DISTINCT = 0.1
_STARTS = 2
_SEED = 7


def try_features(
    candidates: Sequence[ProposedFeature], value: int | None, whole: Set | None = None
) -> Trial | None:
    """The set of two to MOST of the `candidates` whose segments come back best; None where there is nothing
    to try.

    `value`: the one that is in every set. `whole`: a set of any size that stays unless only another one
    comes back.
    """
    points = _place(candidates) if len(candidates) > 1 else None
    if points is None:
        return None
    with use_one_thread():
        bench, other = _Bench(points[::2]), _Bench(points[1::2])
        sets = _search(bench, value)
        finalists = [cut for _, cuts in sets[:FINALISTS] for cut in cuts[:2]]
        trial = _tell(_judge(bench, finalists), other, len(sets) + (whole is not None))
        if whole is None:
            return trial
        kept = _tell(_judge(bench, bench.screen(whole)[:2]), other, trial.sets)
    return trial if trial.found and not kept.found else kept


def _tell(best: CutFigures, other: _Bench, sets: int) -> Trial:
    """The set as the other half of the rows has it."""
    told = other.measure(best.columns, best.k)
    weakest = min(best.jaccard, told.jaccard)
    found = best.comes_back and weakest >= STABLE
    return Trial(best.columns, sets, 2 * len(other.points), told, weakest, found)


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

    def screen(self, columns: Set) -> list[CutFigures]:
        """The set cut into each of KS, without redraws, the best lead first; those with a small segment
        last."""
        cuts = [self._cut(columns, k)[0] for k in KS]
        return sorted(cuts, key=lambda cut: (cut.smallest < SMALLEST, -cut.lead, cut.k))

    def measure(self, columns: Set, k: int) -> CutFigures:
        """The set cut into k, with redraws."""
        figures, fit = self._cut(columns, k)
        stability = measure_stability(self.points[:, columns], fit, REDRAWS, _SEED)
        return CutFigures(**{**vars(figures), "jaccard": float(stability.jaccards.min())})

    def _cut(self, columns: Set, k: int) -> tuple[CutFigures, Fit]:
        own, fit = _measure_cut(self.points[:, columns], k)
        clouds = [_measure_cut(cloud[:, columns], k)[0] for cloud in self.clouds]
        smallest = float(np.bincount(fit.labels, minlength=k).min() / len(fit.labels))
        return CutFigures(columns, k, own, float(np.mean(clouds)), smallest), fit


def _measure_cut(points: Points, k: int) -> tuple[float, Fit]:
    fit = fit_kmeans(points, k, _SEED, _STARTS)
    return measure_squared_silhouette(points, fit.labels)[0], fit


def _search(bench: _Bench, value: int | None) -> list[tuple[Set, list[CutFigures]]]:
    """Every set that was tried with its cuts, the best first."""
    count = bench.points.shape[1]
    tried: dict[Set, list[CutFigures]] = {}
    pairs = combinations(range(count), 2)
    sets: list[Set] = [pair for pair in pairs if value is None or value in pair]
    while sets and len(sets[0]) <= MOST:
        continuous = [one for one in sets if bench.is_continuous(one)]
        grown = {one: bench.screen(one) for one in continuous or sets}
        tried |= grown
        best = sorted(grown, key=lambda one: _rank(grown[one]))[:BEAM]
        more = {tuple(sorted({*one, place})) for one in best for place in range(count) if place not in one}
        sets = sorted(more)
    return sorted(tried.items(), key=lambda one: _rank(one[1]))


def _rank(cuts: Sequence[CutFigures]) -> tuple[bool, float]:
    return cuts[0].smallest < SMALLEST, -cuts[0].lead


def _judge(bench: _Bench, cuts: Sequence[CutFigures]) -> CutFigures:
    measured = [bench.measure(cut.columns, cut.k) for cut in cuts]
    back = [cut for cut in measured if cut.comes_back]
    if not back:
        return max(measured, key=lambda cut: (cut.jaccard, -cut.k))
    near = [cut for cut in back if cut.score >= max(one.score for one in back) - TIE]
    return max(near, key=lambda cut: (len(cut.columns), cut.score))
