"""Have the customers drifted from the live run? Population stability per column, and a verdict.

The population stability index compares the shares of today's customers in the bins of yesterday's:
sum of (today - then) ln(today / then), zero where nothing moved (Siddiqi 2006, Credit Risk Scorecards,
chapter 10; it is Jeffreys' divergence of the two histograms). Under .1 is customarily fine, from .25 on
a model is made anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtri

from custseg_spark.made_words import Title
from custseg_spark.segments.baseline import Baseline, Reference

Verdict = Literal["fine", "watch", "retrain"]
_VERDICTS: tuple[Verdict, ...] = ("fine", "watch", "retrain")

WATCH, RETRAIN = 0.1, 0.25
FARTHER_WATCH, FARTHER_RETRAIN = 1.25, 1.5
"""How many times farther from their centres customers may lie, by the median."""
_CHANCE = 0.001
RULE = (
    "retrain, if a feature or the segments' shares moved by .25 or more (population stability index), or "
    "customers lie 1.5 times as far from their centres (by the median) as in the live run; watch, if one of "
    "these passed .1 or 1.25, or a description moved by .25: it does not cut, so it alone is no reason to "
    "retrain; fine otherwise, and where chance alone could have moved a column as far"
)


@dataclass(frozen=True)
class Shift:
    """How a column moved: its index, what chance alone would hardly exceed, and its missing shares."""

    column: str
    index: float
    chance: float
    missing_then: float
    missing_now: float
    label: str = ""

    @property
    def text(self) -> str:
        """The column as people call it."""
        return Title(self.column, self.label).text

    @property
    def verdict(self) -> Verdict:
        """By the customary bounds, unless so few customers move the index that far by chance."""
        return _judge(self.index, WATCH, RETRAIN) if self.index > self.chance else "fine"


@dataclass(frozen=True)
class Drift:
    """What drifted, and what follows: fine, watch (look at it) or retrain; reasons are sentences."""

    verdict: Verdict
    reasons: tuple[str, ...]
    features: tuple[Shift, ...]
    descriptions: tuple[Shift, ...]
    segments: Shift
    farther: float


def measure_drift(
    then: Baseline,
    features: pd.DataFrame,
    descriptions: pd.DataFrame,
    sizes: Mapping[int, int],
    distances: NDArray[np.float64],
) -> Drift:
    """How customers moved from a run's baseline. The frames as in `baseline`; a column that is absent by now
    is left out. `sizes` and `distances` are by the model of that run."""
    ids = sorted({*then.sizes, *sizes})
    counted = [tuple(int(counts.get(segment, 0)) for segment in ids) for counts in (then.sizes, sizes)]
    moved = Shift("segment", *measure_stability_index(*counted), 0.0, 0.0)
    shifts = [
        [measure_shift(one, one.count(now[one.column])) for one in references if one.column in now]
        for references, now in ((then.features, features), (then.descriptions, descriptions))
    ]
    distance = float(np.median(distances)) if len(distances) else 0.0
    return judge_drift(shifts[0], shifts[1], moved, then.distance, distance)


def measure_shift(then: Reference, now: Sequence[int]) -> Shift:
    """How a column moved from the live run's histogram to `now`, counts in the same bins."""
    missing_then, missing_now = (counts[-1] / max(sum(counts), 1) for counts in (then.counts, now))
    index, chance = measure_stability_index(then.counts, now)
    return Shift(then.column, index, chance, missing_then, missing_now, then.label)


def measure_stability_index(then: Sequence[int], now: Sequence[int]) -> tuple[float, float]:
    """The index of two histograms, and what it exceeds once in a thousand times where nothing moved.

    Half a customer is added to every bin, for an empty one would make the index infinite. Where nothing
    moved the index over (1/n + 1/m) is chi-squared with bins - 1 degrees of freedom (Yurdakul 2018, Western
    Michigan University, dissertation 3208).
    """
    before, after = np.asarray(then, dtype=float), np.asarray(now, dtype=float)
    used = before + after > 0
    p, q = ((counts[used] + 0.5) / (counts[used] + 0.5).sum() for counts in (before, after))
    if used.sum() < 2 or not (before.sum() and after.sum()):
        return 0.0, 0.0
    index = float(((q - p) * np.log(q / p)).sum())
    return index, float(chdtri(used.sum() - 1, _CHANCE)) * (1 / before.sum() + 1 / after.sum())


def judge_drift(
    features: Sequence[Shift],
    descriptions: Sequence[Shift],
    segments: Shift,
    distance_then: float,
    distance_now: float,
) -> Drift:
    """The verdict, by the RULE."""
    farther = distance_now / distance_then if distance_then > 0 else 1.0
    far = _judge(farther, FARTHER_WATCH, FARTHER_RETRAIN)
    judged: list[tuple[Verdict, str]] = [
        *((s.verdict, f"{s.text} moved ({s.index:.2f})") for s in features),
        (segments.verdict, f"the segments' shares moved ({segments.index:.2f})"),
        (far, f"customers lie {farther:.1f} times as far from their centres"),
    ]
    judged += [
        ("watch", f"{s.text} moved ({s.index:.2f}), which cuts no segment")
        for s in descriptions
        if s.verdict == "retrain"
    ]
    judged.sort(key=lambda one: -_VERDICTS.index(one[0]))
    reasons = tuple(reason for verdict, reason in judged if verdict != "fine")
    return Drift(judged[0][0], reasons, tuple(features), tuple(descriptions), segments, farther)


def _judge(value: float, watch: float, retrain: float) -> Verdict:
    return "retrain" if value >= retrain else "watch" if value >= watch else "fine"
