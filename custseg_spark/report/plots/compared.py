"""Algorithms side by side: the same plane under each, Ward's tree, DBSCAN's radius."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.cluster import hierarchy

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas, scales
from custseg_spark.report.plots.data import ComparisonPictures
from custseg_spark.report.plots.pairing import find_reference, renumber, renumber_all

MERGES = 30
"""So many of the last merges of the tree are drawn, or as many as the cut needs."""
NOISE = "#a3a6ab"
GAP, HEAD = 0.25, 0.52
"""Inches between panels, and above each for its title."""


def draw_comparison_panels(p: ComparisonPictures) -> Figure | None:
    """The same customers on the same plane once per algorithm, coloured by what it found."""
    if not p.labellings or len(p.plane) == 0:
        return None
    shown = renumber_all(p.labellings, p.segments)
    columns = len(shown) if len(shown) < 4 else 2 if len(shown) == 4 else 3
    rows = -(-len(shown) // columns)
    side = 4.6 if columns < 3 else 3.1
    tall, wide = side * 0.82, max(columns * side + (columns - 1) * GAP + 0.5, 7.0)
    frame = scales.fit_frame(p.plane[:, :2], np.empty((0, 2)))
    inside = scales.find_inside(p.plane[:, :2], frame)
    head = (_write_title(p.labellings), _write_note(p, int((~inside).sum())))
    top = canvas.write_head(canvas.make_sheet(wide, 1.0), *head)  # to know how high it is
    high = top + rows * (tall + HEAD) + 0.2
    figure = canvas.make_sheet(wide, high)
    canvas.write_head(figure, *head)
    for place, (name, labels) in enumerate(shown.items()):
        row, column = divmod(place, columns)
        left, above = 0.25 + column * (side + GAP), top + row * (tall + HEAD) + HEAD - 0.1
        axes = canvas.add_panel(figure, left, high - above - tall, wide - left - side, above)
        _draw_panel(axes, p.plane[inside, :2], labels[inside], frame)
        if p.segments is not None:
            _write_letters(axes, p.plane[inside, :2], labels[inside], np.unique(p.segments))
        _title_panel(axes, name, p.labellings[name])
    return figure


def draw_dendrogram(p: ComparisonPictures) -> Figure | None:
    """The last merges of Ward's tree, and where it is cut into k segments."""
    if p.linkage is None or len(p.linkage) == 0:
        return None
    tree, n = p.linkage, len(p.linkage) + 1
    k = min(max(p.k, 1), n)
    of_node = _colour_nodes(p, k)
    inks = [palette.SOFT_INK if segment == -1 else palette.pick_colour(segment) for segment in of_node]
    drawn = hierarchy.dendrogram(
        tree, max(MERGES + 1, k), "lastp", no_plot=True, link_color_func=inks.__getitem__
    )
    figure = canvas.make_sheet(9.6, 5.4)
    note = (
        f"Ward's tree, its last {_count_merges(len(drawn['icoord']))}. Under each branch: how many customers"
    )
    note += " it holds."
    note += " Height: the distance at which two branches merge."
    top = canvas.write_head(figure, _describe_cut(tree, k), note)
    axes = canvas.add_panel(figure, 0.95, 0.7, 1.15, top)
    strokes = list(np.stack([drawn["icoord"], drawn["dcoord"]], axis=2))
    axes.add_collection(LineCollection(strokes, colors=drawn["color_list"], linewidths=1.6))
    _draw_leaves(axes, drawn["leaves"], tree, of_node)
    axes.set_ylim(0, 1.05 * float(tree[-1, 2]) or 1.0)
    axes.set_ylabel("Ward distance", color=palette.INK)
    axes.yaxis.set_major_formatter(lambda value, _: scales.shorten(value))
    if k > 1:
        low, high = _find_gap(tree, k)
        axes.axhline((low + high) / 2, **{**canvas.DASHED, "linewidth": 1.2})
        beside = axes.get_yaxis_transform()
        canvas.put_text(axes, 1.01, (low + high) / 2, f"cut into\n{k} segments", transform=beside)
    return figure


