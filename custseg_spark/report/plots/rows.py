"""A row per segment: how many customers, what they bring, their means against all customers, their spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas, scales, titles
from custseg_spark.report.plots.data import FeatureView, Pictures
from custseg_spark.statistics import measure_eta_squared

MOST_BOXES = 12
MOST_LEVELS = 5
DIVERGING = LinearSegmentedColormap.from_list(
    "below to above", ["#2166AC", "#92C5DE", "#F7F5F0", "#F4A582", "#B2182B"]
)


def draw_sizes(p: Pictures) -> Figure:
    """Customers per segment, with the smallest share that was asked for."""
    note = "Customers per segment, all rows."
    if p.floor > 0:
        note += f" Dashed: {wording.format_percent(p.floor)}, the smallest share a segment may have."
    figure, axes = _make_rows(p, titles.describe_sizes(p), note, 0.36)
    shares = p.shares
    axes.barh(range(p.k), shares, height=0.68, color=[palette.pick_colour(s) for s in p.ids])
    longest = max(shares)
    for segment, share in enumerate(shares):
        text = f"{wording.format_number(p.sizes[segment], 9)}  ·  {wording.format_percent(share)}"
        canvas.put_text(axes, share + longest * 0.012, segment, text, bbox=canvas.GROUND, zorder=6)
    if p.floor > 0:
        axes.axvline(p.floor, **canvas.DASHED, zorder=5)
    axes.set_xlim(0, max(longest, p.floor) * 1.22)
    _write_percents(axes, "share of customers")
    return figure


def draw_shares(p: Pictures) -> Figure | None:
    """Share of customers beside share of the value column; none where nothing is additive."""
    found = titles.share_value(p)
    if found is None:
        return None
    name, of_total = found
    what = p.say(name)
    note = f"Open bars: share of customers. Filled bars: share of {what}. All rows."
    figure, axes = _make_rows(p, titles.describe_shares(p, name, of_total), note, 0.5)
    longest = max(*p.shares, *of_total)
    named = ("customers", wording.break_text(what, 24, 1))
    for segment in range(p.k):
        hue = palette.pick_colour(p.ids[segment])
        for filled, value in enumerate((p.shares[segment], of_total[segment])):
            at = segment + (0.19 if filled else -0.19)
            ground = hue if filled else palette.PAPER
            axes.barh(at, value, height=0.34, facecolor=ground, edgecolor=hue, linewidth=1.2)
            text = f"{wording.format_percent(value)} {named[filled] if segment == 0 else ''}".rstrip()
            weight = "bold" if filled else "normal"
            canvas.put_text(axes, value + longest * 0.012, at, text, weight=weight)
    axes.set_xlim(0, longest * 1.3)
    _write_percents(axes, f"share of customers and of {wording.break_text(what, 30, 1)}")
    return figure


def _make_rows(p: Pictures, title: str, note: str, row: float) -> tuple[Figure, Axes]:
    """A sheet with a labelled row per segment, the first on top; `row` inches each."""
    if p.k > canvas.MANY:
        row *= 0.8
    labels = canvas.write_names(p.names, p.ids, 30)
    size = 9.5 if p.k <= canvas.MANY else 8.5
    left = _measure_names(labels, size) + 0.45
    height = 1.9 + max(row, 0.42 if any("\n" in x for x in labels) else 0) * p.k
    figure = canvas.make_sheet(left + 6.4, height)
    top = canvas.write_head(figure, title, note)
    axes = canvas.add_panel(figure, left, 0.55, 0.3, top + 0.05)
    axes.set_ylim(p.k - 0.45, -0.55)
    canvas.label_rows(axes, labels, size)
    return figure, axes


def _write_percents(axes: Axes, text: str) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: wording.format_percent(value) if value < 1.001 else "")
    axes.set_xlabel(canvas.escape_mathtext(text), color=palette.INK, size=10)
    canvas.draw_grid(axes, "x")


def draw_heatmap(p: Pictures) -> Figure | None:
    """z of each segment's mean against all customers: features first, then descriptions; of a category the
    MOST_LEVELS levels in which segments lie farthest from all."""
    cut = _list_cutting(p)
    describing = [view.name for view in p.descriptions if f"z_{view.name}" in p.profile]
    columns = cut + describing
    if not columns:
        return None
    z = p.profile[[f"z_{name}" for name in columns]].to_numpy(dtype=np.float64)
    rows = canvas.write_names(p.names, p.ids, 30)
    left = _measure_names(rows, 9.5) + 0.4
    heads = [wording.break_text(p.say(name), 13, 3) for name in columns]
    lines = max(head.count("\n") for head in heads) + 1
    step = 0.42 if p.k <= canvas.MANY else 0.36
    cell = 0.98
    width = max(left + cell * len(columns) + 0.3, 7.5)
    figure = canvas.make_sheet(width, 1.25 + 0.17 * lines + step * p.k)
    note = "Standard deviations from the mean of all customers; 0 is like everybody."
    if describing:
        note += " Left of the line: columns that cut; right of it: columns that only describe."
    top = canvas.write_head(figure, titles.describe_heatmap(p, z[:, : len(cut) or None], columns), note)
    right = width - left - cell * len(columns)
    axes = canvas.add_panel(figure, left, 0.2, right, top + 0.1 + 0.17 * lines)
    _draw_cells(axes, z)
    axes.set_xticks(range(len(columns)), [canvas.escape_mathtext(head) for head in heads])
    canvas.label_rows(axes, rows, 9.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=9.5, labelcolor=palette.INK)
    if cut and describing:
        axes.axvline(len(cut) - 0.5, color=palette.INK, linewidth=1.6)
    return figure


def _list_cutting(p: Pictures) -> list[str]:
    """The features of which the profile has a z, in recipe order, without near levels of a category."""
    views = [view for view in p.features if f"z_{view.name}" in p.profile]
    reach = {view.name: float(p.profile[f"z_{view.name}"].abs().max()) for view in views}
    kept: Counter[str] = Counter()
    near = set()
    for view in sorted(views, key=lambda view: -np.nan_to_num(reach[view.name])):
        kept[view.category] += 1
        if view.category and kept[view.category] > MOST_LEVELS:
            near.add(view.name)
    return [view.name for view in views if view.name not in near]


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
    """Median, quartiles and the middle 90 percent of each number that cuts within each segment, in its unit;
    levels, 1 or 0, have none."""
    views = [view for view in p.features if p.has(view.name) and not view.category]
    labels = p.sample["segment"].to_numpy(dtype=np.int64)
    if not views:
        return None
    between = {view.name: measure_eta_squared(p.values(view.name), labels) for view in views}
    views = sorted(views, key=lambda view: -np.nan_to_num(between[view.name]))[:MOST_BOXES]
    across = min(len(views), 3)
    down = -(-len(views) // across)
    rows = canvas.write_names(p.names, p.ids, 24)
    size = 9.5 if p.k <= canvas.MANY else 8
    left = _measure_names(rows, size) + 0.35
    each = max(1.2, 0.2 * p.k if p.k > canvas.MANY else 0.4 * p.k)
    wide = {1: 5.5, 2: 3.3}.get(across, 2.5)
    note = "Line: median. Bar: the middle half. Whisker: the middle 90 %. Grey line: median of all."
    if any(view.transform == "log1p" for view in views):
        note += " Variation is that of the values in their unit."
    left_out = sum(not view.category for view in p.features) - len(views)
    if left_out > 0:
        note += f" The {left_out} columns that differ least are left out."
    width, height = left + across * (wide + 0.3) + 0.1, 0.65 + down * (each + 0.85)
    figure = canvas.make_sheet(width, height)
    top = canvas.write_head(
        figure, titles.describe_boxes({p.say(name): share for name, share in between.items()}), note
    )
    for place, view in enumerate(views):
        row, column = divmod(place, across)
        x = left + column * (wide + 0.3)
        above = top + 0.1 + row * (each + 0.85)
        axes = canvas.add_panel(figure, x, height - above - each, width - x - wide, above)
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
    text = wording.break_text(wording.add_unit(view.text, view.unit), 32, 2)
    axes.set_xlabel(canvas.escape_mathtext(text), size=9.5, color=palette.INK, weight="bold")


def _measure_names(rows: Sequence[str], size: float) -> float:
    """Inches that the names beside the rows take."""
    return max(canvas.measure_text(row, size) for row in rows)
