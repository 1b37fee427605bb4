"""What is done to a feature's value: imputation, clipping, transform, scaling; fitted on the sample.

The order is the one of docs/recipe.md: missing values are filled, then bounds are taken and applied,
then the transform, then the scale. The bounds and the scale are therefore those of complete columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.errors import DataError
from custseg_spark.features.raw_columns import RAW, VALUE, write_raw_sql
from custseg_spark.recipe import FeatureSection
from custseg_spark.sql.literals import write_literal

Values = NDArray[np.float64]
Scale = Literal["standard", "population", "robust"]
_FARTHEST = 1e140
"""On the model scale: squares of such distances can still be added up for every row of any table."""


@dataclass(frozen=True)
class Treatment:
    """One feature of a model: its expression and every number that was fitted for it.

    `fill`, `lower`, `upper` are in the feature's unit; null: customers without a value are
    quarantined, or no bound. `centre` and `scale` are in the transformed unit.
    """

    name: str
    sql: str
    unit: str
    transform: Literal["none", "log1p"]
    fill: float | None
    lower: float | None
    upper: float | None
    centre: float
    scale: float

    @property
    def raw_sql(self) -> str:
        """The value as the expression gives it: double, null where missing."""
        return write_raw_sql(self.sql)

    @property
    def value_sql(self) -> str:
        """`feature_<name>` from `_raw_<name>`: complete and within bounds, in the feature's unit; null where
        a value is missing that the model does not fill."""
        raw = f"{RAW}{self.name}"
        value = raw if self.fill is None else f"coalesce({raw}, {write_literal(self.fill)})"
        bounded = value
        if self.upper is not None:
            bounded = f"least({bounded}, {write_literal(self.upper)})"
        if self.lower is not None:
            bounded = f"greatest({bounded}, {write_literal(self.lower)})"
        if self.fill is None and bounded != value:  # least and greatest pass over nulls
            return f"CASE WHEN {raw} IS NULL THEN NULL ELSE {bounded} END"
        return bounded

    @property
    def transformed_sql(self) -> str:
        """The transformed value from `feature_<name>`."""
        value = f"{VALUE}{self.name}"
        return f"log1p({value})" if self.transform == "log1p" else value

    @property
    def model_sql(self) -> str:
        """The value on the model scale from `feature_<name>`."""
        return f"({self.transformed_sql} - {write_literal(self.centre)}) / {write_literal(self.scale)}"


def fit_treatments(
    raw: pd.DataFrame,
    expressions: Mapping[str, str],
    features: Mapping[str, FeatureSection],
    scale: Scale,
) -> tuple[Treatment, ...]:
    """The treatments in recipe order, from `raw`: one row per sampled customer, a column per feature, in
    its unit, NaN for missing.

    Raises DataError naming the feature whose values are all missing, all equal once treated, or so far apart
    that distances between them are no numbers.
    """
    return tuple(
        _fit(name, expressions[name], feature, raw[name].to_numpy(dtype=np.float64), scale)
        for name, feature in features.items()
    )


def apply_treatments(raw: pd.DataFrame, treatments: Sequence[Treatment]) -> pd.DataFrame:
    """`feature_<name>` of each customer in its unit, complete and clipped; the columns in recipe order."""
    values = {
        f"{VALUE}{t.name}": _clip(
            _fill_missing(raw[t.name].to_numpy(dtype=np.float64), t.fill), t.lower, t.upper
        )
        for t in treatments
    }
    return pd.DataFrame(values, index=raw.index)


def to_model_scale(values: pd.DataFrame, treatments: Sequence[Treatment]) -> Values:
    """(n, d) on the model scale, from the treated values."""
    columns = [
        (_transform(values[f"{VALUE}{t.name}"].to_numpy(), t.transform) - t.centre) / t.scale
        for t in treatments
    ]
    return np.column_stack(columns)


def _fit(name: str, sql: str, feature: FeatureSection, raw: Values, scale: Scale) -> Treatment:
    where = f"segment_by.{name}"
    if np.isnan(raw).all():
        raise DataError(
            f"{where}: all values are missing", "check its expression and column, or leave the feature out"
        )
    fill = _find_fill(feature, raw)
    complete = _fill_missing(raw, fill)
    lower, upper = _find_bounds(feature, complete)
    ready = _transform(_clip(complete, lower, upper), feature.transform)
    with np.errstate(over="ignore", invalid="ignore"):
        centre, spread = _measure_scale(ready, scale)
        farthest = float(np.abs(ready - centre).max())
    # A squared distance on the model scale, or a sum of many, could be infinite.
    if not np.isfinite([farthest, spread]).all() or (spread > 0 and farthest / spread > _FARTHEST):
        raise DataError(
            f"{where}: values as far apart as {_shorten(ready.min())} and {_shorten(ready.max())}: "
            "the squares of their distances are more than a double holds",
            "bound it with clip: [p1, p99] or a rule, or mend what writes such numbers",
        )
    if not spread > 0:
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
    return Treatment(name, sql, feature.unit, feature.transform, fill, lower, upper, centre, spread)


def _find_fill(feature: FeatureSection, raw: Values) -> float | None:
    if feature.impute == "quarantine":
        return None
    if isinstance(feature.impute, str):
        return float(np.nanmedian(raw) if feature.impute == "median" else np.nanmean(raw))
    return float(feature.impute)


def _find_bounds(feature: FeatureSection, complete: Values) -> tuple[float | None, float | None]:
    if feature.clip is None:
        return None, None
    if feature.clip == "iqr":
        first, third = np.quantile(complete, [0.25, 0.75])
        return float(first - 1.5 * (third - first)), float(third + 1.5 * (third - first))
    low, high = (_read_bound(bound, complete) for bound in feature.clip)
    return low, high


def _read_bound(bound: float | str | None, complete: Values) -> float | None:
    if isinstance(bound, str):
        return float(np.quantile(complete, float(bound.removeprefix("p")) / 100))
    return None if bound is None else float(bound)


def _measure_scale(ready: Values, scale: Scale) -> tuple[float, float]:
    """Mean and standard deviation, the sample's as Spark's StandardScaler or the population's as
    scikit-learn's; or median and interquartile range."""
    if scale != "robust":
        less = 1 if scale == "standard" else 0
        return float(ready.mean()), float(ready.std(ddof=less)) if len(ready) > 1 else 0.0
    first, median, third = np.quantile(ready, [0.25, 0.5, 0.75])
    return float(median), float(third - first)


def _fill_missing(raw: Values, fill: float | None) -> Values:
    return raw if fill is None else np.where(np.isnan(raw), fill, raw)


def _clip(values: Values, lower: float | None, upper: float | None) -> Values:
    return values if lower is None and upper is None else np.clip(values, lower, upper)


def _transform(values: Values, transform: Literal["none", "log1p"]) -> Values:
    return np.log1p(values) if transform == "log1p" else values


def _shorten(number: float) -> str:
    return f"{number:.6g}"
