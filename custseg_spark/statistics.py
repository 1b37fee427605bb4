"""Measures that several rooms take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

STABLE = 0.75
"""A segment whose mean Jaccard similarity is at least this comes back (Hennig 2007, section 4)."""

REDUNDANT = 0.8
"""Two columns whose ranks correlate more than this, either way, say the same."""


@dataclass(frozen=True)
class WeightedValues:
    """`values` (n,), and how often each counts: `weights` (n,); once where None.

    A whole weight w is the value w times over: the mean, the quantiles, and the standard deviation, whose
    divisor is the sum of the weights less one (of frequencies, not of reliabilities), are those of the table
    in which each row stands w times.
    """

    values: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None

    def keep_known(self) -> WeightedValues:
        """Those that are not missing (NaN)."""
        known = ~np.isnan(self.values)
        return WeightedValues(self.values[known], None if self.weights is None else self.weights[known])

    def average(self) -> float:
        return float(np.average(self.values, weights=self.weights))

    def measure_deviation(self, less: int) -> float:
        """The standard deviation; its divisor is what the weights add up to, less `less`. 0 of one value."""
        if self.weights is None:
            return float(self.values.std(ddof=less)) if len(self.values) > 1 else 0.0
        divisor = self.weights.sum() - less
        around = (self.weights * (self.values - self.average()) ** 2).sum()
        return float(np.sqrt(around / divisor)) if divisor > 0 else 0.0

    def find_quantiles(self, at: Sequence[float]) -> list[float]:
        """The quantiles at these shares, between two values by a straight line; by weights as Harrell's
        wtd.quantile (Hmisc) has them."""
        if self.weights is None:
            return [float(one) for one in np.quantile(self.values, at)]
        order = np.argsort(self.values, kind="stable")
        reached, last = np.cumsum(self.weights[order]), len(order) - 1
        places = 1 + max(0.0, reached[-1] - 1) * np.asarray(at)
        low = np.floor(places)
        ends = [order[np.searchsorted(reached, rank).clip(max=last)] for rank in (low, low + 1)]
        pairs = zip(*(self.values[end].tolist() for end in ends), (places - low).tolist(), strict=True)
        return [float(np.quantile(np.array([below, above]), share)) for below, above, share in pairs]


def count_effective(weights: NDArray[np.float64]) -> float:
    """How many customers of equal weight tell a mean as well as these (Kish 1965, Survey Sampling, 11.7)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def measure_eta_squared(values: ArrayLike, groups: ArrayLike) -> float:
    """The share of the variance of `values` (n,) that lies between the `groups` (n,); NaN if they don't vary.

    Fisher 1925, Statistical Methods for Research Workers, section 45. Missing values are left out.
    """
    numbers = np.asarray(values, dtype=np.float64)
    known = np.isfinite(numbers)
    numbers, (_, codes) = numbers[known], np.unique(np.asarray(groups)[known], return_inverse=True)
    counts = np.bincount(codes)
    means = np.bincount(codes, weights=numbers) / counts
    middle = numbers.sum() / max(numbers.size, 1)
    total = float(((numbers - middle) ** 2).sum())
    return float((counts * (means - middle) ** 2).sum() / total) if total > 0 else float("nan")


def measure_jaccard(table: NDArray[Any]) -> NDArray[np.float64]:
    """How alike each group of one labelling (rows) is to each of another (columns), from how many they have
    in common: common over either; 0 where both are empty."""
    either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return np.asarray(table / either.clip(min=1))


def reaches(value: float, bound: float, error: float | None) -> bool | None:
    """Whether an estimate is at least the bound; None where it lies within two of its standard errors of
    it."""
    if error and abs(value - bound) < 2.0 * error:
        return None
    return value >= bound
