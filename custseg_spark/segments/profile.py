"""Who the segments are, in figures: moments from all customers, quartiles from the sample.

Whatever can be added up comes from the totals of the labelling scan, so the profile costs no scan of
its own. Unknown is NaN everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import pandas as pd

from custseg_spark.segments.association import Association, measure_associations
from custseg_spark.segments.column_stats import MOMENTS, ColumnStats, Estimate, compute_stats, estimate_means
from custseg_spark.segments.levels import measure_level
from custseg_spark.segments.name_facts import SegmentName
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.traits import Traits

Mix = tuple[tuple[str, float], ...]
_Cells = tuple[dict[str, ColumnStats], dict[str, Estimate], dict[str, Mix]]
_NOT_TOLD = ("count", "mean", "total", "effective")
_OF_SEGMENT = ("segment", "name", "size", "share", "rows", "effective")
MOST_VALUES = 5
"""A mix shows no more values than this."""


@dataclass(frozen=True)
class Group:
    """A segment, or all customers together: features, descriptions and outcomes by name.

    size: customers; where these have weights what they add up to, rounded, of so many `rows`,
    which say as much as an `effective` number of equal weight; both else null.
    columns: those that are numbers. outcomes: their rates or means with intervals. mixes: of a
    description that is no number, its values with their shares in the sample, the most frequent first.
    """

    size: int
    share: float
    columns: Mapping[str, ColumnStats]
    outcomes: Mapping[str, Estimate]
    mixes: Mapping[str, Mix]
    rows: int | None = field(default=None, kw_only=True)
    effective: float | None = field(default=None, kw_only=True)

    @property
    def members(self) -> int:
        """How many customers its figures were measured on."""
        return self.size if self.rows is None else self.rows


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
    min, max, total, effective. sample: a row per sampled customer, the same columns and `segment`. rows: of
    each segment and of all, where customers have weights, and their effective number.
    """

    totals: pd.DataFrame
    sample: pd.DataFrame
    rows: Sequence[int] | None = None
    effective: Sequence[float] | None = None

    def list_rows(self, groups: int) -> list[dict[str, Any]]:
        """What each of the groups is made of, all customers last; nothing where customers have no weights."""
        both = zip(self.rows or (), self.effective or (), strict=True)
        return [{"rows": rows, "effective": effective} for rows, effective in both] or [{}] * groups


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
    sizes = next(iter(moments.values()))["rows"].tolist()
    made_of = measured.list_rows(len(named) + 1)

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
        share = size / max(sum(sizes), 1)
        segments.append(SegmentProfile(round(size), share, *own, name, apart, **made_of[row]))
    everyone = Group(round(sum(sizes)), 1.0, *describe(-1, sample), **made_of[-1])
    shares = frozenset(column.name for column in numbers if holds_shares(column, columns[column.name][-1]))
    return Profile(tuple(shown), tuple(segments), everyone, measure_associations(sample, protected), shares)


def holds_shares(column: ReportColumn, of_all: ColumnStats) -> bool:
    """Whether a column's means are shares, by its figures of all customers: a rate, 0 and 1, or what lies
    within and is named so, and a level, whoever has it; none that has a unit."""
    within = of_all.min >= 0 and 0 < of_all.max <= 1
    shares = column.category or column.rate or (within and (of_all.is_binary or column.is_named_share))
    return bool(shares) and not column.unit


def measure_share_between(profile: Profile, *names: str) -> float:
    """The share of a column's variance that lies between the segments, of all customers with a value, in the
    column's unit; of the levels of a category, given together, that of the sum of their variances. NaN where
    there is none or a segment's figures are withheld."""
    between = whole = 0.0
    for name in names:
        everyone = profile.everyone.columns[name]
        stats = [segment.columns[name] for segment in profile.segments if segment.columns[name].count]
        between += sum(one.count * (one.mean - everyone.mean) ** 2 for one in stats)
        whole += everyone.std**2 * (everyone.count - 1)
    return between / whole if whole > 0 else math.nan


def tabulate_profile(profile: Profile) -> pd.DataFrame:
    """The profile as one flat table, a row per segment: what profile.csv holds.

    segment, name, size, share, and where customers have weights `rows`, those that the size is made of, and
    `effective`, how many of equal weight say as much; then per column of the recipe `mean_<column>`, `std_`,
    `min_`, `max_`, `q1_`, `median_`, `q3_`, `z_`, `share_of_total_`, `missing_`; of an outcome `low_` and
    `high_`, the ends of its interval; of a level, of which the mean is the share that has it, these too, and
    with them `lift_`, that over the share of all, `lift_low_` and `lift_high_`; of a description that is no
    number `top_`, its most frequent value, and `share_top_`.
    Shares and rates are 0 to 1. What is not known of any segment is left out.
    """
    kinds = ["mean", *(f.name for f in fields(ColumnStats) if f.name not in _NOT_TOLD)]
    rows = []
    for segment in profile.segments:
        row = {key: getattr(segment, key) for key in _OF_SEGMENT}
        for name, figures in segment.columns.items():
            row |= {f"{kind}_{name}": getattr(figures, kind) for kind in kinds}
            if name in segment.outcomes:
                row |= {f"{end}_{name}": getattr(segment.outcomes[name], end) for end in ("low", "high")}
        for column in (column for column in profile.shown if column.category):
            found = measure_level(segment.columns[column.name], profile.everyone.columns[column.name])
            ends = {kind: value for kind, value in asdict(found).items() if kind != "share"}
            row |= {f"{kind}_{column.name}": value for kind, value in ends.items()}
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
