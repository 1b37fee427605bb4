"""How often the customers of a segment buy, and whether they are active, late or gone by that.

For buyers who come at random at a steady rate (Poisson), the time since the last purchase and the gap to the
next are both exponential with the mean gap: Schmittlein, Morrison and Colombo 1987, Management Science 33,
1-24, build on it. One mean gap without a purchase is then nothing unusual (it happens to 37 percent), three
happen to 5 percent (e to the power of -3). So within one gap a customer is active, up to three late, beyond
gone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from custseg_spark import topics
from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.profile import Group, Profile, SegmentProfile
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.wording import format_number, split_words

State = Literal["active", "late", "gone", "unknown"]

LATE_AFTER, GONE_AFTER = 1.0, 3.0
"""Typical gaps without a purchase after which a segment is late, and gone."""
MOST_MISSING = 0.5
"""Of a column that more customers than this have no value of, nothing is typical."""
_DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "quarter": 91.3125, "year": 365.25}
_PERIOD = re.compile(
    r"\b(?:in|per|each|every|over|last|past|an?)\b(?:\s+(?:the|an?|last|past)\b)*\s+(?:(\d+)\s+)?(\w+?)s?\b"
)
_BOUGHT = topics.TIMES - {"visit", "visits", "trip", "trips"}
_VISITED = frozenset(["visit", "visits", "visited", "trip", "trips"])


@dataclass(frozen=True)
class PurchaseGap:
    """The days since the last purchase of a segment's customers: median and quartiles in the sample; and
    the days between two purchases of a typical one. NaN where the table does not tell.

    `since`: how long ago the last purchase was, as the table counts it: `74 days`; empty if unknown.
    """

    days: float = math.nan
    first: float = math.nan
    third: float = math.nan
    gap: float = math.nan
    since: str = ""

    @property
    def state(self) -> State:
        """What the median customer is."""
        return self._judge(self.days)

    @property
    def nearly_all(self) -> State:
        """What at least three quarters are at most: active, or late; gone where a quarter or more is."""
        return self._judge(self.third)

    @property
    def figures(self) -> str:
        """`last purchase 74 days ago, one every 40 days`; without the gap where it is unknown."""
        if not self.since:
            return ""
        known = f"last purchase {self.since} ago"
        return f"{known}, one every {_write_days(self.gap)}" if math.isfinite(self.gap) else known

    def _judge(self, days: float) -> State:
        if not (math.isfinite(days) and math.isfinite(self.gap) and self.gap > 0):
            return "unknown"
        gaps = days / self.gap
        return "active" if gaps <= LATE_AFTER else "late" if gaps <= GONE_AFTER else "gone"


def measure_gap(segment: SegmentProfile, profile: Profile) -> PurchaseGap:
    """How long ago the customers of a segment bought last, and how often they do.

    The gap is taken from the first of these that the table has: a column of the days between orders; orders
    of a period that their unit names; the longer, which claims less, of the period of the money that was
    spent over the orders, and of the time as a customer over them (from the first order to the last, over
    those between). Unknown for customers who bought once, and where visits are counted but purchases dated.
    """
    columns = [column for column in profile.shown if column.role != "outcome" and not column.rate]
    recency = next((one for one in columns if _find_topic(one) == "recency"), None)
    if recency is None:
        return PurchaseGap()
    figures = _find_known(recency, segment)
    if figures is None:
        return PurchaseGap()
    day = find_days(recency)
    middle = _get_middle(figures)
    counted = recency.counted_in or _find_period_word(recency)
    return PurchaseGap(
        days=middle * day,
        first=figures.q1 * day,
        third=figures.q3 * day,
        gap=_find_gap(columns, recency, segment),
        since=f"{format_number(middle)} {counted}" if counted else "",
    )


def find_days(column: ReportColumn) -> float:
    """The days of one unit of a column that holds a time; NaN where neither unit nor name says which."""
    word = topics.find_time(column.unit) or _find_period_word(column)
    return _DAYS.get(word.removesuffix("s"), math.nan)


def _find_gap(columns: Sequence[ReportColumn], recency: ReportColumn, segment: Group) -> float:
    for column in columns:
        if _is_gap(column) and (figures := _find_known(column, segment)):
            return _get_middle(figures) * find_days(column)
    counted = _BOUGHT | _VISITED if _VISITED & _list_words(recency) else _BOUGHT
    for column in columns:
        orders = _find_known(column, segment) if _find_topic(column) == "frequency" else None
        if orders is None or not counted & set(split_words(_say(column))) or _get_middle(orders) < 2:
            continue
        count = _get_middle(orders)
        if math.isfinite(period := find_period(column.unit)):
            return period / count
        of_money = (find_period(one.unit) / count for one in columns if _find_topic(one) == "spend")
        gaps = (*of_money, _divide_tenure(columns, recency, segment, count))
        if known := [gap for gap in gaps if gap > 0]:  # no NaN is
            return max(known)
    return math.nan


def find_period(unit: str) -> float:
    """The days of the period that a unit names: 730.5 of `money in 2 years`, 365.25 of `orders a year`; NaN
    where it names none."""
    for count, word in _PERIOD.findall(unit.lower()):
        if word in _DAYS:
            return float(count or 1) * _DAYS[word]
    return math.nan


def _divide_tenure(
    columns: Sequence[ReportColumn], recency: ReportColumn, segment: Group, orders: float
) -> float:
    """Days as a customer over orders; from the first order on, those up to the last over the gaps between."""
    for column in columns:
        figures = _find_known(column, segment) if _find_topic(column) == "tenure" else None
        if figures is None or not tells_span(_say(column), column.unit):
            continue
        days = _get_middle(figures) * find_days(column)
        if "first" not in _list_words(column):
            return days / orders
        last = _find_known(recency, segment)
        return (days - _get_middle(last) * find_days(recency)) / (orders - 1) if last else math.nan
    return math.nan


def tells_span(name: str, unit: str) -> bool:
    """Whether a column of tenure or recency holds a span of time, of which much is long: a year in which
    somebody joined does not."""
    spans = topics.PERIODS | {"recency", "tenure", "inactive", "inactivity", "dormant", "idle"}
    return bool(topics.find_time(unit) or spans & set(split_words(name)))


def _is_gap(column: ReportColumn) -> bool:
    """Days between orders, or an average gap between purchases."""
    words = _list_words(column)
    return bool(words & {"between", "gap", "interval"} and words & _BOUGHT) and not math.isnan(
        find_days(column)
    )


def _find_topic(column: ReportColumn) -> topics.Topic | None:
    return None if _is_gap(column) else topics.find_topic(_say(column), column.unit)


def _say(column: ReportColumn) -> str:
    return column.label or column.name


def _list_words(column: ReportColumn) -> set[str]:
    return set(split_words(_say(column))) | set(split_words(column.name)) | set(split_words(column.unit))


def _find_period_word(column: ReportColumn) -> str:
    words: Iterator[str] = (word for word in split_words(_say(column)) if word.removesuffix("s") in _DAYS)
    return next((word if word.endswith("s") else f"{word}s" for word in words), "")


def _find_known(column: ReportColumn, segment: Group) -> ColumnStats | None:
    """The figures of a column of which something is typical."""
    figures = segment.columns.get(column.name)
    if figures is None or math.isnan(_get_middle(figures)) or figures.missing > MOST_MISSING:
        return None
    return figures


def _get_middle(figures: ColumnStats) -> float:
    return figures.mean if math.isnan(figures.median) else figures.median


def _write_days(days: float) -> str:
    written = format_number(round(days) if days >= 10 else days)
    return "day" if written == "1" else f"{written} days"
