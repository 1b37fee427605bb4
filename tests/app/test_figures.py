"""The interactive figures: every segment is on them, however large the table."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("plotly", reason="plotly is not installed")

import plotly.graph_objects as go

from custseg_spark.app import plotly_charts
from custseg_spark.quantities import Line
from custseg_spark.report import palette
from custseg_spark.report.view import Summary

NAMES = {0: "a", 1: "b", 2: "c"}


def test_every_segment_of_a_table_that_lies_in_their_order_is_drawn() -> None:
    labels = np.repeat([0, 1, 2], [9_000, 900, 400])
    rows = plotly_charts.choose_places(len(labels))
    assert len(rows) == plotly_charts.DRAWN
    assert (np.diff(rows) > 0).all()
    assert rows.tolist() == plotly_charts.choose_places(len(labels)).tolist()
    drawn = plotly_charts.draw_plane(np.zeros((len(labels), 3))[rows], labels[rows], NAMES, (0.6, 0.3, 0.1))
    points = {trace.name: len(trace.x) for trace in drawn.data}
    for name, size in zip(("A\u2002a", "B\u2002b", "C\u2002c"), (9_000, 900, 400), strict=True):
        assert points[name] == pytest.approx(plotly_charts.DRAWN * size / len(labels), rel=0.3)


def test_the_shares_of_texts_are_of_each_segment() -> None:
    table = pd.DataFrame({"segment": [0, 0, 0, 0, 1, 1, 1], "plan": [*"xxxyyy", None]})
    drawn = plotly_charts.draw_shares(table, "plan", NAMES)
    assert [(trace.name, list(trace.x), list(trace.y)) for trace in drawn.data] == [
        ("A\u2002a", ["x", "y"], [75, 25]),
        ("B\u2002b", ["x", "y"], [0, 100]),
    ]


def test_of_few_customers_all_are_drawn() -> None:
    assert plotly_charts.choose_places(5).tolist() == [0, 1, 2, 3, 4]


def test_a_segment_looks_alike_in_every_figure() -> None:
    names = {3: "d", 27: "ab"}
    table = pd.DataFrame({"segment": [3, 27, 27], "plan": [*"xxy"], "spend": [1.0, 2.0, 3.0]})
    points, labels = np.eye(3), table["segment"]
    drawn = [
        plotly_charts.draw_plane(points, labels, names, (0.6, 0.3, 0.1)),
        plotly_charts.draw_space(points, labels, names, (0.6, 0.3, 0.1)),
        plotly_charts.draw_distribution(table, "spend", "spend", names, log=False),
        plotly_charts.draw_histogram(table, "spend", "spend", names),
        plotly_charts.draw_shares(table, "plan", names),
        plotly_charts.draw_pair(table, "spend", "spend", ("spend", "spend"), names),
    ]
    for figure in drawn:
        looks = [(trace.name, trace.marker.color) for trace in figure.data]
        assert looks == [("D\u2002d", palette.pick_colour(3)), ("AB\u2002ab", palette.pick_colour(27))]


def test_the_heat_and_the_reasons_name_segments_by_letter() -> None:
    profile = pd.DataFrame({"segment": [0, 5], "name": ["a", "f"], "z_x": [1.0, -1.0], "mean_x": [0.3, 0.1]})
    summary = Summary(headline=(Line("Two segments."),), segments=(), labels={"x": "bought"}, shares=("x",))
    (drawn,) = plotly_charts.draw_heatmap(profile, ["x"], summary).data
    assert list(drawn.y) == ["F\u2002f", "A\u2002a"]
    assert (list(drawn.x), drawn.text[0][0]) == (["bought"], "10\u00a0%")
    drawn = plotly_charts.draw_reasons([("x", 1.0), ("y", -0.5)], (0, "a"), (5, "f"))
    assert {note.text for note in drawn.layout.annotations} == {"A\u2002a →", "← F\u2002f"}
    colours = [palette.pick_colour(segment) for segment in (5, 0)]
    assert list(drawn.data[0].marker.color) == colours


def test_plotly_has_every_marker() -> None:
    for segment in range(12):
        go.Scattergl(marker={"symbol": palette.pick_symbol(segment)})
