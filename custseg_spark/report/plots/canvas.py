"""The sheet every figure is drawn on: sizes in inches, titles, legend, labels that never overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D

from custseg_spark import wording
from custseg_spark.report import palette

DPI = 130
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


def text_width(figure: Figure, text: str, size: float, weight: str = "normal") -> float:
    """Width in inches of the longest line of the text."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    font = FontProperties(size=size, weight=weight)
    widths = [
        renderer.get_text_width_height_descent(escape_mathtext(line), font, ismath=False)[0]
        for line in text.split("\n") or [""]
    ]
    return float(max(widths)) / DPI


def wrap_text(figure: Figure, text: str, width: float, size: float, weight: str = "normal") -> str:
    """The text in lines of at most `width` inches, broken between words."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and text_width(figure, longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
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
            lines = wrap_text(figure, text, float(width) - 0.45, size, weight)
            figure.text(
                0.22 / width,
                1 - at / height,
                escape_mathtext(lines),
                size=size,
                weight=weight,
                color=ink,
                va="top",
            )
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
    """`0  Big spenders, quiet` for every segment, in two lines of `width` characters, or in one where
    there are many."""
    many = len(names) > MANY
    short = [wording.break_text(name, width + 12 if many else width, 1 if many else 2) for name in names]
    return [f"{segment}  {name}".replace("\n", "\n    ") for segment, name in zip(ids, short, strict=True)]


def draw_legend(figure: Figure, texts: Sequence[str], ids: Sequence[int], left: float, top: float) -> None:
    """Every segment's marker and text in a column that starts `left`, `top` inches from the corner."""
    width, height = figure.get_size_inches()
    size = 9.5 if len(texts) <= MANY else 8
    handles = [
        Line2D(
            [], [], linestyle="", marker=palette.marker(segment), color=palette.colour(segment), markersize=8
        )
        for segment in ids
    ]
    figure.legend(
        handles,
        [escape_mathtext(text) for text in texts],
        loc="upper left",
        bbox_to_anchor=(left / width, 1 - top / height),
        frameon=False,
        fontsize=size,
        labelcolor=palette.INK,
        labelspacing=0.55 if len(texts) <= MANY else 0.32,
        handletextpad=0.5,
        borderaxespad=0,
    )


def legend_size(figure: Figure, texts: Sequence[str]) -> tuple[float, float]:
    """Width and height in inches that the legend of these texts takes."""
    size = 9.5 if len(texts) <= MANY else 8
    lines = sum(text.count("\n") + 1 for text in texts)
    gaps = len(texts) * (0.55 if len(texts) <= MANY else 0.32)
    return max(text_width(figure, text, size) for text in texts) + 0.45, (
        lines * 1.22 + gaps
    ) * size / 72 + 0.1
