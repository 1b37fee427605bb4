"""How many segments: a decision over small values, every tie broken by a written rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from custseg_spark.errors import DataError
from custseg_spark.evidence.candidate import Candidate, Choice, Method, RedrawnCut, RunnerUp
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


def choose(
    candidates: Sequence[Candidate], method: Method, smallest_share: float, reach: float = 1.0
) -> Choice:
    """The number of segments by `method`, never one whose smallest segment is under the floor.

    `reach`: what a deviation over redraws is multiplied by for a standard error (`settle.find_reach`).

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
    redrawn = [] if method == "gap" else list(_list_redrawn(ordered))  # no redraw has boxes
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
        close=_is_close(pick, redrawn, reach),
        chosen_again=tuple(_choose_again(scored, method, smallest_share) for scored in redrawn),
    )


def _list_redrawn(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """For every redraw that all of them have, the candidates with the scores of that redraw alone."""
    known = [c for c in candidates if c.redraws]
    for number in range(min((len(c.redraws) for c in known), default=0)):
        yield [_take_redraw(c, c.redraws[number]) for c in known]


def _take_redraw(c: Candidate, one: RedrawnCut) -> Candidate:
    return replace(c, **vars(one), lowest_jaccard=min(one.jaccards), lowest_jaccard_se=None, redraws=())


def _choose_again(scored: list[Candidate], method: Method, floor: float) -> int | None:
    """What one redraw alone chooses; None where it has no k that keeps the floor."""
    allowed = [c for c in scored if keeps_floor(c, floor)]
    return _METHODS[method](scored, allowed).best.k if allowed else None


def _take_fixed(ordered: Sequence[Candidate], floor: float) -> Choice:
    best = ordered[0]
    passed = keeps_floor(best, floor)
    though = "" if passed else f", though {_tell_too_small(best, floor)}"
    why = f"the recipe asks for {best.k} segments{though}"
    return Choice(best.k, "fixed", why, passed, (), ranked_by=None, close=False)


def _is_close(pick: Pick, redrawn: Sequence[Sequence[Candidate]], reach: float) -> bool:
    """Whether the first rival's score lies within two standard errors: those of the difference over redraws,
    which took the same customers for both; without them, of the score itself, the larger one."""
    if not pick.rivals:
        return False
    best, rival = pick.best, pick.rivals[0]
    apart = abs(pick.by.of(best) - pick.by.of(rival))
    differences = [_measure_lead(pick, {c.k: c for c in scored}) for scored in redrawn]
    if len(differences) > 1 and np.isfinite(differences).all():
        return bool(apart < 2 * float(np.std(differences, ddof=1)) * reach)
    errors = [error for c in (best, rival) if (error := pick.by.error(c)) is not None]
    return bool(errors) and apart < 2 * max(errors)


def _measure_lead(pick: Pick, scored: Mapping[int, Candidate]) -> float:
    """By how much the chosen k leads its first rival in a redraw; NaN where one was not redrawn."""
    by = pick.by.measure(list(scored.values())) if pick.by.measure else pick.by
    best, rival = scored.get(pick.best.k), scored.get(pick.rivals[0].k)
    return by.of(best) - by.of(rival) if best and rival else float("nan")


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
