"""A point per k: cost, silhouette, and one picture to decide from."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas, scales, titles
from custseg_spark.report.plots.canvas import put_text
from custseg_spark.report.plots.data import Pictures
from custseg_spark.report.sweep_scores import Criterion, list_criteria
from custseg_spark.statistics import STABLE

WIDTH, LEFT, RIGHT = 9.2, 2.35, 1.0
"""Inches of the evidence figure and of its margins."""
WRITTEN: dict[str, Callable[[float], str]] = {
    "cost": partial(wording.format_number, significant=4),
    "silhouette": partial(wording.format_decimal, digits=3),
    "lowest_jaccard": wording.format_decimal,
    "smallest_share": wording.format_percent,
}
"""How the chosen k's score is written."""


def draw_elbow(p: Pictures) -> Figure:
    """Cost per k on the model scale."""
    note = "Cost: sum of squared distances to the nearest centre, model scale. It always falls."
    figure, axes = canvas.make_chart(titles.describe_elbow(p.sweep, p.chosen), note)
    _draw_score(axes, p, "cost")
    axes.set_ylim(0, float(p.sweep["cost"].max()) * 1.1)
    axes.set_ylabel("cost (squared model units)", color=palette.INK)
    axes.yaxis.set_major_formatter(lambda value, _: scales.shorten(value))
    return figure


def draw_silhouette(p: Pictures) -> Figure | None:
    """Silhouette per k with its standard error."""
    if "silhouette" not in p.sweep or p.sweep["silhouette"].isna().all():
        return None
    note = (
        "Mean silhouette with squared Euclidean distance, of the sample; bars: two standard errors each way."
    )
    figure, axes = canvas.make_chart(titles.describe_silhouette(p.sweep, p.chosen), note)
    _draw_score(axes, p, "silhouette")
    axes.set_ylabel("silhouette (squared Euclidean)", color=palette.INK)
    return figure


def draw_evidence(p: Pictures) -> Figure | None:
    """Separation, stability and smallest share over k, the chosen one marked, the limits drawn."""
    criteria = list_criteria(p.sweep, p.floor)
    if len(criteria) < 2:
        return None
    figure = canvas.make_sheet(WIDTH, 1.6 + 1.75 * len(criteria))
    note = (
        "Filled points keep every limit (dashed); open ones break at least one. Shaded: the chosen k; "
        "bars: two standard errors each way."
    )
    top = canvas.write_head(figure, titles.describe_evidence(p.sweep, p.chosen, p.floor), note) + 0.1
    high = figure.get_size_inches()[1]
    each = (high - top - 0.6) / len(criteria)
    for place, asked in enumerate(criteria):
        above = top + place * each
        axes = canvas.add_panel(figure, LEFT, float(high - above - each + 0.22), RIGHT, above)
        _draw_score(axes, p, asked.score, _list_broken(p))
        _draw_limit(axes, asked)
        outside = -(LEFT - 0.22) / (WIDTH - LEFT - RIGHT)
        put = partial(put_text, axes, outside, transform=axes.transAxes, va="top")
        put(0.98, asked.question, size=10, weight="bold")
        put(0.82, asked.lines, color=palette.SOFT_INK)
        if place < len(criteria) - 1:
            axes.tick_params(axis="x", labelbottom=False)
            axes.set_xlabel("")
    return figure


def _draw_limit(axes: Axes, asked: Criterion) -> None:
    """The limit of a score, where it has one, and who keeps it."""
    if asked.score == "smallest_share":
        axes.yaxis.set_major_formatter(lambda value, _: wording.format_percent(value))
    if asked.limit is None:
        return
    axes.axhline(asked.limit, **canvas.DASHED)
    low, high = axes.get_ylim()
    room = 0.1 * (high - low)
    axes.set_ylim(min(low, asked.limit - room), max(high, asked.limit + room))
    beside, text = axes.get_yaxis_transform(), f"{asked.claim}\nfrom here up"
    put_text(axes, 1.01, asked.limit, text, transform=beside, size=8, color=palette.SOFT_INK)


def _list_broken(p: Pictures) -> set[int]:
    """Every k that breaks a limit."""
    limits = {"smallest_share": p.floor, "lowest_jaccard": STABLE}
    broken = [p.sweep.loc[p.sweep[score] < limit, "k"] for score, limit in limits.items() if score in p.sweep]
    return {int(k) for ks in broken for k in ks}


def _draw_score(axes: Axes, p: Pictures, score: str, broken: Collection[int] = ()) -> None:
    """The score over k with the chosen k shaded and labelled; open points for every k of `broken`. All but
    the cost have bars of two standard errors each way."""
    sweep = p.sweep
    k, values = sweep["k"].to_numpy(dtype=int), sweep[score].to_numpy(dtype=float)
    axes.axvspan(p.chosen - 0.4, p.chosen + 0.4, color=palette.COLOURS[1], alpha=0.22, linewidth=0)
    if score != "cost" and f"{score}_se" in sweep:
        reach = 2 * sweep[f"{score}_se"].to_numpy(dtype=float)
        axes.errorbar(k, values, yerr=reach, fmt="none", ecolor=palette.LINE, capsize=3, elinewidth=1.2)
    axes.plot(k, values, color=palette.LINE, linewidth=1.8, zorder=3)
    faces = [palette.PAPER if int(one) in broken else palette.LINE for one in k]
    axes.scatter(k, values, s=44, c=faces, edgecolors=palette.LINE, linewidths=1.6, zorder=4)
    axes.margins(y=0.22)
    axes.set_xlim(k.min() - 0.6, k.max() + 0.6)
    axes.xaxis.set_major_locator(FixedLocator(k[:: max(1, len(k) // 15)].tolist()))
    axes.set_xlabel("number of segments k", color=palette.INK, size=10)
    canvas.draw_grid(axes, "y")
    (here,) = values[k == p.chosen]
    if np.isfinite(here):
        axes.annotate(
            WRITTEN[score](here), (p.chosen, here), (9, 9), textcoords="offset points", size=9.5,
            weight="bold", color=palette.INK, zorder=6, bbox={**canvas.GROUND, "alpha": 0.8},
        )  # fmt: skip
