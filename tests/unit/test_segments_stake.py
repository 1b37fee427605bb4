"""Money at stake: from the totals over all customers, only where it is money that was spent."""

import math

import pandas as pd
import pytest

from custseg_spark.segments.profile import Profile
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.stake import measure_stake
from custseg_spark.segments.suppress import suppress_small_cells
from tests.unit.segment_figures import Given, make_profile, make_stats


def bring(name: str, unit: str, label: str = "") -> Profile:
    column = ReportColumn(name, "feature", unit, additive=True, label=label)
    own = make_stats(1079.35, total=580_691.0, share_of_total=0.4285)
    few = make_stats(74.4, total=521.0, share_of_total=0.0004)
    everyone = {name: make_stats(606.0, total=1_355_000.0, share_of_total=1.0)}
    return make_profile(
        (column,),
        Given({name: "high"}, {name: own}, size=538),
        Given({name: "low"}, {name: few}, size=7),
        everyone=everyone,
    )


@pytest.mark.parametrize(
    "unit, told",
    [
        ("money in 2 years", "580,691 in 2 years"),
        ("pounds in all", "580,691 pounds in all"),
        ("EUR", "580,691 EUR"),
        ("money", "580,691"),
        ("", "580,691"),
    ],
)
def test_what_is_at_stake_is_told_in_its_unit(unit: str, told: str) -> None:
    profile = bring("spend", unit)
    found = measure_stake(profile.segments[0], profile)
    assert (found.total, found.each, found.unit) == (580_691.0, 1079.35, unit)
    assert str(found.text) == f"43\u00a0% of spend: {told}, 1,079 a customer"


def test_a_capped_total_is_told_as_the_least() -> None:
    profile = bring("spend", "EUR")
    assert "at least 580,691 EUR" in str(measure_stake(profile.segments[0], profile, capped=True).text)


@pytest.mark.parametrize("name, unit", [("orders", "purchases"), ("visits", "")])
def test_what_is_no_money_is_not_at_stake(name: str, unit: str) -> None:
    profile = bring(name, unit)
    found = measure_stake(profile.segments[0], profile)
    assert math.isnan(found.total)
    assert not found.text


def test_of_too_few_customers_nothing_is_told() -> None:
    profile = bring("spend", "EUR")
    assert measure_stake(profile.segments[1], profile).text
    hidden = suppress_small_cells(profile, 10, pd.DataFrame({"segment": []}))
    found = measure_stake(hidden.segments[1], hidden)
    assert math.isnan(found.total)
    assert math.isnan(found.each)
    assert not found.text
    assert measure_stake(hidden.segments[0], hidden).text
