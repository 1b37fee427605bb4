"""Drift: the index by hand, its behaviour by chance, and the rule of the verdict."""

import importlib
import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from custseg_spark.segments.baseline import Baseline, Reference, build_baseline
from custseg_spark.segments.baseline import build_reference as reference_of
from custseg_spark.segments.drift import (
    Shift,
    judge_drift,
    measure_drift,
    measure_shift,
    measure_stability_index,
)
from tests.unit.frozen import unfrozen

RNG = np.random.default_rng(0)


def reference(column: str, values: Sequence[object] | np.ndarray) -> Reference:
    return reference_of(column, pd.Series(values))


def test_the_index_by_hand() -> None:
    then, now = [500_000, 500_000], [400_000, 600_000]
    expected = -0.1 * math.log(0.8) + 0.1 * math.log(1.2)
    assert measure_stability_index(then, now)[0] == pytest.approx(expected, abs=1e-6)
    assert measure_stability_index(then, then)[0] == 0


def test_an_empty_bin_is_not_infinite() -> None:
    index, _ = measure_stability_index([100, 0], [50, 50])
    assert 0.25 < index < 10


def test_nothing_moved_is_within_chance_nearly_always() -> None:
    exceeded = 0
    for _ in range(300):
        then = reference("x", RNG.lognormal(size=400))
        moved = measure_shift(then, then.count(pd.Series(RNG.lognormal(size=300))))
        exceeded += moved.index > moved.chance
    assert exceeded <= 3


def test_few_customers_do_not_raise_an_alarm_by_chance() -> None:
    then = reference("x", RNG.normal(size=5000))
    assert measure_shift(then, then.count(pd.Series(RNG.normal(size=30)))).verdict == "fine"
    assert measure_shift(then, then.count(pd.Series(RNG.normal(1, size=3000)))).verdict == "retrain"


@pytest.mark.parametrize(
    "values",
    [
        RNG.normal(size=1000),
        RNG.integers(0, 2, 1000).astype(float),
        (RNG.random(1000) < 0.01).astype(float),
        np.full(1000, 7.0),
        np.where(RNG.random(1000) < 0.3, np.nan, RNG.poisson(2, 1000)),
        np.full(1000, np.nan),
    ],
    ids=["normal", "halves", "rare", "constant", "missing", "empty"],
)
def test_every_customer_is_in_one_bin(values: np.ndarray) -> None:
    then = reference("x", values)
    assert sum(then.counts) == len(values)
    assert measure_shift(then, then.counts).verdict == "fine"


def test_texts_are_counted_by_their_most_frequent_values() -> None:
    then = reference("city", ["Oslo"] * 6 + ["Rome"] * 3 + [None])
    assert then.levels == ("Oslo", "Rome")
    assert then.counts == (6, 3, 0, 1)
    assert then.count(pd.Series(["Rome", "Paris", None, "Rome"])) == (0, 2, 1, 1)


def test_dates_are_counted_as_days() -> None:
    joined = pd.Series([date(2020, 1, 1) + timedelta(days=i) for i in range(1000)])
    then = reference_of("joined", joined)
    assert then.counts[-1] == 0
    assert len(then.edges) == 9
    assert measure_shift(then, then.count(joined)).verdict == "fine"
    assert measure_shift(then, then.count(pd.to_datetime(joined))).verdict == "fine", (
        "moments are days as well"
    )
    assert measure_shift(then, then.count(joined + timedelta(days=400))).verdict == "retrain"
    for odd in (date(1, 1, 1), date(9999, 12, 31), None, pd.NaT):
        assert sum(then.count(pd.Series([odd], dtype=object))) == 1
    half = reference_of("joined", pd.Series([datetime(2020, 1, 1, 6), datetime(2020, 1, 2, 18)]))
    assert half.edges[1] - half.edges[0] == 1.5


def test_a_baseline_reads_back() -> None:
    spend = pd.DataFrame({"spend": RNG.lognormal(size=200)})
    city = pd.DataFrame({"city": RNG.choice(["Oslo", "Rome"], 200)})
    made = build_baseline(spend, city, {0: 120, 3: 80}, np.full(200, 0.7))
    assert Baseline.from_json(made.to_json()) == made
    assert measure_drift(made, spend, city, {0: 120, 3: 80}, np.full(200, 0.7)).verdict == "fine"
    moved = measure_drift(made, spend * 3, city, {0: 40, 3: 160}, np.full(200, 0.7))
    assert moved.verdict == "retrain"
    assert moved.segments.index > 0.25


def test_another_constant_is_seen_on_either_side() -> None:
    then = reference("x", np.full(1000, 7.0))
    for other in (6.0, 8.0):
        assert measure_shift(then, then.count(pd.Series(np.full(1000, other)))).verdict == "retrain"


def test_more_missing_values_are_a_move() -> None:
    then = reference("x", RNG.normal(size=1000))
    now = RNG.normal(size=1000)
    now[:400] = np.nan
    moved = measure_shift(then, then.count(pd.Series(now)))
    assert (moved.missing_then, moved.missing_now) == (0, 0.4)
    assert moved.verdict == "retrain"


def test_bins_are_closed_above() -> None:
    assert Reference("x", (1.0, 2.0), ()).count(pd.Series([0.5, 1.0, 1.5, 2.0, 2.5])) == (2, 2, 1, 0)


