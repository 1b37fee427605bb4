"""Measures that several rooms take."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

STABLE = 0.75
"""A segment whose mean Jaccard similarity is at least this comes back (Hennig 2007, section 4)."""

REDUNDANT = 0.8
"""Two columns whose ranks correlate more than this, either way, say the same."""


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
