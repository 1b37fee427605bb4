"""What the figures say of a segment in plain English: who its customers are, and what sets them apart."""

from __future__ import annotations

import math

from custseg_spark.quantities import ALL, NOTHING, Line, Quantity, count, join_lines, percent, tell
from custseg_spark.segments.profile import Group, Profile, SegmentProfile
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.topics import find_topic
from custseg_spark.wording import format_number, format_percent, says_unit, write_unit

_BOUGHT = ("spend", "frequency")


def write_sentence(segment: SegmentProfile, profile: Profile) -> Line:
    """Who the customers of a segment are: how many, what they bring, and what sets them apart.

    The means told are those of the feature that gives the noun and of the two farthest from all
    customers that are high or low; of the farthest if none is.
    """
    value, rows = find_value_column(profile), str(segment.segment)
    people = tell(
        count(segment.size, rows=rows), " customer" if segment.size == 1 else " customers",
        " (", percent(segment.share, "share", rows=rows), _tell_rows(segment, rows), ")",
    )  # fmt: skip
    if value:
        share = percent(segment.columns[value].share_of_total, "share_of_total", value, rows)
        bring = " brings " if segment.size == 1 else " bring "
        people = tell(people, bring, share, f" of {profile.column(value).text}")
    noun = segment.named.words[0].feature
    others = _list_told(segment, profile, noun)
    features = [noun, *([name for name in others if segment.named.levels[name] != "mid"] or others[:1])[:2]]
    facts = [
        _compare(name, segment, profile, "" if i else "all customers ") for i, name in enumerate(features)
    ]
    return tell(people, ". On average: ", join_lines(facts), ".")


def _tell_rows(segment: SegmentProfile, rows: str) -> Line:
    """Of customers with weights how many they are: `, by 120 rows`."""
    return (
        NOTHING if segment.rows is None else tell(", by ", count(segment.rows, "members", rows=rows), " rows")
    )


def _list_told(segment: SegmentProfile, profile: Profile, noun: str = "") -> list[str]:
    """What may be told of it but the noun, the farthest first: of a category the level alone that most have,
    or else the farthest, and none where the noun tells one."""
    categories = {column.name: column.category for column in profile.shown}
    levels = segment.named.levels
    ranked = sorted(segment.apart, key=lambda one: bool(categories[one[0]]) and levels[one[0]] != "high")
    first = {categories[name]: name for name, _ in reversed(ranked) if categories[name]}
    told = (first.get(categories[name], name) for name, z in segment.apart if not math.isnan(z))
    said = categories.get(noun)
    return [name for name in dict.fromkeys(told) if name != noun and (not said or categories[name] != said)]


def write_fact(segment: SegmentProfile, profile: Profile) -> Line:
    """The one fact that sets a segment apart: the feature farthest from all customers on the model scale."""
    told = _list_told(segment, profile)
    return _compare(told[0], segment, profile, "all ") if told else Line()


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


def _compare(name: str, segment: SegmentProfile, profile: Profile, against: str) -> Line:
    """`spend 1,079 (all customers 606)`, `recency 74.3 days (49.1)`; a unit in the name is not said again."""
    column = profile.column(name)
    unit = column.counted_in
    own = quote_mean(name, segment, profile, str(segment.segment))
    behind = "" if says_unit(column.text, unit) else write_unit(own.text, unit)
    return tell(
        f"{column.text} ", own, f"{behind} ({against}", quote_mean(name, profile.everyone, profile), ")"
    )


def quote_mean(name: str, group: Group, profile: Profile, rows: str = ALL) -> Quantity:
    """The mean of a column over a group, whose `rows` are those."""
    mean = group.columns[name].mean
    text = format_percent(mean) if name in profile.shares else format_number(mean)
    return Quantity(text, mean, "mean", name, rows)


def _is_bought(column: ReportColumn) -> bool:
    return column.role == "description" and find_topic(column.label or column.name, column.unit) in _BOUGHT
