"""The nearest centre of each point of a sample, as `label` has it for a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from custseg_spark.kmeans import Points

ROUNDING = 1e-9
"""Far more than an expanded square loses, as a share of the squares it is made of."""


def find_nearest(points: Points, centres: Points) -> NDArray[np.int64]:
    """(n,) the nearest centre of each point; ties to the lower one, as in `label`.

    By expanded squares, and by `measure_distances` where these do not tell the two nearest apart for certain.
    """
    squares = (points**2).sum(axis=1), (centres**2).sum(axis=1)
    rough = squares[1] - points @ (2.0 * centres.T)
    labels = np.asarray(rough.argmin(axis=1))
    if len(centres) > 1:
        nearest, next_one = np.partition(rough, 1, axis=1)[:, :2].T
        open_ = next_one - nearest <= ROUNDING * (squares[0] + squares[1].max())
        labels[open_] = measure_distances(points[open_], centres).argmin(axis=1)
    return labels


def measure_distances(points: Points, centres: Points) -> Points:
    """(n, k), exact: a difference for each coordinate, no expanded square."""
    return np.stack([((points - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
