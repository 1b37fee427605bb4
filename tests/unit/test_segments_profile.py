"""Profiles from totals and a sample, without Spark: figures by hand, and pandas on the rows themselves."""

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from custseg_spark.recipe.features import FeatureSection
from custseg_spark.recipe.models import Description, Outcome
from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.names import Vocabulary, name_segments
from custseg_spark.segments.profile import (
    Measurements,
    Profile,
    build_profile,
    holds_shares,
    measure_share_between,
    tabulate_profile,
)
from custseg_spark.segments.report_columns import ReportColumn, is_additive, list_columns
from custseg_spark.segments.suppress import suppress_small_cells
from custseg_spark.segments.traits import measure_traits
from custseg_spark.statistics import measure_eta_squared

MEASURES: dict[str, Any] = {
    "count": "count",
    "mean": "mean",
    "std": "std",
    "min": "min",
    "max": "max",
    "total": "sum",
    "effective": "count",
}
TOWNS: Any = ["Ulm", "Bonn", "Ulm", "Rom", None, "Bonn"]
THIRD: Any = pytest.approx(1 / 3)
TWO_THIRDS: Any = pytest.approx(2 / 3)


def totals_of(rows: pd.DataFrame) -> pd.DataFrame:
    """What the labelling scan gives, from the rows: one row per (segment, column)."""
    parts = []
    for column in rows.columns.drop("segment"):
        part: pd.DataFrame = rows.groupby("segment")[column].agg(**MEASURES).reset_index()
        parts.append(
            part.assign(
                column=column.removeprefix("feature_"), rows=rows.groupby("segment").size().to_numpy()
            )
        )
    return pd.concat(parts, ignore_index=True)


SPEND = Vocabulary({"spend": None}, "spend")


@pytest.fixture
def rows() -> pd.DataFrame:
    """Six customers in two segments; one has no income."""
    return pd.DataFrame(
        {
            "feature_spend": [10.0, 20.0, 30.0, 100.0, 200.0, 240.0],
            "feature_recency": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "income": [1.0, np.nan, 3.0, 5.0, 5.0, 8.0],
            "deal_rate[numerator]": [1.0, 0.0, 2.0, 1.0, 1.0, 1.0],
            "deal_rate[denominator]": [2.0, 2.0, 2.0, 0.0, 0.0, 6.0],
            "answered": [0.0, 0.0, 1.0, 1.0, 1.0, 1.0],
            "segment": [1, 1, 1, 0, 0, 0],
        }
    )


@pytest.fixture
def found(rows: pd.DataFrame) -> Profile:
    shown = list_columns(
        {
            "spend": FeatureSection(sql="spend", unit="money in 2 years"),
            "recency": FeatureSection(sql="r", unit="days"),
        },
        {
            "deal_rate": Description(rate=("deals", "orders")),
            "income": Description(sql="income"),
            "town": Description(sql="town"),
        },
        {"answered": Outcome(sql="response")},
    )
    points = rows[["feature_spend", "feature_recency"]].to_numpy()
    seen = measure_traits(points, rows["segment"].to_numpy(), 2)
    named = name_segments(seen, Vocabulary({"spend": None, "recency": None}, "spend"))
    sample = rows.assign(sex=list("fffmmm"), town=TOWNS)
    return build_profile(Measurements(totals_of(rows), sample), seen, named, shown, protected=["sex"])


def test_moments_are_those_of_the_rows(rows: pd.DataFrame, found: Profile) -> None:
    for segment in found.segments:
        values = rows.loc[rows.segment == segment.segment, "feature_spend"]
        figures = segment.columns["spend"]
        assert figures.mean == pytest.approx(values.mean())
        assert figures.std == pytest.approx(values.std())
        assert [figures.min, figures.max, figures.total] == [values.min(), values.max(), values.sum()]
        assert [figures.q1, figures.median, figures.q3] == values.quantile([0.25, 0.5, 0.75]).tolist()
        assert figures.share_of_total == pytest.approx(values.sum() / 600)
        spread = rows["feature_spend"].std(ddof=0)  # the points of this test are in the feature's unit
        assert figures.z == pytest.approx((values.mean() - rows["feature_spend"].mean()) / spread)
    everyone = found.everyone.columns["spend"]
    assert everyone.std == pytest.approx(rows["feature_spend"].std())
    assert everyone.z == pytest.approx(0)
    assert everyone.median == 65


