"""profile.csv as the page and the app show it: what sets a segment apart, its median customer, every mean."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from custseg_spark.report.plots.data import LEAST_APART, FeatureView
from custseg_spark.report.tables import Column, PageTable
from custseg_spark.wording import add_unit

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
    def ids(self) -> list[int]:
        """Of the segments, a row each."""
        return [int(segment) for segment in self.table["segment"]]

    def list_contrasts(self, segment: int) -> list[Contrast]:
        """What sets the segment apart."""
        return find_contrasts(self.table, segment, self.columns)

    def list_medians(self, segment: int) -> list[tuple[FeatureView, float]]:
        """The median customer of the segment: a median per column, but for shares and for yes and no."""
        row = _find_row(self.table, segment)
        known = ((view, _read_number(row, f"median_{name}")) for name, view in self.columns.items())
        return [(view, median) for view, median in known if median is not None and not view.rate]

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
