"""The interactive figures: every segment is on them, however large the table."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("plotly", reason="plotly is not installed")

from custseg_spark.app import plotly_charts

NAMES = {0: "a", 1: "b", 2: "c"}


def test_every_segment_of_a_table_that_lies_in_their_order_is_drawn() -> None:
    labels = np.repeat([0, 1, 2], [9_000, 900, 400])
    rows = plotly_charts.choose_places(len(labels))
    assert len(rows) == plotly_charts.DRAWN
    assert (np.diff(rows) > 0).all()
    assert rows.tolist() == plotly_charts.choose_places(len(labels)).tolist()
    drawn = plotly_charts.draw_plane(np.zeros((len(labels), 3))[rows], labels[rows], NAMES, (0.6, 0.3, 0.1))
    points = {trace.name: len(trace.x) for trace in drawn.data}
    for name, size in zip("abc", (9_000, 900, 400), strict=True):
        assert points[name] == pytest.approx(plotly_charts.DRAWN * size / len(labels), rel=0.3)


def test_the_shares_of_texts_are_of_each_segment() -> None:
    table = pd.DataFrame({"segment": [0, 0, 0, 0, 1, 1, 1], "plan": [*"xxxyyy", None]})
    drawn = plotly_charts.draw_shares(table, "plan", NAMES)
    assert [(trace.name, list(trace.x), list(trace.y)) for trace in drawn.data] == [
        ("a", ["x", "y"], [75, 25]),
        ("b", ["x", "y"], [0, 100]),
    ]


def test_of_few_customers_all_are_drawn() -> None:
    assert plotly_charts.choose_places(5).tolist() == [0, 1, 2, 3, 4]
