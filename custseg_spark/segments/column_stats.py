"""One column in figures: per segment, and over all customers, from moments that add up; and what they say of
an outcome: a rate or mean with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import pandas as pd
from scipy.special import stdtrit

from custseg_spark.segments.report_columns import ReportColumn

Method = Literal["wilson", "t", "none"]
CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
_NAN = math.nan
MOMENTS = ["count", "mean", "std", "min", "max", "total", "effective"]
_ALL = -1
_QUARTERS = {"q1": 0.25, "median": 0.5, "q3": 0.75}


@dataclass(frozen=True)
class ColumnStats:
    """One column over the customers of a segment, or over all, in the column's unit.

    mean, std, min, max, total: over all customers with a value; std is the sample standard deviation.
    Of a rate the mean is sum over sum, and there is nothing else but its count.
    missing: share of the customers without a value. share_of_total: of an additive column without
    negative values. q1, median, q3: from the sample. z: mean minus the mean of all, over the standard
    deviation of all; of a feature on the model scale, where it is what names are made of.
    effective: where customers have weights, of which the count is the sum: how many of equal weight tell as
    much; else the count, or NaN. An interval rests on it.
    """

    count: float
    missing: float = _NAN
    mean: float = _NAN
    std: float = _NAN
    min: float = _NAN
    max: float = _NAN
    total: float = _NAN
    share_of_total: float = _NAN
    z: float = _NAN
    q1: float = _NAN
    median: float = _NAN
    q3: float = _NAN
    effective: float = _NAN

    @property
    def evidence(self) -> float:
        """How many values an interval rests on."""
        return self.effective if math.isfinite(self.effective) else self.count

    @property
    def is_binary(self) -> bool:
        """Whether all values are 0 or 1."""
        return is_binary(self.count, self.mean, self.std, self.min, self.max)


def compute_stats(
    column: ReportColumn,
    moments: Mapping[str, pd.DataFrame],
    sample: pd.DataFrame,
    z: Sequence[float] | None = None,
) -> list[ColumnStats]:
    """The figures of a column of numbers: one per segment, and last those of all customers.

    moments: column of the totals -> a row per segment with rows (customers) and `MOMENTS`.
    sample: a row per sampled customer with the column and `segment`. z: of a feature, on the model scale.
    """
    if column.rate:
        return _compute_rate(moments[f"{column.name}[numerator]"], moments[f"{column.name}[denominator]"])
    table = moments[column.name].copy()
    everyone = pool_moments(table)
    table.loc[_ALL] = everyone
    table["missing"] = 1 - table["count"] / table["rows"]
    if z is not None:
        table["z"] = z
    elif everyone["std"] > 0:
        table["z"] = (table["mean"] - everyone["mean"]) / everyone["std"]
    if column.additive and everyone["min"] >= 0 and everyone["total"] > 0:
        table["share_of_total"] = table["total"].fillna(0) / everyone["total"]
    values = pd.to_numeric(sample[column.in_sample], errors="coerce").astype(float)
    table = table.join(_measure_quartiles(values, sample["segment"]))
    records = table.drop(columns="rows").astype(float).to_dict("records")
    return [ColumnStats(**{str(kind): value for kind, value in record.items()}) for record in records]


def pool_moments(moments: pd.DataFrame) -> pd.Series[float]:
    """The moments of all customers from those of the segments (Chan, Golub and LeVeque 1979); the effective
    number from the sums of squared weights that those of the segments stand for."""
    known = moments[moments["count"] > 0]
    count, total = known["count"].sum(), known["total"].sum()
    mean = total / count if count else _NAN
    squares = (known["count"] - 1) * known["std"].fillna(0) ** 2
    squares += known["count"] * (known["mean"] - mean) ** 2
    std = math.sqrt(squares.sum() / (count - 1)) if count > 1 else _NAN
    squared_weights = (known["count"] ** 2 / known["effective"]).sum()
    effective = count**2 / squared_weights if count else _NAN
    everyone = [count, mean, std, known["min"].min(), known["max"].max(), total, effective]
    return pd.Series([*everyone, moments["rows"].sum()], index=[*MOMENTS, "rows"])


def _compute_rate(numerator: pd.DataFrame, denominator: pd.DataFrame) -> list[ColumnStats]:
    parts = (numerator["total"], denominator["total"], denominator["count"])
    above, below, count = ([*part.fillna(0), part.sum()] for part in parts)
    return [ColumnStats(n, mean=a / b if b else _NAN) for a, b, n in zip(above, below, count, strict=True)]


def _measure_quartiles(values: pd.Series[float], segments: pd.Series[int]) -> pd.DataFrame:
    by_segment = values.groupby(segments)
    table = pd.DataFrame({name: by_segment.quantile(at) for name, at in _QUARTERS.items()})
    table.loc[_ALL] = [values.quantile(at) for at in _QUARTERS.values()]
    return table


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


def estimate_means(figures: Sequence[ColumnStats]) -> list[Estimate]:
    """The estimates of an outcome: one per segment, and last that of all customers, as `figures` are."""
    everyone = figures[-1]
    return [estimate_mean(f.evidence, f.mean, f.std, binary=everyone.is_binary) for f in figures]


def estimate_mean(count: float, mean: float, std: float, *, binary: bool) -> Estimate:
    """The interval of a mean of `count` values with sample standard deviation `std`; of a rate if binary. Of
    values with weights the count is their effective number."""
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
    n, rate, z = count, successes / count, _Z
    middle, margin = rate + z * z / (2 * n), z * math.sqrt(rate * (1 - rate) / n + (z / (2 * n)) ** 2)
    return max(0.0, (middle - margin) / (1 + z * z / n)), min(1.0, (middle + margin) / (1 + z * z / n))


def is_binary(count: float, mean: float, std: float, low: float, high: float) -> bool:
    """Whether all values are 0 or 1, told by their moments alone.

    Between 0 and 1 a square is never above its value and equals it at 0 and 1 alone: so all values
    are 0 or 1 exactly if their squares sum to what they sum to.
    """
    if not (count > 0 and low >= 0 and high <= 1):
        return False
    squares = (0.0 if count == 1 else (count - 1) * std * std) + count * mean * mean
    return math.isclose(squares, count * mean, rel_tol=1e-9, abs_tol=1e-9)
