"""The sheet every figure is drawn on: sizes in inches, titles, legend, labels that never overlap."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from PIL import Image

from custseg_spark.report import palette, wording

DPI = 130
GREY = 30
"""A colour whose channels differ by no more is ink or paper, not a segment."""
MANY = 14
"""Beyond this many segments, letters are smaller and names take one line."""
Box = tuple[float, float, float, float]
"""Left, bottom, right, top in pixels."""


def sheet(width: float, height: float) -> Figure:
    """An empty figure of that size in inches."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="none")
    FigureCanvasAgg(figure)
    return figure


def pngs(figure: Figure) -> tuple[bytes, bytes]:
    """The figure as PNG bytes on light paper, and the same for a dark page.

    On the dark one the greys are turned round and the colours of the segments stay, which is why the
    figure is drawn on nothing and laid on its paper here.
    """
    figure.canvas.draw()
    drawn = np.asarray(figure.canvas.buffer_rgba()).astype(np.float32)  # type: ignore[attr-defined]
    ink, cover = drawn[..., :3], drawn[..., 3:] / 255
    grey = np.ptp(ink, axis=2, keepdims=True) <= GREY
    paper, night = _rgb(palette.PAPER), _rgb(palette.NIGHT)
    turned = night + (paper - ink) * (232 - night) / paper
    fuller = np.where(grey, cover, cover**0.6)  # half-covering colours would drown in the dark
    return _encoded(ink, cover, paper), _encoded(np.where(grey, turned, ink), fuller, night)


def _rgb(colour: str) -> NDArray[np.float32]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float32)


def _encoded(ink: NDArray[np.float32], cover: NDArray[np.float32], ground: NDArray[np.float32]) -> bytes:
    """(h, w, 3) colours that cover (h, w, 1) of the ground, as PNG with 256 colours: a third of the size."""
    laid = (ink * cover + ground * (1 - cover)).clip(0, 255).round().astype(np.uint8)
    buffer = io.BytesIO()
    image = Image.fromarray(laid, "RGB")
    image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(buffer, "png")
    return buffer.getvalue()


def plain(text: str) -> str:
    """The text with the signs that Matplotlib reads as formulas taken literally."""
    return text.replace("$", r"\$")


def text_width(figure: Figure, text: str, size: float, weight: str = "normal") -> float:
    """Width in inches of the longest line of the text."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    font = FontProperties(size=size, weight=weight)
    widths = [
        renderer.get_text_width_height_descent(plain(line), font, ismath=False)[0]
        for line in text.split("\n") or [""]
    ]
    return float(max(widths)) / DPI


def wrapped(figure: Figure, text: str, width: float, size: float, weight: str = "normal") -> str:
    """The text in lines of at most `width` inches, broken between words."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and text_width(figure, longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def head(figure: Figure, title: str, note: str = "") -> float:
    """Writes the title and a note under it at the top left; returns the height used, in inches."""
    width, height = figure.get_size_inches()
    at = 0.18
    for text, size, weight, ink, line in (
        (title, 13.0, "bold", palette.INK, 0.25),
        (note, 9.0, "normal", palette.SOFT_INK, 0.17),
    ):
        if text:
            lines = wrapped(figure, text, float(width) - 0.45, size, weight)
            figure.text(
                0.22 / width, 1 - at / height, plain(lines), size=size, weight=weight, color=ink, va="top"
            )
            at += line * (lines.count("\n") + 1)
    return at + 0.12


