"""Who the segments are, in figures: moments from all customers, quartiles from the sample.

Whatever can be added up comes from the totals of the labelling scan, so the profile costs no scan of
its own. Unknown is NaN everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from custseg_spark.segments.association import Association, measure_associations
from custseg_spark.segments.column_stats import MOMENTS, ColumnStats, Estimate, compute_stats, estimate_means
from custseg_spark.segments.names import SegmentName
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.traits import Traits

Mix = tuple[tuple[str, float], ...]
_Cells = tuple[dict[str, ColumnStats], dict[str, Estimate], dict[str, Mix]]
MOST_VALUES = 5
"""A mix shows no more values than this."""


@dataclass(frozen=True)
class Group:
    """A segment, or all customers together: features, descriptions and outcomes by name.

    columns: those that are numbers. outcomes: their rates or means with intervals. mixes: of a
    description that is no number, its values with their shares in the sample, the most frequent first.
    """

    size: int
    share: float
    columns: Mapping[str, ColumnStats]
    outcomes: Mapping[str, Estimate]
    mixes: Mapping[str, Mix]


@dataclass(frozen=True)
class SegmentProfile(Group):
    """A segment with its name; `apart` are its features with their z on the model scale, farthest first."""

    named: SegmentName
    apart: tuple[tuple[str, float], ...]

    @property
    def segment(self) -> int:
        return self.named.segment

    @property
    def name(self) -> str:
        return self.named.name


@dataclass(frozen=True)
class Profile:
    """All that is said of the segments of a run.

    protected: how strongly each protected column goes with the segments, the strongest first. shares: the
    columns whose means are shares and are written as percentages: rates without a unit, those of 0 and 1, and
    those within 0 and 1 whose name says so.
    """

    shown: tuple[ReportColumn, ...]
    segments: tuple[SegmentProfile, ...]
    everyone: Group
    protected: tuple[Association, ...] = ()
    shares: frozenset[str] = frozenset()

    def column(self, name: str) -> ReportColumn:
        return next(shown for shown in self.shown if shown.name == name)


@dataclass(frozen=True)
class Measurements:
    """What was measured of the customers.

    totals: a row per (segment, column) over all of them; columns segment, column, rows, count, mean, std,
    min, max, total. sample: a row per sampled customer, the same columns and `segment`.
    """

    totals: pd.DataFrame
    sample: pd.DataFrame


def build_profile(
    measured: Measurements,
    traits: Traits,
    named: Sequence[SegmentName],
    shown: Sequence[ReportColumn],
    protected: Sequence[str] = (),
) -> Profile:
    """The profile of every segment.

    traits: (k, d), features in recipe order. named: a name per segment, in the order of `traits`.
    protected: columns of the sample to measure against the segments.
    """
    sample = measured.sample
    moments = _split_by_column(measured.totals, [name.segment for name in named])
    numbers = [column for column in shown if column.name in moments or f"{column.name}[numerator]" in moments]
    texts = [column for column in shown if column not in numbers and column.in_sample in sample]
    features = [column.name for column in shown if column.role == "feature"]
    z = {feature: [*traits.z[:, position], 0.0] for position, feature in enumerate(features)}
    columns = {c.name: compute_stats(c, moments, sample, z.get(c.name)) for c in numbers}
    outcomes = {c.name: estimate_means(columns[c.name]) for c in numbers if c.role == "outcome"}
    sizes = [round(size) for size in next(iter(moments.values()))["rows"]]

    def describe(row: int, rows: pd.DataFrame) -> _Cells:
        return (
            {name: stats[row] for name, stats in columns.items()},
            {name: estimates[row] for name, estimates in outcomes.items()},
            {column.name: _count_shares(rows[column.in_sample]) for column in texts},
        )

    segments = []
    for row, (name, size) in enumerate(zip(named, sizes, strict=True)):
        own = describe(row, sample[sample["segment"] == name.segment])
        z_of = zip(features, traits.z[row].tolist(), strict=True)
        apart = tuple(sorted(z_of, key=lambda feature: -abs(feature[1])))
        segments.append(SegmentProfile(size, size / max(sum(sizes), 1), *own, name, apart))
    everyone = Group(sum(sizes), 1.0, *describe(-1, sample))
    shares = frozenset(column.name for column in numbers if holds_shares(column, columns[column.name][-1]))
    return Profile(tuple(shown), tuple(segments), everyone, measure_associations(sample, protected), shares)


def holds_shares(column: ReportColumn, of_all: ColumnStats) -> bool:
    """Whether a column's means are shares, by its figures of all customers: a rate, 0 and 1, or what lies
    within and is named so; none that has a unit."""
    within = of_all.min >= 0 and 0 < of_all.max <= 1
    shares = column.rate or (within and (of_all.is_binary or column.is_named_share))
    return bool(shares) and not column.unit


def measure_share_between(profile: Profile, name: str) -> float:
    """The share of a column's variance that lies between the segments, of all customers with a value, in the
    column's unit; NaN where it has none or a segment's figures are withheld."""
    everyone = profile.everyone.columns[name]
    stats = [segment.columns[name] for segment in profile.segments if segment.columns[name].count]
    between = sum(one.count * (one.mean - everyone.mean) ** 2 for one in stats)
    whole = everyone.std**2 * (everyone.count - 1)
    return between / whole if whole > 0 else math.nan


def tabulate_profile(profile: Profile) -> pd.DataFrame:
    """The profile as one flat table, a row per segment: what profile.csv holds.

    segment, name, size, share; then per column of the recipe `mean_<column>`, `std_`, `min_`, `max_`,
    `q1_`, `median_`, `q3_`, `z_`, `share_of_total_`, `missing_`; of an outcome `low_` and `high_`, the ends
    of its interval; of a description that is no number `top_`, its most frequent value, and `share_top_`.
    Shares and rates are 0 to 1. What is not known of any segment is left out.
    """
    kinds = ["mean", *(f.name for f in fields(ColumnStats) if f.name not in ("count", "mean", "total"))]
    rows = []
    for segment in profile.segments:
        row = {key: getattr(segment, key) for key in ("segment", "name", "size", "share")}
        for name, figures in segment.columns.items():
            row |= {f"{kind}_{name}": getattr(figures, kind) for kind in kinds}
            if name in segment.outcomes:
                row |= {f"{end}_{name}": getattr(segment.outcomes[name], end) for end in ("low", "high")}
        for name, mix in segment.mixes.items():
            value, share = mix[0] if mix else (None, math.nan)
            row |= {f"top_{name}": value, f"share_top_{name}": share}
        rows.append(row)
    return pd.DataFrame(rows).dropna(axis="columns", how="all")


def _split_by_column(totals: pd.DataFrame, segments: list[int]) -> dict[str, pd.DataFrame]:
    """Column -> a row per segment with rows and the moments, as floats."""
    numbers = totals.set_index("segment")[["column", *MOMENTS, "rows"]]
    return {
        str(column): part.drop(columns="column").apply(pd.to_numeric).astype(float).reindex(segments)
        for column, part in numbers.groupby("column", sort=False)
    }


def _count_shares(values: pd.Series[Any]) -> Mix:
    shares = values.dropna().astype(str).value_counts(normalize=True).sort_index()
    most = shares.sort_values(ascending=False, kind="stable").head(MOST_VALUES)
    return tuple(zip(map(str, most.index), map(float, most), strict=True))
