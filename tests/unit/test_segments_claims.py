"""An action that the figures contradict is told so; one that they bear out, or say nothing of, is not."""

import pytest

from custseg_spark.segments.claims import find_objection
from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.purchase_gap import PurchaseGap, measure_gap
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.traits import Level
from tests.unit.segment_figures import Given, make_profile, make_stats

SHOWN = (
    ReportColumn("spend", "feature", "money in 2 years", additive=True),
    ReportColumn("recency", "feature", "days since the last purchase"),
    ReportColumn("deals", "feature", "purchases"),
    ReportColumn("orders", "description", "purchases"),
    ReportColumn("tenure", "description", "days"),
    ReportColumn("income", "description", "money a year"),
)
ALL = {"spend": 600, "recency": 50, "deals": 2, "orders": 12, "tenure": 350, "income": 52_000}


def object_to(action: str, levels: dict[str, Level], **middles: float) -> str:
    """What is said of an action for a segment with these middles, beside one like all customers."""
    figures = {name: make_stats(value, z=0.0) for name, value in {**ALL, **middles}.items()}
    whole: dict[str, Level] = {"spend": "mid", "recency": "mid", "deals": "mid", **levels}
    usual = {name: make_stats(value) for name, value in ALL.items()}
    profile = make_profile(SHOWN, Given(whole, figures), Given(whole, usual), everyone=usual)
    return find_objection(action, profile.segments[0], profile, measure_gap(profile.segments[0], profile))


QUIET: dict[str, Level] = {"recency": "high"}
LATE, GONE = {"recency": 74.0, "orders": 18.0}, {"recency": 200.0, "orders": 18.0}
FIGURES = "last purchase 74 days ago, one every 41 days"


@pytest.mark.parametrize(
    "action",
    [
        "Win back first", "Win them back with a voucher", "Winback", "Reactivate", "Re-activate by mail",
        "They are lost: one last letter", "Lapsed: a reason to return", "Churned, write off", "Get them back",
    ],
)  # fmt: skip
def test_who_is_late_is_not_lost(action: str) -> None:
    assert object_to(action, QUIET, **LATE) == f"The figures say late, not lost: {FIGURES}."
    assert object_to(action, QUIET, **GONE) == ""


def test_where_a_quarter_is_gone_winning_back_is_no_error() -> None:
    assert object_to("Win back first", QUIET, recency=110.0, orders=18.0) == ""


@pytest.mark.parametrize(
    "action", ["Remind them before they churn", "Do not write them off as lost", "Prevent lapsed accounts"]
)
def test_what_is_taken_back_is_no_claim(action: str) -> None:
    assert object_to(action, QUIET, **LATE) == ""


CONTRADICTED: dict[str, tuple[dict[str, Level], dict[str, float], str]] = {
    "Remind: due again": ({"recency": "low"}, {"recency": 10, "orders": 18}, "not due yet: last purchase 10"),
    "Develop while they are active": (QUIET, GONE, "gone, not active: last purchase 200 days ago"),
    "Reward them": ({"spend": "low"}, {"orders": 4, "spend": 69}, "they bring little: spend 69, all"),
    "Keep: early access": ({"spend": "low"}, {"orders": 4, "spend": 69}, "they bring little"),
    "VIP service": ({"spend": "low"}, {"orders": 4, "spend": 69}, "they bring little"),
    "Welcome them": ({}, {"tenure": 500}, "not new: tenure 500 days, all customers 350"),
    "For new customers: a tour": ({}, {"tenure": 500}, "not new"),
    "Upsell": ({"spend": "high"}, {"spend": 1080}, "they spend most already: spend 1,080, all customers 600"),
    "Develop with cross-selling": ({"spend": "high"}, {"spend": 1080}, "they spend most already"),
    "A discount of 20 %": ({"deals": "low"}, {"deals": 1.1}, "they seldom buy on deals: deals 1.1"),
    "Lead from deals to full price": ({"deals": "low"}, {"deals": 1.1}, "they seldom buy on deals"),
    "Service, no discounts": ({"deals": "high"}, {"deals": 6}, "they buy on deals: deals 6"),
    "Show the upper range": ({"spend": "low"}, {"spend": 69, "income": 20_000}, "they have little to spend"),
}


@pytest.mark.parametrize("action", CONTRADICTED)
def test_each_claim_is_held_against_its_figure(action: str) -> None:
    levels, middles, said = CONTRADICTED[action]
    low = {name: -1.0 for name in ("orders", "income") if middles.get(name, ALL[name]) < ALL[name]}
    figures = {name: make_stats(v, z=low.get(name, 0.0)) for name, v in {**ALL, **middles}.items()}
    whole: dict[str, Level] = {"spend": "mid", "recency": "mid", "deals": "mid", **levels}
    usual = {name: make_stats(value) for name, value in ALL.items()}
    profile = make_profile(SHOWN, Given(whole, figures), Given(whole, usual), everyone=usual)
    one = profile.segments[0]
    found = find_objection(action, one, profile, measure_gap(one, profile))
    assert found.startswith(f"The figures say {said}")
    assert found.endswith(".")
    assert find_objection(action, one, make_profile(()), PurchaseGap()) == "", "nothing without a figure"


@pytest.mark.parametrize(
    "action, levels, middles",
    [
        ("Reward them", {"spend": "high"}, {"spend": 1080}),
        ("Reward them", {"spend": "low"}, {"spend": 69}),  # they order as often as all
        ("Thank them for staying", {"spend": "mid"}, {"tenure": 600}),
        ("Keep contact cheap", {"spend": "low"}, {"spend": 69}),
        ("Welcome them", {}, {"tenure": 40}),
        ("Welcome back", {}, {"tenure": 500}),
        ("Show what is new first", {}, {"tenure": 500}),
        ("Develop", {"spend": "low"}, {"spend": 69}),
        ("Deal with complaints first", {"deals": "low"}, {"deals": 1.1}),
        ("Service, no discounts", {"deals": "low"}, {"deals": 1.1}),
        ("Bundles rather than deeper discounts", {"deals": "low"}, {"deals": 1.1}),
        ("Zurückgewinnen", {"recency": "high"}, LATE),
        ("Loyalty programme", {"spend": "low"}, {"spend": 69}),
    ],
)
def test_what_the_figures_allow_is_left_alone(
    action: str, levels: dict[str, Level], middles: dict[str, float]
) -> None:
    assert object_to(action, levels, **middles) == ""


def test_figures_that_are_withheld_say_nothing() -> None:
    hidden = {name: ColumnStats(3) for name in ALL}
    levels: dict[str, Level] = {"spend": "low", "recency": "low", "deals": "high"}
    usual = {name: make_stats(value) for name, value in ALL.items()}
    profile = make_profile(SHOWN, Given(levels, hidden, size=3), Given(levels, usual), everyone=usual)
    one = profile.segments[0]
    for action in ("Win back", "Reward them", "Welcome them", "No discounts", "Develop"):
        assert find_objection(action, one, profile, measure_gap(one, profile)) == ""


def test_without_a_gap_who_bought_lately_is_not_won_back() -> None:
    recency = (SHOWN[1],)
    figures, usual = {"recency": make_stats(20)}, {"recency": make_stats(50)}
    profile = make_profile(recency, Given({"recency": "low"}, figures), everyone=usual)
    found = find_objection(
        "Win back", profile.segments[0], profile, measure_gap(profile.segments[0], profile)
    )
    assert found == "The figures say they bought lately: recency 20 days, all customers 50."
