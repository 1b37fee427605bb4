"""profile.csv as the page and the app show it: what sets a segment apart, its median customer, every mean."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from custseg_spark.report.plots.data import FeatureView
from custseg_spark.report.tables import Column, PageTable
from custseg_spark.wording import add_unit

LEAST_APART = 0.25
"""A column less than this many standard deviations from all customers sets nobody apart."""
_SPREAD = ("mean", "std", "min", "q1", "median", "q3", "max", "z")


@dataclass(frozen=True)
class Contrast:
    """A column that sets a segment apart: its mean there, and z against all customers."""

    column: str
    mean: float
    z: float


@dataclass(frozen=True)
class Heat:
    """A segment's mean of a column and how far it lies from all customers."""

    mean: float
    text: str
    z: float
    way: str
    """up, down, or nothing where it is like everybody."""
    strength: int
    """0 to 60, the percentage of the shade; full from two standard deviations."""


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

    def list_contrasts(self, segment: int) -> list[Contrast]:
        """What sets the segment apart."""
        return find_contrasts(self.table, segment, self.columns)

    def list_medians(self, segment: int) -> list[tuple[FeatureView, float]]:
        """The median customer of the segment: a median per column, none of them missing."""
        row = _find_row(self.table, segment)
        known = ((view, _read_number(row, f"median_{name}")) for name, view in self.columns.items())
        return [(view, median) for view, median in known if median is not None]

    def tabulate_spread(self, segment: int) -> PageTable | None:
        """Every column of the segment with its spread; None where the profile holds means alone."""
        row = _find_row(self.table, segment)
        cells = {
            view: {kind: _read_number(row, f"{kind}_{name}") for kind in _SPREAD}
            for name, view in self.columns.items()
        }
        kinds = [kind for kind in _SPREAD if any(found[kind] is not None for found in cells.values())]
        if not kinds or kinds == ["mean"]:
            return None
        rows = [
            (add_unit(view.label or view.name, view.unit), *(found[kind] for kind in kinds))
            for view, found in cells.items()
        ]
        return PageTable((Column("Column", "text"), *map(Column, kinds)), tuple(rows))

    def shade(self) -> list[tuple[int, list[Heat]]]:
        """Per row of the profile: the segment's id and a cell per column that has a mean."""
        views = self.columns.values()
        return [
            (int(row["segment"]), [_shade(row, view) for view in views]) for _, row in self.table.iterrows()
        ]


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


def _shade(row: pd.Series, view: FeatureView) -> Heat:
    mean, z = float(row.get(f"mean_{view.name}", math.nan)), float(row.get(f"z_{view.name}", math.nan))
    known = math.isfinite(z) and abs(z) >= 0.05
    way = ("up" if z > 0 else "down") if known else ""
    return Heat(mean, view.write(mean), z, way, round(min(abs(z) / 2, 1) * 60) if known else 0)
