"""What an action claims of a segment, by a small table of words, and what the figures say against it.

| words | claim | rests on |
| --- | --- | --- |
| win back, reactivate, lost, lapsed, churned | they are gone | time since the last purchase, usual gap |
| overdue, due again | they are late | the same |
| active, still buying | they are not gone | the same |
| reward, thank, loyal, VIP, keep them | they bring or stay much | spend, frequency, tenure |
| welcome, onboard, newcomers, new customers | they are new | tenure |
| develop, upsell, cross-sell, grow | there is more to get | spend of all segments |
| discount, deal, coupon, voucher, promotion | they buy on deals | deals, income |
| no discount, without deals | they don't | deals |
| premium, luxury, upper range | they can pay | income, spend |

Only a figure that says the opposite is an objection; where there is none, nothing is said. Words are English:
of an action in another language nothing is known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from custseg_spark.segments.profile import Profile, SegmentProfile
from custseg_spark.segments.purchase_gap import PurchaseGap, tells_span
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.sentences import quote_mean
from custseg_spark.segments.traits import LEAST_Z, Level
from custseg_spark.topics import Topic, find_topic
from custseg_spark.wording import fold_text, says_unit, write_unit

_NEGATED = re.compile(
    r"\b(no|not|never|without|rather than|instead of|before|prevent\w*|avoid\w*|against|less|fewer|stop)"
    r"(\s+[\w’'-]+){0,4}\s+$"
)
"""What stands up to four words before a claim, in the same clause, and takes it back."""


@dataclass(frozen=True)
class _Figures:
    """What is known of a segment beside all customers."""

    segment: SegmentProfile
    profile: Profile
    gap: PurchaseGap

    def list_columns(self, *topics: Topic) -> list[ReportColumn]:
        """The features and descriptions of these topics of which the mean is known."""
        return [
            column
            for column in self.profile.shown
            if column.role != "outcome"
            and not column.rate
            and not column.category
            and _find_topic(column) in topics
            and math.isfinite(self.find_mean(column))
        ]

    def find_mean(self, column: ReportColumn) -> float:
        figures = self.segment.columns.get(column.name)
        return figures.mean if figures else math.nan

    def find_level(self, column: ReportColumn) -> Level:
        """Of a feature as its name has it; of a description by how far its mean lies from that of all."""
        if column.name in self.segment.named.levels:
            return self.segment.named.levels[column.name]
        z = self.segment.columns[column.name].z
        return "high" if z >= LEAST_Z else "low" if z <= -LEAST_Z else "mid"

    def find_at(self, level: Level, *topics: Topic) -> ReportColumn | None:
        """A column of these topics at that level, where all that are known are."""
        columns = self.list_columns(*topics)
        return columns[0] if columns and all(self.find_level(c) == level for c in columns) else None

    def compare(self, column: ReportColumn) -> str:
        """`spend 69, all customers 606`."""
        unit = column.counted_in
        own = quote_mean(column.name, self.segment, self.profile).text
        everyone = quote_mean(column.name, self.profile.everyone, self.profile).text
        behind = "" if says_unit(column.text, unit) else write_unit(own, unit)
        return f"{column.text} {own}{behind}, all customers {everyone}"


def find_objection(action: str, segment: SegmentProfile, profile: Profile, gap: PurchaseGap) -> str:
    """What the figures say against an action, in one short sentence; "" where they do not contradict it."""
    figures, text = _Figures(segment, profile, gap), fold_text(action)
    for pattern, judge in _CLAIMS:
        for found in pattern.finditer(text):
            before = re.split(r"[.,:;!?()]", text[: found.start()])[-1]
            if said := judge(figures, bool(_NEGATED.search(before))):
                return f"The figures say {said}."
    return ""


def _object_to_gone(figures: _Figures, negated: bool) -> str:
    gap = figures.gap
    if negated:
        return ""
    if gap.nearly_all in ("active", "late"):
        return f"{gap.state}, not lost: {gap.figures}"
    recent = figures.find_at("low", "recency") if gap.nearly_all == "unknown" else None
    return f"they bought lately: {figures.compare(recent)}" if recent else ""


def _object_to_late(figures: _Figures, negated: bool) -> str:
    is_early = not negated and figures.gap.nearly_all == "active"
    return f"not due yet: {figures.gap.figures}" if is_early else ""


def _object_to_active(figures: _Figures, negated: bool) -> str:
    return f"gone, not active: {figures.gap.figures}" if not negated and figures.gap.state == "gone" else ""


def _object_to_reward(figures: _Figures, negated: bool) -> str:
    small = None if negated else figures.find_at("low", "spend", "frequency")
    stays = any(figures.find_level(one) == "high" for one in figures.list_columns("tenure"))
    return f"they bring little: {figures.compare(small)}" if small and not stays else ""


def _object_to_new(figures: _Figures, negated: bool) -> str:
    columns = [] if negated else figures.list_columns("tenure")
    for column in columns:
        own, everyone = figures.segment.columns[column.name], figures.profile.everyone.columns[column.name]
        pairs = ((own.median, everyone.median), (own.mean, everyone.mean))
        if all(here >= there for here, there in pairs if not math.isnan(here + there)):
            return f"not new: {figures.compare(column)}"
    return ""


def _object_to_growth(figures: _Figures, negated: bool) -> str:
    columns = [] if negated else figures.list_columns("spend")
    for column in columns[:1]:
        means = [
            one.columns[column.name].mean for one in figures.profile.segments if column.name in one.columns
        ]
        others = sorted(mean for mean in means if math.isfinite(mean))
        if len(others) > 1 and figures.find_mean(column) >= others[-1] > others[0]:
            return f"they spend most already: {figures.compare(column)}"
    return ""


def _object_to_deals(figures: _Figures, negated: bool) -> str:
    column = figures.find_at("high" if negated else "low", "deals")
    if column is None:
        return ""
    if negated:
        return f"they buy on deals: {figures.compare(column)}"
    poor = any(figures.find_level(one) == "low" for one in figures.list_columns("income"))
    return "" if poor else f"they seldom buy on deals: {figures.compare(column)}"


def _object_to_premium(figures: _Figures, negated: bool) -> str:
    column = None if negated else figures.find_at("low", "income", "spend")
    return f"they have little to spend: {figures.compare(column)}" if column else ""


_Judge = Callable[[_Figures, bool], str]
_WORDS: tuple[tuple[str, _Judge], ...] = (
    (r"win(ning)?[ -]?(them )?back\b|(bring|get) them back\b|re-?activat\w*", _object_to_gone),
    (r"lost\b|lapsed\b|churn(ed|ers)?\b(?! risk)", _object_to_gone),
    (r"overdue\b|due again\b", _object_to_late),
    (r"active\b|still buying\b", _object_to_active),
    (r"reward\w*|thank\w*|loyal\b|vips?\b", _object_to_reward),
    (r"keep(?=$|:|,| and\b| them\b| close\b| happy\b| warm\b)", _object_to_reward),
    (r"welcome\b(?! back| them back)|onboard\w*", _object_to_new),
    (r"newcomers?\b|new (customers?|buyers?|members?)\b", _object_to_new),
    (r"develop\w*|up-?sell\w*|cross-?sell\w*|grow\b", _object_to_growth),
    (r"discount\w*|deals?\b(?! with)|coupons?\b|vouchers?\b|promotions?\b", _object_to_deals),
    (r"premium\b|luxury\b|upper range\b|high[- ]end\b", _object_to_premium),
)
_CLAIMS = tuple((re.compile(rf"\b(?:{words})"), judge) for words, judge in _WORDS)


def _find_topic(column: ReportColumn) -> Topic | None:
    name = column.label or column.name
    topic = find_topic(name, column.unit)
    return None if topic in ("tenure", "recency") and not tells_span(name, column.unit) else topic
