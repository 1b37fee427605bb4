"""Interactive figures of a run: small tables in, Plotly figures out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.view import Summary

DRAWN = 4_000
"""Customers in a scatter plot; more only cover each other."""
SOLID = ("circle", "square", "diamond", "cross", "x")
"""The symbols that Plotly has in three dimensions."""
CLEAR, GRID = "rgba(0,0,0,0)", "#eeeeea"
Axis = Mapping[str, Any]
PLAIN: Axis = {}
PERCENT = {"title": "share of the segment's customers", "ticksuffix": " %"}
_EDGE = {"l": 10, "r": 10, "t": 10, "b": 10}


def choose_places(rows: int) -> NDArray[np.int64]:
    """The places of the customers that a scatter plot shows: all of so many rows, or DRAWN of them drawn
    evenly; ascending, and the same every time."""
    if rows <= DRAWN:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, DRAWN, replace=False))


def draw_plane(
    points: NDArray[np.float64], labels: Any, names: Mapping[int, str], shares: Sequence[float]
) -> go.Figure:
    """Customers on their two principal axes; `points` (n, 3), `shares` of the variance along each axis."""
    figure = go.Figure()
    for segment, name, rows in _split(labels, names):
        x, y = points[rows, :2].T
        hover = f"{name}<extra></extra>"
        look = _mark_points(segment, name, 7, palette.pick_symbol(segment))
        figure.add_scattergl(x=x, y=y, **look, hovertemplate=hover)
    across, up = (
        {"title": _name_axis(i, shares), "zeroline": False, "showticklabels": False} for i in (1, 2)
    )
    return _lay_out(figure, 520, across, up)


def draw_space(
    points: NDArray[np.float64], labels: Any, names: Mapping[int, str], shares: Sequence[float]
) -> go.Figure:
    """The same on three axes, to be turned with the mouse."""
    figure = go.Figure()
    for segment, name, rows in _split(labels, names):
        x, y, z = points[rows].T
        hover = f"{name}<extra></extra>"
        look = _mark_points(segment, name, 3, SOLID[segment % len(SOLID)])
        figure.add_scatter3d(x=x, y=y, z=z, **look, hovertemplate=hover)
    axes = {
        f"{letter}axis": {
            "title": {"text": _name_axis(i, shares)}, "showticklabels": False, "showspikes": False
        }
        for i, letter in enumerate("xyz", start=1)
    }  # fmt: skip
    figure.update_layout(scene={**axes, "camera": {"eye": {"x": 1.5, "y": 1.4, "z": 0.9}}})
    return _lay_out(figure, 620)


def draw_heatmap(profile: pd.DataFrame, columns: Sequence[str], summary: Summary) -> go.Figure:
    """How far each segment's mean of each column lies from all customers, in standard deviations."""
    rows = profile.iloc[::-1]
    z, means = (rows[[f"{kind}_{name}" for name in columns]].to_numpy(float) for kind in ("z", "mean"))
    lettered = list(map(palette.write_lettered, rows["segment"].astype(int), rows["name"]))
    ends = {"tickvals": [-2, 0, 2], "ticktext": ["far below", "like all", "far above"]}
    figure = go.Figure(
        go.Heatmap(
            z=z, x=[summary.say(name) for name in columns], y=lettered,
            text=[list(map(summary.write, columns, row)) for row in means],
            texttemplate="%{text}",
            colorscale=[[0, palette.BELOW], [0.5, "#ffffff"], [1, palette.ABOVE]], zmin=-2, zmax=2,
            xgap=2, ygap=2, colorbar={"thickness": 12, **ends},
            hovertemplate="%{y}<br>%{x}: %{text}<br>%{z:+.1f} standard deviations<extra></extra>",
        )
    )  # fmt: skip
    across = {"side": "top", "tickangle": -35 if len(columns) > 5 else 0}
    return _lay_out(figure, 150 + 48 * len(rows), across)


def draw_score(sweep: pd.DataFrame, chosen: int, score: str) -> go.Figure:
    """One score for every number of segments that was tried."""
    known = sweep[sweep[score].notna()].sort_values("k")
    colours = [palette.ACCENT if int(k) == chosen else palette.SOFT_INK for k in known["k"]]
    figure = go.Figure(
        go.Scatter(
            x=known["k"], y=known[score], mode="lines+markers", line={"color": palette.RULE, "width": 2},
            marker={"color": colours, "size": 10}, hovertemplate="%{x} segments: %{y:.3f}<extra></extra>",
        )
    )  # fmt: skip
    up = {"tickformat": ".0%", "rangemode": "tozero"} if score == "smallest_share" else {}
    return _lay_out(figure, 240, {"title": "segments", "dtick": 1}, up, legend=False)


def draw_distribution(
    table: pd.DataFrame, column: str, title: str, names: Mapping[int, str], log: bool
) -> go.Figure:
    """How a column is spread within each segment: a box each, with its mean."""
    values, figure = table[column].to_numpy(float), go.Figure()
    for segment, name, rows in _split(table["segment"], names):
        colour = palette.pick_colour(segment)
        figure.add_box(y=values[rows], name=name, marker_color=colour, boxpoints=False, boxmean=True)
    return _lay_out(figure, 460, up={"title": title, "type": "log" if log else "linear"}, legend=False)


