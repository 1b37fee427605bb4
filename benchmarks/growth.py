"""How time and memory grow with rows, features and k, and what a billion rows would take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

Growth = dict[str, Any]
"""One engine's points as they are kept: `base` and `points`, each with rows, features, highest k, turns."""
BY_CORES = {2: 178.0, 4: 99.0, 8: 59.0, 16: 51.0}
"""Seconds of `custseg train` on Sail, 100 million rows, 4 features, k = 2..10, by cores: one turn each on a
machine of 16 cores, November 2026, before most of what was made faster since."""
ON_ONE_CORE = 10.0
"""Seconds of these that Python takes on one core, however many rows there are."""
BILLION = 1_000_000_000


@dataclass(frozen=True)
class Axis:
    """What grows, what it is called, and how much of it `step` is, in which a slope is told."""

    key: str
    called: str
    step: int
    step_called: str


AXES = (
    Axis("rows", "rows", 1_000_000, "million rows"),
    Axis("features", "features", 1, "feature"),
    Axis("k", "highest k", 1, "k"),
)


@dataclass(frozen=True)
class Point:
    """Medians at one value of an axis."""

    at: int
    seconds: float
    mib: float


def list_points(growth: Growth, axis: Axis) -> list[Point]:
    """The points along one axis through the base, in order; those without a whole turn are left out."""
    others = [other.key for other in AXES if other is not axis]
    found = []
    for point in growth["points"]:
        turns = [turn for turn in point["turns"] if "problem" not in turn]
        if turns and all(point[key] == growth["base"][key] for key in others):
            seconds, mib = (median(turn[what] for turn in turns) for what in ("seconds", "peak_mib"))
            found.append(Point(point[axis.key], seconds, mib))
    return sorted(found, key=lambda point: point.at)


def find_power(one: Point, other: Point) -> float:
    """The p of seconds ~ at ** p between two points: 1 is in proportion."""
    return math.log(other.seconds / one.seconds) / math.log(other.at / one.at)


def tell_slope(axis: Axis, points: Sequence[Point]) -> str:
    """The growth along one axis in a sentence or two; nothing where there are not two points."""
    if len(points) < 2:
        return ""
    first, last, before = points[0], points[-1], points[-2]
    times, larger = last.seconds / first.seconds, last.mib / first.mib
    power, steps = find_power(before, last), (last.at - before.at) / axis.step
    slope, memory = (last.seconds - before.seconds) / steps, (last.mib - before.mib) / steps
    return (
        f"**{axis.called.capitalize()}.** {first.at:,} to {last.at:,} is {last.at / first.at:,.4g} times; "
        f"time grows {times:.1f} times, peak memory {larger:.1f} times. From {before.at:,} on time grows "
        f"{_judge_power(power)} (as the power {power:.2f}): {slope:.2g} s and {memory:,.2g} MiB for each "
        f"{axis.step_called} more."
    )


def _judge_power(power: float) -> str:
    if power < 0.1:
        return "hardly"
    if power < 0.9:
        return "less than in proportion"
    return "in proportion" if power <= 1.1 else "more than in proportion"


def estimate_share(cores: int) -> tuple[float, float]:
    """The part of the time on two cores that the work on rows takes on `cores`: the least and the most.

    Up to 16 cores it was measured, and both are the same. Beyond, the least is u + v / cores fitted to what
    was measured, the most is what 16 cores take: reading and writing may be bound by the disk.
    """
    shares = {c: (s - ON_ONE_CORE) / (BY_CORES[2] - ON_ONE_CORE) for c, s in BY_CORES.items()}
    if cores in shares:
        return shares[cores], shares[cores]
    slope, floor = np.polyfit([1 / c for c in shares], list(shares.values()), 1)
    return float(floor + slope / cores), shares[max(shares)]


def estimate_billion(points: Sequence[Point], cores: int) -> tuple[float, float]:
    """Seconds of a billion rows on so many cores, the least and the most, from `points` on two cores: the
    slope between the two largest goes on, and only what grows with rows gets faster with cores."""
    before, last = points[-2:]
    slope = (last.seconds - before.seconds) / (last.at - before.at)
    fixed = max(last.seconds - slope * last.at, 0.0)
    least, most = (fixed + share * slope * BILLION for share in estimate_share(cores))
    return least, most
