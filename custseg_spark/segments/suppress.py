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
from custseg_spark.segments.outcomes import Estimate
from custseg_spark.segments.profile import Group, Profile, SegmentProfile

G = TypeVar("G", bound=Group)


def find_small(profile: Profile, fewest: int) -> frozenset[int]:
    """The segments of fewer than `fewest` customers."""
    return frozenset(segment.segment for segment in profile.segments if segment.size < fewest)


def suppress_small_cells(profile: Profile, fewest: int, sample: pd.DataFrame) -> Profile:
    """The profile without figures that rest on fewer than `fewest` customers, without the smallest and
    largest value of any group, which are always one customer's, and without values of a mix that so few
    customers have. Names, sizes and shares stay.

    sample: what the mixes were counted in, a row per customer with `segment`.
    """
    if fewest < 2:
        return profile
    texts = {name: profile.column(name).in_sample for name in profile.everyone.mixes}

    def common(rows: pd.DataFrame) -> dict[str, frozenset[str]]:
        counts = {name: rows[column].dropna().astype(str).value_counts() for name, column in texts.items()}
        return {name: frozenset(count.index[count >= fewest]) for name, count in counts.items()}

    return replace(
        profile,
        segments=tuple(
            _segment(segment, fewest, common(sample[sample["segment"] == segment.segment]))
            for segment in profile.segments
        ),
        everyone=_group(profile.everyone, fewest, common(sample)),
    )


def clip_extremes(values: NDArray[np.float64], fewest: int) -> NDArray[np.float64]:
    """`values` (n,) whose extremes are those of at least `fewest` customers: what lies beyond counts as the
    last value that so many reach. NaN throughout where fewer are known."""
    known = np.sort(values[np.isfinite(values)])
    if fewest < 2:
        return values
    if len(known) < fewest:
        return np.full_like(values, np.nan)
    low, high = sorted((known[fewest - 1], known[-fewest]))
    clipped: NDArray[np.float64] = np.clip(values, low, high)
    return clipped


def _segment(segment: SegmentProfile, fewest: int, common: Mapping[str, frozenset[str]]) -> SegmentProfile:
    found = _group(segment, fewest, common)
    apart = tuple((name, math.nan) for name, _ in segment.apart) if segment.size < fewest else segment.apart
    return replace(found, apart=apart)


def _group(group: G, fewest: int, common: Mapping[str, frozenset[str]]) -> G:
    """`common`: of each mix, the values that enough customers have."""
    few = group.size < fewest
    return replace(
        group,
        columns={name: _figures(found, few, fewest) for name, found in group.columns.items()},
        outcomes={name: _estimate(found, few, fewest) for name, found in group.outcomes.items()},
        mixes={
            name: () if few else tuple((value, share) for value, share in mix if value in common[name])
            for name, mix in group.mixes.items()
        },
    )


def _figures(found: ColumnStats, few: bool, fewest: int) -> ColumnStats:
    if few or found.count < fewest:
        return ColumnStats(found.count)
    return replace(found, min=math.nan, max=math.nan)


def _estimate(found: Estimate, few: bool, fewest: int) -> Estimate:
    if few or found.count < fewest:
        return replace(found, value=math.nan, low=math.nan, high=math.nan)
    return found
