"""The treatments of a recipe's features, fitted on the sample: fills, bounds, and scales with their weights.

Bounds are taken of complete values and the scale of bounded ones, so both are those of complete columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from custseg_spark.errors import DataError
from custseg_spark.features.treatment import (
    Treatment,
    Values,
    clip_values,
    fill_missing,
    transform_values,
)
from custseg_spark.recipe import FeatureSection
from custseg_spark.recipe.categories import LevelFeature
from custseg_spark.statistics import WeightedValues

Scale = Literal["standard", "population", "robust"]
_FARTHEST = 1e140
"""On the model scale: squares of such distances can still be added up for every row of any table."""


def fit_treatments(
    raw: pd.DataFrame,
    expressions: Mapping[str, str],
    features: Mapping[str, FeatureSection],
    scale: Scale,
    weights: Values | None = None,
) -> tuple[Treatment, ...]:
    """The treatments in recipe order, from `raw`: one row per sampled customer, a column per feature, in
    its unit, NaN for missing; `weights` (n,): how many customers each stands for.

    Raises DataError naming the feature whose values are all missing, all equal once treated, or so far apart
    that distances between them are no numbers.
    """
    fitted = [
        _fit(name, expressions[name], feature, WeightedValues(raw[name].to_numpy(np.float64), weights), scale)
        for name, feature in features.items()
    ]
    return weigh(fitted, features)


def weigh(treatments: Sequence[Treatment], features: Mapping[str, FeatureSection]) -> tuple[Treatment, ...]:
    """The treatments, fitted to the spread of each, with the scale that gives features their weight.

    A number of weight w gets the variance w^2. A category gets it too: the shares p of its levels have the
    variances p (1 - p), whose sum, Gini's 1 - sum of p^2, is what one scale for all of its levels brings to
    w^2. So two of its levels lie equally far apart whichever they are, a category of two levels counts as the
    same 0/1 column does as a number, and one of eight levels no more than that (the weight is the gamma of
    Huang 1998, Data Mining and Knowledge Discovery 2, 283-304, set by Gower's rule that each variable counts
    alike, 1971, Biometrics 27, 857-871; why that matters: Foss, Markatou, Ray and Heching 2016, Machine
    Learning 105, 419-458).
    """
    spreads: dict[str, float] = {}
    for treatment in treatments:
        key = treatment.category or treatment.name
        spreads[key] = math.hypot(spreads.get(key, 0.0), treatment.scale)
    return tuple(
        replace(t, scale=spreads[t.category or t.name] / features[t.name].weight) for t in treatments
    )


def refit_scale(
    treatments: Sequence[Treatment],
    means: Iterable[float],
    deviations: Iterable[float],
    features: Mapping[str, FeatureSection],
) -> tuple[Treatment, ...]:
    """The treatments by other means and standard deviations (d,) of their transformed values."""
    spreads = []
    for t, deviation in zip(treatments, deviations, strict=True):
        nobodys = 0.0 if t.category else t.scale * features[t.name].weight  # of a number 0 by rounding alone
        spreads.append(float(deviation) or nobodys)
    refitted = [
        replace(t, centre=float(mean), scale=spread)
        for t, mean, spread in zip(treatments, means, spreads, strict=True)
    ]
    return weigh(refitted, features)


def _fit(name: str, sql: str, feature: FeatureSection, found: WeightedValues, scale: Scale) -> Treatment:
    where, raw = f"segment_by.{name}", found.values
    if np.isnan(raw).all():
        raise DataError(
            f"{where}: all values are missing", "check its expression and column, or leave the feature out"
        )
    fill = _find_fill(feature, found)
    complete = replace(found, values=fill_missing(raw, fill))
    lower, upper = _find_bounds(feature, complete)
    ready = transform_values(clip_values(complete.values, lower, upper), feature.transform)
    with np.errstate(over="ignore", invalid="ignore"):
        centre, spread = _measure_scale(replace(found, values=ready), _choose_scale(feature, scale))
        farthest = float(np.abs(ready - centre).max())
    # A squared distance on the model scale, or a sum of many, could be infinite.
    if not np.isfinite([farthest, spread]).all() or (spread > 0 and farthest / spread > _FARTHEST):
        raise DataError(
            f"{where}: values as far apart as {_shorten(ready.min())} and {_shorten(ready.max())}: "
            "the squares of their distances are more than a double holds",
            "bound it with clip: [p1, p99] or a rule, or mend what writes such numbers",
        )
    if not spread > 0 and not isinstance(feature, LevelFeature):  # a level may be nobody's, all can't
        what = (
            "all values are equal"
            if ready.min() == ready.max()
            else f"no spread to scale by (scale: {scale})"
        )
        after = " once clipped" if feature.clip is not None else ""
        after += f" where there is any: {np.isnan(raw).mean():.0%} are missing" if np.isnan(raw).any() else ""
        raise DataError(
            f"{where}: {what}{after} ({_shorten(ready[0])})",
            "a feature must differ between customers: leave it out, or mend its expression or clip",
        )
    treatment = Treatment(name, sql, feature.unit, feature.transform, fill, lower, upper, centre, spread)
    if isinstance(feature, LevelFeature):
        return replace(treatment, category=feature.of, level=feature.level)
    return treatment


def _choose_scale(feature: FeatureSection, scale: Scale) -> Scale:
    """Levels are not measured by quartiles, which of a 0 or 1 say nothing."""
    return "standard" if isinstance(feature, LevelFeature) and scale == "robust" else scale


def _find_fill(feature: FeatureSection, found: WeightedValues) -> float | None:
    if feature.impute == "quarantine":
        return None
    if isinstance(feature.impute, str):
        if found.weights is None:
            return float(
                np.nanmedian(found.values) if feature.impute == "median" else np.nanmean(found.values)
            )
        known = found.keep_known()
        return known.find_quantiles([0.5])[0] if feature.impute == "median" else known.average()
    return float(feature.impute)


def _find_bounds(feature: FeatureSection, complete: WeightedValues) -> tuple[float | None, float | None]:
    if feature.clip is None:
        return None, None
    if feature.clip == "iqr":
        first, third = complete.find_quantiles([0.25, 0.75])
        return first - 1.5 * (third - first), third + 1.5 * (third - first)
    low, high = (_read_bound(bound, complete) for bound in feature.clip)
    return low, high


def _read_bound(bound: float | str | None, complete: WeightedValues) -> float | None:
    if isinstance(bound, str):
        return complete.find_quantiles([float(bound.removeprefix("p")) / 100])[0]
    return None if bound is None else float(bound)


def _measure_scale(ready: WeightedValues, scale: Scale) -> tuple[float, float]:
    """Mean and standard deviation, the sample's as Spark's StandardScaler or the population's as
    scikit-learn's; or median and interquartile range."""
    if scale != "robust":
        less = 1 if scale == "standard" else 0
        return ready.average(), ready.measure_deviation(less)
    first, median, third = ready.find_quantiles([0.25, 0.5, 0.75])
    return median, third - first


def _shorten(number: float) -> str:
    return f"{number:.6g}"
