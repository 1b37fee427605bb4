"""What the figures show: of one run, and of algorithms side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark import wording

LEAST_APART = 0.25
"""A column less than this many standard deviations from all customers sets nobody apart."""


@dataclass(frozen=True)
class FeatureView:
    """What a figure says of a column: its name, its unit and how the model sees it."""

    name: str
    unit: str = ""
    transform: str = "none"
    """`none` or `log1p`; a log1p feature is drawn on that scale, with ticks in its unit."""
    rate: bool = False
    """Whether it is a share and written as a percentage."""
    label: str = ""
    """What people call it, where that is not the name in words."""
    category: str = ""
    """Of a level, 1 or 0, what its category is called; empty for a number."""
    level: str = ""

    @property
    def text(self) -> str:
        """What it is called where people read it: total spend; tier: Gold."""
        if self.category:
            return f"{self.category}: {self.level}"
        return self.label or wording.humanize(self.name)

    def write(self, value: float | None) -> str:
        """A value of the column as it is written for people, without its unit."""
        return wording.format_percent(value) if self.rate else wording.format_number(value)


@dataclass(frozen=True)
class Pictures:
    """All that the figures show of one run; segments are their positions 0..k-1, which index the tuples."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    """Customers per segment, from all rows."""
    plane: NDArray[np.float64]
    """(n, 3) principal coordinates of the drawn sample; columns beyond the features are zero."""
    plane_labels: NDArray[np.int64]
    """(n,) position of each drawn customer's segment."""
    plane_centres: NDArray[np.float64]
    """(k, 3) centres in the same coordinates."""
    explained: NDArray[np.float64]
    """(3,) share of the variance along each coordinate."""
    loadings: NDArray[np.float64]
    """(3, d) weight of each feature in each coordinate."""
    sweep: pd.DataFrame
    """A row per k, in its order, as sweep.csv: k, cost, silhouette, silhouette_se, smallest_share, ..."""
    chosen: int
    floor: float
    """The smallest share a segment may have."""
    profile: pd.DataFrame
    """A row per segment, as profile.csv: segment, name, size, share, mean_<column>, z_<column>."""
    sample: pd.DataFrame
    """A row per drawn customer: feature_<name> in its unit, descriptions, the position of the segment."""
    features: tuple[FeatureView, ...]
    """In recipe order."""
    descriptions: tuple[FeatureView, ...]
    ids: tuple[int, ...]
    """Of the segments, which give them their colours and numbers."""
    value: str | None = None
    """The additive column whose share stands beside the share of customers; null: there is none."""
    flows: pd.DataFrame | None = None
    """A row per flow, as movement.csv; null without a live run."""

    @property
    def k(self) -> int:
        return len(self.names)

    def say(self, name: str) -> str:
        """What a column is called where people read it."""
        views = (view for view in self.features + self.descriptions if view.name == name)
        return next((view.text for view in views), wording.humanize(name))

    @property
    def shares(self) -> list[float]:
        """Share of the customers per segment."""
        return [size / max(sum(self.sizes), 1) for size in self.sizes]

    def values(self, name: str) -> NDArray[np.float64]:
        """(n,) sample values of a feature or a description in its unit; NaN where missing."""
        column = f"feature_{name}" if f"feature_{name}" in self.sample else name
        return self.sample[column].to_numpy(dtype=np.float64, na_value=np.nan)

    def has(self, name: str) -> bool:
        """Whether the sample holds that feature or description as numbers."""
        column = f"feature_{name}" if f"feature_{name}" in self.sample else name
        return column in self.sample and pd.api.types.is_numeric_dtype(self.sample[column])


@dataclass(frozen=True)
class ComparisonPictures:
    """All that the figures show of one comparison, over the same n customers."""

    plane: NDArray[np.float64]
    """(n, 2 or 3) coordinates of the compared customers; the first two are drawn."""
    labellings: Mapping[str, NDArray[np.int64]]
    """Algorithm -> (n,) segment of each customer, -1 noise, in the order of the panels."""
    linkage: NDArray[np.float64] | None
    """(n-1, 4) Ward's tree of the same customers, as scipy makes it; None: no dendrogram."""
    k: int
    """Segments that Ward's tree is cut into."""
    distances: NDArray[np.float64]
    """(m,) each customer's distance to the one that makes it a core of DBSCAN, rising."""
    eps: float
    """DBSCAN's radius, in the unit of the distances."""
    min_samples: int
    """Customers within `eps`, itself counted, that make a customer a core."""
    segments: NDArray[np.int64] | None = None
    """(n,) id of each customer's segment, which gives the colours and letters; None: there are none, and the
    colours follow KMeans."""
