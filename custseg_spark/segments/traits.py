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
    above, below: (k, d) share of a segment's members strictly above, below the median of all; of a feature of
    two values, such as a level, the mean: the shares of those who have it and who have not, however common it
    is. means: (k, d) segment mean in the features' units, and typical (d,) that of all customers; None where
    it was not asked.
    """

    z: NDArray[np.float64]
    above: NDArray[np.float64]
    below: NDArray[np.float64]
    means: NDArray[np.float64] | None = None
    typical: NDArray[np.float64] | None = None

    @property
    def sides(self) -> NDArray[np.int64]:
        """(k, d): 1 where a segment lies above all customers, -1 where it lies under them, by its mean on the
        model scale, by its mean in the unit and by more than half of its members; 0 where these disagree."""
        higher, lower = (self.z > 0) & (self.above > 0.5), (self.z < 0) & (self.below > 0.5)
        if self.means is not None and self.typical is not None:
            higher, lower = higher & (self.means > self.typical), lower & (self.means < self.typical)
        return higher.astype(np.int64) - lower.astype(np.int64)

    @property
    def levels(self) -> NDArray[np.int64]:
        """(k, d): 1 where a segment is high, -1 where it is low, 0 where it is neither.

        High takes both: z at least 0.5, and at least 60 percent of the members above the median of
        all, so that a few extreme customers do not speak for the rest. Low mirrors it. Neither is said
        where the mean in the feature's unit lies on the other side, as it may under log1p.
        """
        high = (self.z >= LEAST_Z) & (self.above >= LEAST_SHARE) & (self.sides > 0)
        low = (self.z <= -LEAST_Z) & (self.below >= LEAST_SHARE) & (self.sides < 0)
        return high.astype(np.int64) - low.astype(np.int64)


def measure_traits(
    points: NDArray[np.float64], labels: NDArray[Any], k: int, values: NDArray[np.float64] | None = None
) -> Traits:
    """The traits of `k` segments from `points` (n, d) on the model scale and `labels` (n,) in 0..k-1.

    `values` (n, d): the same in the features' units. A segment without members and a feature without spread
    have z 0 and are neither high nor low.
    """
    own = np.eye(k)[labels] / np.bincount(labels, minlength=k).clip(min=1)

    def average(table: NDArray[Any]) -> NDArray[np.float64]:
        """(n, d) -> (k, d): the mean of each column in each segment."""
        return np.asarray(own.T @ table)

    spread, middle = points.std(axis=0), points.mean(axis=0)
    standardised = (points - middle) / np.where(spread > 0, spread, 1.0)
    low, high = points.min(axis=0), points.max(axis=0)
    several = ~((points == low) | (points == high)).all(axis=0) | (low == high)
    middle[several] = np.median(points[:, several], axis=0)
    return Traits(
        z=average(standardised),
        above=average(points > middle),
        below=average(points < middle),
        means=None if values is None else average(values),
        typical=None if values is None else values.mean(axis=0),
    )
