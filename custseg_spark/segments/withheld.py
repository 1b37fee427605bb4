"""Figures of too few customers, taken out of a profile."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from custseg_spark.segments.figures import Figures
from custseg_spark.segments.outcomes import Estimate
from custseg_spark.segments.profile import Group, Profile, SegmentProfile

G = TypeVar("G", bound=Group)


def small(profile: Profile, fewest: int) -> frozenset[int]:
    """The segments of fewer than `fewest` customers."""
    return frozenset(segment.segment for segment in profile.segments if segment.size < fewest)


def withheld(profile: Profile, fewest: int) -> Profile:
    """The profile without figures that rest on fewer than `fewest` customers, and without the smallest and
    largest value of any group, which are always one customer's. Names, sizes and shares stay."""
    if fewest < 2:
        return profile
    return replace(
        profile,
        segments=tuple(_segment(segment, fewest) for segment in profile.segments),
        everyone=_group(profile.everyone, fewest),
    )


def blunted(values: NDArray[np.float64], fewest: int) -> NDArray[np.float64]:
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


def _segment(segment: SegmentProfile, fewest: int) -> SegmentProfile:
    found = _group(segment, fewest)
    apart = tuple((name, math.nan) for name, _ in segment.apart) if segment.size < fewest else segment.apart
    return replace(found, apart=apart)


def _group(group: G, fewest: int) -> G:
    few = group.size < fewest
    return replace(
        group,
        columns={name: _figures(found, few, fewest) for name, found in group.columns.items()},
        outcomes={name: _estimate(found, few, fewest) for name, found in group.outcomes.items()},
        mixes={name: () if few else mix for name, mix in group.mixes.items()},
    )


def _figures(found: Figures, few: bool, fewest: int) -> Figures:
    if few or found.count < fewest:
        return Figures(found.count)
    return replace(found, min=math.nan, max=math.nan)


def _estimate(found: Estimate, few: bool, fewest: int) -> Estimate:
    if few or found.count < fewest:
        return replace(found, value=math.nan, low=math.nan, high=math.nan)
    return found
