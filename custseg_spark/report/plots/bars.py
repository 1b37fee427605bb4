"""One row per segment: how many customers, and what they bring."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas, titles
from custseg_spark.report.plots.data import Pictures


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
    what = wording.humanize(name)
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
    figure = canvas.make_sheet(9, 6)
    labels = canvas.write_names(p.names, p.ids, 30)
    size = 9.5 if p.k <= canvas.MANY else 8.5
    left = max(canvas.measure_text(figure, label, size) for label in labels) + 0.45
    figure.set_size_inches(left + 6.4, 1.9 + max(row, 0.42 if any("\n" in x for x in labels) else 0) * p.k)
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
