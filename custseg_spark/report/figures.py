"""The figures: small tables in, PNG files out.

Matplotlib and scipy are imported by the first call of a function and not before; pyplot never is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from custseg_spark.report.plots.data import ComparisonPictures, Pictures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

P = TypeVar("P")


def draw(
    pictures: Pictures,
    write: Callable[[str, bytes], None],
    write_dark: Callable[[str, bytes], None] | None = None,
) -> list[str]:
    """Draws every figure the tables allow, hands each to `write(file name, PNG bytes)`, returns the names.

    `write_dark` gets each figure once more, for a dark page. A figure whose columns are absent (a pair of
    one feature, a silhouette that was switched off) is left out; anything else that goes wrong is an error.
    """
    from custseg_spark.report.plots import bars, curves, flows, panels, planes

    drawings: dict[str, Callable[[Pictures], Figure | None]] = {
        "pca_2d.png": planes.draw_plane,
        "pca_3d.png": planes.draw_space,
        "pair.png": planes.draw_pair,
        "sizes.png": bars.draw_sizes,
        "shares.png": bars.draw_shares,
        "heatmap.png": panels.draw_heatmap,
        "boxes.png": panels.draw_boxes,
        "elbow.png": curves.draw_elbow,
        "silhouette.png": curves.draw_silhouette,
        "evidence.png": curves.draw_evidence,
        "movement.png": flows.draw_movement,
    }
    return _write_all(drawings, pictures, write, write_dark)


def draw_comparison(pictures: ComparisonPictures, write: Callable[[str, bytes], None]) -> list[str]:
    """Draws the figures, hands each to `write(file name, PNG bytes)` and returns the names.

    What has nothing to show is left out: no labelling, no linkage, no distances.
    """
    from custseg_spark.report.plots import compared

    drawings: dict[str, Callable[[ComparisonPictures], Figure | None]] = {
        "comparison.png": compared.draw_comparison_panels,
        "dendrogram.png": compared.draw_dendrogram,
        "k_distance.png": compared.draw_k_distance,
    }
    return _write_all(drawings, pictures, write)


def _write_all(
    drawings: Mapping[str, Callable[[P], Figure | None]],
    pictures: P,
    write: Callable[[str, bytes], None],
    write_dark: Callable[[str, bytes], None] | None = None,
) -> list[str]:
    from custseg_spark.report.plots.prints import Print

    written = []
    for name, drawing in drawings.items():
        figure = drawing(pictures)
        if figure is not None:
            drawn = Print(figure)
            write(name, drawn.light())
            if write_dark:
                write_dark(name, drawn.dark())
            written.append(name)
    return written
