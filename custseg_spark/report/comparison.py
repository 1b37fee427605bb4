"""The figures of `custseg compare`: what each algorithm finds on the same rows; arrays in, PNG files out.

Matplotlib and scipy are imported by the first call of `draw_comparison` and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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


def draw_comparison(pictures: ComparisonPictures, write: Callable[[str, bytes], None]) -> list[str]:
    """Draws the figures, hands each to `write(file name, PNG bytes)` and returns the names.

    What has nothing to show is left out: no labelling, no linkage, no distances.
    """
    from custseg_spark.report.plots import compared
    from custseg_spark.report.plots.prints import Print

    drawings: dict[str, Callable[[ComparisonPictures], Figure | None]] = {
        "comparison.png": compared.comparison,
        "dendrogram.png": compared.dendrogram,
        "k_distance.png": compared.k_distance,
    }
    written = []
    for name, drawing in drawings.items():
        figure = drawing(pictures)
        if figure is not None:
            write(name, Print(figure).light())
            written.append(name)
    return written
