"""What the segments are worth: an outcome's rate or mean with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy.special import stdtrit
from scipy.stats import binomtest

Method = Literal["wilson", "t", "none"]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A rate (0 to 1) or a mean in the outcome's unit, and its 95 percent interval.

    method: wilson for a 0/1 outcome, t for any other, none where too few values give an interval; then
    low and high are NaN. count: the values it rests on.
    """

    value: float
    low: float
    high: float
    count: float
    method: Method

    @property
    def is_rate(self) -> bool:
        return self.method == "wilson"


def estimate_mean(count: float, mean: float, std: float, *, binary: bool) -> Estimate:
    """The interval of a mean of `count` values with sample standard deviation `std`; of a rate if binary."""
    if binary and count > 0:
        return Estimate(mean, *estimate_rate(mean * count, count), count, "wilson")
    if count > 1 and math.isfinite(std):
        margin = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * std / math.sqrt(count)
        return Estimate(mean, mean - margin, mean + margin, count, "t")
    return Estimate(mean, math.nan, math.nan, count, "none")


def estimate_rate(successes: float, count: float) -> tuple[float, float]:
    """The score interval of a rate (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212).

    Unlike the textbook p +- 1.96 sqrt(p (1 - p) / n) it stays within 0..1 and holds at small rates.
    """
    interval = binomtest(round(successes), round(count)).proportion_ci(CONFIDENCE, "wilson")
    return float(interval.low), float(interval.high)


def is_binary(count: float, mean: float, std: float, low: float, high: float) -> bool:
    """Whether all values are 0 or 1, told by their moments alone.

    Between 0 and 1 a square is never above its value and equals it at 0 and 1 alone: so all values
    are 0 or 1 exactly if their squares sum to what they sum to.
    """
    if not (count > 0 and low >= 0 and high <= 1):
        return False
    squares = (0.0 if count == 1 else (count - 1) * std * std) + count * mean * mean
    return math.isclose(squares, count * mean, rel_tol=1e-9, abs_tol=1e-9)
