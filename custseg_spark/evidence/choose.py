"""How many segments: a decision over small values, every tie broken by a written rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from custseg_spark.errors import DataError, RecipeError
from custseg_spark.evidence.knee import knee

Method = Literal["evidence", "silhouette", "elbow", "gap", "fixed"]

STABLE = 0.75
"""A segment whose mean Jaccard is at least this comes back (Hennig 2007, section 4)."""


@dataclass(frozen=True)
class Candidate:
    """One k of the sweep with its scores; None stands for a score that was not taken.

    `silhouette` is the one with squared Euclidean distance. `distinct_segments` counts the segments
    that are not empty: it falls under k where the customers have fewer distinct points than that.
    `jaccards` has one value per segment, in the order of the candidate's centres.
    """

    k: int
    cost: float
    cost_spread: float
    silhouette: float
    silhouette_se: float
    smallest_share: float
    distinct_segments: int
    silhouette_euclidean: float | None = None
    calinski_harabasz: float | None = None
    davies_bouldin: float | None = None
    gap: float | None = None
    gap_se: float | None = None
    prediction_strength: float | None = None
    lowest_jaccard: float | None = None
    jaccards: tuple[float, ...] = ()
    same_names: float | None = None


@dataclass(frozen=True)
class RunnerUp:
    """A k that was not chosen, and in one sentence why."""

    k: int
    why: str


@dataclass(frozen=True)
class Choice:
    """The chosen k. `why` is a sentence for people.

    `passed` is False where the method's own conditions held for no k, so that this is the best of
    what is left. `close` is True where the two leading candidates differ in silhouette by less than
    its standard error. `runners_up` are all others, the nearest to being chosen first.
    """

    k: int
    method: Method
    why: str
    passed: bool
    runners_up: tuple[RunnerUp, ...]
    close: bool


@dataclass(frozen=True)
class _Pick:
    """What a method found: its candidate, the reason, and the order of the others."""

    best: Candidate
    why: str
    passed: bool = True
    rivals: tuple[Candidate, ...] = ()
    """Those that could have been chosen by the same conditions, the best first."""


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
        return _fixed(ordered, smallest_share)
    allowed = [c for c in ordered if _allowed(c, smallest_share)]
    if not allowed:
        raise DataError(
            _all_under(ordered, smallest_share),
            "lower segments.smallest_share, "
            "lower segments.k, or clip the feature whose extreme values stand alone",
        )
    pick = _METHODS[method](ordered, allowed)
    others = sorted((c for c in ordered if c is not pick.best), key=lambda c: _order(c, pick, allowed))
    return Choice(
        k=pick.best.k,
        method=method,
        why=pick.why,
        passed=pick.passed,
        runners_up=tuple(RunnerUp(c.k, _why_not(c, pick, method, smallest_share)) for c in others),
        close=_close(pick.best, pick.rivals),
    )


def _evidence(_: Sequence[Candidate], allowed: Sequence[Candidate]) -> _Pick:
    """The best silhouette among those whose every segment comes back when the data is redrawn."""
    if all(c.lowest_jaccard is None for c in allowed):
        best, *rivals = _by_silhouette(allowed)
        why = (
            f"{best.k} segments have the best silhouette ({best.silhouette:.3f}); "
            "whether they come back was not asked (evidence.bootstraps: 0)"
        )
        return _Pick(best, why, rivals=tuple(rivals))
    stable = [c for c in allowed if _lowest(c) >= STABLE]
    if not stable:
        best, *rivals = sorted(allowed, key=lambda c: (-_lowest(c), -c.silhouette, c.k))
        why = (
            f"NO NUMBER OF SEGMENTS IS STABLE: of all, {best.k} comes back best when the data is redrawn, "
            f"yet its weakest segment only to {_lowest(best):.2f} (at least {STABLE:.2f} is wanted)"
        )
        return _Pick(best, why, passed=False, rivals=tuple(rivals))
    best, *rivals = _by_silhouette(stable)
    why = (
        f"{best.k} segments have the best silhouette ({best.silhouette:.3f}) of the {_count(stable)} whose "
        f"every segment comes back when the data is redrawn (the weakest to {_lowest(best):.2f})"
    )
    return _Pick(best, why, rivals=tuple(rivals))


def _silhouette(_: Sequence[Candidate], allowed: Sequence[Candidate]) -> _Pick:
    best, *rivals = _by_silhouette(allowed)
    return _Pick(
        best, f"{best.k} segments have the best silhouette ({best.silhouette:.3f})", rivals=tuple(rivals)
    )


def _elbow(ordered: Sequence[Candidate], allowed: Sequence[Candidate]) -> _Pick:
    """The knee of the cost curve; where the floor refuses it, the nearest k, fewer on a tie."""
    bend = knee([c.k for c in ordered], [c.cost for c in ordered])
    if bend is None:
        best = _by_silhouette(allowed)[0]
        why = (
            f"THE COST CURVE HAS NO ELBOW: {best.k} segments have the best silhouette ({best.silhouette:.3f})"
        )
        return _Pick(best, why, passed=False)
    best = min(allowed, key=lambda c: (abs(c.k - bend), c.k))
    if best.k != bend:
        why = f"the cost curve bends at {bend:.0f}, where a segment is too small; {best.k} is nearest"
        return _Pick(best, why, passed=False)
    return _Pick(best, f"the cost curve bends at {best.k} segments; an elbow is advice, not evidence")


def _gap(ordered: Sequence[Candidate], allowed: Sequence[Candidate]) -> _Pick:
    """The smallest k with gap(k) >= gap(k+1) - s(k+1) (Tibshirani, Walther and Hastie 2001)."""
    gaps: dict[int, tuple[float, float]] = {}
    for c in ordered:
        if c.gap is None or c.gap_se is None:
            raise RecipeError(
                "segments.choose: gap needs the gap statistic, which is off", "set evidence.gap: true"
            )
        gaps[c.k] = (c.gap, c.gap_se)
    for c in allowed:
        if c.k + 1 in gaps and gaps[c.k][0] >= gaps[c.k + 1][0] - gaps[c.k + 1][1]:
            why = f"{c.k} segments are the fewest whose gap ({c.gap:.3f}) the next number does not beat"
            return _Pick(c, why)
    best = max(allowed, key=lambda c: (gaps[c.k][0], -c.k))
    why = f"THE GAP NEVER STOPS RISING IN THIS RANGE: {best.k} segments have the largest ({best.gap:.3f})"
    return _Pick(best, why, passed=False)


_METHODS: dict[str, Callable[[Sequence[Candidate], Sequence[Candidate]], _Pick]] = {
    "evidence": _evidence,
    "silhouette": _silhouette,
    "elbow": _elbow,
    "gap": _gap,
}


def _fixed(ordered: Sequence[Candidate], floor: float) -> Choice:
    best = ordered[0]
    passed = _allowed(best, floor)
    why = f"the recipe asks for {best.k} segments"
    if not passed:
        why = f"{why}, though {_too_small(best, floor)}"
    return Choice(best.k, "fixed", why, passed, (), close=False)


def _allowed(c: Candidate, floor: float) -> bool:
    return c.smallest_share >= floor and c.distinct_segments == c.k


def _lowest(c: Candidate) -> float:
    return -1.0 if c.lowest_jaccard is None else c.lowest_jaccard


def _by_silhouette(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda c: (-c.silhouette, c.k))


def _close(best: Candidate, rivals: Sequence[Candidate]) -> bool:
    if not rivals:
        return False
    return abs(best.silhouette - rivals[0].silhouette) < max(best.silhouette_se, rivals[0].silhouette_se)


def _order(c: Candidate, pick: _Pick, allowed: Sequence[Candidate]) -> tuple[float, ...]:
    place = pick.rivals.index(c) if c in pick.rivals else math.inf
    return (place, float(c not in allowed), -c.silhouette, c.k)


def _why_not(c: Candidate, pick: _Pick, method: Method, floor: float) -> str:
    if not _allowed(c, floor):
        return _too_small(c, floor)
    if method == "evidence" and pick.passed and c.lowest_jaccard is not None and c.lowest_jaccard < STABLE:
        return f"a segment comes back only to {c.lowest_jaccard:.2f} (at least {STABLE:.2f} is wanted)"
    if method == "evidence" and not pick.passed:
        return f"its weakest segment comes back only to {_lowest(c):.2f}"
    if method == "gap":
        return f"gap {c.gap:.3f}"
    return f"silhouette {c.silhouette:.3f}"


def _too_small(c: Candidate, floor: float) -> str:
    if c.distinct_segments < c.k:
        return f"only {c.distinct_segments} of {c.k} segments hold anyone"
    return (
        f"its smallest segment holds {c.smallest_share:.1%} of the customers (at least {floor:.1%} is wanted)"
    )


def _all_under(ordered: Sequence[Candidate], floor: float) -> str:
    shares = ", ".join(f"k={c.k} {c.smallest_share:.2%}" for c in ordered)
    return f"every number of segments has one under smallest_share {floor:.1%}; the smallest hold: {shares}"


def _count(candidates: Sequence[Candidate]) -> str:
    numbers = ", ".join(str(c.k) for c in candidates)
    return f"numbers ({numbers})" if len(candidates) > 1 else f"only number ({numbers})"
