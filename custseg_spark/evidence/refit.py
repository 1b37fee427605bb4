"""What the redraws of gap, prediction strength and stability have in common."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from custseg_spark.kmeans import Labels, Points


class Cut(Protocol):
    """A cut through the sample."""

    @property
    def centres(self) -> Points:
        """(k, d) in model scale."""

    @property
    def labels(self) -> Labels:
        """(n,) in 0..k-1."""


class PlainCut(NamedTuple):
    """A cut that a worker reads without the modules of an engine."""

    centres: Points
    labels: Labels


def draw_subset(rows: int, at_most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Sorted positions of `at_most` of the rows, drawn without replacement; all where there are fewer."""
    if rows <= at_most:
        return np.arange(rows, dtype=np.int64)
    return np.sort(rng.choice(rows, at_most, replace=False)).astype(np.int64)
