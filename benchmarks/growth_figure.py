"""Time and peak memory by rows, features and k: two rows of three small charts, a line for each engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from growth import AXES, Axis, Growth, list_points
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from custseg_spark.report import palette

COLOURS = {"Sail": palette.COLOURS[0], "Spark": palette.COLOURS[1]}
MARKERS = {"Sail": palette.MARKERS[0], "Spark": palette.MARKERS[1]}
MEASURES = (("seconds", "wall time, s"), ("mib", "peak memory, MiB"))
SHORT = FuncFormatter(lambda value, _: _shorten(value))


def _shorten(value: float) -> str:
    """100000 as 0.1M; small numbers as they are."""
    return f"{value / 1e6:g}M" if value >= 50_000 else f"{value:,.10g}"


def draw(results: Sequence[Growth], path: Path) -> None:
    """The figure as PNG. Rows and both measures have a logarithmic scale, features and k a plain one."""
    figure = Figure(figsize=(10, 5.6), facecolor=palette.PAPER, layout="constrained")
    grid = figure.subplots(2, 3, sharex="col", sharey="row", squeeze=False)
    for column, axis in enumerate(AXES):
        for row, (measure, label) in enumerate(MEASURES):
            plot = grid[row][column]
            _draw_chart(plot, results, axis, measure)
            if column == 0:
                plot.set_ylabel(label, color=palette.INK)
        grid[1][column].set_xlabel(axis.called, color=palette.INK)
    base = results[0]["base"]
    others = (f"{base['features']} features, k to {base['k']}", f"{base['rows']:,} rows, k to {base['k']}",
              f"{base['rows']:,} rows, {base['features']} features")  # fmt: skip
    for plot, said in zip(grid[0], others, strict=True):
        plot.set_title(said, fontsize=10, color=palette.SOFT_INK)
    if len(results) > 1:
        grid[0][0].legend(frameon=False)
    figure.savefig(path, dpi=130)


def _draw_chart(plot: Axes, results: Sequence[Growth], axis: Axis, measure: str) -> None:
    ticks: set[int] = set()
    for growth in results:
        points, engine = list_points(growth, axis), growth["engine"]
        at, values = [point.at for point in points], [getattr(point, measure) for point in points]
        ticks |= set(at)
        plot.plot(at, values, color=COLOURS[engine], marker=MARKERS[engine], label=engine)
        for x, value in zip(at, values, strict=True):
            told = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
            plot.annotate(
                told,
                (x, value),
                (-4, 5),  # curves rise: to the left of a point there is room
                textcoords="offset points",
                ha="right",
                fontsize=8,
                color=palette.INK,
            )
    if axis.key == "rows":
        plot.set_xscale("log")
    plot.set_yscale("log")
    plot.margins(0.18, 0.25)
    plot.set_xticks(sorted(ticks))
    plot.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for scale in (plot.xaxis, plot.yaxis):
        scale.set_minor_locator(NullLocator())
        scale.set_major_formatter(SHORT)
    plot.grid(visible=True, color=palette.RULE, linewidth=0.6)
    plot.set_axisbelow(True)
    plot.set_facecolor(palette.PAPER)
    plot.tick_params(colors=palette.SOFT_INK)
    for side in plot.spines.values():
        side.set_visible(False)
