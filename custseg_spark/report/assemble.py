"""From profile.csv to what the page shows of each segment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from custseg_spark.report.page import Apart, Interval, Outcome, Segment
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.report.tables import Column, Table

LEAST_APART = 0.25
"""A column less than this many standard deviations from all customers sets nobody apart."""
_SPREAD = ("mean", "std", "min", "q1", "median", "q3", "max", "z")


@dataclass(frozen=True)
class SegmentText:
    """What is said of a segment in words."""

    fact: str = ""
    sentence: str = ""
    action: str = ""
    words: tuple[str, ...] = ()
    stability: float | None = None


def build_segments(
    profile: pd.DataFrame,
    columns: Sequence[FeatureView],
    told: Mapping[int, SegmentText],
    outcomes: Sequence[Outcome] = (),
    value: str = "",
    overall: Mapping[str, float] | None = None,
) -> tuple[Segment, ...]:
    """The segments of profile.csv as the page shows them.

    profile: a row per segment with segment, name, size, share, and per column mean_, std_, min_, max_,
    q1_, median_, q3_, z_, share_of_total_, of an outcome low_ and high_; what is absent is left out.
    columns: those that cut and those that describe. overall: mean of all customers by column.
    """
    overall = overall or {}
    return tuple(
        _segment(row, columns, told.get(int(row["segment"]), SegmentText()), outcomes, value, overall)
        for _, row in profile.sort_values("segment").iterrows()
    )


def _segment(
    row: pd.Series,
    columns: Sequence[FeatureView],
    told: SegmentText,
    outcomes: Sequence[Outcome],
    value: str,
    overall: Mapping[str, float],
) -> Segment:
    return Segment(
        id=int(row["segment"]),
        name=str(row["name"]),
        size=int(row["size"]),
        share=float(row["share"]),
        value_share=_known(row, f"share_of_total_{value}") if value else None,
        fact=told.fact,
        sentence=told.sentence,
        action=told.action,
        outcomes=tuple(
            Interval(*(_known(row, f"{kind}_{outcome.name}") for kind in ("mean", "low", "high")))
            for outcome in outcomes
        ),
        apart=_apart(row, columns, overall),
        typical=tuple(
            (view, median) for view in columns if (median := _known(row, f"median_{view.name}")) is not None
        ),
        words=told.words,
        stability=told.stability,
        profile=_spread(row, columns),
    )


def _apart(row: pd.Series, columns: Sequence[FeatureView], overall: Mapping[str, float]) -> tuple[Apart, ...]:
    """The columns that set the segment apart, the strongest first; ties in the order given."""
    found = []
    for view in columns:
        mean, z = _known(row, f"mean_{view.name}"), _known(row, f"z_{view.name}")
        if mean is not None and z is not None and abs(z) >= LEAST_APART:
            found.append(Apart(view, mean, overall.get(view.name), z))
    return tuple(sorted(found, key=lambda apart: -abs(apart.z)))


def _spread(row: pd.Series, columns: Sequence[FeatureView]) -> Table | None:
    """Every column with its spread; None where the profile holds means alone."""
    kinds = [
        kind for kind in _SPREAD if any(_known(row, f"{kind}_{view.name}") is not None for view in columns)
    ]
    if not kinds or kinds == ["mean"]:
        return None
    heads = (Column("Column", "text"), *(Column(kind) for kind in kinds))
    rows = [
        (
            f"{view.name} ({view.unit})" if view.unit else view.name,
            *(_known(row, f"{kind}_{view.name}") for kind in kinds),
        )
        for view in columns
    ]
    return Table(heads, tuple(rows))


def _known(row: pd.Series, column: str) -> float | None:
    """The number in that column; None where it is absent, missing or infinite."""
    value = row.get(column)
    if value is None or not math.isfinite(float(value)):
        return None
    return float(value)
