"""Small charts as inline SVG: they follow the page's colours, light or dark, and stay sharp."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup, escape

from custseg_spark.report import palette, wording
from custseg_spark.report.exploration import ColumnView

STABLE = 0.75


def histogram(view: ColumnView) -> Markup:
    """A column's distribution as bars, with its range in words for those who do not see it."""
    if not view.counts or max(view.counts) == 0:
        return Markup("")
    highest, step = max(view.counts), 140 / len(view.counts)
    bars = "".join(
        f"M{i * step:.1f} 34v{-max(32 * count / highest, 0.8):.1f}h{step - 0.8:.1f}V34z"
        for i, count in enumerate(view.counts)
        if count
    )
    scale = " on a logarithmic axis" if view.log else ""
    label = escape(
        f"{wording.readable(view.name)} from {wording.number(view.low)} to {wording.number(view.high)}{scale}"
    )
    return Markup(
        f'<svg class="spark" viewBox="0 0 140 35" role="img" aria-label="{label}">'
        f'<path class="bars" d="{bars}"/><path class="base" d="M0 34.5h140"/></svg>'
    )


def interval(mean: float, low: float, high: float, overall: float | None, most: float) -> Markup:
    """A mean with its interval on a line from 0 to `most`; the tick is the mean of all customers."""
    width, right = 120, 116

    def at(value: float) -> float:
        return 4 + max(0.0, min(value / most if most > 0 else 0.0, 1.0)) * (right - 4)

    tick = f'<path class="tick" d="M{at(overall):.1f} 2v14"/>' if overall is not None else ""
    return Markup(
        f'<svg class="interval" viewBox="0 0 {width} 18" aria-hidden="true">'
        f'<path class="base" d="M4 9h{right - 4}"/>{tick}'
        f'<path class="reach" d="M{at(low):.1f} 9H{at(high):.1f}"/><circle cx="{at(mean):.1f}" cy="9" r="3.6"/></svg>'
    )


def marker(segment: int) -> Markup:
    """The segment's id on its colour, the mark by which it is known on the whole page."""
    return Markup(
        f'<span class="mark" style="background:{palette.colour(segment)};color:{palette.on_colour(segment)}">'
        f"{segment}</span>"
    )


def sweep(frame: pd.DataFrame, chosen: int, floor: float) -> Markup:
    """Silhouette, stability and smallest share over k, one small chart each, where they were taken."""
    parts: list[tuple[str, str, str, float | None]] = [
        ("silhouette", "Are they apart?", "silhouette, squared Euclidean", None),
        ("lowest_jaccard", "Do they come back?", "lowest Jaccard over redraws", STABLE),
        ("smallest_share", "Is each large enough?", "share of the smallest segment", floor or None),
    ]
    ordered = frame.sort_values("k")
    found = [part for part in parts if part[0] in ordered and ordered[part[0]].notna().any()]
    drawn = [_curve(ordered, column, title, note, limit, chosen) for column, title, note, limit in found]
    return Markup("").join(drawn)


def _curve(
    frame: pd.DataFrame, column: str, title: str, note: str, limit: float | None, chosen: int
) -> Markup:
    known = frame[frame[column].notna()]
    ks, values = [int(k) for k in known["k"]], [float(value) for value in known[column]]
    first, last = int(frame["k"].min()), int(frame["k"].max())
    low, high = _bounds([*values, *([limit] if limit is not None else [])], column == "smallest_share")

    def x(k: float) -> float:
        return 44 + (k - first + 0.5) * 246 / (last - first + 1)

    def y(value: float) -> float:
        return 112 - (value - low) / (high - low) * 96

    write = wording.percent if column == "smallest_share" else wording.decimal
    line = "M" + "L".join(f"{x(k):.1f} {y(value):.1f}" for k, value in zip(ks, values, strict=True))
    dots = "".join(
        f'<circle class="{"open" if limit is not None and value < limit else "full"}" cx="{x(k):.1f}" '
        f'cy="{y(value):.1f}" r="{5 if k == chosen else 3.6}"><title>{k}: {write(value)}</title></circle>'
        for k, value in zip(ks, values, strict=True)
    )
    every = max(1, math.ceil((last - first + 1) / 12))
    ticks = "".join(
        f'<text class="{"chosen" if k == chosen else ""}" x="{x(k):.1f}" y="130" text-anchor="middle">{k}</text>'
        for k in range(first, last + 1)
        if (k - first) % every == 0 or k == chosen
    )
    sides = "".join(
        f'<text x="38" y="{y(v) + 4:.1f}" text-anchor="end">{write(v)}</text><path class="base" d="M44 {y(v):.1f}h246"/>'
        for v in (low, high)
    )
    border = ""
    if limit is not None:
        border = f'<path class="limit" d="M44 {y(limit):.1f}h246"/>'
    own = next((value for k, value in zip(ks, values, strict=True) if k == chosen), None)
    said = f"{write(own)} at {chosen}" if own is not None else ""
    asked = f", asked: {write(limit)}" if limit is not None else ""
    half = 123 / (last - first + 1)
    label = escape(f"{title} {note}: {said}{asked}")
    return Markup(
        f'<figure class="curve"><figcaption><b>{title}</b> {note}<br><span class="own">{said}</span>{asked}</figcaption>'
        f'<svg viewBox="0 0 300 136" role="img" aria-label="{label}">'
        f'<rect class="here" x="{x(chosen) - half:.1f}" y="8" width="{2 * half:.1f}" height="108"/>{sides}{border}'
        f'<path class="line" d="{line}"/>{dots}{ticks}</svg></figure>'
    )


def _bounds(values: Sequence[float], from_zero: bool) -> tuple[float, float]:
    """Round limits of an axis that hold the values."""
    low, high = min(values), max(values)
    step = 0.05 if high - low < 0.3 else 0.1
    low = 0.0 if from_zero else math.floor((low - 0.005) / step) * step
    high = math.ceil((high + 0.005) / step) * step
    return low, max(high, low + step)
