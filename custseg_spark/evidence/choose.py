"""How many segments: a decision over small values, every tie broken by a written rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from custseg_spark.errors import DataError, RecipeError
from custseg_spark.evidence.candidate import Candidate, Choice, Method, RunnerUp
from custseg_spark.evidence.partition_scores import find_knee, measure_under_chord
from custseg_spark.statistics import STABLE

_ADVICE = "an elbow is advice, not evidence"


@dataclass(frozen=True)
class _Score:
    """What a method ranks by: the score of a candidate and its standard error, and how it is told."""

    name: str
    of: Callable[[Candidate], float]
    error: Callable[[Candidate], float | None]
    text: str = "{name} {value:.3f}"


@dataclass(frozen=True)
class _Pick:
    """What a method found: its candidate, the reason, and the order of the others."""

    best: Candidate
    why: str
    by: _Score
    rivals: tuple[Candidate, ...]
    """Those that could have been chosen by the same conditions, the best first by that score."""
    passed: bool = True


def choose(candidates: Sequence[Candidate], method: Method, smallest_share: float) -> Choice:
    """The number of segments by `method`, never one whose smallest segment is under the floor.

    Only `fixed` takes a k that is under the floor, since it was asked for by name, and says so.
    Ties go to fewer segments. Raises DataError where no k keeps the floor, RecipeError where a
    score that the method needs was switched off.
    """
    if not candidates:
        raise DataError("no number of segments could be tried", "widen segments.k")
    ordered = sorted(candidates, key=lambda c: c.k)
    if method == "fixed":
        return _take_fixed(ordered, smallest_share)
    allowed = [c for c in ordered if _keeps_floor(c, smallest_share)]
    if not allowed:
        shares = ", ".join(f"k={c.k} {c.smallest_share:.2%}" for c in ordered)
        raise DataError(
            f"every number of segments has one under smallest_share {smallest_share:.1%}; "
            f"the smallest hold: {shares}",
            "lower segments.smallest_share, "
            "lower segments.k, or clip the feature whose extreme values stand alone",
        )
    pick = _METHODS[method](ordered, allowed)
    rest = [c for c in ordered if c is not pick.best and c not in pick.rivals]
    rest.sort(key=lambda c: (c not in allowed, -c.silhouette, c.k))
    return Choice(
        k=pick.best.k,
        method=method,
        why=pick.why,
        passed=pick.passed,
        runners_up=tuple(
            RunnerUp(c.k, _tell_why_not(c, pick, method, smallest_share)) for c in (*pick.rivals, *rest)
        ),
        ranked_by=pick.by.name,
        close=_is_close(pick),
    )


def _pick_by_evidence(_: Sequence[Candidate], allowed: Sequence[Candidate]) -> _Pick:
    """The best silhouette among those whose every segment comes back when the data is redrawn."""
    if all(c.lowest_jaccard is None for c in allowed):
        pick = _pick_best(allowed, _SILHOUETTE)
        return replace(pick, why=f"{pick.why}; whether they come back was not asked (evidence.bootstraps: 0)")
    stable = [c for c in allowed if _read_lowest(c) >= STABLE]
    if not stable:
        pick = _pick_best(allowed, _JACCARD)
        why = (
            f"NO NUMBER OF SEGMENTS IS STABLE: of all, {pick.best.k} comes back best when the data is "
            f"redrawn, yet its weakest segment only to {_cut_off(_read_lowest(pick.best), 2):.2f} "
            f"(at least {STABLE:.2f} is wanted)"
        )
        return replace(pick, why=why, passed=False)
    pick = _pick_best(stable, _SILHOUETTE)
    weakest = f"{_read_lowest(pick.best):.2f}"
    back = f"whose every segment comes back when the data is redrawn (the weakest to {weakest})"
    if len(stable) == 1:
        return replace(pick, why=f"{pick.best.k} is the only number of segments {back}")
    return replace(pick, why=f"{pick.why} of the numbers ({', '.join(str(c.k) for c in stable)}) {back}")


def _pick_by_elbow(ordered: Sequence[Candidate], allowed: Sequence[Candidate]) -> _Pick:
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


def _measure_depth(ordered: Sequence[Candidate]) -> _Score:
    """How far the cost lies under the curve's chord, in shares of the whole fall, and the cost's error so."""
    deep = measure_under_chord([c.k for c in ordered], [c.cost for c in ordered])
    fall = abs(ordered[0].cost - ordered[-1].cost)
    depths = {c.k: float(depth) for c, depth in zip(ordered, deep, strict=True)}
    return _Score(
        "depth of the bend",
        lambda c: depths[c.k],
        lambda c: None if c.cost_se is None else c.cost_se / fall,
        "its cost lies {value:.3f} of the whole fall under the chord",
    )


def _pick_by_gap(ordered: Sequence[Candidate], allowed: Sequence[Candidate]) -> _Pick:
    """The smallest k with gap(k) >= gap(k+1) - s(k+1) (Tibshirani, Walther and Hastie 2001)."""
    gaps: dict[int, tuple[float, float]] = {}
    for c in ordered:
        if c.gap is None or c.gap_se is None:
            raise RecipeError(
                "segments.choose: gap needs the gap statistic, which is off", "set evidence.gap: true"
            )
        gaps[c.k] = (c.gap, c.gap_se)
    by = _Score("gap", lambda c: gaps[c.k][0], lambda c: gaps[c.k][1])
    for c in allowed:
        if c.k + 1 in gaps and gaps[c.k][0] >= gaps[c.k + 1][0] - gaps[c.k + 1][1]:
            why = f"{c.k} segments are the fewest whose gap ({c.gap:.3f}) the next number does not beat"
            return replace(_pick_best(allowed, by, c), why=why)
    best = max(allowed, key=lambda c: (gaps[c.k][0], -c.k))
    why = f"THE GAP NEVER STOPS RISING IN THIS RANGE: {best.k} segments have the largest ({best.gap:.3f})"
    return replace(_pick_best(allowed, by, best), why=why, passed=False)


def _take_fixed(ordered: Sequence[Candidate], floor: float) -> Choice:
    best = ordered[0]
    passed = _keeps_floor(best, floor)
    though = "" if passed else f", though {_tell_too_small(best, floor)}"
    why = f"the recipe asks for {best.k} segments{though}"
    return Choice(best.k, "fixed", why, passed, (), ranked_by=None, close=False)


def _keeps_floor(c: Candidate, floor: float) -> bool:
    return c.smallest_share >= floor and c.distinct_segments == c.k


def _read_lowest(c: Candidate) -> float:
    return -1.0 if c.lowest_jaccard is None else c.lowest_jaccard


_SILHOUETTE = _Score("silhouette", lambda c: c.silhouette, lambda c: c.silhouette_se)
_JACCARD = _Score(
    "lowest Jaccard",
    _read_lowest,
    lambda c: c.lowest_jaccard_se,
    "its weakest segment comes back only to {value:.2f}",
)
_METHODS: dict[str, Callable[[Sequence[Candidate], Sequence[Candidate]], _Pick]] = {
    "evidence": _pick_by_evidence,
    "silhouette": lambda _, allowed: _pick_best(allowed, _SILHOUETTE),
    "elbow": _pick_by_elbow,
    "gap": _pick_by_gap,
}


def _pick_best(candidates: Sequence[Candidate], by: _Score, best: Candidate | None = None) -> _Pick:
    """The best of the candidates by a score, unless a rule has picked `best`, and the others behind it.

    The highest first; ties: the better silhouette, then fewer segments.
    """
    ranked = sorted(candidates, key=lambda c: (-by.of(c), -c.silhouette, c.k))
    best = best or ranked[0]
    why = f"{best.k} segments have the best {by.name} ({by.of(best):.3f})"
    return _Pick(best, why, by, tuple(c for c in ranked if c is not best))


def _is_close(pick: _Pick) -> bool:
    """Whether the first rival's score lies within the larger standard error of the two."""
    if not pick.rivals:
        return False
    errors = [error for c in (pick.best, pick.rivals[0]) if (error := pick.by.error(c)) is not None]
    apart = abs(pick.by.of(pick.best) - pick.by.of(pick.rivals[0]))
    return bool(errors) and apart < max(errors)


def _tell_why_not(c: Candidate, pick: _Pick, method: Method, floor: float) -> str:
    if not _keeps_floor(c, floor):
        return _tell_too_small(c, floor)
    if method == "evidence" and pick.passed and c.lowest_jaccard is not None and c.lowest_jaccard < STABLE:
        short = _cut_off(c.lowest_jaccard, 2)
        return f"a segment comes back only to {short:.2f} (at least {STABLE:.2f} is wanted)"
    return pick.by.text.format(name=pick.by.name, value=pick.by.of(c))


def _tell_too_small(c: Candidate, floor: float) -> str:
    if c.distinct_segments < c.k:
        return f"only {c.distinct_segments} of {c.k} segments hold anyone"
    short = _cut_off(c.smallest_share, 3)
    return f"its smallest segment holds {short:.1%} of the customers (at least {floor:.1%} is wanted)"


def _cut_off(value: float, digits: int) -> float:
    """The value in so many digits, not rounded up: what falls short of a bound must not read as the bound."""
    scale = 10.0**digits
    return math.floor(round(value * scale, 6)) / scale  # .29 * 100 is a little under 29
