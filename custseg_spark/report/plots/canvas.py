"""The sheet every figure is drawn on: sizes in inches, titles, legend, labels that never overlap."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report import palette

DPI = 130
DASHED: dict[str, Any] = {"color": palette.INK, "linewidth": 1, "linestyle": (0, (4, 3))}
"""A limit."""
GROUND: dict[str, Any] = {"facecolor": palette.PAPER, "edgecolor": "none", "pad": 1}
"""What lies under a text that would be hard to read on what is drawn there."""
MANY = 14
"""Beyond this many segments, letters are smaller and names take one line."""


def make_sheet(width: float, height: float) -> Figure:
    """An empty figure of that size in inches."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="none")
    FigureCanvasAgg(figure)
    return figure


def escape_mathtext(text: str) -> str:
    """The text with the signs that Matplotlib reads as formulas taken literally."""
    return text.replace("$", r"\$")


@functools.cache
def _find_renderer() -> Any:
    return RendererAgg(DPI, DPI, DPI)  # type: ignore[no-untyped-call]


@functools.lru_cache(4096)
def measure_text(text: str, size: float, weight: str = "normal") -> float:
    """Width in inches of the longest line of the text."""
    renderer = _find_renderer()
    font = FontProperties(size=size, weight=weight)
    widths = [
        renderer.get_text_width_height_descent(escape_mathtext(line), font, ismath=False)[0]
        for line in text.split("\n") or [""]
    ]
    return float(max(widths)) / DPI


def wrap_text(text: str, width: float, size: float, weight: str = "normal") -> str:
    """The text in lines of at most `width` inches, broken between words."""
    words, lines = text.split(" "), []
    while words:
        starts = [" ".join(words[:count]).lstrip() for count in range(1, len(words) + 1)]
        fitting = 1 + bisect_right(starts[1:], width, key=lambda line: measure_text(line, size, weight))
        lines.append(starts[fitting - 1])
        words = words[fitting:]
    return "\n".join(lines)


def write_head(figure: Figure, title: str, note: str = "") -> float:
    """Writes the title and a note under it at the top left; returns the height used, in inches."""
    width, height = figure.get_size_inches()
    at = 0.18
    for text, size, weight, ink, line in (
        (title, 13.0, "bold", palette.INK, 0.25),
        (note, 9.0, "normal", palette.SOFT_INK, 0.17),
    ):
        if text:
            lines = wrap_text(text, float(width) - 0.45, size, weight)
            place = (0.22 / width, 1 - at / height)
            figure.text(*place, escape_mathtext(lines), size=size, weight=weight, color=ink, va="top")
            at += line * (lines.count("\n") + 1)
    return at + 0.12


def add_panel(figure: Figure, left: float, bottom: float, right: float, top: float, **options: Any) -> Axes:
    """Axes whose edges lie that many inches from the figure's."""
    width, height = figure.get_size_inches()
    edges = (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    axes = figure.add_axes(edges, **options)
    if "projection" not in options:
        quieten(axes)
    return axes


def make_chart(title: str, note: str) -> tuple[Figure, Axes]:
    """A figure of 8 by 4.6 inches with its title, and the panel under it."""
    figure = make_sheet(8, 4.6)
    top = write_head(figure, title, note)
    return figure, add_panel(figure, 0.95, 0.6, 0.35, top + 0.1)


def put_text(axes: Axes, x: float, y: float, text: str, **look: Any) -> None:
    """Writes a text that stands in the middle of its line."""
    axes.text(x, y, escape_mathtext(text), **{"va": "center", "size": 9, "color": palette.INK, **look})


def mark(segment: int) -> dict[str, Any]:
    """The colour and the marker of a segment id."""
    return {"color": palette.pick_colour(segment), "marker": palette.pick_marker(segment)}


def scatter(
    axes: Axes, points: NDArray[np.float64], labels: NDArray[np.int64], ids: Mapping[int, int], **look: Any
) -> None:
    """The points (n, 2) of each label under its id's colour and marker; in three rounds, so that the segment
    drawn last does not cover the others."""
    for start in range(3):
        some, of = points[start::3], labels[start::3]
        for label, segment in ids.items():
            x, y = some[of == label].T
            axes.scatter(x, y, linewidths=0, **mark(segment), **look)


def draw_grid(axes: Axes, axis: Literal["x", "y"]) -> None:
    """Thin lines across, under everything that is drawn."""
    axes.grid(axis=axis, color=palette.RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def label_rows(axes: Axes, rows: Sequence[str], size: float) -> None:
    """A text beside each row, the first at 0."""
    axes.set_yticks(range(len(rows)), [escape_mathtext(row) for row in rows])
    axes.tick_params(axis="y", labelsize=size, length=0, labelcolor=palette.INK)


def quieten(axes: Axes) -> None:
    """Thin grey frame and small grey ticks, so that the data speaks."""
    axes.set_facecolor("none")
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(palette.RULE)
    axes.tick_params(colors=palette.SOFT_INK, labelsize=9, length=3, color=palette.RULE)
    axes.xaxis.label.set(color=palette.INK, size=10)
    axes.yaxis.label.set(color=palette.INK, size=10)


def write_names(names: Sequence[str], ids: Sequence[int], width: int) -> list[str]:
    """`A  Big spenders, quiet` for every segment, in two lines of `width` characters, or in one where
    there are many."""
    many = len(names) > MANY
    short = [wording.break_text(name, width + 12 if many else width, 1 if many else 2) for name in names]
    lettered = (palette.write_lettered(segment, name) for segment, name in zip(ids, short, strict=True))
    return [text.replace("\n", "\n     ") for text in lettered]


def draw_legend(figure: Figure, texts: Sequence[str], ids: Sequence[int], left: float, top: float) -> None:
    """Every segment's marker and text in a column that starts `left`, `top` inches from the corner."""
    width, height = figure.get_size_inches()
    size = 9.5 if len(texts) <= MANY else 8
    handles = [Line2D([], [], linestyle="", markersize=8, **mark(segment)) for segment in ids]
    figure.legend(
        handles, list(map(escape_mathtext, texts)), loc="upper left", frameon=False, fontsize=size,
        bbox_to_anchor=(left / width, 1 - top / height), labelcolor=palette.INK,
        labelspacing=0.55 if len(texts) <= MANY else 0.32, handletextpad=0.5, borderaxespad=0,
    )  # fmt: skip


def measure_legend(texts: Sequence[str]) -> tuple[float, float]:
    """Width and height in inches that the legend of these texts takes."""
    size = 9.5 if len(texts) <= MANY else 8
    lines = sum(text.count("\n") + 1 for text in texts)
    gaps = len(texts) * (0.55 if len(texts) <= MANY else 0.32)
    wide = max(measure_text(text, size) for text in texts)
    return wide + 0.45, (lines * 1.22 + gaps) * size / 72 + 0.1
