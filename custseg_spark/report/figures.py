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

PARTS = 6
"""In so many the figures are handed to workers."""
GREY = 30
"""A colour whose channels differ by no more is ink or paper, not a segment."""
LAMP = 232
"""How light the darkest ink becomes on dark paper, of 255."""
Pixels = NDArray[np.float32]
Drawing = Callable[[Any], "Figure | None"]
_COVER: Pixels = np.arange(256, dtype=np.float32) / np.float32(255)
_COVER_AT_NIGHT: Pixels = _COVER**0.6
"""How much of the ground each alpha covers."""


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
    return lambda: {name: printed for _, name, printed in sorted(chain(*wait()), key=lambda one: one[0])}


def _draw_part(pictures: Pictures | ComparisonPictures, part: int) -> list[tuple[int, str, Printed]]:
    """Every figure of which the number belongs to the part: (its number, its name, itself)."""
    drawings = _list_run_figures() if isinstance(pictures, Pictures) else _list_comparison_figures()
    figures = ((i, name, drawings[name](pictures)) for i, name in enumerate(drawings) if i % PARTS == part)
    return [(i, name, print_figure(figure)) for i, name, figure in figures if figure is not None]


def print_figure(figure: Figure) -> Printed:
    """A figure laid on light and on dark paper."""
    sheet = _Sheet(figure)
    return Printed(sheet.print_light(), sheet.print_dark())


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


class _Sheet:
    """A drawn figure, to be laid on light or on dark paper.

    It is drawn on nothing, so that on dark paper the greys can be turned round while the colours of the
    segments stay.
    """

    def __init__(self, figure: Figure) -> None:
        figure.canvas.draw()
        pixels = np.asarray(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
        self._shape = pixels.shape[:2]
        flat = pixels.reshape(-1, 4)
        self._at = np.flatnonzero(flat[:, 3])  # the rest is paper, nine tenths of the sheet
        drawn = np.ascontiguousarray(flat[self._at].T)
        self._ink: Pixels = drawn[:3].astype(np.float32)
        self._alpha = drawn[3]

    def print_light(self) -> bytes:
        """As PNG on light paper."""
        return self._lay(self._ink, _COVER[self._alpha], _read_rgb(palette.PAPER))

    def print_dark(self) -> bytes:
        """As PNG on dark paper; half-covering colours, which would drown there, cover more."""
        paper, night = _read_rgb(palette.PAPER), _read_rgb(palette.NIGHT)
        grey = np.ptp(self._ink, axis=0) <= GREY
        turned = night + (paper - self._ink) * (LAMP - night) / paper
        ink: Pixels = np.where(grey, turned, self._ink)
        cover: Pixels = np.where(grey, _COVER[self._alpha], _COVER_AT_NIGHT[self._alpha])
        return self._lay(ink, cover, night)

    def _lay(self, ink: Pixels, cover: Pixels, ground: Pixels) -> bytes:
        """Colours (3, m) that cover (m,) of the ground, as PNG with 256 colours: a third of the size."""
        sheet = np.empty((self._shape[0] * self._shape[1], 3), dtype=np.uint8)
        sheet[:] = ground.astype(np.uint8).T
        laid = ink * cover + ground * (1 - cover)
        sheet[self._at] = laid.clip(0, 255).round().astype(np.uint8).T
        from PIL import Image

        image = Image.fromarray(sheet.reshape(*self._shape, 3), "RGB")
        buffer = io.BytesIO()
        image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(buffer, "png")
        return buffer.getvalue()


def _read_rgb(colour: str) -> Pixels:
    """(3, 1)"""
    return np.array([[int(colour[i : i + 2], 16)] for i in (1, 3, 5)], dtype=np.float32)
