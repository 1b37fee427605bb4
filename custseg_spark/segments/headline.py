"""The headline of a run: how many segments there are, and what is a finding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from custseg_spark.quantities import Line, name_rows, percent, tell
from custseg_spark.segments.profile import Profile, SegmentProfile
from custseg_spark.segments.sentences import find_value_column, quote_mean
from custseg_spark.wording import capitalize

MOST = 0.8
"""The headline looks for the few segments that bring this share of the total."""
WORTH_SAYING = 0.05
"""Segments that bring no more than this beyond their share of the customers bring "about their share"."""
LEAST_LIFT = 0.2
"""An outcome is a finding where a segment's mean lies this share of the mean of all from it."""
CHANCE = 0.001
"""How often an outcome that has nothing to do with the segments may stand in a headline all the same."""
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def write_headline(profile: Profile, structured: bool) -> tuple[Line, ...]:
    """How many segments there are, and what is a finding: what would not be so for any cut of any table.

    "Five segments. 46 % of customers bring 80 % of spend.", "Answered last campaign: 26 % of “Big spenders,
    recent”, 15 % of all customers." A cut of a featureless cloud gives shares too, so they are told where
    the segments are more than that (`structured`), and else the sizes alone. The few are the smallest set of
    segments, highest mean first, that brings 80 percent of the first additive column; where that takes them
    all, the set that brings most beyond its share of customers. An outcome, which took no part, is told where
    chance does not explain it.
    """
    k = len(profile.segments)
    number = f"{_NUMBERS[k] if k < len(_NUMBERS) else k} segment{'' if k == 1 else 's'}"
    value = find_value_column(profile)
    brought = _tell_value(profile, value) if value and structured else Line()
    first = tell(f"{number}. ", brought) if brought else tell(number, _tell_sizes(profile), ".")
    outcome = _tell_outcome(profile)
    return (first, outcome) if outcome else (first,)


def _tell_sizes(profile: Profile) -> Line:
    """The shares of the smallest and of the largest, or of each where they are one."""
    ranked = sorted(profile.segments, key=lambda segment: segment.share)
    small, large = (percent(one.share, "share", rows=str(one.segment)) for one in (ranked[0], ranked[-1]))
    if small.text == large.text:
        return (
            tell(" of ", large, " of customers")
            if len(ranked) == 1
            else tell(" of ", large, " of customers each")
        )
    return tell(" of ", small, " to ", large, " of customers")


def _tell_value(profile: Profile, value: str) -> Line:
    """How few customers bring how much."""
    top = _find_top(profile, value)
    customers, brought = _sum_shares(top, value)
    label, rows = profile.column(value).text, name_rows(one.segment for one in top)
    if brought - customers < WORTH_SAYING:
        return tell(f"Every segment brings about its share of {label}.")
    bring = percent(brought, "share_of_total", value, rows)
    return tell(percent(customers, "share", rows=rows), " of customers bring ", bring, f" of {label}.")


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


def _tell_outcome(profile: Profile) -> Line:
    """The segment and the outcome that stand out most; nothing where chance explains it, or where it is less
    than LEAST_LIFT."""
    best, farthest = Line(), _find_bound(len(profile.segments) * len(profile.everyone.outcomes))
    for name, overall in profile.everyone.outcomes.items():
        spread = profile.everyone.columns[name].std
        for one in profile.segments:
            own = one.outcomes[name]
            rest = overall.count - own.count
            if not (own.count > 1 and rest > 1 and spread > 0) or math.isnan(own.value):
                continue
            apart = abs(own.value - overall.value) * overall.count / rest  # from the mean of the others
            z = apart / (spread * math.sqrt(1 / own.count + 1 / rest))
            if z > farthest and abs(own.value - overall.value) >= LEAST_LIFT * abs(overall.value):
                best, farthest = _write_outcome(name, one, profile), z
    return best


def _write_outcome(name: str, segment: SegmentProfile, profile: Profile) -> Line:
    means = (
        quote_mean(name, segment, profile, str(segment.segment)),
        quote_mean(name, profile.everyone, profile),
    )
    title, where = capitalize(profile.column(name).text), f"“{segment.name}”"
    if name in profile.shares:
        return tell(f"{title}: ", means[0], f" of {where}, ", means[1], " of all customers.")
    return tell(f"{title}: ", means[0], f" on average in {where}, ", means[1], " over all customers.")


def _find_bound(comparisons: int) -> float:
    """How many standard errors the farthest of so many comparisons must reach, both ways (Bonferroni)."""
    return NormalDist().inv_cdf(1 - CHANCE / 2 / max(comparisons, 1))