def moved(index: float, column: str = "spend") -> Shift:
    return Shift(column, index, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "feature, description, segments, farther, verdict",
    [
        (0.09, 0.09, 0.09, 1.2, "fine"),
        (0.1, 0, 0, 1, "watch"),
        (0.25, 0, 0, 1, "retrain"),
        (0, 0.24, 0, 1, "fine"),
        (0, 9.0, 0, 1, "watch"),
        (0, 0, 0.1, 1, "watch"),
        (0, 0, 0.25, 1, "retrain"),
        (0, 0, 0, 1.25, "watch"),
        (0, 0, 0, 1.5, "retrain"),
    ],
)
def test_the_rule_of_the_verdict(
    feature: float, description: float, segments: float, farther: float, verdict: str
) -> None:
    found = judge_drift(
        [moved(feature)], [moved(description, "income")], moved(segments, "segment"), 2.0, 2.0 * farther
    )
    assert found.verdict == verdict
    assert bool(found.reasons) is (verdict != "fine")


def test_a_column_is_called_what_people_call_it() -> None:
    frame = pd.DataFrame({"income": RNG.lognormal(size=200), "c1": RNG.lognormal(size=200)})
    nothing, far = frame[[]], np.full(200, 0.7)
    made = build_baseline(frame, nothing, {0: 200}, far, {"income": "annual income"})
    found = measure_drift(Baseline.from_json(made.to_json()), frame * 3, nothing, {0: 200}, far)
    said = [reason.partition(" moved")[0] for reason in found.reasons]
    assert sorted(said) == ["annual income", "“c1”"]


def test_the_worst_reason_comes_first() -> None:
    found = judge_drift([moved(0.12), moved(0.4, "web_visits")], [], moved(0.1, "segment"), 1.0, 1.0)
    assert found.reasons == (
        "web visits moved (0.40)",
        "spend moved (0.12)",
        "the segments' shares moved (0.10)",
    )


def test_the_index_of_a_few_by_hand() -> None:
    """Half a customer in each bin: (1.5, 2.5) of 4 and (.5, 6.5) of 7; chi-squared is 10.83 once in 1000."""
    index, chance = measure_stability_index([1, 2], [0, 6])
    assert index == pytest.approx(17 / 56 * math.log(7.8))
    assert chance == pytest.approx(10.827566 * (1 / 3 + 1 / 6), rel=1e-6)
    assert measure_stability_index([1, 0, 2], [0, 0, 6]) == (index, chance), "a bin that nobody was ever in"
    assert measure_stability_index([1, 1, 1], [1, 1, 4])[1] == pytest.approx(
        13.815511 * (1 / 3 + 1 / 6), rel=1e-6
    )


@pytest.mark.parametrize("then, now", [([3, 4], [0, 0]), ([0, 0], [3, 4]), ([5, 0], [7, 0]), ([], [])])
def test_nothing_to_compare_is_no_move(then: list[int], now: list[int]) -> None:
    assert measure_stability_index(then, now) == (0.0, 0.0)


def test_missing_shares_of_one_and_of_nobody() -> None:
    then = Reference("x", (), counts=(3, 1))
    assert (measure_shift(then, (0, 1)).missing_then, measure_shift(then, (0, 1)).missing_now) == (0.25, 1.0)
    assert measure_shift(then, (0, 0)) == Shift("x", 0.0, 0.0, 0.25, 0.0)


@pytest.fixture
def live() -> Baseline:
    spend = pd.DataFrame({"spend": np.arange(200.0), "visits": np.arange(200.0)})
    return build_baseline(
        spend, pd.DataFrame({"city": ["Oslo", "Rome"] * 100}), {0: 120, 3: 80}, np.full(200, 0.5)
    )


def test_a_segment_that_is_gone_has_nobody_and_a_new_one_had_nobody(live: Baseline) -> None:
    columns = pd.DataFrame({"spend": np.arange(200.0)})
    found = measure_drift(live, columns, pd.DataFrame(), {0: 150, 5: 50}, np.full(200, 0.75))
    assert found.segments == Shift("segment", *measure_stability_index((120, 80, 0), (150, 0, 50)), 0.0, 0.0)
    assert found.farther == 1.5
    assert [s.column for s in found.features] == ["spend"], "visits is no longer in the recipe"
    assert found.descriptions == ()


def test_nobody_today_lies_nowhere(live: Baseline) -> None:
    found = measure_drift(live, pd.DataFrame({"spend": []}), pd.DataFrame({"city": []}), {}, np.array([]))
    assert (found.farther, found.verdict) == (0.0, "fine")


@pytest.mark.parametrize("then, now, farther", [(0.0, 5.0, 1.0), (0.5, 1.0, 2.0), (2.0, 0.0, 0.0)])
def test_how_much_farther_customers_lie(then: float, now: float, farther: float) -> None:
    assert judge_drift([], [], moved(0), then, now).farther == farther


def test_an_index_that_chance_reaches_is_fine_however_large() -> None:
    assert Shift("x", 0.4, 0.4, 0, 0).verdict == "fine"
    assert Shift("x", 0.4, 0.399, 0, 0).verdict == "retrain"
    assert Shift("x", 0.0, 0.0, 0, 0).verdict == "fine"


def test_every_reason_is_said_and_only_the_reasons() -> None:
    features = [moved(0.01), moved(0.1, "visits")]
    found = judge_drift(features, [moved(0.2, "age"), moved(0.25, "city")], moved(0.01, "segment"), 1.0, 1.26)
    assert found.verdict == "watch"
    assert found.reasons == (
        "visits moved (0.10)",
        "customers lie 1.3 times as far from their centres",
        "city moved (0.25), which cuts no segment",
    )


def test_what_is_decided_can_not_be_altered() -> None:
    assert unfrozen(importlib.import_module("custseg_spark.segments.drift")) == []