def draw_k_distance(p: ComparisonPictures) -> Figure | None:
    """The rising distances to the customer that makes each a core, and the radius taken from them."""
    curve = p.distances
    if len(curve) == 0:
        return None
    cores = int(np.searchsorted(curve, p.eps, side="right"))
    share, eps = wording.format_percent(cores / len(curve)), wording.format_number(p.eps)
    title = f"{share} of customers have enough others near them to lie within a dense group"
    note = (
        f"DBSCAN: near is a radius of {eps}, enough are {p.min_samples} customers, itself counted. Customers"
    )
    note += " in order of the distance that this takes; shaded: those who would need more than the radius."
    figure, axes = canvas.make_chart(title, note)
    axes.axvspan(cores + 0.5, len(curve) + 0.5, color=NOISE, alpha=0.18, linewidth=0)
    axes.plot(np.arange(1, len(curve) + 1), curve, color=palette.LINE, linewidth=1.8, zorder=3)
    axes.axhline(p.eps, **canvas.DASHED)
    knee = max(cores, 1)
    dot: dict[str, Any] = {"marker": "o", "markersize": 9, "markeredgecolor": palette.INK}
    axes.plot(knee, p.eps, color=palette.LINE, zorder=5, **dot)
    right = knee > 0.5 * len(curve)
    axes.annotate(f"eps = {eps}", (knee, p.eps), (-10 if right else 10, 9), textcoords="offset points",
        ha="right" if right else "left", size=10, weight="bold", color=palette.INK, zorder=6)  # fmt: skip
    axes.set_xlim(0.5, len(curve) + 0.5)
    axes.set_ylim(0, max(float(curve[-1]), p.eps) * 1.08 or 1.0)
    axes.xaxis.set_major_formatter(lambda value, _: wording.format_number(value))
    axes.yaxis.set_major_formatter(lambda value, _: scales.shorten(value))
    axes.set_xlabel("customers, by rising distance", color=palette.INK)
    axes.set_ylabel(f"distance to have {p.min_samples} together", color=palette.INK)
    canvas.draw_grid(axes, "y")
    return figure


