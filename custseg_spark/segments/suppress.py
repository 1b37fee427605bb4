"""Figures of too few customers, taken out of a profile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.levels import find_rare
from custseg_spark.segments.profile import Group, Profile, SegmentProfile

G = TypeVar("G", bound=Group)


def find_small(profile: Profile, fewest: int) -> frozenset[int]:
    """The segments of fewer than `fewest` customers."""
    return frozenset(segment.segment for segment in profile.segments if segment.members < fewest)


def suppress_small_cells(profile: Profile, fewest: int, sample: pd.DataFrame) -> Profile:
    """The profile without figures that rest on fewer than `fewest` customers, without the smallest and
    largest value of any group, which are always one customer's, and without values of a mix that so few
    customers have, nor levels that so few have. Names, sizes and shares stay.

    sample: what the mixes were counted in, a row per customer with `segment`.
    """
    if fewest < 2:
        return profile
    texts = {name: profile.column(name).in_sample for name in profile.everyone.mixes}

    def suppress(group: G, rows: pd.DataFrame) -> G:
        counts = {name: rows[column].dropna().astype(str).value_counts() for name, column in texts.items()}
        common = {name: frozenset(count.index[count >= fewest]) for name, count in counts.items()}
        rare = frozenset(find_rare(profile.shown, group.columns, fewest))
        return _suppress_group(group, fewest, common, rare)

    def withhold(one: SegmentProfile) -> SegmentProfile:
        """The segment without figures, and what sets it apart with what is not told last."""
        left = suppress(one, sample[sample["segment"] == one.segment])
        apart = [(name, z if math.isfinite(left.columns[name].mean) else math.nan) for name, z in one.apart]
        return replace(left, apart=tuple(sorted(apart, key=lambda feature: math.isnan(feature[1]))))

    segments = tuple(map(withhold, profile.segments))
    return replace(profile, segments=segments, everyone=suppress(profile.everyone, sample))


def clip_extremes(values: NDArray[np.float64], fewest: int) -> NDArray[np.float64]:
    """`values` (n,) whose extremes are those of at least `fewest` customers: what lies beyond counts as the
    last value that so many reach. NaN throughout where fewer are known."""
    if fewest < 2:
        return values
    known = np.sort(values[np.isfinite(values)])
    if len(known) < fewest:
        return np.full_like(values, np.nan)
    low, high = sorted((known[fewest - 1], known[-fewest]))
    return np.asarray(np.clip(values, low, high))


def _suppress_group(group: G, fewest: int, common: Mapping[str, frozenset[str]], rare: frozenset[str]) -> G:
    """`common`: of each mix, the values that enough customers have; `rare`: columns of levels that too few
    have."""
    few = group.members < fewest
    return replace(
        group,
        columns={
            name: ColumnStats(s.count)
            if few or s.evidence < fewest or name in rare
            else replace(s, min=math.nan, max=math.nan)
            for name, s in group.columns.items()
        },
        outcomes={
            name: replace(e, value=math.nan, low=math.nan, high=math.nan) if few or e.count < fewest else e
            for name, e in group.outcomes.items()
        },
        mixes={
            name: () if few else tuple((value, share) for value, share in mix if value in common[name])
            for name, mix in group.mixes.items()
        },
    )
