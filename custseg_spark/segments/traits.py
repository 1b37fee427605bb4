"""Where a segment stands on each feature against all customers: what its words are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Level = Literal["low", "mid", "high"]

LEAST_Z = 0.5
LEAST_SHARE = 0.6


@dataclass(frozen=True)
class Traits:
    """k segments by d features in recipe order, on the model scale.

    z: (k, d) segment mean minus the mean of all customers, over the standard deviation of all.
    above, below: (k, d) share of a segment's members strictly above, below the median of all.
    """

    z: NDArray[np.float64]
    above: NDArray[np.float64]
    below: NDArray[np.float64]

    @property
    def levels(self) -> NDArray[np.int64]:
        """(k, d): 1 where a segment is high, -1 where it is low, 0 where it is neither.

        High takes both: z at least 0.5, and at least 60 percent of the members above the median of
        all, so that a few extreme customers do not speak for the rest. Low mirrors it.
        """
        high = (self.z >= LEAST_Z) & (self.above >= LEAST_SHARE)
        low = (self.z <= -LEAST_Z) & (self.below >= LEAST_SHARE)
        return high.astype(np.int64) - low.astype(np.int64)


def measure_traits(points: NDArray[np.float64], labels: NDArray[Any], k: int) -> Traits:
    """The traits of `k` segments from `points` (n, d) on the model scale and `labels` (n,) in 0..k-1.

    A segment without members and a feature without spread have z 0 and are neither high nor low.
    """
    members = np.bincount(labels, minlength=k).clip(min=1)

    def average(values: NDArray[Any]) -> NDArray[np.float64]:
        """(n, d) -> (k, d): the mean of each column in each segment."""
        sums = np.stack([np.bincount(labels, weights=column, minlength=k) for column in values.T], axis=1)
        return np.asarray(sums / members[:, None])

    spread = points.std(axis=0)
    standardised = (points - points.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    median = np.median(points, axis=0)
    return Traits(z=average(standardised), above=average(points > median), below=average(points < median))
