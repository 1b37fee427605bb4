"""How much money is at stake in a segment: what its customers brought together, and each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from custseg_spark.quantities import NOTHING, Line, Quantity, percent, tell
from custseg_spark.segments.profile import Profile, SegmentProfile
from custseg_spark.segments.sentences import find_value_column, quote_mean
from custseg_spark.topics import find_topic
from custseg_spark.wording import format_number, write_unit


@dataclass(frozen=True)
class Stake:
    """Money that was spent. `total`: by all customers of a segment; `each`: by one on average; in `unit`,
    which has the period where the recipe says it. NaN where the table tells no money, or of too few.

    `text`: the same as it is told: `43 % of spend: 580,691 in 2 years, 1,079 a customer`.
    """

    total: float = math.nan
    each: float = math.nan
    unit: str = ""
    text: Line = NOTHING


def measure_stake(segment: SegmentProfile, profile: Profile, capped: bool = False) -> Stake:
    """What a segment's customers spent, from the totals of the labelling scan over all customers.

    Of the column whose total the segments share, where name or unit say that it was spent. `capped`: its
    highest values count as its upper bound (clip), so that more was spent than is told.
    """
    value = find_value_column(profile)
    column = profile.column(value) if value else None
    if column is None or find_topic(column.label or column.name, column.unit) != "spend":
        return Stake()
    figures = segment.columns[column.name]
    if not (math.isfinite(figures.total) and math.isfinite(figures.mean)):
        return Stake()
    rows = str(segment.segment)
    text = tell(
        percent(figures.share_of_total, "share_of_total", column.name, rows),
        f" of {column.text}: {'at least ' if capped else ''}",
        Quantity(format_number(figures.total), figures.total, "total", column.name, rows),
        f"{write_unit('', column.unit)}, ",
        quote_mean(column.name, segment, profile, rows),
        " a customer",
    )
    return Stake(figures.total, figures.mean, column.unit, text)
