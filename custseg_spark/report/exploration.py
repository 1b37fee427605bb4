"""What the input looks like, from the sample: distribution and outliers of a column, features that repeat
each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from custseg_spark import wording
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.statistics import REDUNDANT

BINS = 28
_NONE: Mapping[str, str] = MappingProxyType({})


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
    levels: tuple[tuple[FeatureView, float], ...] = ()
    """Of a category its levels with the share of all customers that has each; it has no distribution."""
    far: str = ""
    """Its values far outside the others, if it has any: `1 far outside: 666,666`."""


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
class FeatureGroup:
    """Features that say much the same: each repeats another of the group. Of a category it names the level,
    or the category where several levels do so.

    `rhos`: the lowest and the highest of Spearman's rank correlations between any two of them; of their
    sizes where some are under zero and some over (`both_ways`). `weight`: how many times what they share
    counts.
    """

    names: tuple[str, ...]
    rhos: tuple[float, float]
    weight: float
    both_ways: bool = False

    def write(self, names: Mapping[str, str]) -> str:
        """The caution, in a sentence. `names`: what each feature is called."""
        low, high = (wording.format_decimal(rho) for rho in self.rhos)
        found = f"rank correlation {low}" if low == high else f"rank correlations {low} to {high}"
        ways = ", either way" if self.both_ways else ""
        together = wording.join_words([names[name] for name in self.names])
        return f"{together} go together ({found}{ways}): what they share counts {self.weight:.1f} times."


def find_groups(
    features: Mapping[str, NDArray[np.float64]], categories: Mapping[str, str] = _NONE
) -> tuple[FeatureGroup, ...]:
    """The groups of features (name -> (n,) values on the model scale) of which each repeats another, the
    heaviest first; pairs whose ranks correlate more than REDUNDANT, either way, are joined. `categories`: of
    the features that are levels; who has one level has no other of its category, so these are no pairs.

    How often a group counts: on the model scale every feature has a variance of one (by median and
    interquartile range, variances of about the same size), and a squared distance is a sum in which each
    feature stands once. Along the direction that the group's features share, their first principal component,
    the customers' variance is the largest eigenvalue of their correlation matrix (Jolliffe 2002, Principal
    Component Analysis, section 2.3), where one feature alone has 1: 1 + |r| for two, and up to their number
    where they say all the same. The levels of a category have a variance of one together, each its part:
    the eigenvalue is then that of the covariance, over the largest of any feature or category of it alone.
    """
    table = pd.DataFrame(features).replace([np.inf, -np.inf], np.nan)
    rho = table.corr(method="spearman", min_periods=3).to_numpy()  # NaN where a column is constant
    names, spreads = list(features), _measure_spreads(table, categories)
    kin = np.array([categories.get(name, name) for name in names])
    rho = np.where(kin[:, None] == kin, np.nan, rho)
    joined = csr_array(np.nan_to_num(np.abs(rho)) > REDUNDANT)
    _, member = connected_components(joined, directed=False)
    covariance = table.corr(min_periods=3).to_numpy() * np.outer(spreads, spreads)
    groups = []
    for group in range(int(member.max(initial=-1)) + 1):
        own = np.flatnonzero(member == group)
        if len(own) < 2:
            continue
        pairs = np.array([rho[i, j] for i, j in combinations(own, 2) if kin[i] != kin[j]])
        both_ways = bool(pairs.min() < 0 < pairs.max())
        sizes = np.abs(pairs) if both_ways else pairs
        ends = sorted((float(sizes.min()), float(sizes.max())), key=abs)
        alone = (_measure_reach(covariance, own[kin[own] == one]) for one in np.unique(kin[own]))
        weight = _measure_reach(covariance, own) / max(alone)
        several = {str(one) for one in kin[own] if (kin[own] == one).sum() > 1}
        called = dict.fromkeys(str(kin[i]) if kin[i] in several else names[i] for i in own)
        groups.append(FeatureGroup(tuple(called), (ends[0], ends[1]), weight, both_ways))
    return tuple(sorted(groups, key=lambda one: -one.weight))


def _measure_reach(covariance: NDArray[np.float64], own: NDArray[np.intp]) -> float:
    """The variance along the direction that these features vary in most: the largest eigenvalue."""
    return float(np.linalg.eigvalsh(covariance[np.ix_(own, own)])[-1])


def _measure_spreads(table: pd.DataFrame, categories: Mapping[str, str]) -> NDArray[np.float64]:
    """(d,) 1 for a number; for a level the root of its part of the variance of its category."""
    variances = table.var(ddof=0)
    whole = variances.groupby([categories.get(str(name), str(name)) for name in table]).transform("sum")
    return np.asarray(np.sqrt(np.where(whole > 0, variances / whole.where(whole > 0, 1.0), 1.0)))
