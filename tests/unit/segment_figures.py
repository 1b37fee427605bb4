"""Segments in figures, made by hand: a profile from levels, means and quartiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.name_facts import SegmentName, Word
from custseg_spark.segments.profile import Group, Profile, SegmentProfile
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.traits import Level


@dataclass(frozen=True)
class Given:
    """A segment: the level and, where it has one, the word of each feature, and figures by column."""

    levels: Mapping[str, Level]
    figures: Mapping[str, ColumnStats] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    size: int = 100


def make_stats(middle: float, spread: float = 0.2, **more: float) -> ColumnStats:
    """Mean and median alike, the quartiles `spread` of it apart."""
    quartiles = {"q1": middle * (1 - spread), "median": middle, "q3": middle * (1 + spread)}
    return ColumnStats(**{"count": 100, "missing": 0.0, "mean": middle, **quartiles, **more})


def make_profile(
    shown: Sequence[ReportColumn],
    *given: Given,
    everyone: Mapping[str, ColumnStats] | None = None,
) -> Profile:
    """A profile of segments 0, 1, ...; all customers have the mean figures of the segments unless given."""
    segments = []
    total = sum(one.size for one in given)
    for number, one in enumerate(given):
        words = tuple(
            Word(feature, level, one.words.get(feature, f"{level} {feature}"))
            for feature, level in one.levels.items()
        )
        name = SegmentName(number, ", ".join(word.text for word in words), one.levels, words)
        apart = tuple((feature, 1.0) for feature in one.levels)
        segments.append(SegmentProfile(one.size, one.size / total, one.figures, {}, {}, name, apart))
    means = {}
    for column in shown:
        own = [one.figures[column.name].mean for one in given if column.name in one.figures]
        if own:
            means[column.name] = make_stats(sum(own) / len(own))
    return Profile(tuple(shown), tuple(segments), Group(total, 1.0, {**means, **(everyone or {})}, {}, {}))
