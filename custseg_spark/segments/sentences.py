"""What the figures say in plain English: the headline of a run, and a sentence for each segment."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from custseg_spark.segments.profile import Profile, SegmentProfile
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.topics import find_topic
from custseg_spark.wording import format_figure, format_percent

MOST = 0.8
"""The headline looks for the few segments that bring this share of the total."""
WORTH_SAYING = 0.05
"""Segments that bring no more than this beyond their share of the customers bring "about their share"."""
_BOUGHT = ("spend", "frequency")
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def write_headline(profile: Profile) -> str:
    """How many segments there are, how few customers bring how much, and what divides these.

    "Five segments. 46 % of customers bring 80 % of spend; just over half of these are in “quiet” segments."
    The few are the smallest set of segments, highest mean first, that brings 80 percent of the first
    additive column; where that takes them all, the set that brings most beyond its share of customers.
    """
    k = len(profile.segments)
    opening = f"{_NUMBERS[k] if k < len(_NUMBERS) else k} segment{'' if k == 1 else 's'}."
    value = find_value_column(profile)
    if value is None:
        largest = max(profile.segments, key=lambda segment: segment.size)
        return f"{opening} The largest, “{largest.name}”, holds {format_percent(largest.share)} of customers."
    top = _find_top(profile, value)
    customers, brought = _sum_shares(top, value)
    label = profile.column(value).text
    if brought - customers < WORTH_SAYING:
        return f"{opening} Every segment brings about its share of {label}."
    share = f"{format_percent(customers)} of customers bring {format_percent(brought)} of {label}"
    divided = _tell_division(top)
    return f"{opening} {share}; {divided}." if divided else f"{opening} {share}."


def write_sentence(segment: SegmentProfile, profile: Profile) -> str:
    """Who the customers of a segment are: how many, what they bring, and what sets them apart.

    The means told are those of the feature that gives the noun and of the two farthest from all
    customers that are high or low; of the farthest if none is.
    """
    value = find_value_column(profile)
    customers = f"{segment.size:,} customers ({format_percent(segment.share)})"
    if value:
        share = format_percent(segment.columns[value].share_of_total)
        customers += f" bring {share} of {profile.column(value).text}"
    noun = segment.named.words[0].feature
    others = [name for name, _ in segment.apart if name != noun]
    features = [noun, *([name for name in others if segment.named.levels[name] != "mid"] or others[:1])[:2]]
    facts = [_compare(name, segment, profile) for name in features]
    facts[0] += " over all customers"
    return f"{customers}. On average {', '.join(facts)}."


def write_fact(segment: SegmentProfile, profile: Profile) -> str:
    """The one fact that sets a segment apart: the feature farthest from all customers on the model scale."""
    return _compare(segment.apart[0][0], segment, profile)


def find_value_column(profile: Profile) -> str | None:
    """The column whose total the segments share; None if there is none.

    The feature that gives the noun if it is additive, else the first additive feature, else the first
    additive description of what was bought: nobody brings children.
    """
    noun = profile.segments[0].named.words[0].feature
    columns = [column for column in profile.shown if column.role == "feature" or _is_bought(column)]
    columns.sort(key=lambda column: (column.name != noun, column.role != "feature"))
    known = profile.everyone.columns
    return next((c.name for c in columns if not math.isnan(known[c.name].share_of_total)), None)


def _compare(name: str, segment: SegmentProfile, profile: Profile) -> str:
    """spend 1,130 against 606; recency 74 days against 49; a unit that the name says is not said again."""
    column = profile.column(name)
    unit = column.counted_in
    behind = f" {unit}" if unit and unit.casefold() not in column.text.casefold().split() else ""
    own, everyone = segment.columns[name].mean, profile.everyone.columns[name].mean
    return f"{column.text} {format_figure(own)}{behind} against {format_figure(everyone)}"


def _is_bought(column: ReportColumn) -> bool:
    return column.role == "description" and find_topic(column.label or column.name, column.unit) in _BOUGHT


def _find_top(profile: Profile, value: str) -> Sequence[SegmentProfile]:
    ranked = sorted(profile.segments, key=lambda segment: -np.nan_to_num(segment.columns[value].mean))
    sets = [ranked[:count] for count in range(1, len(ranked))] or [ranked]
    for few in sets:
        customers, brought = _sum_shares(few, value)
        if brought >= MOST and brought - customers >= WORTH_SAYING:
            return few
    return max(sets, key=lambda few: _sum_shares(few, value)[1] - _sum_shares(few, value)[0])


def _sum_shares(segments: Sequence[SegmentProfile], value: str) -> tuple[float, float]:
    """Share of the customers and of the total of `value`."""
    shares = np.nansum([segment.columns[value].share_of_total for segment in segments])
    return sum(segment.share for segment in segments), float(shares)


def _tell_division(top: Sequence[SegmentProfile]) -> str:
    """The word that divides the top segments most evenly, of a fifth of them to four fifths; "" if none."""
    size = sum(segment.size for segment in top)
    shares: dict[str, float] = {}
    for segment in top:
        for word in segment.named.words[1:]:
            if word.level != "mid":
                shares[word.text] = shares.get(word.text, 0.0) + segment.size / size
    # Of two words that divide them the same way, the one true of more; then recipe order.
    text = min(shares, key=lambda text: (round(abs(shares[text] - 0.5), 6), -shares[text]), default="")
    if not 0.2 <= shares.get(text, 0.0) <= 0.8:
        return ""
    return f"{_tell_portion(shares[text])} of these are in “{text}” segments"


def _tell_portion(share: float) -> str:
    if abs(share - 0.5) < 0.005:
        return "half"
    if abs(share - 0.5) <= 0.05:
        return "just over half" if share > 0.5 else "just under half"
    return format_percent(share)
