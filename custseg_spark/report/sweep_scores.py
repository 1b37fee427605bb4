"""The scores of a sweep: what they are called, how they are written, what is asked of them, their curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from custseg_spark import wording
from custseg_spark.report.tables import Column, PageTable
from custseg_spark.statistics import STABLE

SCORES: dict[str, Column] = {
    "k": Column("Segments", "number", "k, the number of segments"),
    "silhouette": Column("Silhouette", "decimal", "squared Euclidean distance; higher: farther apart"),
    "lowest_jaccard": Column(
        "Stability",
        "decimal",
        "how far the weakest segment comes back in random samples of the customers: "
        "the overlap (Jaccard), 1 is whole (Hennig 2007)",
    ),
    "smallest_share": Column("Smallest segment", "percent", "share of customers in the smallest segment"),
    "silhouette_se": Column("± silhouette", "decimal", "standard error, with the segments held fixed"),
    "silhouette_redrawn_se": Column(
        "± silhouette, drawn anew", "decimal", "standard error, with customers drawn and segments cut anew"
    ),
    "lowest_jaccard_se": Column("± stability", "decimal", "standard error over the random samples"),
    "smallest_share_se": Column("± smallest", "percent", "standard error of the smallest share"),
    "cost": Column("Cost", "number", "sum of squared distances to the nearest centre, model scale"),
    "cost_se": Column("± cost", "number", "standard error of the cost"),
    "cost_spread": Column("Cost spread", "decimal", "spread of the cost over restarts"),
    "explained": Column("Explained", "percent", "share of the variance between the segments"),
    "explained_independent": Column(
        "Of independent features",
        "percent",
        "what as many segments explain where the features are shuffled, so that none goes with another",
    ),
    "explained_independent_se": Column("± of independent", "percent", "standard error over the shuffles"),
    "silhouette_euclidean": Column("Silhouette (Euclidean)", "decimal", "Euclidean distance, on a subsample"),
    "silhouette_euclidean_se": Column("± Euclidean", "decimal", "standard error on that subsample"),
    "valley": Column(
        "Valley", "percent", "density between the two segments that are least separated, over the lower peak"
    ),
    "valley_se": Column("± valley", "percent", "standard error, with customers drawn and segments cut anew"),
    "calinski_harabasz": Column("Calinski-Harabasz", "number", "higher is better"),
    "davies_bouldin": Column("Davies-Bouldin", "decimal", "lower is better"),
    "gap": Column("Gap", "decimal", "Tibshirani, Walther and Hastie 2001"),
    "gap_se": Column("± gap", "decimal", "standard error of the gap"),
    "gap_one": Column("Gap of one", "decimal", "of one segment: where no number beats it, nothing is to cut"),
    "gap_one_se": Column("± gap of one", "decimal", "standard error of the gap of one segment"),
    "prediction_strength": Column("Prediction strength", "decimal", "Tibshirani and Walther 2005"),
    "prediction_strength_se": Column("± prediction strength", "decimal", "standard error over the splits"),
    "same_names": Column("Same names", "percent", "how often the same names come back in random samples"),
    "same_names_se": Column("± same names", "percent", "standard error over the random samples"),
}
_FIRST = ("k", "silhouette", "lowest_jaccard", "smallest_share")
_OF_CATEGORIES = ("explained", "explained_independent")
"""By these k is chosen where categories cut."""


def build_sweep_table(frame: pd.DataFrame, chosen: int, every: bool) -> PageTable:
    """The sweep as a table: three scores per k, or every score that was taken."""
    known = [name for name in SCORES if name in frame and frame[name].notna().any()]
    first = (*_FIRST, *(_OF_CATEGORIES if _OF_CATEGORIES[1] in known else ()))
    names = [name for name in known if every or name in first]
    ordered = frame.sort_values("k")
    rows = tuple(ordered[names].astype(float).itertuples(index=False, name=None))
    place = ordered["k"].tolist().index(chosen)
    return PageTable(tuple(SCORES[name] for name in names), rows, place, "sweep")


@dataclass(frozen=True)
class Criterion:
    """What is asked of a score, at least `limit` where there is one; `note` and `lines` say what it is, and
    `claim` what whoever keeps the limit is."""

    score: str
    question: str
    note: str
    lines: str
    limit: float | None = None
    claim: str = ""


def list_criteria(sweep: pd.DataFrame, floor: float) -> list[Criterion]:
    """What is asked of the scores that were taken.

    sweep: a row per k, as sweep.csv. floor: the smallest share that a segment may have.
    """
    criteria = (
        Criterion(
            "silhouette", "Are they apart?", "silhouette, squared Euclidean",
            "silhouette\n(squared Euclidean)",
        ),
        Criterion(
            "lowest_jaccard", "Do they come back?", "overlap of the weakest in random samples (Jaccard)",
            "overlap of the weakest\nin random samples", STABLE, "comes back",
        ),
        Criterion(
            "smallest_share", "Is each large enough?", "share of the smallest segment",
            "smallest share\nof customers", floor or None, "large enough",
        ),
    )  # fmt: skip
    return [one for one in criteria if one.score in sweep and sweep[one.score].notna().any()]


def write_score(score: str, value: float) -> str:
    """A score in few digits."""
    return wording.format_percent(value) if score == "smallest_share" else wording.format_decimal(value)


@dataclass(frozen=True)
class Curve:
    """A score over k, laid out on a ground of 300 by 136: what the page's template draws."""

    title: str
    note: str
    own: str
    """The score of the chosen k."""
    asked: str
    """The limit in words; empty where there is none."""
    line: str
    dots: tuple[tuple[float, float, bool, str], ...]
    """Across, down, whether the limit is kept, what it says."""
    ticks: tuple[tuple[float, int], ...]
    sides: tuple[tuple[float, str], ...]
    limit: float | None
    here: tuple[float, float]
    """Left edge and width of the chosen k's band."""


