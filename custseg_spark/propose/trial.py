"""What came of trying sets of columns, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass

from custseg_spark.statistics import STABLE

MOST = 5
"""Columns of a set."""
FEWEST = 200
"""Of fewer rows, halves are too small to tell one set from another."""
KS = range(3, 6)
"""Two halves of any cloud come back: they are no reason to take a set."""
SMALLEST = 0.05
HIGHLY = 0.85
"""Segments with this Jaccard similarity and more are highly stable (Hennig 2007)."""

Set = tuple[int, ...]
"""Positions of candidates, in order."""


@dataclass(frozen=True)
class CutFigures:
    """A set of columns cut into k, on one half of the rows: its silhouette, that of clouds without
    structure, how far the weakest segment comes back, and the smallest one's share."""

    columns: Set
    k: int
    silhouette: float
    cloud: float
    smallest: float
    jaccard: float = float("nan")

    @property
    def lead(self) -> float:
        """By how much the silhouette beats chance."""
        return self.silhouette - self.cloud

    @property
    def score(self) -> float:
        """How far it comes back, with its lead; from HIGHLY on the lead alone tells cuts apart."""
        return min(self.jaccard, HIGHLY) + self.lead

    @property
    def comes_back(self) -> bool:
        return self.jaccard >= STABLE and self.smallest >= SMALLEST


@dataclass(frozen=True)
class Trial:
    """What was tried: the positions of the set that is taken, and how many sets there were on how many
    `rows`; none where a set was not chosen among others.

    `told`: its figures on the other half. `weakest`: how far the weakest segment comes back on the half
    where it comes back less. `found`: its segments come back on both.
    """

    taken: Set
    sets: int
    rows: int
    told: CutFigures
    weakest: float
    found: bool

    @property
    def sentence(self) -> str:
        """How the set was found, with its figures."""
        told = self.told
        if self.sets > 1:
            which = f"of {self.sets} sets of columns the segments of this one come back best"
        else:
            which = "this is the only set of columns there is" if self.sets else "the sums cut together"
        return (
            f"Tried on one half of {self.rows:,} rows: {which}. On the other half, cut into {told.k}, the "
            f"weakest segment comes back to {told.jaccard:.2f} when rows are drawn again ({STABLE} is "
            f"asked); silhouette {told.silhouette:.2f}, {told.cloud:.2f} in a cloud of the same shape "
            "without gaps."
        )

    @property
    def failure(self) -> str:
        """That nothing comes back; empty where the set does."""
        if self.found:
            return ""
        tried = f"of the best of {self.sets}" if self.sets > 1 else "of these"
        return (
            f"No set of columns gives {KS[0]} to {KS[-1]} segments that come back: the weakest {tried} "
            f"comes back to {self.weakest:.2f} on one half of {self.rows:,} rows when they are drawn again "
            f"({STABLE} is asked). Borders of such segments are a convention; other columns of what "
            "customers do may tell more."
        )
