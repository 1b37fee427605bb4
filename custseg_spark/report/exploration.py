"""What the input looks like, from the sample: distribution and outliers of a column, columns that repeat
each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.report.plots.data import FeatureView
from custseg_spark.statistics import REDUNDANT

BINS = 28


@dataclass(frozen=True)
class ColumnView:
    """A column as it was found: shares of all rows, quantiles and histogram of the sample, in its unit."""

    column: FeatureView
    role: str
    """cuts, describes, checks."""
    missing: float
    """Share of rows without a value."""
    low: float = math.nan
    quartiles: tuple[float, float, float] = (math.nan, math.nan, math.nan)
    high: float = math.nan
    outliers: float = math.nan
    """Share of values beyond Q1 - 1.5 IQR or Q3 + 1.5 IQR (Tukey 1977); NaN where half of the values are
    the same, so that every other one would count."""
    counts: tuple[int, ...] = ()
    """Values per bin of equal width between low and high, on the log1p scale where `log`."""
    log: bool = False
    treatment: str = ""
    """What was done to it: `missing -> 51,381 (median); 12 values clipped at 15`."""


def build_column_view(
    column: FeatureView,
    values: NDArray[np.float64],
    role: str = "cuts",
    missing: float | None = None,
    treatment: str = "",
) -> ColumnView:
    """The view of a column from `values` (n,) of the sample in its unit, NaN where missing.

    `missing` is the share of missing values over all rows; from the sample unless given.
    """
    known = values[np.isfinite(values)]
    share = missing if missing is not None else 1 - len(known) / max(len(values), 1)
    if len(known) == 0:
        return ColumnView(column, role, share, treatment=treatment)
    low, first, median, third, high = (float(q) for q in np.quantile(known, [0, 0.25, 0.5, 0.75, 1]))
    reach = 1.5 * (third - first)
    log = column.transform == "log1p" and low >= 0
    counts, _ = np.histogram(np.log1p(known) if log else known, bins=BINS)
    return ColumnView(
        column=column,
        role=role,
        missing=share,
        low=low,
        quartiles=(first, median, third),
        high=high,
        outliers=float(((known < first - reach) | (known > third + reach)).mean()) if reach > 0 else math.nan,
        counts=tuple(counts.tolist()),
        log=log,
        treatment=treatment,
    )


@dataclass(frozen=True)
class Correlation:
    """Two features that move together: Spearman's rank correlation in the sample."""

    one: str
    other: str
    rho: float


def find_correlations(features: Mapping[str, NDArray[np.float64]]) -> tuple[Correlation, ...]:
    """The pairs of features (name -> (n,) values, NaN where missing) that say the same twice, the most
    strongly correlated by rank first."""
    table = pd.DataFrame(features).replace([np.inf, -np.inf], np.nan)
    rho = table.corr(method="spearman", min_periods=3).to_numpy()  # NaN where a column is constant
    pairs = [
        Correlation(one, other, float(rho[i, j]))
        for (i, one), (j, other) in combinations(enumerate(features), 2)
        if abs(rho[i, j]) > REDUNDANT
    ]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair.rho)))
