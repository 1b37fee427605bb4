"""Each way to choose a number of segments, over the scores of every one that was tried."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from custseg_spark.errors import RecipeError
from custseg_spark.evidence.candidate import Candidate
from custseg_spark.evidence.partition_scores import find_knee, measure_under_chord
from custseg_spark.evidence.valley import VALLEY
from custseg_spark.statistics import STABLE

LEAST_GAIN = 0.01
"""Of the variance, that a further segment must explain beyond what independent features would."""
_ADVICE = "an elbow is advice, not evidence"


@dataclass(frozen=True)
class Score:
    """What a method ranks by: the score of a candidate and its standard error, and how it is told.

    `measure`: the score over other candidates, where it is not a candidate's own.
    """

    name: str
    of: Callable[[Candidate], float]
    error: Callable[[Candidate], float | None] = lambda c: None
    text: str = "{name} {value:.3f}"
    measure: Callable[[Sequence[Candidate]], Score] | None = None


@dataclass(frozen=True)
class Pick:
    """What a method found: its candidate, the reason, and the order of the others."""

    best: Candidate
    why: str
    by: Score
    rivals: tuple[Candidate, ...]
    """Those that could have been chosen by the same conditions, the best first by that score."""
    passed: bool = True
    raised_from: Candidate | None = None
    """What the best silhouette chose, where more segments are separated."""


def keeps_floor(c: Candidate, floor: float) -> bool:
    return c.smallest_share >= floor and c.distinct_segments == c.k


def cut_off(value: float, digits: int) -> float:
    """The value in so many digits, not rounded up: what falls short of a bound must not read as the bound."""
    scale = 10.0**digits
    return math.floor(round(value * scale, 6)) / scale  # .29 * 100 is a little under 29


def pick_by_evidence(_: Sequence[Candidate], allowed: Sequence[Candidate]) -> Pick:
    """The best silhouette among those whose every segment comes back in redraws, raised to the largest number
    of them that is separated (`_raise_k`); where categories cut, what most is explained by features that go
    together (`independence.measure_independent`)."""
    by_dependence = any(c.dependence is not None for c in allowed)
    if all(c.lowest_jaccard is None for c in allowed):
        pick = _rank(allowed, by_dependence)
        return replace(pick, why=f"{pick.why}; whether they come back was not asked (evidence.bootstraps: 0)")
    stable = [c for c in allowed if _read_lowest(c) >= STABLE]
    if not stable:
        pick = _pick_best(allowed, _JACCARD)
        why = (
            f"NO NUMBER OF SEGMENTS IS STABLE: of all, {pick.best.k} comes back best in random samples of "
            f"the customers, yet its weakest segment only to {cut_off(_read_lowest(pick.best), 2):.2f} "
            f"(at least {STABLE:.2f} is wanted)"
        )
        return replace(pick, why=why, passed=False)
    pick = _pick_dependence(stable) if by_dependence else _pick_best(stable, _SILHOUETTE)
    weakest = f"{_read_lowest(pick.best):.2f}"
    back = f"whose every segment comes back in random samples of the customers (the weakest to {weakest})"
    if len(stable) == 1:
        return replace(pick, why=f"{pick.best.k} is the only number of segments {back}")
    why = f"{pick.why} of the numbers ({', '.join(str(c.k) for c in stable)}) {back}"
    pick = replace(pick, why=why)
    return pick if by_dependence else _raise_k(pick, stable)


def _rank(candidates: Sequence[Candidate], by_dependence: bool) -> Pick:
    if by_dependence:
        return _pick_dependence(candidates)
    return _raise_k(_pick_best(candidates, _SILHOUETTE), candidates)


def _raise_k(pick: Pick, stable: Sequence[Candidate]) -> Pick:
    """The largest k above the picked one with a valley of at most VALLEY between every two segments and a
    higher Calinski-Harabasz; never a smaller one.

    The silhouette holds a segment against its nearest only, and squared distances reward far more than near:
    where true segments lie unevenly it prefers to count two near ones as one.
    """
    base, index = pick.best, _CALINSKI.of
    higher = [c for c in stable if c.k > base.k and _is_separated(c) and index(c) > index(base)]
    if not higher:
        return pick
    best = max(higher, key=lambda c: c.k)
    why = (
        f"{best.k} segments are the most of which every two are separated (the customers between them thin "
        f"out to {best.valley:.0%} of the lower peak or less; {VALLEY:.0%} is asked) with a higher "
        f"Calinski-Harabasz ({index(best):,.0f}) than {base.k} ({index(base):,.0f}), from which k is raised: "
        f"{pick.why}"
    )
    rest = (c for c in pick.rivals if c is not best)
    return Pick(best, why, _CALINSKI, (base, *rest), raised_from=base)


def _is_separated(c: Candidate) -> bool:
    return c.valley is not None and c.valley <= VALLEY


def pick_by_silhouette(_: Sequence[Candidate], allowed: Sequence[Candidate]) -> Pick:
    return _pick_best(allowed, _SILHOUETTE)


def pick_by_elbow(ordered: Sequence[Candidate], allowed: Sequence[Candidate]) -> Pick:
    """The knee of the cost curve; where the floor refuses it, the nearest k, fewer on a tie."""
    bend = find_knee([c.k for c in ordered], [c.cost for c in ordered])
    if bend is None:
        pick = _pick_best(allowed, _SILHOUETTE)
        return replace(pick, why=f"THE COST CURVE HAS NO ELBOW: {pick.why}; {_ADVICE}", passed=False)
    best = min(allowed, key=lambda c: (abs(c.k - bend), c.k))
    why = f"the cost curve bends at {best.k} segments; {_ADVICE}"
    if best.k != bend:
        moved = f"bends at {bend:.0f}, where a segment is too small; {best.k} is nearest"
        why = f"the cost curve {moved}; {_ADVICE}"
    return replace(_pick_best(allowed, _measure_depth(ordered), best), why=why, passed=best.k == bend)


def _measure_depth(ordered: Sequence[Candidate]) -> Score:
    """How far the cost lies under the curve's chord, in shares of the whole fall, and the cost's error so."""
    deep = measure_under_chord([c.k for c in ordered], [c.cost for c in ordered])
    fall = abs(ordered[0].cost - ordered[-1].cost)
    depths = {c.k: float(depth) for c, depth in zip(ordered, deep, strict=True)}
    return Score(
        "bend of the cost curve",
        lambda c: depths[c.k],
        lambda c: None if c.cost_se is None else c.cost_se / fall,
        "its cost lies {value:.3f} of the whole fall under the chord",
        _measure_depth,
    )


def pick_by_gap(ordered: Sequence[Candidate], allowed: Sequence[Candidate]) -> Pick:
    """The smallest k with gap(k) >= gap(k+1) - s(k+1) (Tibshirani, Walther and Hastie 2001) whose gap beats
    that of one segment by more than two errors; where no k of all does, there is nothing to cut.

    The paper asks the first of k = 1 too, and so stops there where the gap falls before it rises.
    """
    gaps: dict[int, tuple[float, float]] = {}
    for c in ordered:
        if c.gap is None or c.gap_se is None:
            raise RecipeError(
                "segments.choose: gap needs the gap statistic, which is off", "set evidence.gap: true"
            )
        gaps[c.k] = (c.gap, c.gap_se)
    by = Score("gap", lambda c: gaps[c.k][0], lambda c: gaps[c.k][1])
    one = ordered[0].gap_one
    beaten = [k for k, (gap, error) in gaps.items() if one is None or gap - 2 * error > one]
    stops = [c for c in allowed if c.k + 1 in gaps and gaps[c.k][0] >= gaps[c.k + 1][0] - gaps[c.k + 1][1]]
    best = max(allowed, key=lambda c: (gaps[c.k][0], -c.k))
    if not beaten:
        best = stops[0] if stops else best
        why = (
            f"THE GAP FINDS NOTHING TO CUT: no number of segments beats the gap of one ({one:.3f}) by more "
            f"than two errors; {best.k} segments ({best.gap:.3f}) are a convention"
        )
        return replace(_pick_best(allowed, by, best), why=why, passed=False)
    found = next((c for c in stops if c.k in beaten), None)
    if found:
        why = f"{found.k} segments are the fewest whose gap ({found.gap:.3f}) the next number does not beat"
        return replace(_pick_best(allowed, by, found), why=why)
    why = f"THE GAP NEVER STOPS RISING IN THIS RANGE: {best.k} segments have the largest ({best.gap:.3f})"
    return replace(_pick_best(allowed, by, best), why=why, passed=False)


def _read_lowest(c: Candidate) -> float:
    return -1.0 if c.lowest_jaccard is None else c.lowest_jaccard


_SILHOUETTE = Score("silhouette", lambda c: c.silhouette, lambda c: c.silhouette_se)


def _pick_dependence(candidates: Sequence[Candidate]) -> Pick:
    """The fewest segments that come within LEAST_GAIN of the best: a further one must explain more."""
    highest = max(_DEPENDENCE.of(c) for c in candidates)
    near = [c for c in candidates if _DEPENDENCE.of(c) > highest - LEAST_GAIN]
    best = min(near, key=lambda c: c.k)
    why = (
        f"{best.k} segments explain the most of the variance beyond what independent features would "
        f"({_DEPENDENCE.of(best):.1%}; a further segment must add {LEAST_GAIN:.0%})"
    )
    return replace(_pick_best(candidates, _DEPENDENCE, best), why=why)


def _find_dependence_error(c: Candidate) -> float | None:
    """That of what independent columns explain, and of the cost in shares of the variance."""
    if c.cost_se is None or c.explained_independent_se is None or not c.cost:
        return None
    return math.hypot(c.explained_independent_se, c.cost_se / c.cost * (1.0 - c.explained))


_DEPENDENCE = Score(
    "variance explained beyond independent features",
    lambda c: -math.inf if c.dependence is None else c.dependence,
    _find_dependence_error,
    "explained beyond independent features {value:.3f}",
)
_JACCARD = Score(
    "lowest Jaccard",
    _read_lowest,
    lambda c: c.lowest_jaccard_se,
    "its weakest segment comes back only to {value:.2f}",
)
_CALINSKI = Score(
    "Calinski-Harabasz",
    lambda c: -math.inf if c.calinski_harabasz is None else c.calinski_harabasz,
    text="{name} {value:,.0f}",
)


def _pick_best(candidates: Sequence[Candidate], by: Score, best: Candidate | None = None) -> Pick:
    """The best of the candidates by a score, unless a rule has picked `best`, and the others behind it.

    The highest first; ties: the better silhouette, then fewer segments.
    """
    ranked = sorted(candidates, key=lambda c: (-by.of(c), -c.silhouette, c.k))
    best = best or ranked[0]
    why = f"{best.k} segments have the best {by.name} ({by.of(best):.3f})"
    return Pick(best, why, by, tuple(c for c in ranked if c is not best))
