"""Labels beside points that never lie over each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from custseg_spark.report import palette
from custseg_spark.report.plots.canvas import DPI, escape_mathtext, measure_text

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in pixels."""
GAP = 16.0
"""Pixels from a point's middle to its label; a marker takes most of them."""


def overlaps(one: Box, other: Box) -> bool:
    """Whether two boxes share any area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def place_labels(
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
        for box in _walk_rings(float(x), float(y), width, height, gap):
            if box[0] < frame[0] or box[1] < frame[1] or box[2] > frame[2] or box[3] > frame[3]:
                continue
            hits = sum(overlaps(box, other) for other in placed + points)
            if best is None or hits < best[0]:
                best = (hits, box)
            if hits == 0:
                break
        placed.append(best[1] if best else (float(x), float(y), float(x) + width, float(y) + height))
    return placed


def _walk_rings(x: float, y: float, width: float, height: float, gap: float) -> Iterable[Box]:
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
    sizes = [(measure_text(t, size, "bold") * DPI + 8, line * (t.count("\n") + 1) + 4) for t in texts]
    frame = axes.get_window_extent()
    bounds = (frame.x0 + 2, frame.y0 + 2, frame.x1 - 2, frame.y1 - 2)
    width, height = figure.get_size_inches() * DPI
    look: dict[str, Any] = {"color": palette.INK, "weight": "bold", "ha": "center", "va": "center"}
    look |= {"linespacing": 1.1, "zorder": 20}
    ground = {"facecolor": palette.PAPER, "edgecolor": "none", "alpha": 1, "boxstyle": "round,pad=0.15"}
    for (x, y), text, box in zip(anchors, texts, place_labels(anchors, sizes, bounds, GAP), strict=True):
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        edge = (float(np.clip(x, box[0], box[2])), float(np.clip(y, box[1], box[3])))
        if np.hypot(edge[0] - x, edge[1] - y) > 2.2 * GAP:
            ends = ([x / width, edge[0] / width], [y / height, edge[1] / height])
            figure.add_artist(Line2D(*ends, transform=figure.transFigure, color=palette.INK, linewidth=0.8))
        at = (middle[0] / width, middle[1] / height)
        figure.text(*at, escape_mathtext(text), size=size, bbox=ground, **look)
