"""How often a segment buys and what that makes of its last purchase: from whatever the table tells."""

import math

import numpy as np
import pytest

from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.purchase_gap import (
    GONE_AFTER,
    PurchaseGap,
    find_period,
    measure_gap,
    tells_span,
)
from custseg_spark.segments.report_columns import ReportColumn
from tests.unit.segment_figures import Given, make_profile, make_stats

RECENCY = ReportColumn("recency", "feature", "days since the last purchase")
ORDERS = ReportColumn("orders", "description", "purchases")


def measure(figures: dict[str, ColumnStats], *shown: ReportColumn) -> PurchaseGap:
    profile = make_profile(shown, Given({"recency": "high"}, figures))
    return measure_gap(profile.segments[0], profile)


@pytest.mark.parametrize(
    "unit, days",
    [
        ("money in 2 years", 730.5),
        ("orders a year", 365.25),
        ("visits in a month", 30.4375),
        ("orders per quarter", 91.3125),
        ("orders in the last 12 months", 365.25),
        ("pounds in all", math.nan),
        ("purchases", math.nan),
        ("", math.nan),
    ],
)
def test_a_period_is_read_from_a_unit(unit: str, days: float) -> None:
    assert find_period(unit) == pytest.approx(days, nan_ok=True)


TWO_YEARS = ReportColumn("spend", "feature", "money in 2 years")
A_YEAR = ReportColumn("orders", "feature", "orders a year")
TWELVE_MONTHS = ReportColumn("spend", "feature", "money in 12 months")
MEMBERS = ReportColumn("tenure", "description", "days")
FIRST = ReportColumn("tenure", "description", "days since the first order")
BETWEEN = ReportColumn("days_between_orders", "description", "days")
WAYS: dict[str, tuple[tuple[ReportColumn, ...], dict[str, float], float]] = {
    "the orders' own period": ((A_YEAR, TWO_YEARS), {"orders": 10, "spend": 9.0}, 36.525),
    "the period of the money": ((ORDERS, TWO_YEARS, MEMBERS), {"orders": 18, "tenure": 350}, 730.5 / 18),
    "orders of longer than the money": (
        (ORDERS, TWELVE_MONTHS, MEMBERS),
        {"orders": 50, "tenure": 1800},
        36.0,
    ),
    "tenure over orders": ((ORDERS, MEMBERS), {"orders": 10, "tenure": 300}, 30.0),
    "first order to last, over the gaps": ((ORDERS, FIRST), {"orders": 11, "tenure": 374}, 30.0),
    "a column of gaps": (
        (ORDERS, FIRST, BETWEEN),
        {"orders": 4, "tenure": 278, "days_between_orders": 63},
        63,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_gap_is_taken_from_what_the_table_tells(way: str) -> None:
    shown, middles, gap = WAYS[way]
    figures = {"recency": make_stats(74.0)} | {name: make_stats(one) for name, one in middles.items()}
    assert measure(figures, RECENCY, *shown).gap == pytest.approx(gap)


def test_recency_in_weeks_is_held_against_days() -> None:
    weeks = ReportColumn("recency", "feature", "weeks")
    found = measure({"recency": make_stats(10.0), "orders": make_stats(10.0)}, weeks, A_YEAR)
    assert found.days == pytest.approx(70)
    assert found.figures == "last purchase 10 weeks ago, one every 37 days"


NOTHING: dict[str, tuple[tuple[ReportColumn, ...], dict[str, ColumnStats]]] = {
    "bought once": ((RECENCY, A_YEAR), {"recency": make_stats(200), "orders": make_stats(1)}),
    "no period": ((RECENCY, ORDERS), {"recency": make_stats(200), "orders": make_stats(5)}),
    "gaps of few": (
        (RECENCY, BETWEEN),
        {"recency": make_stats(200), "days_between_orders": make_stats(60, missing=0.7)},
    ),
    "visits are no purchases": (
        (RECENCY, ReportColumn("visits", "description", "visits in a month")),
        {"recency": make_stats(200), "visits": make_stats(6)},
    ),
    "days of what is not said": (
        (ReportColumn("recency", "feature"), A_YEAR),
        {"recency": make_stats(200), "orders": make_stats(5)},
    ),
    "withheld": ((RECENCY, A_YEAR), {"recency": ColumnStats(3), "orders": ColumnStats(3)}),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_no_gap_is_known_nobody_is_late_or_gone(case: str) -> None:
    shown, figures = NOTHING[case]
    found = measure(figures, *shown)
    assert (found.state, found.nearly_all) == ("unknown", "unknown")
    assert "every" not in found.figures


@pytest.mark.parametrize("days, state", [(40, "active"), (41, "late"), (120, "late"), (121, "gone")])
def test_the_bounds_are_one_gap_and_three(days: float, state: str) -> None:
    assert PurchaseGap(days=days, third=days, gap=40).state == state


def test_three_gaps_without_a_purchase_happen_to_one_steady_buyer_in_twenty() -> None:
    waits = np.random.default_rng(0).exponential(40, 200_000)
    assert (waits > GONE_AFTER * 40).mean() == pytest.approx(0.05, abs=0.002)


def test_a_year_in_which_somebody_joined_is_no_span() -> None:
    assert tells_span("customer_since", "days")
    assert tells_span("days_since_enroll", "")
    assert tells_span("tenure", "")
    assert not tells_span("joined", "")
    assert not tells_span("customer_since", "")
    assert not tells_span("signup_year", "")
