"""A point per k: cost, silhouette, and one picture to decide from."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas, scales, titles
from custseg_spark.report.plots.data import Pictures
from custseg_spark.statistics import STABLE

LINE = "#3b5b8c"
WIDTH, LEFT, RIGHT = 9.2, 2.35, 1.0
"""Inches of the evidence figure and of its margins."""


def draw_elbow(p: Pictures) -> Figure | None:
    """Cost per k on the model scale."""
    sweep = _select_known(p, "cost")
    if sweep is None:
        return None
    figure = canvas.make_sheet(8, 4.6)
    note = "Cost: sum of squared distances to the nearest centre, model scale. It always falls."
    top = canvas.write_head(figure, titles.elbow(sweep, p.chosen), note)
    axes = canvas.add_panel(figure, 0.95, 0.6, 0.35, top + 0.1)
    _curve(axes, sweep, "cost", p.chosen)
    axes.set_ylim(0, float(sweep["cost"].max()) * 1.1)
    axes.set_ylabel("cost (squared model units)", color=palette.INK)
    axes.yaxis.set_major_formatter(lambda value, _: scales.short(value))
    axes.set_xlabel("number of segments k", color=palette.INK)
    return figure


def draw_silhouette(p: Pictures) -> Figure | None:
    """Silhouette per k with its standard error."""
    sweep = _select_known(p, "silhouette")
    if sweep is None:
        return None
    figure = canvas.make_sheet(8, 4.6)
    note = (
        "Mean silhouette with squared Euclidean distance, of the sample; bars: two standard errors each way."
    )
    top = canvas.write_head(figure, titles.silhouette(sweep, p.chosen), note)
    axes = canvas.add_panel(figure, 0.95, 0.6, 0.35, top + 0.1)
    _curve(axes, sweep, "silhouette", p.chosen, "silhouette_se")
    axes.set_ylabel("silhouette (squared Euclidean)", color=palette.INK)
    axes.set_xlabel("number of segments k", color=palette.INK)
    return figure


def draw_evidence(p: Pictures) -> Figure | None:
    """Separation, stability and smallest share over k, the chosen one marked, the limits drawn."""
    rows: list[tuple[str, str, float | None, str]] = [
        ("silhouette", "Are they apart?\nsilhouette\n(squared Euclidean)", None, ""),
        ("lowest_jaccard", "Do they come back?\nlowest Jaccard\nover redraws", STABLE, "comes back"),
        (
            "smallest_share",
            "Is each large enough?\nsmallest share\nof customers",
            p.floor or None,
            "large enough",
        ),
    ]
    rows = [row for row in rows if _select_known(p, row[0]) is not None]
    if len(rows) < 2:
        return None
    figure = canvas.make_sheet(WIDTH, 1.6 + 1.75 * len(rows))
    note = (
        "Filled points keep every limit (dashed); open ones break at least one. Shaded: the chosen k; "
        "bars: two standard errors each way."
    )
    top = canvas.write_head(figure, titles.evidence(p.sweep, p.chosen, p.floor), note) + 0.1
    high = figure.get_size_inches()[1]
    each = (high - top - 0.6) / len(rows)
    for place, (column, text, limit, claim) in enumerate(rows):
        above = top + place * each
        axes = canvas.add_panel(figure, LEFT, float(high - above - each + 0.22), RIGHT, above)
        sweep = p.sweep.sort_values("k")
        _curve(axes, sweep, column, p.chosen, f"{column}_se", broken=_breaks(p))
        if limit is not None:
            axes.axhline(limit, color=palette.INK, linewidth=1, linestyle=(0, (4, 3)))
            low, top_ = axes.get_ylim()
            axes.set_ylim(min(low, limit - 0.1 * (top_ - low)), max(top_, limit + 0.1 * (top_ - low)))
            axes.text(
                1.01,
                limit,
                f"{claim}\nfrom here up",
                transform=axes.get_yaxis_transform(),
                va="center",
                size=8,
                color=palette.SOFT_INK,
            )
        if column == "smallest_share":
            axes.yaxis.set_major_formatter(lambda value, _: wording.format_percent(value))
        outside = -(LEFT - 0.22) / (WIDTH - LEFT - RIGHT)
        first, _, rest = text.partition("\n")
        axes.text(
            outside,
            0.98,
            first,
            transform=axes.transAxes,
            size=10,
            weight="bold",
            color=palette.INK,
            va="top",
        )
        axes.text(outside, 0.82, rest, transform=axes.transAxes, size=9, color=palette.SOFT_INK, va="top")
        axes.tick_params(axis="x", labelbottom=place == len(rows) - 1)
        if place == len(rows) - 1:
            axes.set_xlabel("number of segments k", color=palette.INK, size=10)
    return figure


def _select_known(p: Pictures, column: str) -> pd.DataFrame | None:
    """The sweep in order of k, or None where that score was not taken."""
    if column not in p.sweep or p.sweep[column].isna().all():
        return None
    return p.sweep.sort_values("k")


def _breaks(p: Pictures) -> set[int]:
    """Every k that breaks a limit."""
    broken = (
        set(p.sweep.loc[p.sweep["smallest_share"] < p.floor, "k"]) if "smallest_share" in p.sweep else set()
    )
    if "lowest_jaccard" in p.sweep:
        broken |= set(p.sweep.loc[p.sweep["lowest_jaccard"] < STABLE, "k"])
    return {int(k) for k in broken}


def _curve(
    axes: Axes, sweep: pd.DataFrame, column: str, chosen: int, error: str = "", broken: set[int] | None = None
) -> None:
    """The score over k with the chosen k shaded and labelled; open points for every k of `broken`."""
    k, values = sweep["k"].to_numpy(dtype=int), sweep[column].to_numpy(dtype=float)
    axes.axvspan(chosen - 0.4, chosen + 0.4, color=palette.COLOURS[1], alpha=0.22, linewidth=0)
    if error in sweep:
        axes.errorbar(
            k,
            values,
            yerr=2 * sweep[error].to_numpy(dtype=float),
            fmt="none",
            ecolor=LINE,
            capsize=3,
            elinewidth=1.2,
        )
    axes.plot(k, values, color=LINE, linewidth=1.8, zorder=3)
    hollow = [int(one) in (broken or set()) for one in k]
    faces = [palette.PAPER if one else LINE for one in hollow]
    axes.scatter(k, values, s=44, c=faces, edgecolors=LINE, linewidths=1.6, zorder=4)
    axes.margins(y=0.22)
    axes.set_xlim(k.min() - 0.6, k.max() + 0.6)
    axes.xaxis.set_major_locator(FixedLocator(k[:: max(1, len(k) // 15)].tolist()))
    axes.grid(axis="y", color=palette.RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    here = values[k == chosen]
    if len(here) and np.isfinite(here[0]):
        text = (
            wording.format_percent(here[0])
            if column == "smallest_share"
            else wording.format_number(here[0], 4)
        )
        text = wording.format_decimal(here[0], 3) if column == "silhouette" else text
        text = wording.format_decimal(here[0]) if column == "lowest_jaccard" else text
        axes.annotate(
            text,
            (chosen, here[0]),
            (9, 9),
            textcoords="offset points",
            size=9.5,
            weight="bold",
            color=palette.INK,
            zorder=6,
            bbox={"facecolor": palette.PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
