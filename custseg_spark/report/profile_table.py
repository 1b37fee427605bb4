"""profile.csv as the page and the app show it: what sets a segment apart, its median customer, every mean."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from custseg_spark.report.plots.data import LEAST_APART, FeatureView
from custseg_spark.report.tables import Column, PageTable
from custseg_spark.wording import NARROW, add_unit, format_decimal

LEVELS_APART = 2
"""So many levels of a category at most set a segment apart, and one less than it has: the others follow."""
COMMON_LEVELS = 6
"""A segment's card has so many levels of a category at most."""
_SPREAD = {
    "mean": "Mean",
    "std": "Standard deviation",
    "min": "Lowest",
    "q1": "Lower quartile",
    "median": "Median",
    "q3": "Upper quartile",
    "max": "Highest",
    "z": "Deviations from all",
}


@dataclass(frozen=True)
class Contrast:
    """A column that sets a segment apart: its mean there, and z against all customers."""

    column: str
    mean: float
    z: float


@dataclass(frozen=True)
class LevelRow:
    """A level in a segment: its share, and how many times that of all customers it is, with the ends of its
    95 percent interval; None where it is not known."""

    view: FeatureView
    share: float
    lift: float | None = None
    lift_low: float | None = None
    lift_high: float | None = None

    @property
    def told(self) -> str:
        """`1.8 times the share of all customers (95 % interval 1.6 to 2.0)`; empty where it is not known."""
        if self.lift is None or self.lift_low is None or self.lift_high is None:
            return ""
        lift, low, high = (write_times(value) for value in (self.lift, self.lift_low, self.lift_high))
        return f"{lift} times the share of all customers (95{NARROW}% interval {low} to {high})"


def write_times(value: float | None) -> str:
    """How many times: 0.45, 1.8."""
    return format_decimal(value, 1 if value is not None and value >= 1.95 else 2)


@dataclass(frozen=True)
class ProfileTable:
    """Every column for every segment: profile.csv, the columns that cut and those that describe."""

    table: pd.DataFrame
    """A row per segment with segment, and per column mean_, std_, min_, max_, q1_, median_, q3_, z_; what is
    absent is left out."""
    features: tuple[FeatureView, ...]
    descriptions: tuple[FeatureView, ...] = ()
    overall: Mapping[str, float] = field(default_factory=dict)
    """Mean over all customers by column."""

    @property
    def columns(self) -> dict[str, FeatureView]:
        """By name, first those that cut."""
        return {view.name: view for view in self.features + self.descriptions}

    @property
    def has_levels(self) -> bool:
        """Whether a category cuts."""
        return any(view.category for view in self.features)

    @property
    def ids(self) -> list[int]:
        """Of the segments, a row each."""
        return [int(segment) for segment in self.table["segment"]]

    def list_contrasts(self, segment: int) -> list[Contrast]:
        """What sets the segment apart: of a category LEVELS_APART levels at most, one after the other."""
        found = find_contrasts(self.table, segment, self.columns)
        kin = {one.column: self.columns[one.column].category or one.column for one in found}
        groups: dict[str, list[Contrast]] = {}
        for one in found:
            groups.setdefault(kin[one.column], []).append(one)
        every = Counter(view.category for view in self.features)
        for category, some in groups.items():
            some.sort(key=lambda one: (-round(abs(one.z), 6), one.z < 0))
            del some[max(1, min(LEVELS_APART, every.get(category, 2) - 1)) :]
        return [one for some in groups.values() for one in some]

    def list_levels(self, segment: int) -> dict[str, list[LevelRow]]:
        """What each category is called -> its levels with their shares, in the order of the recipe."""
        row = _find_row(self.table, segment)
        found: dict[str, list[LevelRow]] = {}
        for view in self.features:
            share = _read_number(row, f"mean_{view.name}")
            if view.category and share is not None:
                lifts = (
                    _read_number(row, f"{kind}_{view.name}") for kind in ("lift", "lift_low", "lift_high")
                )
                found.setdefault(view.category, []).append(LevelRow(view, share, *lifts))
        return found

    def list_medians(self, segment: int) -> list[tuple[FeatureView, float]]:
        """The median customer of the segment: a median per column, but for shares and for yes and no."""
        row = _find_row(self.table, segment)
        known = ((view, _read_number(row, f"median_{name}")) for name, view in self.columns.items())
        return [(view, median) for view, median in known if median is not None and not view.rate]

    def list_common_levels(self, segment: int) -> dict[str, tuple[list[LevelRow], bool]]:
        """The same with the COMMON_LEVELS at most that most of it have, and whether more are left."""
        found = {}
        for category, some in self.list_levels(segment).items():
            least = sorted((one.share for one in some), reverse=True)[:COMMON_LEVELS][-1]
            common = [one for one in some if one.share >= least][:COMMON_LEVELS]
            found[category] = (common, len(common) < len(some))
        return found

    def tabulate_spread(self, segment: int) -> PageTable | None:
        """The columns of the segment that have a spread, but those whose mean is a share; None where none
        has."""
        row = _find_row(self.table, segment)
        every = {
            view: {kind: _read_number(row, f"{kind}_{name}") for kind in _SPREAD}
            for name, view in self.columns.items()
            if not view.rate
        }
        cells = {view: found for view, found in every.items() if _has_spread(found)}
        kinds = [kind for kind in _SPREAD if any(found[kind] is not None for found in cells.values())]
        if not kinds:
            return None
        rows = [
            (add_unit(view.text, view.unit), *(found[kind] for kind in kinds))
            for view, found in cells.items()
        ]
        return PageTable(
            (
                Column("Column", "text"),
                *(Column(_SPREAD[kind], "decimal" if kind == "z" else "number") for kind in kinds),
            ),
            tuple(rows),
            source=f"profile {segment}",
        )


def _has_spread(found: Mapping[str, float | None]) -> bool:
    return any(value is not None for kind, value in found.items() if kind != "mean")


def list_mean_columns(profile: pd.DataFrame) -> list[str]:
    """The columns of a profile that have a mean to hold against all customers, in its order."""
    names = [str(name).removeprefix("z_") for name in profile if str(name).startswith("z_")]
    return [name for name in names if profile[f"z_{name}"].notna().any()]


def find_contrasts(profile: pd.DataFrame, segment: int, columns: Iterable[str]) -> list[Contrast]:
    """The columns that set a segment of profile.csv apart, the strongest first; ties in the order given."""
    row = _find_row(profile, segment)
    found = []
    for name in columns:
        mean, z = _read_number(row, f"mean_{name}"), _read_number(row, f"z_{name}")
        if mean is not None and z is not None and abs(z) >= LEAST_APART:
            found.append(Contrast(name, mean, z))
    return sorted(found, key=lambda contrast: -abs(contrast.z))


def _find_row(profile: pd.DataFrame, segment: int) -> pd.Series[Any]:
    """The segment's row by column; empty where it has none."""
    rows = profile[profile["segment"] == segment]
    return pd.Series(dtype=object) if rows.empty else rows.iloc[0]


def _read_number(row: pd.Series[Any], column: str) -> float | None:
    """The number in that column; None where it is absent, missing or infinite."""
    number = float(row.get(column, math.nan))
    return number if math.isfinite(number) else None