def _draw_panel(
    axes: Axes, points: NDArray[np.float64], labels: NDArray[np.int64], frame: NDArray[np.float64]
) -> None:
    """Noise first, then the segments in three rounds, so that none covers the others."""
    size = float(np.clip(14 * (1000 / len(points)) ** 0.5, 4, 26))
    noise = points[labels == -1]
    axes.scatter(noise[:, 0], noise[:, 1], s=size, c=NOISE, marker="x", linewidths=0.7, alpha=0.8)
    ids = {segment: segment for segment in np.unique(labels[labels != -1]).tolist()}
    canvas.scatter(axes, points, labels, ids, s=size, alpha=0.6)
    axes.set(xlim=frame[:, 0], ylim=frame[:, 1], xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(True)


def _write_letters(
    axes: Axes, points: NDArray[np.float64], labels: NDArray[np.int64], segments: NDArray[np.int64]
) -> None:
    """The letter of each segment that a group is paired with, on the middle of the group."""
    for segment in segments[np.isin(segments, labels)].tolist():
        x, y = np.median(points[labels == segment], axis=0)
        look = {"ha": "center", "weight": "bold", "size": 9.5, "zorder": 8}
        ground = {**canvas.GROUND, "boxstyle": "circle,pad=0.18", "edgecolor": palette.INK, "linewidth": 0.8}
        canvas.put_text(axes, x, y, palette.write_letter(segment), bbox=ground, **look)


def _title_panel(axes: Axes, name: str, labels: NDArray[np.int64]) -> None:
    text = f"{wording.break_text(name, 22, 1)} · {_count_found(labels)}"
    axes.set_title(
        canvas.escape_mathtext(text), loc="left", size=10.5, weight="bold", color=palette.INK, pad=6
    )
    noise = float((labels < 0).mean())
    if noise > 0:
        text = f"{wording.format_percent(noise)} noise"
        look = {"size": 8.5, "ha": "right", "va": "top", "color": palette.SOFT_INK, "zorder": 9}
        ground = {**canvas.GROUND, "alpha": 0.85, "pad": 1.5}
        canvas.put_text(axes, 0.985, 0.98, text, transform=axes.transAxes, bbox=ground, **look)


def _count_found(labels: NDArray[np.int64]) -> str:
    found = len(np.unique(labels[labels >= 0]))
    return "no segment" if found == 0 else "1 segment" if found == 1 else f"{found} segments"


def _write_note(p: ComparisonPictures, outside: int) -> str:
    text = "The same customers on the same plane in every panel."
    if p.segments is not None:
        text += " A group has the letter and the colour of the segment that most of its customers share;"
        text += " without a letter it is paired with none."
    elif len(p.labellings) > 1:
        text += f" Groups are paired with those of {find_reference(p.labellings)},"
        text += " so that most customers keep their colour."
    if any((labels < 0).any() for labels in p.labellings.values()):
        text += " Grey crosses: noise, customers in no segment."
    return text + (f" {wording.format_number(float(outside))} lie outside the frame." if outside else "")


def _write_title(labellings: Mapping[str, NDArray[np.int64]]) -> str:
    """How many segments the algorithms find, and which leaves the most customers out."""
    counts = [len(np.unique(labels[labels >= 0])) for labels in labellings.values()]
    first = next(iter(labellings))
    if len(counts) == 1:
        text = f"{first} finds {_count_found(labellings[first])}"
    elif min(counts) == max(counts):
        text = "Both" if len(counts) == 2 else f"All {len(counts)}"
        text += f" algorithms find {_count_found(labellings[first])}"
    else:
        text = f"{len(counts)} algorithms find from {min(counts)} to {max(counts)} segments"
    noise = {name: float((labels < 0).mean()) for name, labels in labellings.items()}
    most = max(noise, key=lambda name: noise[name])
    if noise[most] > 0:
        text += f"; {most} leaves {wording.format_percent(noise[most])} of customers in none"
    return text


def _colour_nodes(p: ComparisonPictures, k: int) -> list[int]:
    """The number that each node of the tree has in the panels, and so its colour; -1 above the cut."""
    assert p.linkage is not None
    labels: NDArray[np.int64] = np.asarray(hierarchy.fcluster(p.linkage, k, "maxclust"), dtype=np.int64) - 1
    first = p.segments
    if first is None and p.labellings:
        first = p.labellings[find_reference(p.labellings)]
    if first is not None and len(first) == len(labels):
        labels = renumber(labels, np.asarray(first))
    of_node: list[int] = labels.tolist()
    for left, right in p.linkage[:, :2].astype(int).tolist():
        of_node.append(of_node[left] if of_node[left] == of_node[right] else -1)
    return of_node


def _draw_leaves(axes: Axes, nodes: list[int], tree: NDArray[np.float64], of_node: list[int]) -> None:
    """A marker of the segment and the number of customers under each branch."""
    n = len(tree) + 1
    places = 5.0 + 10.0 * np.arange(len(nodes))
    for place, node in zip(places, nodes, strict=True):
        segment = of_node[node]
        axes.plot(place, 0, **canvas.mark(segment), markersize=6, clip_on=False, zorder=5)
    sizes = [1 if node < n else int(tree[node - n, 3]) for node in nodes]
    axes.set_xticks(places, [f"{size:,}" for size in sizes], rotation=90 if len(nodes) > 12 else 0)
    axes.tick_params(axis="x", length=0, pad=7)
    axes.set_xlim(0, 10.0 * len(nodes))
    axes.set_xlabel("customers", color=palette.INK)


def _count_merges(count: int) -> str:
    return "merge" if count == 1 else f"{count} merges"


def _find_gap(tree: NDArray[np.float64], k: int) -> tuple[float, float]:
    """The heights of the last merge that a cut into k > 1 segments keeps and of the first it undoes."""
    return (float(tree[-k, 2]) if k <= len(tree) else 0.0), float(tree[1 - k, 2])


def _describe_cut(tree: NDArray[np.float64], k: int) -> str:
    """Between which heights the cut has room."""
    if k < 2:
        return "How customers join into ever larger groups"
    low, high = _find_gap(tree, k)
    heights = f"{wording.format_number(low)} and {wording.format_number(high)}"
    return f"Joined by likeness, customers fall into {k} groups when the tree is cut between {heights}"
