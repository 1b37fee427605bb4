"""The figures: small tables in, PNG files out.

Matplotlib and scipy are imported by the first call of a function and not before; pyplot never is.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from custseg_spark.report import palette
from custseg_spark.report.plots.data import ComparisonPictures, Pictures
from custseg_spark.workers import start_each

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

PARTS = 6
"""In so many the figures are handed to workers."""
GREY = 30
"""A colour whose channels differ by no more is ink or paper, not a segment."""
LAMP = 232
"""How light the darkest ink becomes on dark paper, of 255."""
COVER_AT_NIGHT = 0.6
"""The power of a colour's alpha that covers dark paper."""
Pixels = NDArray[np.float32]
Drawing = Callable[[Any], "Figure | None"]


@dataclass(frozen=True)
class Printed:
    """A figure as PNG, on light and on dark paper."""

    light: bytes
    dark: bytes


def draw(pictures: Pictures | ComparisonPictures) -> dict[str, Printed]:
    """Draws every figure that the tables allow, by file name.

    A figure whose columns are absent (a pair of one feature, a silhouette that was switched off) is left
    out, as is one that has nothing to show (no labelling, no linkage, no distances); anything else that goes
    wrong is an error.
    """
    return start_drawing(pictures)()


def start_drawing(pictures: Pictures | ComparisonPictures) -> Callable[[], dict[str, Printed]]:
    """The same, begun: what comes back waits for it."""
    wait = start_each(partial(_draw_part, pictures), range(PARTS))
    return lambda: {name: printed for _, name, printed in sorted(chain(*wait), key=lambda one: one[0])}


def _draw_part(pictures: Pictures | ComparisonPictures, part: int) -> list[tuple[int, str, Printed]]:
    """Every figure of which the number belongs to the part: (its number, its name, itself)."""
    drawings = _list_run_figures() if isinstance(pictures, Pictures) else _list_comparison_figures()
    figures = ((i, name, drawings[name](pictures)) for i, name in enumerate(drawings) if i % PARTS == part)
    return [(i, name, print_figure(figure)) for i, name, figure in figures if figure is not None]


def print_figure(figure: Figure) -> Printed:
    """A figure laid on light and on dark paper, in 256 colours: a third of the size.

    It is drawn on nothing, so that on dark paper the greys can be turned round while the colours of the
    segments stay; half-covering colours, which would drown there, cover more.
    """
    from PIL.Image import Dither, Quantize, fromarray

    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    drawn = fromarray(pixels, "RGBA").quantize(256, method=Quantize.FASTOCTREE, dither=Dither.NONE)
    colours = np.array(drawn.getpalette("RGBA"), dtype=np.uint8).reshape(-1, 4)
    ink: Pixels = colours[:, :3].astype(np.float32)
    alpha: Pixels = colours[:, 3:].astype(np.float32) / np.float32(255)
    paper, night = _read_rgb(palette.PAPER), _read_rgb(palette.NIGHT)
    grey = np.ptp(ink, axis=1, keepdims=True) <= GREY
    turned = night + (paper - ink) * (LAMP - night) / paper
    at_night: tuple[Pixels, Pixels] = (
        np.where(grey, turned, ink),
        np.where(grey, alpha, alpha**COVER_AT_NIGHT),
    )
    return Printed(_lay(drawn, paper, ink, alpha), _lay(drawn, night, *at_night))


def _lay(drawn: Image, ground: Pixels, ink: Pixels, cover: Pixels) -> bytes:
    """The picture as PNG, in these colours (256, 3) for its own, which cover (256, 1) of the ground (3,)."""
    laid = (ink * cover + ground * (1 - cover)).clip(0, 255).round().astype(np.uint8)
    drawn.putpalette(laid.tobytes())
    buffer = io.BytesIO()
    drawn.save(buffer, "png")
    return buffer.getvalue()


def _read_rgb(colour: str) -> Pixels:
    """(3,)"""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float32)


def _list_run_figures() -> dict[str, Drawing]:
    from custseg_spark.report.plots import curves, flows, planes, rows

    return {
        "pca_2d.png": planes.draw_plane,
        "pca_3d.png": planes.draw_space,
        "pair.png": planes.draw_pair,
        "sizes.png": rows.draw_sizes,
        "shares.png": rows.draw_shares,
        "heatmap.png": rows.draw_heatmap,
        "boxes.png": rows.draw_boxes,
        "elbow.png": curves.draw_elbow,
        "silhouette.png": curves.draw_silhouette,
        "evidence.png": curves.draw_evidence,
        "movement.png": flows.draw_movement,
    }


def _list_comparison_figures() -> dict[str, Drawing]:
    from custseg_spark.report.plots import compared

    return {
        "comparison.png": compared.draw_comparison_panels,
        "dendrogram.png": compared.draw_dendrogram,
        "k_distance.png": compared.draw_k_distance,
    }
