"""How many segments: a decision over small values, every tie broken by a written rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from custseg_spark.errors import DataError
from custseg_spark.evidence.candidate import Candidate, Choice, Method, RunnerUp
from custseg_spark.evidence.pick import (
    Pick,
    cut_off,
    keeps_floor,
    pick_by_elbow,
    pick_by_evidence,
    pick_by_gap,
    pick_by_silhouette,
)
from custseg_spark.evidence.valley import VALLEY
from custseg_spark.statistics import STABLE

_METHODS: dict[str, Callable[[Sequence[Candidate], Sequence[Candidate]], Pick]] = {
    "evidence": pick_by_evidence,
    "silhouette": pick_by_silhouette,
    "elbow": pick_by_elbow,
    "gap": pick_by_gap,
}


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
    allowed = [c for c in ordered if keeps_floor(c, smallest_share)]
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


def _take_fixed(ordered: Sequence[Candidate], floor: float) -> Choice:
    best = ordered[0]
    passed = keeps_floor(best, floor)
    though = "" if passed else f", though {_tell_too_small(best, floor)}"
    why = f"the recipe asks for {best.k} segments{though}"
    return Choice(best.k, "fixed", why, passed, (), ranked_by=None, close=False)


def _is_close(pick: Pick) -> bool:
    """Whether the first rival's score lies within the larger standard error of the two."""
    if not pick.rivals:
        return False
    errors = [error for c in (pick.best, pick.rivals[0]) if (error := pick.by.error(c)) is not None]
    apart = abs(pick.by.of(pick.best) - pick.by.of(pick.rivals[0]))
    return bool(errors) and apart < max(errors)


def _tell_why_not(c: Candidate, pick: Pick, method: Method, floor: float) -> str:
    if not keeps_floor(c, floor):
        return _tell_too_small(c, floor)
    if method == "evidence" and pick.passed and c.lowest_jaccard is not None and c.lowest_jaccard < STABLE:
        short = cut_off(c.lowest_jaccard, 2)
        return f"a segment comes back only to {short:.2f} (at least {STABLE:.2f} is wanted)"
    told = pick.by.text.format(name=pick.by.name, value=pick.by.of(c))
    if pick.raised_from and c.k > pick.best.k and c.valley is not None and c.valley > VALLEY:
        return (
            f"two of its segments are not separated (valley {c.valley:.0%}; at most {VALLEY:.0%} is wanted)"
        )
    return f"silhouette {c.silhouette:.3f}, {told}" if pick.raised_from else told


def _tell_too_small(c: Candidate, floor: float) -> str:
    if c.distinct_segments < c.k:
        return f"only {c.distinct_segments} of {c.k} segments hold anyone"
    short = cut_off(c.smallest_share, 3)
    return f"its smallest segment holds {short:.1%} of the customers (at least {floor:.1%} is wanted)"
