"""Values of a column that lie far outside all others: a slip of the keyboard, a code for "unknown".

The rule, for each side of the median m, with q the quartile of that side:

1. The way of a value from m is taken on a logarithmic scale, on which long tails are short: log(x / m) for
   values above m of a column that lies over zero; else log(1 + |x - m| / |q - m|). Where the values up to the
   quartile are one and the same, q is the median of those beyond.
2. Values are far if their way is at least `LEAST_REACH` times that of the quartile (5.4 standard deviations
   of a normal; on the second scale they lie `LEAST_SPREADS` times as far as the quartile, 8 deviations) and
   at least `LEAST_GAP` times the way of the next value within: they stand alone.
3. At most `MOST` of all values are far, one at least; of one value alone that people write for "unknown",
   such as 999999 or -999, at most `MOST_CODES`.

A long tail alone does not do it, since it fills its own way; Tukey's fences (1977) name 5 percent of an
exponential column and 8 of a lognormal one. Of drawn lognormal, Poisson, exponential, gamma, normal and
uniform columns at most 3 in 1,000 are named; of power laws whose variance is infinite up to one in ten.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_REACH = 8.0
LEAST_SPREADS = 12.0
LEAST_GAP = 1.75
MOST = 0.003
MOST_CODES = 0.2
FEWEST = 50
"""Of fewer values nothing is said."""
_CODE = re.compile(r"-?(9{3,}|1{4,}|8{3,}|7{3,}|6{3,}|123456\d*|2147483647|32767|65535)|-(1|8|9|88|99)")


@dataclass(frozen=True)
class FarValues:
    """Which values (n,) are far, `rows` (n,); the different ones, ascending, with how often each comes; and
    the lowest and highest of the others."""

    rows: NDArray[np.bool_]
    values: tuple[tuple[float, int], ...]
    others: tuple[float, float]

    @property
    def count(self) -> int:
        return int(self.rows.sum())


def find_far_values(values: NDArray[np.float64]) -> FarValues | None:
    """The values (n,) that lie far outside the others, NaN for missing; None where none does."""
    known = values[np.isfinite(values)]
    if len(known) < FEWEST:
        return None
    with np.errstate(over="ignore"):
        first, middle, third = (float(q) for q in np.quantile(known, [0.25, 0.5, 0.75]))
        low = _find_bound(known, (third, middle, first), -1.0)
        high = _find_bound(known, (first, middle, third), 1.0)
    rows = np.isfinite(values) & ((values <= low) | (values >= high))
    if not rows.any():
        return None
    found, counts = np.unique(values[rows], return_counts=True)
    rest = values[np.isfinite(values) & ~rows]
    return FarValues(
        rows,
        tuple(zip(found.tolist(), counts.tolist(), strict=True)),
        (float(rest.min()), float(rest.max())),
    )


def is_code(value: float) -> bool:
    """Whether a value is one that people write for "unknown": 999, 999999, -1, -999, the largest integer."""
    return float(value).is_integer() and _CODE.fullmatch(f"{value:.0f}") is not None


def _find_bound(known: NDArray[np.float64], quartiles: tuple[float, float, float], side: float) -> float:
    """From where on values are far, above the median (side 1) or under it (-1); infinite if none is. The last
    of the quartiles is that of the side."""
    middle = quartiles[1]
    outermost = float(known.max() if side > 0 else known.min())
    if outermost == middle:
        return side * math.inf
    measure, least = _choose_scale(known, quartiles, side)
    if measure(np.array([outermost]))[0] < least:
        return side * math.inf
    distinct, counts = np.unique(known[side * known > side * middle] * side, return_counts=True)
    ways = measure(distinct * side)
    beyond = np.cumsum(counts[::-1])[::-1]
    few = beyond <= max(1.0, MOST * len(known))
    if is_code(outermost):
        few[-1] |= bool(counts[-1] <= MOST_CODES * len(known))
    alone = np.append(False, ways[1:] >= LEAST_GAP * ways[:-1])
    far = np.flatnonzero(few & alone & (ways >= least))
    return float(distinct[far[0]] * side) if len(far) else side * math.inf


def _choose_scale(
    known: NDArray[np.float64], quartiles: tuple[float, float, float], side: float
) -> tuple[Callable[[NDArray[np.float64]], NDArray[np.float64]], float]:
    """How the way of values from the median is measured, and the least way of a far one."""
    first, middle, quartile = quartiles
    if quartile == middle:  # half of the values are the same: the typical one of the others
        quartile = float(np.median(known[side * known > side * middle]))
    if side > 0 and middle > 0 and first > 0 and (known < 0).mean() < 0.1:
        return (lambda values: np.log(values / middle)), LEAST_REACH * math.log(quartile / middle)
    reach = abs(quartile - middle)
    return (lambda values: np.log1p(np.abs(values - middle) / reach)), math.log1p(LEAST_SPREADS)
