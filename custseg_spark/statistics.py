"""Measures that several rooms take."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

STABLE = 0.75
"""A segment whose mean Jaccard similarity is at least this comes back (Hennig 2007, section 4)."""


def measure_eta_squared(values: ArrayLike, groups: ArrayLike) -> float:
    """The share of the variance of `values` (n,) that lies between the `groups` (n,); NaN if they don't vary.

    Fisher 1925, Statistical Methods for Research Workers, section 45. Missing values are left out.
    """
    numbers = np.asarray(values, dtype=np.float64)
    known = np.isfinite(numbers)
    numbers, (_, codes) = numbers[known], np.unique(np.asarray(groups)[known], return_inverse=True)
    counts = np.bincount(codes)
    means = np.bincount(codes, weights=numbers) / counts
    return pool_eta_squared(counts, means, float(((numbers - means[codes]) ** 2).sum()))


def pool_eta_squared(counts: NDArray[Any], means: NDArray[np.float64], within: float) -> float:
    """The same from the groups' counts (k,), means (k,) and the sum of squares around these."""
    overall = (counts * means).sum() / max(counts.sum(), 1)
    between = float((counts * (means - overall) ** 2).sum())
    return between / (between + within) if between + within > 0 else float("nan")


def measure_jaccard(table: NDArray[Any]) -> NDArray[np.float64]:
    """How alike each group of one labelling (rows) is to each of another (columns), from how many they have
    in common: common over either; 0 where both are empty."""
    either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return np.asarray(table / either.clip(min=1))