def panel(figure: Figure, left: float, bottom: float, right: float, top: float, **options: Any) -> Axes:
    """Axes whose edges lie that many inches from the figure's."""
    width, height = figure.get_size_inches()
    edges = (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    axes = figure.add_axes(edges, **options)
    if "projection" not in options:
        quiet(axes)
    return axes


def quiet(axes: Axes) -> None:
    """Thin grey frame and small grey ticks, so that the data speaks."""
    axes.set_facecolor("none")
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(palette.RULE)
    axes.tick_params(colors=palette.SOFT_INK, labelsize=9, length=3, color=palette.RULE)
    axes.xaxis.label.set(color=palette.INK, size=10)
    axes.yaxis.label.set(color=palette.INK, size=10)


def name_lines(names: Sequence[str], width: int) -> list[str]:
    """`0  Big spenders, quiet` for every segment, in two lines of `width` characters, or in one where
    there are many."""
    many = len(names) > MANY
    short = [wording.broken(name, width + 12 if many else width, 1 if many else 2) for name in names]
    return [f"{segment}  {name}".replace("\n", "\n    ") for segment, name in enumerate(short)]


def legend(figure: Figure, texts: Sequence[str], left: float, top: float) -> None:
    """Every segment's marker and text in a column that starts `left`, `top` inches from the corner."""
    width, height = figure.get_size_inches()
    size = 9.5 if len(texts) <= MANY else 8
    handles = [
        Line2D(
            [], [], linestyle="", marker=palette.marker(segment), color=palette.colour(segment), markersize=8
        )
        for segment in range(len(texts))
    ]
    figure.legend(
        handles,
        [plain(text) for text in texts],
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


def overlaps(one: Box, other: Box) -> bool:
    """Whether two boxes share any area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def spots(
    anchors: NDArray[np.float64], sizes: Sequence[tuple[float, float]], frame: Box, gap: float
) -> list[Box]:
    """A box for each label near its anchor, none over another label, an anchor or the frame.

    anchors: (m, 2) pixels; sizes: m widths and heights in pixels. Places are tried in rings round the
    anchor, the nearest first; only if all of them are taken (dozens of labels on one spot) does a label
    stay where it overlaps least.
    """
    points = [(x - gap * 0.9, y - gap * 0.9, x + gap * 0.9, y + gap * 0.9) for x, y in anchors]
    placed: list[Box] = []
    for (x, y), (width, height) in zip(anchors, sizes, strict=True):
        best: tuple[int, Box] | None = None
        for box in _ring(float(x), float(y), width, height, gap):
            if box[0] < frame[0] or box[1] < frame[1] or box[2] > frame[2] or box[3] > frame[3]:
                continue
            hits = sum(overlaps(box, other) for other in placed + points)
            if best is None or hits < best[0]:
                best = (hits, box)
            if hits == 0:
                break
        placed.append(best[1] if best else (float(x), float(y), float(x) + width, float(y) + height))
    return placed


def _ring(x: float, y: float, width: float, height: float, gap: float) -> Iterable[Box]:
    """Boxes round a point: right, left, above, below and between, in growing rings."""
    for ring in range(24):
        away = gap * (1 + 0.7 * ring)
        steps = 8 if ring < 2 else 16
        for step in range(steps):
            angle = 2 * np.pi * (step * (3 if steps == 8 else 5) % steps) / steps
            dx, dy = float(np.cos(angle)), float(np.sin(angle))
            cx, cy = x + dx * (away + width / 2), y + dy * (away + height / 2)
            yield (cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)


def label_points(figure: Figure, anchors: NDArray[np.float64], texts: Sequence[str], axes: Axes) -> None:
    """Writes each text beside its anchor (m, 2 pixels), on a light ground, with a line where it is far."""
    size = 9.5 if len(texts) <= 12 else 8.5
    line = size * 1.25 / 72 * DPI
    sizes = [(text_width(figure, t, size, "bold") * DPI + 8, line * (t.count("\n") + 1) + 4) for t in texts]
    frame = axes.get_window_extent()
    bounds = (frame.x0 + 2, frame.y0 + 2, frame.x1 - 2, frame.y1 - 2)
    width, height = figure.get_size_inches() * DPI
    for (x, y), text, box in zip(anchors, texts, spots(anchors, sizes, bounds, 16.0), strict=True):
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        edge = (float(np.clip(x, box[0], box[2])), float(np.clip(y, box[1], box[3])))
        if np.hypot(edge[0] - x, edge[1] - y) > 2.2 * 16:
            ends = ([x / width, edge[0] / width], [y / height, edge[1] / height])
            figure.add_artist(Line2D(*ends, transform=figure.transFigure, color=palette.INK, linewidth=0.8))
        figure.text(
            middle[0] / width,
            middle[1] / height,
            plain(text),
            size=size,
            color=palette.INK,
            weight="bold",
            ha="center",
            va="center",
            linespacing=1.1,
            zorder=20,
            bbox={
                "facecolor": palette.PAPER,
                "edgecolor": "none",
                "alpha": 1,
                "boxstyle": "round,pad=0.15",
            },
        )