def lay_out_curves(frame: pd.DataFrame, chosen: int, floor: float) -> list[Curve]:
    """Silhouette, stability and smallest share over k, where they were taken.

    frame: a row per k, as sweep.csv. floor: the smallest share that was asked for.
    """
    return [_lay_out_curve(frame.sort_values("k"), one, chosen) for one in list_criteria(frame, floor)]


def _lay_out_curve(frame: pd.DataFrame, asked: Criterion, chosen: int) -> Curve:
    known, limit, write = frame[frame[asked.score].notna()], asked.limit, partial(write_score, asked.score)
    scores = {int(k): float(value) for k, value in zip(known["k"], known[asked.score], strict=True)}
    first, last = int(frame["k"].min()), int(frame["k"].max())
    held = [*scores.values(), *([] if limit is None else [limit])]
    low, high = _round_bounds(held, asked.score == "smallest_share")
    step = 246 / (last - first + 1)

    def x(k: float) -> float:
        return round(44 + (k - first + 0.5) * step, 1)

    def y(value: float) -> float:
        return round(112 - (value - low) / (high - low) * 96, 1)

    every = math.ceil((last - first + 1) / 12)
    return Curve(
        title=asked.question,
        note=asked.note,
        own=f"{write(scores[chosen])} at {chosen}" if chosen in scores else "",
        asked="" if limit is None else f"asked: {write(limit)}",
        line="M" + "L".join(f"{x(k)} {y(value)}" for k, value in scores.items()),
        dots=tuple(
            (x(k), y(value), limit is None or value >= limit, f"{k}: {write(value)}")
            for k, value in scores.items()
        ),
        ticks=tuple((x(k), k) for k in range(first, last + 1) if (k - first) % every == 0 or k == chosen),
        sides=((y(low), write(low)), (y(high), write(high))),
        limit=None if limit is None else y(limit),
        here=(round(x(chosen) - step / 2, 1), round(step, 1)),
    )


def _round_bounds(values: Sequence[float], from_zero: bool) -> tuple[float, float]:
    """Round limits of an axis that hold the values."""
    low, high = min(values), max(values)
    step = 0.05 if high - low < 0.3 else 0.1
    low = 0.0 if from_zero else math.floor((low - 0.005) / step) * step
    high = math.ceil((high + 0.005) / step) * step
    return low, max(high, low + step)