def test_sizes_missing_values_and_rates_as_sum_over_sum(found: Profile) -> None:
    high, low = found.segments
    assert [(s.size, s.share) for s in found.segments] == [(3, 0.5), (3, 0.5)]
    assert low.columns["income"].missing == pytest.approx(1 / 3)
    assert low.columns["income"].mean == 2
    assert [s.columns["deal_rate"].mean for s in (high, low, found.everyone)] == [0.5, 0.5, 0.5]
    assert math.isnan(high.columns["deal_rate"].std)


def test_the_z_of_a_description_is_in_its_unit(rows: pd.DataFrame, found: Profile) -> None:
    income = rows["income"]
    expected = (income[rows.segment == 0].mean() - income.mean()) / income.std()
    assert found.segments[0].columns["income"].z == pytest.approx(expected)


def test_a_description_that_is_no_number_has_a_mix(found: Profile) -> None:
    assert found.segments[1].mixes["town"] == (("Ulm", TWO_THIRDS), ("Bonn", THIRD))
    assert found.segments[0].mixes["town"] == (("Bonn", 0.5), ("Rom", 0.5))  # a tie: by letter
    table = tabulate_profile(found)
    assert table["top_town"].tolist() == ["Bonn", "Ulm"]
    assert table["share_top_town"].tolist() == pytest.approx([0.5, 2 / 3])


def test_values_that_few_customers_have_are_withheld(rows: pd.DataFrame, found: Profile) -> None:
    """Per segment Bonn, Ulm and Ulm; Rom and Bonn, one customer without a town; two of each at least."""
    sample = rows.assign(town=TOWNS)
    kept = suppress_small_cells(found, 2, sample)
    assert kept.segments[1].mixes["town"] == (("Ulm", TWO_THIRDS),)
    assert kept.segments[0].mixes["town"] == ()
    assert [value for value, _ in kept.everyone.mixes["town"]] == ["Bonn", "Ulm"]
    table = tabulate_profile(kept)
    assert table["top_town"].tolist() == [None, "Ulm"]
    assert math.isnan(table["share_top_town"][0])
    assert suppress_small_cells(found, 1, sample) is found


def test_a_rate_without_a_denominator_is_unknown(rows: pd.DataFrame) -> None:
    rows["deal_rate[denominator]"] = 0.0
    shown = list_columns({"spend": FeatureSection(sql="s")}, {"deal_rate": Description(rate=("a", "b"))}, {})
    seen = measure_traits(rows[["feature_spend"]].to_numpy(), rows["segment"].to_numpy(), 2)
    result = build_profile(Measurements(totals_of(rows), rows), seen, name_segments(seen, SPEND), shown)
    assert math.isnan(result.segments[0].columns["deal_rate"].mean)


def test_what_sets_a_segment_apart_is_ranked_on_the_model_scale(found: Profile) -> None:
    assert [feature for feature, _ in found.segments[0].apart] == ["spend", "recency"]
    assert found.segments[0].apart[0][1] > found.segments[0].apart[1][1] > 0 > found.segments[1].apart[0][1]


def test_an_outcome_of_zeros_and_ones_is_a_rate(found: Profile) -> None:
    answered = found.segments[1].outcomes["answered"]
    assert answered.is_rate
    assert answered.value == pytest.approx(1 / 3)
    assert answered.count == 3


@pytest.mark.parametrize(
    "name, unit, expected",
    [
        ("spend", "money in 2 years", True),
        ("orders", "", True),
        ("recency", "days", False),
        ("tenure", "", False),
        ("age", "years", False),
        ("Year_Birth", "", False),
        ("basket", "money per order", False),
        ("margin", "%", False),
        ("margin_rate", "", False),
        ("credit", "score", False),
        ("visits", "a month", True),
        ("annual_income", "k$", False),
        ("income", "money a year", False),
        ("spending_score", "1-100", False),
        ("balance", "€", False),
        ("credit_limit", "", False),
        ("total_amt_change_q4_q1", "", False),
        ("total_trans_amt", "", True),
        ("NumOfProducts", "", True),
        ("average_basket", "", False),
        ("HourSpendOnApp", "", False),
        ("x1", "", False),
    ],
)
def test_additive_unless_a_time_or_a_ratio(name: str, unit: str, expected: bool) -> None:
    assert is_additive(name, unit, None) is expected
    assert is_additive(name, unit, not expected) is not expected


