"""The levels of a category in a segment: the share that has each, and how many times that of all it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from custseg_spark.segments.column_stats import ColumnStats, estimate_mean
from custseg_spark.segments.report_columns import ReportColumn

_NAN = math.nan


@dataclass(frozen=True)
class LevelShare:
    """The share of a group that has a level, and its lift, each with the ends of its 95 percent interval; NaN
    where it is not known."""

    share: float
    low: float
    high: float
    lift: float = _NAN
    lift_low: float = _NAN
    lift_high: float = _NAN


def measure_level(own: ColumnStats, everyone: ColumnStats) -> LevelShare:
    """A level's share and lift by its figures in a segment and of all customers.

    The share's interval is Wilson's. Those of the lift are its ends over the share of all customers, which is
    taken as known, for all were counted. The interval is wider than it need be, as the segment's customers
    are among them all.
    """
    found = estimate_mean(own.evidence, own.mean, own.std, binary=math.isfinite(own.mean))
    if not everyone.mean > 0:
        return LevelShare(found.value, found.low, found.high)
    lifts = (end / everyone.mean for end in (found.value, found.low, found.high))
    return LevelShare(found.value, found.low, found.high, *lifts)


def list_levels(shown: tuple[ReportColumn, ...]) -> dict[str, list[ReportColumn]]:
    """Category -> its levels, in the order of the recipe: found ones by their share, the other last."""
    found: dict[str, list[ReportColumn]] = {}
    for column in shown:
        if column.category:
            found.setdefault(column.category, []).append(column)
    return found


def find_rare(
    shown: tuple[ReportColumn, ...], columns: Mapping[str, ColumnStats], fewest: int
) -> Iterator[str]:
    """The levels of which a group has customers, but fewer than `fewest`; where that is one of a category
    alone, the next rarest too, or the shares of the others would give it away."""
    for levels in list_levels(shown).values():
        counts = {c.name: round(columns[c.name].evidence * columns[c.name].mean) for c in levels
                  if columns[c.name].count and math.isfinite(columns[c.name].mean)}  # fmt: skip
        there = sorted((count, name) for name, count in counts.items() if count)
        rare = [name for count, name in there if count < fewest]
        yield from [name for _, name in there[:2]] if len(rare) == 1 else rare
