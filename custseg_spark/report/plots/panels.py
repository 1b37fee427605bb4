"""Every column for every segment: means against all customers, and spread within."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas, scales, titles
from custseg_spark.report.plots.data import FeatureView, Pictures
from custseg_spark.statistics import measure_eta_squared

MOST_BOXES = 12
DIVERGING = LinearSegmentedColormap.from_list(
    "below to above", ["#2166AC", "#92C5DE", "#F7F5F0", "#F4A582", "#B2182B"]
)


def draw_heatmap(p: Pictures) -> Figure | None:
    """z of each segment's mean against all customers: features first, then descriptions."""
    cut = [view.name for view in p.features if f"z_{view.name}" in p.profile]
    describing = [view.name for view in p.descriptions if f"z_{view.name}" in p.profile]
    columns = cut + describing
    if not columns:
        return None
    z = p.profile[[f"z_{name}" for name in columns]].to_numpy(dtype=np.float64)
    figure = canvas.make_sheet(9, 6)
    rows = canvas.write_names(p.names, p.ids, 30)
    left = max(canvas.measure_text(figure, row, 9.5) for row in rows) + 0.4
    heads = [wording.break_text(wording.humanize(name), 13, 3) for name in columns]
    lines = max(head.count("\n") for head in heads) + 1
    step = 0.42 if p.k <= canvas.MANY else 0.36
    cell = 0.98
    figure.set_size_inches(max(left + cell * len(columns) + 0.3, 7.5), 1.25 + 0.17 * lines + step * p.k)
    note = "Standard deviations from the mean of all customers; 0 is like everybody."
    if describing:
        note += " Left of the line: columns that cut; right of it: columns that only describe."
    top = canvas.write_head(figure, titles.describe_heatmap(p, z[:, : len(cut) or None], columns), note)
    right = figure.get_size_inches()[0] - left - cell * len(columns)
    axes = canvas.add_panel(figure, left, 0.2, float(right), top + 0.1 + 0.17 * lines)
    _draw_cells(axes, z)
    axes.set_xticks(range(len(columns)), [canvas.escape_mathtext(head) for head in heads])
    canvas.label_rows(axes, rows, 9.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=9.5, labelcolor=palette.INK)
    if cut and describing:
        axes.axvline(len(cut) - 0.5, color=palette.INK, linewidth=1.6)
    return figure


def _draw_cells(axes: Axes, z: NDArray[np.float64]) -> None:
    """Coloured cells with the value in each; the colours end at two standard deviations."""
    axes.imshow(np.nan_to_num(z), cmap=DIVERGING, vmin=-2, vmax=2, aspect="auto")
    for side in axes.spines.values():
        side.set_visible(False)
    rows, columns = z.shape
    axes.hlines(np.arange(1, rows) - 0.5, -0.5, columns - 0.5, color=palette.PAPER, linewidth=2)
    axes.vlines(np.arange(1, columns) - 0.5, -0.5, rows - 0.5, color=palette.PAPER, linewidth=2)
    for (row, column), value in np.ndenumerate(z):
        ink = "#ffffff" if abs(value) > 1.45 else palette.INK
        weight = "bold" if abs(value) >= 0.5 else "normal"
        text = wording.format_signed(value)
        canvas.put_text(axes, column, row, text, ha="center", size=9.5, color=ink, weight=weight)


def draw_boxes(p: Pictures) -> Figure | None:
    """Median, quartiles and the middle 90 percent of each feature within each segment, in its unit."""
    views = [view for view in p.features if p.has(view.name)]
    labels = p.sample["segment"].to_numpy(dtype=np.int64)
    eta = {
        view.name: measure_eta_squared(scales.to_axis(p.values(view.name), view), labels) for view in views
    }
    if not views:
        return None
    views = sorted(views, key=lambda view: -np.nan_to_num(eta[view.name]))[:MOST_BOXES]
    across = min(len(views), 3)
    down = -(-len(views) // across)
    figure = canvas.make_sheet(9, 6)
    rows = canvas.write_names(p.names, p.ids, 24)
    size = 9.5 if p.k <= canvas.MANY else 8
    left = max(canvas.measure_text(figure, row, size) for row in rows) + 0.35
    each = max(1.2, 0.2 * p.k if p.k > canvas.MANY else 0.4 * p.k)
    wide = {1: 5.5, 2: 3.3}.get(across, 2.5)
    note = "Line: median. Bar: the middle half. Whisker: the middle 90 %. Grey line: median of all."
    left_out = len(p.features) - len(views)
    if left_out > 0:
        note += f" The {left_out} columns that differ least are left out."
    figure.set_size_inches(left + across * (wide + 0.3) + 0.1, 0.65 + down * (each + 0.85))
    top = canvas.write_head(figure, titles.describe_boxes(eta), note)
    width = figure.get_size_inches()[0]
    for place, view in enumerate(views):
        row, column = divmod(place, across)
        x = left + column * (wide + 0.3)
        above = top + 0.1 + row * (each + 0.85)
        axes = canvas.add_panel(
            figure, x, figure.get_size_inches()[1] - above - each, float(width - x - wide), above
        )
        _draw_spread(axes, p, view, labels)
        canvas.label_rows(axes, rows if column == 0 else [""] * p.k, size)
    return figure


def _draw_spread(axes: Axes, p: Pictures, view: FeatureView, labels: NDArray[np.int64]) -> None:
    values = scales.to_axis(p.values(view.name), view)
    known = np.isfinite(values)
    groups = [values[known & (labels == segment)] for segment in range(p.k)]
    marks = np.array(
        [np.quantile(g, [0.05, 0.25, 0.5, 0.75, 0.95]) if len(g) else [np.nan] * 5 for g in groups]
    )
    at = np.arange(p.k)
    hues = [palette.pick_colour(segment) for segment in p.ids]
    axes.axvline(float(np.median(values[known])), color="#b8b8b2", linewidth=1, zorder=1)
    axes.hlines(at, marks[:, 0], marks[:, 4], color=hues, linewidth=1.6, zorder=2)
    span = float(np.nanmax(marks) - np.nanmin(marks)) or 1.0
    half = np.maximum(marks[:, 3] - marks[:, 1], span * 0.004)
    axes.barh(at, half, left=marks[:, 1], height=0.56, color=hues, zorder=3)
    axes.vlines(marks[:, 2], at - 0.36, at + 0.36, color=palette.INK, linewidth=2, zorder=4)
    axes.set_ylim(p.k - 0.4, -0.6)
    axes.set_xlim(float(np.nanmin(marks)) - span * 0.04, float(np.nanmax(marks)) + span * 0.04)
    axes.spines["left"].set_visible(False)
    scales.label_axis(axes.xaxis, view, named=False, most=5)
    text = wording.break_text(wording.add_unit(wording.humanize(view.name), view.unit), 32, 2)
    axes.set_xlabel(canvas.escape_mathtext(text), size=9.5, color=palette.INK, weight="bold")
