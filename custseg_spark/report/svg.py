"""Small charts as inline SVG: they follow the page's colours, light or dark, and stay sharp."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
from markupsafe import Markup, escape

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.exploration import ColumnView
from custseg_spark.report.sweep_scores import Criterion, list_criteria, write_score


def draw_histogram(view: ColumnView) -> Markup:
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
        f"{wording.humanize(view.column.name)} from {wording.format_number(view.low)} "
        f"to {wording.format_number(view.high)}{scale}"
    )
    return Markup(
        f'<svg class="spark" viewBox="0 0 140 35" role="img" aria-label="{label}">'
        f'<path class="bars" d="{bars}"/><path class="base" d="M0 34.5h140"/></svg>'
    )


def draw_interval(mean: float, low: float, high: float, overall: float | None, most: float) -> Markup:
    """A mean with its interval on a line from 0 to `most`; the tick is the mean of all customers."""
    width, right = 120, 116

    def at(value: float) -> float:
        return 4 + max(0.0, min(value / most if most > 0 else 0.0, 1.0)) * (right - 4)

    tick = f'<path class="tick" d="M{at(overall):.1f} 2v14"/>' if overall is not None else ""
    return Markup(
        f'<svg class="interval" viewBox="0 0 {width} 18" aria-hidden="true">'
        f'<path class="base" d="M4 9h{right - 4}"/>{tick}'
        f'<path class="reach" d="M{at(low):.1f} 9H{at(high):.1f}"/>'
        f'<circle cx="{at(mean):.1f}" cy="9" r="3.6"/></svg>'
    )


def draw_marker(segment: int) -> Markup:
    """The segment's id on its colour, the mark by which it is known on the whole page."""
    colours = f"background:{palette.pick_colour(segment)};color:{palette.pick_ink(segment)}"
    return Markup(f'<span class="mark" style="{colours}">{segment}</span>')


@dataclass(frozen=True)
class Curve:
    """A score over k, laid out on a ground of 300 by 136: what the page's template draws."""

    title: str
    note: str
    own: str
    """The score of the chosen k."""
    asked: str
    """The limit in words; empty where there is none."""
    line: str
    dots: tuple[tuple[float, float, bool, str], ...]
    """Across, down, whether the limit is kept, what it says."""
    ticks: tuple[tuple[float, int], ...]
    sides: tuple[tuple[float, str], ...]
    limit: float | None
    here: tuple[float, float]
    """Left edge and width of the chosen k's band."""


def draw_curves(frame: pd.DataFrame, chosen: int, floor: float) -> list[Curve]:
    """Silhouette, stability and smallest share over k, where they were taken.

    frame: a row per k, as sweep.csv. floor: the smallest share that was asked for.
    """
    return [_lay_out(frame.sort_values("k"), one, chosen) for one in list_criteria(frame, floor)]


def _lay_out(frame: pd.DataFrame, asked: Criterion, chosen: int) -> Curve:
    known, limit, write = frame[frame[asked.score].notna()], asked.limit, partial(write_score, asked.score)
    scores = {int(k): float(value) for k, value in zip(known["k"], known[asked.score], strict=True)}
    first, last = int(frame["k"].min()), int(frame["k"].max())
    held = [*scores.values(), *([] if limit is None else [limit])]
    low, high = _round_bounds(held, asked.score == "smallest_share")
    step = 246 / (last - first + 1)

    def x(k: float) -> float:
        return round(44 + (k - first + 0.5) * step, 1)

    def y(value: float) -> float:
        return round(112 - (value - low) / (high - low) * 96, 1)

    every = math.ceil((last - first + 1) / 12)
    return Curve(
        title=asked.question,
        note=asked.note,
        own=f"{write(scores[chosen])} at {chosen}" if chosen in scores else "",
        asked="" if limit is None else f"asked: {write(limit)}",
        line="M" + "L".join(f"{x(k)} {y(value)}" for k, value in scores.items()),
        dots=tuple(
            (x(k), y(value), limit is None or value >= limit, f"{k}: {write(value)}")
            for k, value in scores.items()
        ),
        ticks=tuple((x(k), k) for k in range(first, last + 1) if (k - first) % every == 0 or k == chosen),
        sides=((y(low), write(low)), (y(high), write(high))),
        limit=None if limit is None else y(limit),
        here=(round(x(chosen) - step / 2, 1), round(step, 1)),
    )


def _round_bounds(values: Sequence[float], from_zero: bool) -> tuple[float, float]:
    """Round limits of an axis that hold the values."""
    low, high = min(values), max(values)
    step = 0.05 if high - low < 0.3 else 0.1
    low = 0.0 if from_zero else math.floor((low - 0.005) / step) * step
    high = math.ceil((high + 0.005) / step) * step
    return low, max(high, low + step)
