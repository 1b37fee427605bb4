"""Who moved: the live run's segments on the left, the new ones on the right, a band for every flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas
from custseg_spark.report.plots.data import Pictures

GAP = 0.02
BAR = 0.025
LEAST_NAMED = 0.01
"""A side's share under which its name would only overlap its neighbours'."""
ELSEWHERE = "#8d8d86"
LINE = 0.17
"""Inches that a line of a name takes."""

Spans = dict[int, tuple[float, float]]


def draw_movement(p: Pictures) -> Figure | None:
    """Every flow between two nights, as wide as it has customers; none without a live run."""
    if p.flows is None or p.flows.empty:
        return None
    flows = p.flows.assign(
        left=p.flows["from_segment"].fillna(-1).astype(int),
        right=p.flows["to_segment"].fillna(-1).astype(int),
    )
    names: list[dict[Any, str]] = [
        {**flows.set_index(side)[name].to_dict(), -1: elsewhere}
        for side, name, elsewhere in (("left", "from_name", "new customers"), ("right", "to_name", "gone"))
    ]
    figure = canvas.make_sheet(10.2, max(4.6, 1.4 + 0.55 * max(map(len, names))))
    there = flows[(flows["left"] >= 0) & (flows["right"] >= 0)]
    stayed = there.loc[there["left"] == there["right"], "customers"].sum() / max(there["customers"].sum(), 1)
    title = f"{wording.format_percent(float(stayed))} of the customers of both nights stayed where they were"
    title = title if there["customers"].sum() > 0 else "No customer was there on both nights"
    note = "Left: the live run. Right: this run. A band is as wide as it has customers; pale ones stayed."
    top = canvas.write_head(figure, title, note)
    axes = canvas.add_panel(figure, 3.0, 0.2, 3.0, top + 0.1)
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(1.02, -0.02)
    sides = [_lay_spans(flows, side) for side in ("left", "right")]
    _draw_bands(axes, flows, *sides)
    places = ((0.0, -0.012, "right"), (1 - BAR, 1.012, "left"))
    for spans, called, (x, beside, align) in zip(sides, names, places, strict=True):
        for segment, (low, high) in spans.items():
            hue = ELSEWHERE if segment < 0 else palette.pick_colour(segment)
            axes.add_patch(Rectangle((x, low), BAR, high - low, facecolor=hue, linewidth=0))
        shown = [segment for segment, (low, high) in spans.items() if high - low >= LEAST_NAMED]
        texts = [_write_name(segment, called[segment]) for segment in shown]
        line = LINE / float(axes.get_window_extent().height / canvas.DPI / 1.04)
        heights = [line * (text.count("\n") + 1) for text in texts]
        middles = move_apart([sum(spans[segment]) / 2 for segment in shown], heights)
        for text, middle in zip(texts, middles, strict=True):
            canvas.put_text(axes, beside, middle, text, ha=align, size=9.5)
    return figure


def _write_name(segment: int, name: str) -> str:
    """The letter and name of a segment in two lines at most; those who are nowhere have no letter."""
    name = wording.break_text(name, 30, 2)
    return name if segment < 0 else palette.write_lettered(segment, name)


def move_apart(middles: Sequence[float], heights: Sequence[float]) -> list[float]:
    """The rising middles of texts of these heights, moved up and down so that none overlaps the next and none
    lies under 1 more than it must; where all have room, as they are."""
    found = list(middles)
    for i in range(1, len(found)):
        found[i] = max(found[i], found[i - 1] + (heights[i - 1] + heights[i]) / 2)
    if found and found[-1] + heights[-1] / 2 > 1:
        found[-1] = max(middles[-1], 1 - heights[-1] / 2)
        for i in range(len(found) - 2, -1, -1):
            found[i] = min(found[i], found[i + 1] - (heights[i] + heights[i + 1]) / 2)
    return found


def _lay_spans(flows: pd.DataFrame, side: str) -> Spans:
    """Where the bar of each segment lies, from 0 at the top to 1; those that are nowhere come last."""
    sizes = flows.groupby(side)["customers"].sum()
    order = sorted(map(int, sizes.index.to_numpy()), key=lambda segment: (segment < 0, segment))
    room = 1 - GAP * (len(order) - 1)
    spans, at = {}, 0.0
    for segment in order:
        height = room * float(sizes[segment]) / float(sizes.sum())
        spans[segment] = (at, at + height)
        at += height + GAP
    return spans


def _draw_bands(axes: Axes, flows: pd.DataFrame, left: Spans, right: Spans) -> None:
    """The bands leave and arrive in the order of the segments, so that they cross as little as they can."""
    sides = (left, right)
    starts, ends = ({segment: low for segment, (low, _) in spans.items()} for spans in sides)
    everyone = flows["customers"].sum()  # a customer is as wide in every bar of a side
    leaving, arriving = (sum(high - low for low, high in spans.values()) / everyone for spans in sides)
    order = np.lexsort([flows["right"].replace(-1, 10**6), flows["left"].replace(-1, 10**6)])
    rows: list[Any] = list(flows.iloc[order].itertuples())
    for flow in rows:
        a, b = starts[flow.left], ends[flow.right]
        c, d = a + flow.customers * leaving, b + flow.customers * arriving
        starts[flow.left], ends[flow.right] = c, d
        x0, x1, middle = BAR, 1 - BAR, 0.5
        path = Path(
            [(x0, a), (middle, a), (middle, b), (x1, b), (x1, d), (middle, d), (middle, c), (x0, c), (x0, a)],
            [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY],
        )
        hue = ELSEWHERE if flow.left < 0 or flow.right < 0 else palette.pick_colour(flow.left)
        pale = flow.left == flow.right or flow.left < 0 or flow.right < 0
        axes.add_patch(PathPatch(path, facecolor=hue, alpha=0.22 if pale else 0.75, linewidth=0))
