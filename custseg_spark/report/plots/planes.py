"""Customers as points: the principal plane, the same in three dimensions, two features as a pair."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas, scales, titles
from custseg_spark.report.plots.data import Pictures
from custseg_spark.report.plots.labels import label_points

FEW = 8
"""Up to this many segments are named at their centres; beyond, their letters stand there."""
LONG = 44
"""So do they where a name has more letters than this."""
MOST_IN_SPACE = 4000
FLAT = 1e-9
GOLDEN = (5**0.5 - 1) / 2


def draw_plane(p: Pictures) -> Figure:
    """Customers and segment centres on the first two principal components; where one holds everything, the
    customers are strewn across it, so that they do not lie on each other."""
    note = "Each point is a customer of the sample; ringed markers are segment centres."
    flat = p.explained[1] < FLAT
    points = np.column_stack([p.plane[:, 0], _strew(len(p.plane))]) if flat else p.plane[:, :2]
    note += " Up and down says nothing." if flat else ""
    head = (titles.describe_plane(p), note)
    figure, axes = _draw_cloud(p, points, p.plane_labels, p.plane_centres[:, :2], head)
    axes.set_xlabel(canvas.escape_mathtext(titles.describe_component(p, 0)), labelpad=6)
    if flat:
        axes.set_yticks([])
    else:
        axes.set_ylabel(canvas.escape_mathtext(titles.describe_component(p, 1)), labelpad=6)
    return figure


def _strew(n: int) -> NDArray[np.float64]:
    """(n,) places from -1 to 1, the same every time, any few of them in a row far from each other."""
    return np.asarray(np.arange(n) * GOLDEN % 2 - 1, dtype=np.float64)


def draw_pair(p: Pictures) -> Figure | None:
    """Two columns against each other in their own units; none where the sample has only one."""
    views = titles.choose_pair(p)
    if len(views) < 2:
        return None
    units = np.column_stack([p.values(view.name) for view in views])
    labels = p.sample["segment"].to_numpy(dtype=np.int64)
    known = np.isfinite(units).all(axis=1)
    units, labels = units[known], labels[known]
    if len(units) == 0:
        return None
    points = np.column_stack([scales.to_axis(units[:, i], view) for i, view in enumerate(views)])
    middle = np.array([_take_median(points[labels == segment]) for segment in range(p.k)])
    rho = titles.measure_correlation(units)
    note = "Each point is a customer of the sample; ringed markers are the medians of the segments."
    note += f" Rank correlation: {wording.format_decimal(rho)}."
    figure, axes = _draw_cloud(p, points, labels, middle, (titles.describe_pair(views, rho), note))
    for axis, view in ((axes.xaxis, views[0]), (axes.yaxis, views[1])):
        scales.label_axis(axis, view)
    return figure


def draw_space(p: Pictures) -> Figure | None:
    """The first three principal components from one angle; none where there are fewer than three."""
    if p.loadings.shape[1] < 3 or p.explained[2] < FLAT:
        return None
    texts = _write_legend(p)
    wide, high = canvas.measure_legend(texts)
    figure = canvas.make_sheet(7.3 + wide, max(6.6, high + 1.6))
    caption = "   ".join(titles.describe_component(p, i) for i in range(3))
    top = canvas.write_head(figure, titles.describe_space(p), caption)
    axes = _make_space(figure, wide, top, p)
    kept = np.arange(len(p.plane))[:: max(1, len(p.plane) // MOST_IN_SPACE)]
    points, labels = p.plane[kept], p.plane_labels[kept]
    frame = scales.fit_frame(points, p.plane_centres)
    axes.set(**{f"{name}lim": frame[:, axis] for axis, name in enumerate("xyz")})
    inside = scales.find_inside(points, frame)
    points, labels = points[inside], labels[inside]
    look: dict[str, Any] = {"s": _size_dot(len(points)), "linewidths": 0, "alpha": 0.5, "depthshade": False}
    for position, segment in enumerate(p.ids):
        axes.scatter(*points[labels == position].T, **canvas.mark(segment), **look)
    axes.set_box_aspect((1.15, 1, 0.85), zoom=1.08)
    _draw_space_centres(figure, axes, p)
    canvas.draw_legend(figure, texts, p.ids, 7.0, top + 0.25)
    return figure


def _make_space(figure: Figure, right: float, top: float, p: Pictures) -> Any:
    from mpl_toolkits.mplot3d import Axes3D  # noqa: F401  (registers the projection)

    below = max(0.3, float(figure.get_size_inches()[1]) - 6.4)
    axes: Any = canvas.add_panel(
        figure, 0.2, below, right + 0.75, top, projection="3d", computed_zorder=False
    )
    axes.view_init(elev=22, azim=-58)
    axes.set_facecolor("none")
    for number, axis in enumerate((axes.xaxis, axes.yaxis, axes.zaxis)):
        axis.set_pane_color("#f4f2ec")
        axis._axinfo["grid"].update(color=palette.RULE, linewidth=0.6)
        axis.set_tick_params(labelsize=8, colors=palette.SOFT_INK, pad=0)
        text = f"Axis {number + 1} ({wording.format_percent(float(p.explained[number]))})"
        axis.label.set(text=text, size=10, color=palette.INK)
    return axes


def _draw_space_centres(figure: Figure, axes: Any, p: Pictures) -> None:
    from mpl_toolkits.mplot3d import proj3d

    ring = {"s": 110, "edgecolors": palette.INK, "linewidths": 1.4, "depthshade": False, "zorder": 9}
    for segment, centre in zip(p.ids, p.plane_centres, strict=True):
        axes.scatter(*([value] for value in centre), **canvas.mark(segment), **ring)
    axes.apply_aspect()
    x, y, _ = proj3d.proj_transform(*p.plane_centres.T, axes.get_proj())
    anchors = axes.transData.transform(np.column_stack([x, y]))
    label_points(figure, anchors, [palette.write_letter(segment) for segment in p.ids], axes)


def _draw_cloud(
    p: Pictures,
    points: NDArray[np.float64],
    labels: NDArray[np.int64],
    centres: NDArray[np.float64],
    head: tuple[str, str],
) -> tuple[Figure, Axes]:
    """Points (n, 2) by the positions (n,) of their segments, ringed centres (k, 2; NaN: none) with names or
    letters, the legend outside. `head`: title and note."""
    texts, (title, note) = _write_legend(p), head
    wide, high = canvas.measure_legend(texts)
    figure = canvas.make_sheet(7.4 + wide, max(6.4, high + 1.6))
    frame = scales.fit_frame(points, centres)
    inside = scales.find_inside(points, frame)
    if not inside.all():
        outside = wording.format_number(float((~inside).sum()))
        note += f" {outside} of {wording.format_number(len(points))} lie outside the frame."
    top = canvas.write_head(figure, title, note)
    axes = canvas.add_panel(figure, 0.8, 0.65, wide + 0.35, top + 0.05)
    axes.set(xlim=frame[:, 0], ylim=frame[:, 1])
    ids, size = dict(enumerate(p.ids)), _size_dot(len(points[inside]))
    canvas.scatter(axes, points[inside], labels[inside], ids, s=size, alpha=0.55)
    ring: dict[str, Any] = {"markersize": 11, "markeredgecolor": palette.INK, "markeredgewidth": 1.6}
    for segment, (x, y) in zip(p.ids, centres, strict=True):
        axes.plot(x, y, **canvas.mark(segment), **ring, zorder=10)
    here = np.isfinite(centres).all(axis=1)
    short = p.k <= FEW and max(map(len, p.names)) <= LONG
    letters = [palette.write_letter(segment) for segment in p.ids]
    names = [wording.break_text(p.names[s], 24) if short else letters[s] for s in np.flatnonzero(here)]
    label_points(figure, axes.transData.transform(centres[here]), names, axes)
    canvas.draw_legend(figure, texts, p.ids, 7.25, top + 0.1)
    return figure, axes


def _size_dot(n: int) -> float:
    """Area of a point: smaller the more there are."""
    return float(np.clip(26 * (1000 / max(n, 1)) ** 0.5, 7, 40))


def _take_median(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.median(points, axis=0) if len(points) else np.full(2, np.nan)


def _write_legend(p: Pictures) -> list[str]:
    shares = [wording.format_percent(share) for share in p.shares]
    lines = canvas.write_names(p.names, p.ids, 28)
    return [f"{line} · {share}" for line, share in zip(lines, shares, strict=True)]