@pytest.mark.parametrize(
    "unit, told",
    [
        ("days since the last purchase", "days"),
        ("30 Days", "days"),
        ("purchases", "purchases"),
        ("%", "%"),
        ("money in 2 years", ""),
        ("", ""),
    ],
)
def test_a_unit_stands_behind_a_figure_if_it_is_short(unit: str, told: str) -> None:
    assert ReportColumn("x", "feature", unit).counted_in == told


def test_a_column_with_negative_values_has_no_share_of_total(rows: pd.DataFrame) -> None:
    rows.loc[0, "feature_spend"] = -1.0
    seen = measure_traits(rows[["feature_spend"]].to_numpy(), rows["segment"].to_numpy(), 2)
    shown = list_columns({"spend": FeatureSection(sql="s")}, {}, {})
    result = build_profile(Measurements(totals_of(rows), rows), seen, name_segments(seen, SPEND), shown)
    assert math.isnan(result.segments[0].columns["spend"].share_of_total)


def test_protected_columns_are_measured_by_their_kind(found: Profile) -> None:
    (sex,) = found.protected
    assert (sex.column, sex.measure, sex.strength) == ("sex", "cramers_v", "strong")


def test_profile_csv_is_one_flat_row_per_segment(found: Profile) -> None:
    table = tabulate_profile(found)
    assert table.columns[:4].tolist() == ["segment", "name", "size", "share"]
    wanted = {
        "mean_spend",
        "share_of_total_spend",
        "z_recency",
        "mean_deal_rate",
        "low_answered",
        "missing_income",
    }
    assert wanted <= set(table.columns)
    assert "share_of_total_recency" not in table
    assert not {"std_deal_rate", "z_deal_rate"} & set(table.columns)
    assert table["segment"].tolist() == [0, 1]


def test_totals_may_come_with_python_nulls(rows: pd.DataFrame) -> None:
    """A segment without a value has None for every moment, as Spark gives it."""
    rows.loc[rows.segment == 0, "income"] = np.nan
    totals = totals_of(rows).astype(object)
    totals = totals.where(totals.notna(), other=cast(Any, None))
    shown = list_columns({"spend": FeatureSection(sql="s")}, {"income": Description(sql="income")}, {})
    seen = measure_traits(rows[["feature_spend"]].to_numpy(), rows["segment"].to_numpy(), 2)
    result = build_profile(Measurements(totals, rows), seen, name_segments(seen, SPEND), shown)
    assert math.isnan(result.segments[0].columns["income"].mean)
    assert result.segments[0].columns["income"].missing == 1
    assert result.everyone.columns["income"].mean == 2


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        (ReportColumn("complained", "description"), [0, 1, 1, 0, 1], True),
        (ReportColumn("complained", "description"), [0, 0.5, 1], False),
        (ReportColumn("complained", "description"), [0, 0, 0], False),
        (ReportColumn("cards", "description", unit="cards"), [0, 1, 1], False),
        (ReportColumn("discount_share", "feature"), [0.1, 0.44, 0.2], True),
        (ReportColumn("discount_share", "feature"), [0.1, 44.0, 0.2], False),
        (ReportColumn("deal_rate", "description", rate=True), [], True),
        (ReportColumn("margin", "description", unit="euro an order", rate=True), [], False),
        (ReportColumn("children", "description"), [0, 1, 2], False),
    ],
)
def test_means_that_are_shares_are_known(column: ReportColumn, values: list[float], expected: bool) -> None:
    known = pd.Series(values, dtype=float)
    found = ColumnStats(len(known), mean=known.mean(), std=known.std(), min=known.min(), max=known.max())
    assert holds_shares(column, found) is expected


def test_what_lies_between_the_segments_is_that_of_the_customers() -> None:
    rng = np.random.default_rng(3)
    values, labels = rng.lognormal(5, 1, 400), rng.integers(0, 3, 400)
    groups = [values[labels == one] for one in range(3)]
    stats = [ColumnStats(len(part), mean=part.mean(), std=part.std(ddof=1)) for part in (*groups, values)]
    segments = tuple(cast(Any, SimpleNamespace(columns={"spend": one})) for one in stats[:3])
    profile = Profile((), segments, cast(Any, SimpleNamespace(columns={"spend": stats[3]})))
    assert measure_share_between(profile, "spend") == pytest.approx(measure_eta_squared(values, labels))
