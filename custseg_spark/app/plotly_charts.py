"""Interactive figures of a run: small tables in, Plotly figures out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.sweep_scores import SCORES

DRAWN = 4_000
"""Customers in a scatter plot; more only cover each other."""
SYMBOLS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x", "star")
SOLID = ("circle", "square", "diamond", "cross", "x")

CLEAR = "rgba(0,0,0,0)"
OF_SEGMENT = "share of the segment's customers"
Rows = NDArray[np.int64]
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

    def draw(segment: int, rows: Rows) -> go.Scattergl:
        hover = f"{names[segment]}<extra></extra>"
        x, y = points[rows, :2].T
        return go.Scattergl(x=x, y=y, **_points(segment, names, 7, SYMBOLS), hovertemplate=hover)

    figure = _draw_each(labels, names, draw)
    figure.update_xaxes(title=_name_axis(1, shares), zeroline=False, showticklabels=False)
    figure.update_yaxes(title=_name_axis(2, shares), zeroline=False, showticklabels=False)
    return _lay_out(figure, 520)


def draw_space(
    points: NDArray[np.float64], labels: Any, names: Mapping[int, str], shares: Sequence[float]
) -> go.Figure:
    """The same on three axes, to be turned with the mouse."""

    def draw(segment: int, rows: Rows) -> go.Scatter3d:
        hover = f"{names[segment]}<extra></extra>"
        x, y, z = points[rows].T
        return go.Scatter3d(x=x, y=y, z=z, **_points(segment, names, 3, SOLID), hovertemplate=hover)

    axes = {
        f"{letter}axis": {
            "title": {"text": _name_axis(i, shares)}, "showticklabels": False, "showspikes": False
        }
        for i, letter in enumerate("xyz", start=1)
    }  # fmt: skip
    figure = _draw_each(labels, names, draw)
    figure.update_layout(scene={**axes, "camera": {"eye": {"x": 1.5, "y": 1.4, "z": 0.9}}})
    return _lay_out(figure, 620)


def draw_heatmap(profile: pd.DataFrame, columns: Sequence[str]) -> go.Figure:
    """How far each segment's mean of each column lies from all customers, in standard deviations."""
    rows = profile.iloc[::-1]
    z = rows[[f"z_{name}" for name in columns]].to_numpy(float)
    means = rows[[f"mean_{name}" for name in columns]].to_numpy(float)
    ends = {"tickvals": [-2, 0, 2], "ticktext": ["far below", "like all", "far above"]}
    figure = go.Figure(
        go.Heatmap(
            z=z, x=[wording.humanize(name) for name in columns], y=rows["name"].tolist(),
            text=[[wording.format_number(value) for value in row] for row in means], texttemplate="%{text}",
            colorscale=[[0, palette.BELOW], [0.5, "#ffffff"], [1, palette.ABOVE]], zmin=-2, zmax=2,
            xgap=2, ygap=2, colorbar={"thickness": 12, **ends},
            hovertemplate="%{y}<br>%{x}: %{text}<br>%{z:+.1f} standard deviations<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(side="top", tickangle=-35 if len(columns) > 5 else 0)
    return _lay_out(figure, 150 + 48 * len(rows))


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
    figure.update_xaxes(title="segments", dtick=1)
    if score == "smallest_share":
        figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return _lay_out(figure, 240, legend=False)


def name_score(score: str) -> str:
    """A score as the report calls it, and what it means."""
    return SCORES[score].title if score in SCORES else wording.humanize(score)


def draw_distribution(
    table: pd.DataFrame, column: str, title: str, names: Mapping[int, str], log: bool
) -> go.Figure:
    """How a column is spread within each segment: a box each, with its mean."""
    values, colour = table[column].to_numpy(float), palette.pick_colour

    def draw(segment: int, rows: Rows) -> go.Box:
        look = {"name": names[segment], "marker_color": colour(segment)}
        return go.Box(y=values[rows], **look, boxpoints=False, boxmean=True)

    figure = _draw_each(table["segment"], names, draw)
    figure.update_yaxes(title=title, type="log" if log else "linear")
    return _lay_out(figure, 460, legend=False)


def draw_histogram(table: pd.DataFrame, column: str, title: str, names: Mapping[int, str]) -> go.Figure:
    """The same as shares of each segment's customers."""
    values, colour = table[column].to_numpy(float), palette.pick_colour

    def draw(segment: int, rows: Rows) -> go.Histogram:
        look = {"name": names[segment], "marker_color": colour(segment), "opacity": 0.6}
        return go.Histogram(x=values[rows], **look, histnorm="percent", bingroup=1, nbinsx=40)

    figure = _draw_each(table["segment"], names, draw)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(title=title)
    figure.update_yaxes(title=OF_SEGMENT, ticksuffix=" %")
    return _lay_out(figure, 460)


def draw_shares(table: pd.DataFrame, column: str, names: Mapping[int, str]) -> go.Figure:
    """The shares of a column's texts among each segment's customers, the commonest text first; who has none
    is left out."""
    known = table[table[column].notna()]
    texts = known[column].astype(str)
    shares = 100 * pd.crosstab(known["segment"], texts, normalize="index")[list(texts.value_counts().index)]
    figure = go.Figure(
        [
            go.Bar(
                x=list(shares.columns), y=shares.loc[segment].to_numpy(), name=names[segment],
                marker_color=palette.pick_colour(segment), hovertemplate="%{x}: %{y:.0f} %<extra></extra>",
            )
            for segment in names
            if segment in shares.index
        ]
    )  # fmt: skip
    figure.update_layout(barmode="group")
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=OF_SEGMENT, ticksuffix=" %")
    return _lay_out(figure, 460)


def draw_pair(
    table: pd.DataFrame, x: str, y: str, titles: tuple[str, str], names: Mapping[int, str]
) -> go.Figure:
    """Any two columns against each other, a point per customer."""
    shown = table.iloc[choose_places(len(table))]

    def draw(segment: int, rows: Rows) -> go.Scattergl:
        part = shown.iloc[rows]
        return go.Scattergl(x=part[x], y=part[y], **_points(segment, names, 7, SYMBOLS))

    figure = _draw_each(shown["segment"], names, draw)
    figure.update_xaxes(title=titles[0])
    figure.update_yaxes(title=titles[1])
    return _lay_out(figure, 520)


def draw_reasons(
    found: Sequence[tuple[str, float]], own: tuple[int, str], other: tuple[int, str]
) -> go.Figure:
    """What speaks for a segment (id and name; to the right) and what for the next one (to the left)."""
    weights = [weight for _, weight in reversed(found)]
    names = [wording.humanize(name) for name, _ in reversed(found)]
    colours = [palette.pick_colour((own if weight >= 0 else other)[0]) for weight in weights]
    figure = go.Figure(go.Bar(x=weights, y=names, orientation="h", marker_color=colours, hoverinfo="skip"))
    most = 1.1 * max((abs(weight) for weight in weights), default=0.0) or 1.0
    figure.update_xaxes(range=[-most, most], showgrid=False, showticklabels=False)
    for x, up, anchor, text in ((0, 20, "left", f"← {other[1]}"), (1, 40, "right", f"{own[1]} →")):
        figure.add_annotation(
            text=wording.break_text(text, 40, 1), xref="x domain", yref="paper", x=x, y=1, yshift=up,
            showarrow=False, xanchor=anchor,
        )  # fmt: skip
    return _lay_out(figure, 130 + 34 * len(names), legend=False).update_layout(margin={**_EDGE, "t": 44})


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
    figure.update_xaxes(title="now", side="top")
    figure.update_yaxes(title="before")
    return _lay_out(figure, 180 + 44 * len(before), legend=False)


def _draw_each(labels: Any, names: Mapping[int, str], draw: Callable[[int, Rows], Any]) -> go.Figure:
    """What is drawn of each segment's customers; `labels` (n,) of the customers."""
    of = np.asarray(labels)
    return go.Figure([draw(segment, np.flatnonzero(of == segment)) for segment in names])


def _points(segment: int, names: Mapping[int, str], size: int, symbols: Sequence[str]) -> dict[str, Any]:
    """How the customers of a segment look as points."""
    mark = {"color": palette.pick_colour(segment), "size": size, "opacity": 0.75}
    mark["symbol"] = symbols[segment % len(symbols)]
    return {"mode": "markers", "name": names[segment], "marker": mark}


def _name_axis(number: int, shares: Sequence[float]) -> str:
    share = shares[number - 1] if number <= len(shares) else 0.0
    return f"axis {number} ({wording.format_percent(share)} of the differences)"


def _lay_out(figure: go.Figure, height: int, legend: bool = True) -> go.Figure:
    """White ground, thin rules, the legend above."""
    figure.update_layout(
        template="plotly_white", paper_bgcolor=CLEAR, plot_bgcolor=CLEAR, height=height, margin=_EDGE,
        showlegend=legend, font={"color": palette.INK},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "itemsizing": "constant"},
        hoverlabel={"bgcolor": "#ffffff"},
    )  # fmt: skip
    figure.update_xaxes(gridcolor="#eeeeea")
    figure.update_yaxes(gridcolor="#eeeeea")
    return figure
