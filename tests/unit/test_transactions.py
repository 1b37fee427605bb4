"""Order lines to customers where no Spark is needed: days, cuts, names, what a grouping is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from custseg_spark import transactions
from custseg_spark.errors import DataError
from custseg_spark.transactions import Day, compare_groupings, cut_rfm_sum, plan_days
from custseg_spark.transactions.customers import GROUPS, find_cuts, find_quantiles
from custseg_spark.transactions.sums import Aggregates

KNOWN = {"2011-01-01": Day("a", 10), "2011-01-02": Day("a", 5), "": Day("a", 2)}


def test_new_days_are_summed_and_known_ones_are_not() -> None:
    assert plan_days({}, {"2011-01-02": 5, "2011-01-01": 10}).anew == ("2011-01-01", "2011-01-02")
    plan = plan_days(KNOWN, {"2011-01-01": 10, "2011-01-02": 5, "2011-01-03": 7})
    assert (plan.anew, plan.late) == (("2011-01-03",), ())


def test_a_day_with_late_lines_is_summed_anew() -> None:
    plan = plan_days(KNOWN, {"2011-01-01": 11, "2011-01-02": 5})
    assert plan.anew == plan.late == ("2011-01-01",)


def test_a_day_that_is_not_in_the_input_keeps_its_sums() -> None:
    assert plan_days(KNOWN, {"2011-01-03": 7}).anew == ("2011-01-03",)


def test_a_day_that_lost_lines_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        plan_days(KNOWN, {"2011-01-01": 10, "2011-01-02": 4})
    assert caught.value.what == "2011-01-02 has 4 lines, 5 when it was summed"
    assert "--rebuild-from 2011-01-02" in caught.value.remedy
    assert plan_days(KNOWN, {"2011-01-02": 4}, "2011-01-02").anew == ("2011-01-02",)


def test_days_from_the_rebuilt_one_on_that_the_input_lacks_are_gone() -> None:
    known = {**KNOWN, "2011-01-03": Day("b", 4)}
    plan = plan_days(known, {"2011-01-01": 10, "2011-01-03": 4}, "2011-01-02")
    assert (plan.anew, plan.gone) == (("2011-01-03",), ("", "2011-01-02"))
    assert plan_days(known, {"2011-01-01": 10, "2011-01-03": 4, "": 2}).gone == ()


@pytest.mark.parametrize(
    "found, anew, more, gone",
    [
        ({"2011-01-01": 10, "2011-01-02": 5, "": 3}, ("",), False, ()),  # the whole table: they are all
        ({"2011-01-01": 10, "2011-01-02": 5, "": 2}, (), False, ()),
        ({"2011-01-01": 12, "2011-01-02": 5}, ("2011-01-01",), False, ("",)),  # they have got their dates
        ({"2011-01-01": 12, "2011-01-02": 5, "": 1}, ("", "2011-01-01"), False, ()),
        ({"2011-01-01": 10, "2011-01-02": 5, "": 1}, (), False, ()),  # fewer, and no news: summed already
        ({"2011-01-03": 7, "": 1}, ("", "2011-01-03"), True, ()),  # new days alone: they are new, too
        ({"2011-01-03": 7}, ("2011-01-03",), False, ()),
        ({"2011-01-02": 5, "": 1}, (), False, ()),  # the new days alone once more: summed already
    ],
)
def test_lines_without_a_date_are_counted_once(
    found: dict[str, int], anew: tuple[str, ...], more: bool, gone: tuple[str, ...]
) -> None:
    plan = plan_days(KNOWN, found)
    assert (plan.anew, plan.more_undated, plan.gone) == (anew, more, gone)


def test_cuts_are_values_of_the_data() -> None:
    assert find_quantiles(np.arange(1, 101)) == (20, 40, 60, 80)
    assert find_quantiles(np.array([1] * 70 + [2] * 20 + [9] * 10)) == (1, 1, 1, 2)
    assert find_quantiles(np.array([3.5])) == (3.5,) * 4


def test_nobody_is_lost_who_ordered_on_the_last_day() -> None:
    one_day = pd.DataFrame({"last_order": [18687] * 5, "frequency": 1, "monetary": range(5)})
    assert find_cuts(one_day).last_order == (), "nor within a week"
    mostly = one_day.assign(last_order=[18600, 18687, 18687, 18687, 18687])
    assert find_cuts(mostly).last_order == (18600, 18686, 18686, 18686)
    spread = one_day.assign(last_order=[10, 20, 30, 40, 50])
    assert find_cuts(spread).last_order == (10, 20, 30, 40)


def test_every_pair_of_scores_has_one_of_eleven_names() -> None:
    assert {len(row) for row in GROUPS} == {5}
    assert len(GROUPS) == 5
    assert len(transactions.GROUP_NAMES) == 11
    assert transactions.GROUP_NAMES[0] == "Champions"
    assert transactions.GROUP_NAMES[-1] == "Lost"


def test_parts_of_the_rfm_sum_keep_equal_sums_together() -> None:
    scores = np.array([[5, 5, 5]] * 2 + [[3, 3, 3]] * 6 + [[1, 1, 1]] * 2)
    customers = pd.DataFrame(scores, columns=["r_score", "f_score", "m_score"])
    groups, names = cut_rfm_sum(customers, 5)
    assert groups.tolist() == [0] * 2 + [1] * 6 + [2] * 2
    assert names == ["RFM 15 to 15", "RFM 9 to 9", "RFM 3 to 3"]


def test_a_grouping_explains_what_it_is_said_to() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 4, 4000)
    noise = rng.integers(0, 4, 4000)
    spend = true + rng.normal(0, np.sqrt(1.25), 4000)  # the groups' variance is 1.25 as well: half of it
    best, worst = compare_groupings(
        {"true": (true, "abcd"), "noise": (noise, "abcd")}, {"spend": spend}, draws=100
    )
    share = best.explained["spend"]
    assert share.low < 0.5 < share.high
    assert share.high - share.low < 0.1
    assert abs(worst.explained["spend"].value) < 0.01
    assert worst.gain["spend"].low > 0.4
    assert best.gain == {}
    a = best.groups[0]
    assert (a.name, a.customers) == ("a", (true == 0).sum())
    assert a.means["spend"].low < 0 < a.means["spend"].high


def test_more_groups_are_no_advantage_in_themselves() -> None:
    """In the sample, 400 groups of ten would explain a tenth of pure noise."""
    values = np.random.default_rng(1).normal(size=4000)
    many = np.arange(4000) % 400
    (found,) = compare_groupings({"many": (many, [str(i) for i in range(400)])}, {"x": values}, draws=40)
    assert found.explained["x"].value < 0


def test_what_is_kept_names_every_summed_column() -> None:
    assert list(Aggregates().hows) == ["lines", "returns", "value", "items", "returned"]


def measures(days: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"last_order": days, "frequency": 1, "monetary": [float(day) for day in days]})


@pytest.mark.parametrize("days", [[18_000] * 9, [18_000, 18_003, 18_006] * 3])
def test_within_a_week_recency_tells_nobody_apart(days: list[int]) -> None:
    assert find_cuts(measures(days)).last_order == ()


def test_whoever_ordered_on_the_latest_day_is_not_lost_however_many_they_are() -> None:
    cuts = find_cuts(measures([18_000] + [18_040] * 9))
    assert cuts.last_order == (18_039.0,) * 4
    assert find_cuts(measures([18_000] * 9 + [18_040])).last_order == (18_000.0,) * 4


def test_the_plain_rule_counts_nothing_for_a_score_that_is_missing() -> None:
    scores = pd.DataFrame({"r_score": [None, None], "f_score": [1, 5], "m_score": [1, 5]})
    assert cut_rfm_sum(scores, 2)[1] == ["RFM 10 to 10", "RFM 2 to 2"]
