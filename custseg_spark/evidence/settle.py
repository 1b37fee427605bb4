"""What redraws say of every k, and further ones where the choice hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import nextafter, sqrt
from typing import Any

import numpy as np

from custseg_spark.evidence.candidate import Candidate, Choice, RedrawnCut
from custseg_spark.evidence.refit import Cut, PlainCut
from custseg_spark.evidence.stability import ROWS, Redraw, Stability, redraw, score_redraw
from custseg_spark.kmeans import Points, use_one_thread
from custseg_spark.statistics import STABLE, reaches
from custseg_spark.workers import Shared, run_each, share

MOST = 100
"""Redraws of one k: what is open after them is told as open."""
Choose = Callable[[Sequence[Candidate]], Choice]
TURN = 20
"""Redraws of a verdict that were not made for the choice."""


def sum_up_redraws(redraws: Sequence[RedrawnCut], points: int) -> dict[str, Any]:
    """The scores of a k, by the names of `Scores`, that redraws of so many sampled points give.

    Errors of the lowest Jaccard are those of a mean over the redraws. Those of the silhouette and the valley
    say how far another sample would move them: the deviation over redraws of m out of n points, times
    sqrt(m / n) (Bickel, Goetze and van Zwet 1997, Statistica Sinica 7, 1-31).
    """
    stability = Stability(np.array([one.jaccards for one in redraws]))
    lowest, error = stability.lowest
    reach = find_reach(points)
    return {
        "lowest_jaccard": lowest,
        "lowest_jaccard_se": error,
        "jaccards": tuple(stability.jaccards.tolist()),
        "silhouette_redrawn_se": _scale_deviation([one.silhouette for one in redraws], reach),
        "valley_se": _scale_deviation([one.valley for one in redraws], reach),
        "redraws": tuple(redraws),
    }


def find_reach(points: int) -> float:
    """What the deviation of a score over redraws of so many sampled points is multiplied by for its error."""
    return sqrt(min(points, ROWS) / points)


def _scale_deviation(values: Sequence[float], by: float) -> float | None:
    return float(np.std(values, ddof=1)) * by if len(values) > 1 else None


def settle_candidates(
    points: Points,
    partitions: Mapping[int, Cut],
    candidates: Sequence[Candidate],
    choose: Choose,
    seed: int,
) -> tuple[Candidate, ...]:
    """The candidates, redrawn further where it is open whether they come back and the choice hangs on it.

    It is open within two standard errors of STABLE. The choice hangs on the k that is chosen, and on those
    with which another would be. As many redraws again, up to MOST, until nothing is open.
    """
    found = {one.k: one for one in candidates}
    turn = max(len(one.redraws) for one in candidates)
    with share(points) as shared:
        while open_ := _list_open(list(found.values()), choose):
            cuts = {k: PlainCut(partitions[k].centres, partitions[k].labels) for k in open_}
            asked = [
                (shared, cuts[k], range(done, min(MOST, done + turn)), seed) for k, done in open_.items()
            ]
            for k, further in zip(open_, run_each(score_redraws, asked), strict=True):
                redraws = (*found[k].redraws, *(scores for _, scores in further))
                found[k] = replace(found[k], **sum_up_redraws(redraws, len(points)))
    return tuple(found.values())


def _list_open(candidates: list[Candidate], choose: Choose) -> dict[int, int]:
    """The k to redraw further, with the redraws that there are."""
    chosen, open_ = choose(candidates).k, {}
    for place, one in enumerate(candidates):
        if not 0 < len(one.redraws) < MOST or one.lowest_jaccard is None:
            continue
        passes = reaches(one.lowest_jaccard, STABLE, one.lowest_jaccard_se)
        other = replace(one, lowest_jaccard=nextafter(STABLE, 0) if one.lowest_jaccard >= STABLE else STABLE)
        turned = [*candidates[:place], other, *candidates[place + 1 :]]
        if passes is None and (one.k == chosen or choose(turned).k != chosen):
            open_[one.k] = len(one.redraws)
    return open_


def redraw_until_told(points: Points, cut: Cut, seed: int, turn: int = TURN) -> tuple[RedrawnCut, ...]:
    """Redraws of a cut through `points` (n, d), a turn at a time, until it is told whether its segments come
    back; MOST at most."""
    found: tuple[RedrawnCut, ...] = ()
    while len(found) < MOST:
        more = range(len(found), min(MOST, len(found) + turn))
        found = (*found, *(scores for _, scores in score_redraws((lambda: points, cut, more, seed))))
        lowest, error = Stability(np.array([one.jaccards for one in found])).lowest
        if reaches(lowest, STABLE, error) is not None:
            break
    return found


def score_redraws(asked: tuple[Shared, Cut, range, int]) -> list[tuple[Redraw, RedrawnCut]]:
    """Redraws of these numbers, each with its scores. Asked: what gives the points, the cut, the numbers, and
    the seed."""
    shared, cut, numbers, seed = asked
    points = shared()
    with use_one_thread():
        return [(one, score_redraw(points, one)) for one in redraw(points, cut, numbers, seed)]
