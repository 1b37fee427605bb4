"""What is chosen from, and what is chosen: plain values, as they stand in sweep.csv and run.json."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Method = Literal["evidence", "silhouette", "elbow", "gap", "fixed"]


@dataclass(frozen=True, kw_only=True)
class SweptK:
    """What is known of every k of the sweep; a standard error is None where one value can't tell it.

    `silhouette` is the one with squared Euclidean distance. `explained`: the share of the variance between
    the segments. `distinct_segments` counts the segments
    that are not empty: it falls under k where the customers have fewer distinct points than that.
    """

    k: int
    cost: float
    cost_se: float | None = None
    cost_spread: float
    silhouette: float
    silhouette_se: float
    smallest_share: float
    smallest_share_se: float | None = None
    explained: float = math.nan
    distinct_segments: int


@dataclass(frozen=True, kw_only=True)
class RedrawnCut:
    """What one redraw of the customers makes of a k: to what each segment came back, in the order of the
    centres, and the scores of the redraw's own cut, as those of `SweptK` and `Scores`."""

    jaccards: tuple[float, ...]
    cost: float
    silhouette: float
    smallest_share: float
    explained: float = math.nan
    distinct_segments: int
    valley: float
    calinski_harabasz: float | None


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The other scores of one k; None stands for one that was switched off or can't be taken.

    Each `<score>_se` is the standard error of the score before it. `valley`: between the two segments that
    are least separated (`measure_valley`). `silhouette_redrawn_se`: of the silhouette of customers drawn
    and cut anew; `silhouette_se` holds the cut fixed. `gap_one`: the gap of one segment, the same for
    every k. `explained_independent`: what as many segments explain where no feature goes with another, which
    is asked where categories cut. `jaccards` has one value per segment, in the order of the centres.
    """

    silhouette_redrawn_se: float | None = None
    silhouette_euclidean: float | None = None
    silhouette_euclidean_se: float | None = None
    valley: float | None = None
    valley_se: float | None = None
    calinski_harabasz: float | None = None
    davies_bouldin: float | None = None
    gap: float | None = None
    gap_se: float | None = None
    gap_one: float | None = None
    gap_one_se: float | None = None
    explained_independent: float | None = None
    explained_independent_se: float | None = None
    prediction_strength: float | None = None
    prediction_strength_se: float | None = None
    lowest_jaccard: float | None = None
    lowest_jaccard_se: float | None = None
    jaccards: tuple[float, ...] = ()
    redraws: tuple[RedrawnCut, ...] = ()
    same_names: float | None = None
    same_names_se: float | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate(Scores, SweptK):
    """One k of the sweep with its scores; those of the second base stand first, as in sweep.csv."""

    @property
    def dependence(self) -> float | None:
        """The share of the variance that the segments explain because features go together; None where no
        category cuts."""
        return None if self.explained_independent is None else self.explained - self.explained_independent


@dataclass(frozen=True)
class RunnerUp:
    """A k that was not chosen, and in one sentence why."""

    k: int
    why: str


@dataclass(frozen=True)
class Choice:
    """The chosen k. `why` is a sentence for people.

    `passed` is False where the method's own conditions held for no k, so that this is the best of
    what is left. `ranked_by`: the score that ranked those that could be chosen; None where nothing was
    ranked. `close` is True where the two leading candidates differ in it by less than two standard errors.
    `runners_up` are all others, the nearest to being chosen first. `chosen_again`: what each redraw of the
    customers chooses by its own scores; None where no k keeps the floor. Empty where nothing was redrawn, for
    one k that was asked for, and for the gap.
    """

    k: int
    method: Method
    why: str
    passed: bool
    runners_up: tuple[RunnerUp, ...]
    ranked_by: str | None
    close: bool
    chosen_again: tuple[int | None, ...] = ()

    @property
    def doubt(self) -> str:
        """What a person should know where the two leaders are close; empty where they are not."""
        if not self.close:
            return ""
        return (
            f"{self.k} and {self.runners_up[0].k} segments differ in {self.ranked_by} by less than two "
            "standard errors: another draw of customers might choose the other."
        )
