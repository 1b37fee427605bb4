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
from itertools import combinations

import numpy as np
import pandas as pd

from custseg_spark.errors import DataError
from custseg_spark.evidence.refit import draw_subset
from custseg_spark.features import apply_treatments, fit_treatments, to_model_scale
from custseg_spark.kmeans import Points
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.propose.measure_sets import Half, draw_half, measure_set, screen_set
from custseg_spark.propose.trial import FEWEST, KS, MOST, CutFigures, Set, Trial
from custseg_spark.statistics import STABLE
from custseg_spark.workers import run_each

ROWS = 2_000
SCREENED = 500
BEAM = 3
FINALISTS = 5
MARGIN = 0.05
TIE = 0.02
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
    half, other = run_each(draw_half, [points[::2], points[1::2]])
    tried = [] if whole else _search(half, value)
    finalists = [whole] if whole else _take_finalists(tried)
    best = _judge(run_each(measure_set, [(half.take(one), one, k) for one in finalists for k in KS]))
    (told,) = run_each(measure_set, [(other.take(best.columns), best.columns, best.k)])
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
    expressions = {name: one.expression for name, one in sections.items()}
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


def _search(half: Half, value: int | None) -> list[Set]:
    """Every set that was tried, the best first."""
    count = half.points.shape[1]
    ranks: dict[Set, tuple[bool, float]] = {}
    pairs = combinations(range(count), 2)
    sets: list[Set] = [pair for pair in pairs if value is None or value in pair]
    while sets and len(sets[0]) <= MOST:
        sets = [one for one in sets if half.is_continuous(one)] or sets
        found = run_each(screen_set, [half.take(one, SCREENED) for one in sets])
        grown = dict(zip(sets, found, strict=True))
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