def draw_histogram(table: pd.DataFrame, column: str, title: str, names: Mapping[int, str]) -> go.Figure:
    """The same as shares of each segment's customers."""
    values, figure = table[column].to_numpy(float), go.Figure(layout={"barmode": "overlay"})
    for segment, name, rows in _split(table["segment"], names):
        figure.add_histogram(
            x=values[rows], name=name, marker_color=palette.pick_colour(segment), opacity=0.6,
            histnorm="percent", bingroup=1, nbinsx=40,
        )  # fmt: skip
    return _lay_out(figure, 460, {"title": title}, PERCENT)


def draw_shares(table: pd.DataFrame, column: str, names: Mapping[int, str]) -> go.Figure:
    """The shares of a column's texts among each segment's customers, the commonest text first; who has none
    is left out."""
    known = table[table[column].notna()]
    texts = known[column].astype(str)
    shares = 100 * pd.crosstab(known["segment"], texts, normalize="index")[list(texts.value_counts().index)]
    figure = go.Figure(layout={"barmode": "group"})
    for segment, name in names.items():
        if segment in shares.index:
            figure.add_bar(
                x=list(shares.columns), y=shares.loc[segment].to_numpy(),
                name=palette.write_lettered(segment, name), marker_color=palette.pick_colour(segment),
                hovertemplate="%{x}: %{y:.0f} %<extra></extra>",
            )  # fmt: skip
    return _lay_out(figure, 460, {"type": "category"}, PERCENT)


def draw_pair(
    table: pd.DataFrame, x: str, y: str, titles: tuple[str, str], names: Mapping[int, str]
) -> go.Figure:
    """Any two columns against each other, a point per customer."""
    shown = table.iloc[choose_places(len(table))]
    figure = go.Figure()
    for segment, name, rows in _split(shown["segment"], names):
        part = shown.iloc[rows]
        look = _mark_points(segment, name, 7, palette.pick_symbol(segment))
        figure.add_scattergl(x=part[x], y=part[y], **look)
    return _lay_out(figure, 520, {"title": titles[0]}, {"title": titles[1]})


def draw_reasons(
    found: Sequence[tuple[str, float]], own: tuple[int, str], other: tuple[int, str]
) -> go.Figure:
    """What speaks for a segment (id and name; to the right) and what for the next one (to the left)."""
    weights = [weight for _, weight in reversed(found)]
    names = [name for name, _ in reversed(found)]
    colours = [palette.pick_colour((own if weight >= 0 else other)[0]) for weight in weights]
    figure = go.Figure(go.Bar(x=weights, y=names, orientation="h", marker_color=colours, hoverinfo="skip"))
    most = 1.1 * max((abs(weight) for weight in weights), default=0.0) or 1.0
    left, right = (palette.write_lettered(*one) for one in (other, own))
    for x, up, anchor, text in ((0, 20, "left", f"← {left}"), (1, 40, "right", f"{right} →")):
        figure.add_annotation(
            text=wording.break_text(text, 40, 1), xref="x domain", yref="paper", x=x, y=1, yshift=up,
            showarrow=False, xanchor=anchor,
        )  # fmt: skip
    across = {"range": [-most, most], "showgrid": False, "showticklabels": False}
    height = 130 + 34 * len(names)
    return _lay_out(figure, height, across, legend=False).update_layout(margin={**_EDGE, "t": 44})


def draw_movement(before: Sequence[str], now: Sequence[str], counts: NDArray[Any]) -> go.Figure:
    """Who went where: rows are the segments before, columns those of now, cells customers."""
    text = [[f"{int(value):,}" if value else "" for value in row] for row in counts]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = go.Figure(
        go.Heatmap(
            z=shares[::-1], x=list(now), y=list(before)[::-1], text=text[::-1], texttemplate="%{text}",
            colorscale=[[0, "#ffffff"], [1, palette.BELOW]], zmin=0, zmax=1, showscale=False, xgap=2, ygap=2,
        )
    )  # fmt: skip
    across = {"title": "now", "side": "top"}
    return _lay_out(figure, 180 + 44 * len(before), across, {"title": "before"}, legend=False)


def _split(labels: Any, names: Mapping[int, str]) -> Iterator[tuple[int, str, NDArray[np.int64]]]:
    """Each segment, its letter and name, and the places of its customers; `labels` (n,) of the customers."""
    of = np.asarray(labels)
    for segment, name in names.items():
        yield segment, palette.write_lettered(segment, name), np.flatnonzero(of == segment)


def _mark_points(segment: int, name: str, size: int, symbol: str) -> dict[str, Any]:
    """How the customers of a segment look as points."""
    mark = {"color": palette.pick_colour(segment), "size": size, "opacity": 0.75, "symbol": symbol}
    return {"mode": "markers", "name": name, "marker": mark}


def _name_axis(number: int, shares: Sequence[float]) -> str:
    share = shares[number - 1] if number <= len(shares) else 0.0
    return f"axis {number} ({wording.format_percent(share)} of the differences)"


def _lay_out(
    figure: go.Figure, height: int, across: Axis = PLAIN, up: Axis = PLAIN, legend: bool = True
) -> go.Figure:
    """White ground, thin rules, the legend above; `across` and `up`: what is particular to the axes."""
    figure.update_layout(
        template="plotly_white", paper_bgcolor=CLEAR, plot_bgcolor=CLEAR, height=height, margin=_EDGE,
        showlegend=legend, font={"color": palette.INK},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "itemsizing": "constant"},
        hoverlabel={"bgcolor": "#ffffff"},
    )  # fmt: skip
    return figure.update_xaxes(gridcolor=GRID, **across).update_yaxes(gridcolor=GRID, **up)
