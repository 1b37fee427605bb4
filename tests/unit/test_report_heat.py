"""Side by side: a row per column, and a shade that is honest about how far a segment lies from all."""

import math

import pandas as pd
import pytest

from custseg_spark.quantities import Line
from custseg_spark.report.heat import FULL, HeatCell, HeatRow, lay_out_heat
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.report.profile_table import ProfileTable
from custseg_spark.report.view import MeanView, OutcomeView, SegmentView, Summary

NOTHING = Summary(headline=(Line("Two segments."),), segments=())


def lay_out_row(view: FeatureView, overall: float, **columns: list[float]) -> HeatRow:
    table = pd.DataFrame({"segment": [0, 3], "size": [400, 600], **columns})
    profile = ProfileTable(table, (), (view,), {view.name: overall})
    (group,) = lay_out_heat(profile, NOTHING)
    assert group.title == "Only describe them"
    (row,) = group.rows
    return row


def describe(cell: HeatCell) -> tuple[str, int]:
    return cell.way, cell.strength


def test_a_column_that_customers_have_is_shaded_by_standard_deviations() -> None:
    row = lay_out_row(FeatureView("spend", "euro"), 50.0, mean_spend=[90.0, 20.0], z_spend=[1.0, -2.5])
    assert (row.name, row.unit, row.overall) == ("spend", "euro", "50")
    assert [cell.text for cell in row.cells] == ["90", "20"]
    assert [describe(cell) for cell in row.cells] == [("up", FULL // 2), ("down", FULL)]
    assert row.cells[1].told == "2.5 standard deviations below all customers"


@pytest.mark.parametrize(
    ("mean", "way", "strength"),
    [
        (0.2, "", 0),
        (0.4, "up", FULL),
        (0.8, "up", FULL),
        (0.1, "down", FULL),
        (0.2 * 2**0.5, "up", FULL // 2),
    ],
)
def test_a_rate_is_shaded_by_how_many_times_it_is(mean: float, way: str, strength: int) -> None:
    row = lay_out_row(FeatureView("deal_rate", rate=True), 0.2, mean_deal_rate=[mean, 0.2])
    assert describe(row.cells[0]) == (way, strength)
    assert row.cells[0].text.endswith("%")


def test_a_rate_with_a_unit_or_under_zero_is_shaded_too() -> None:
    row = lay_out_row(FeatureView("margin", "euro an order"), -10.0, mean_margin=[-20.0, -5.0])
    assert [describe(cell) for cell in row.cells] == [("down", FULL), ("up", FULL)]
    row = lay_out_row(FeatureView("margin", "euro an order"), 10.0, mean_margin=[-1.0, math.nan])
    assert [describe(cell) for cell in row.cells] == [("down", FULL), ("", 0)]
    assert [cell.told for cell in row.cells] == ["below all customers", "not known"]


def test_yes_and_no_are_shaded_only_where_chance_would_not_do() -> None:
    """Two standard errors of 400 customers at 1 percent are 0.99 points."""
    complained = FeatureView("complained", rate=True)
    near = lay_out_row(complained, 0.01, mean_complained=[0.019, 0.004], std_complained=[0.1, 0.1])
    far = lay_out_row(complained, 0.01, mean_complained=[0.021, 0.004], std_complained=[0.1, 0.1])
    assert (describe(near.cells[0]), describe(far.cells[0])) == (("", 0), ("up", FULL))
    assert near.cells[0].text.replace("\u00a0", " ") == "2 %"
    assert near.cells[0].told == "no farther from all customers than chance"


def test_outcomes_stand_below_and_are_shaded_where_their_interval_leaves_all_out() -> None:
    outcome = OutcomeView(name="bought", overall=0.1)
    means = (MeanView(mean=0.05, low=0.03, high=0.08), MeanView(mean=0.12, low=0.09, high=0.15))
    found = tuple(
        SegmentView(segment=s, name=str(s), size=9, share=0.5, outcomes=(mean,))
        for s, mean in zip((0, 3), means, strict=True)
    )
    summary = Summary(headline=(Line("Two segments."),), segments=found, outcomes=(outcome,))
    profile = ProfileTable(pd.DataFrame({"segment": [3, 0]}), ())
    (group,) = lay_out_heat(profile, summary)
    assert group.title == "What they did"
    assert [describe(cell) for cell in group.rows[0].cells] == [("", 0), ("down", FULL)]
    assert [cell.text.replace("\u00a0", " ") for cell in group.rows[0].cells] == ["12 %", "5 %"]
