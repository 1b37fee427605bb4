"""Movement: who moved, and whether they changed or the model did, by hand on ten customers."""

import importlib
import math
from typing import Any

import numpy as np
import pytest

from custseg_spark.segments.movement import (
    NOBODY,
    Movement,
    TwoNights,
    measure_movement,
    tell_largest,
    tell_movement,
)
from tests.unit.frozen import unfrozen

NAMES = {0: "Big", 1: "Small"}
NULL: Any = None
"""What pandas puts in place of NaN, though its types do not know it."""


def test_ten_customers_by_hand() -> None:
    #                one changed ──┐     ┌── the model moved one
    then = np.array([0, 0, 0, 0, 1, 1, 1, 1, NOBODY, 1])
    now = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, NOBODY])
    new = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    worth = np.array([10, 10, 10, 10, 30, 5, 5, 20, 99, np.nan])
    found = measure_movement(TwoNights(then, now, new, np.array([0, 1]), worth, "spend"), NAMES, NAMES)
    assert found.both == 8
    assert found.flows.columns.tolist() == [
        *("from_segment", "from_name", "to_segment", "to_name", "customers", "share", "value"),
        *("customers_changed", "model_changed"),
    ]
    assert found.flows["customers"].tolist() == sorted(found.flows["customers"], reverse=True)
    assert (found.moved, found.by_customers, found.by_model) == (0.25, 0.125, 0.125)
    assert found.value_moved == pytest.approx(35 / 100)
    flows: list[Any] = list(found.flows.itertuples())
    rows = {(row.from_name, row.to_name): row for row in flows}
    moved = rows[("Small", "Big")]
    assert (moved.customers, moved.customers_changed, moved.model_changed) == (2, 1, 1)
    assert (moved.share, moved.value) == (0.25, pytest.approx(0.35))
    new_customers = found.flows[found.flows["from_segment"].isna()]
    assert new_customers["customers"].tolist() == [1]
    assert new_customers["share"].isna().all()
    assert found.flows["customers"].sum() == 8 + 1 + 2
    assert tell_largest(found) == (
        "2 customers (25.0%) went from “Small” (1) to “Big” (0), mostly because they changed.",
    )
    assert "1 customers are new, 2 are gone." in tell_movement(found)


def test_counts_of_a_sample_are_scaled_and_say_so() -> None:
    labels = np.array([0, 1] * 50)
    nothing = np.full(100, np.nan)
    nights = TwoNights(labels, labels, labels, np.array([], dtype=int), nothing, "", drawn=0.01)
    found = measure_movement(nights, NAMES, NAMES)
    assert found.both == 10_000
    assert found.flows["customers"].tolist() == [5_000, 5_000]
    assert math.isnan(found.value_moved)
    assert any("estimated from 1.0% of the customers" in line for line in tell_movement(found))


def test_nobody_to_compare() -> None:
    absent = np.full(3, NOBODY)
    nights = TwoNights(absent, absent, np.array([0, 1, 1]), absent[:0], np.ones(3), "spend")
    found = measure_movement(nights, NAMES, NAMES)
    assert found.both == 0
    assert "nobody can be said to have moved" in tell_movement(found)[0]


def test_flows_of_few_customers_are_withheld_where_asked() -> None:
    labels = np.array([0] * 9 + [1])
    worth, nobody = np.ones(10), labels[:0]
    nights = TwoNights(labels, labels, labels[::-1], nobody, worth, "spend")
    found = measure_movement(nights, NAMES, NAMES, fewest=2)
    assert found.flows["customers"].tolist() == [8]


def test_new_and_gone_customers_are_counted_before_flows_are_withheld() -> None:
    then = np.array([0] * 20 + [NOBODY] * 6)
    labels, worth = np.array([0] * 20 + [0, 0, 0, 1, 1, 1]), np.ones(26)
    nights = TwoNights(then, labels, labels, np.array([0, 1, 1]), worth, "")
    found = measure_movement(nights, NAMES, NAMES, fewest=5)
    assert found.flows["customers"].tolist() == [20]
    assert "6 customers are new, 3 are gone." in tell_movement(found)


def rows_of(found: Movement) -> dict[tuple[int | None, int | None], tuple[float | None, ...]]:
    """from and to -> customers, changed, moved by the model, share, value; None for nobody and for NaN."""
    table = found.flows.astype(object).where(found.flows.notna(), other=NULL)
    rows: list[Any] = list(table.itertuples())
    return {
        (row.from_segment, row.to_segment): (
            row.customers, row.customers_changed, row.model_changed, row.share, row.value,
        )
        for row in rows
    }  # fmt: skip


def test_who_is_new_or_gone_was_moved_by_nobody() -> None:
    #                new: the models differ ──┐       ┌── not labelled by the old model today
    then, now = np.array([0, 0, NOBODY, NOBODY, 1]), np.array([0, 1, 0, 1, NOBODY])
    new, gone = np.array([0, 1, 1, 1, 1]), np.array([0, 0, 1])
    nights = TwoNights(then, now, new, gone, np.array([1.0, 3.0, 50, 50, 50]), "spend")
    found = measure_movement(nights, NAMES, NAMES)
    assert rows_of(found) == {
        (0, None): (2, 0, 0, None, None),
        (None, 1): (2, 0, 0, None, None),
        (0, 0): (1, 0, 0, 0.5, 0.25),
        (0, 1): (1, 1, 0, 0.5, 0.75),
        (1, None): (1, 0, 0, None, None),
    }
    assert (found.both, found.came, found.left) == (2, 2, 3)
    assert (found.moved, found.by_customers, found.by_model, found.value_moved) == (0.5, 0.5, 0, 0.75)


def test_one_customer_alone_is_all_of_them() -> None:
    one = np.array([0])
    found = measure_movement(TwoNights(one, one, one + 1, one[:0], np.array([4.0]), "spend"), NAMES, NAMES)
    assert rows_of(found) == {(0, 1): (1, 0, 1, 1.0, 1.0)}
    assert (found.moved, found.by_customers, found.by_model, found.value_moved) == (1.0, 0.0, 1.0, 1.0)
    whole, *rest = tell_movement(found)
    assert whole.startswith("Of 1 customers there on both nights, 100.0% are in another segment than before.")
    assert "0.0% would have changed segment" in whole
    assert whole.endswith("the new model moves 100.0%.")
    assert rest == ["They bring 100.0% of spend.", "0 customers are new, 0 are gone."]


def test_worth_that_is_nothing_has_no_shares() -> None:
    labels = np.array([0, 1])
    for worth, value in ((np.zeros(2), "spend"), (np.ones(2), "")):
        found = measure_movement(
            TwoNights(labels, labels, labels[::-1], labels[:0], worth, value), NAMES, NAMES
        )
        assert math.isnan(found.value_moved)
        assert found.flows["value"].isna().all()
        assert not any("bring" in line for line in tell_movement(found))


def test_equal_flows_stand_by_their_segments_and_ten_are_told() -> None:
    pairs = [(a, b) for a in range(4) for b in range(3) if a != b] + [(0, 3), (1, 3), (2, 3)]
    then, new = (np.array(side[::-1], dtype=int) for side in zip(*pairs, strict=True))
    names = dict.fromkeys(range(4), "x")
    found = measure_movement(TwoNights(then, new, new, then[:0], np.ones(12), ""), names, names)
    assert list(zip(found.flows["from_segment"], found.flows["to_segment"], strict=True)) == sorted(pairs)
    assert found.flows.index.tolist() == list(range(12))
    assert len(tell_largest(found)) == 10


@pytest.mark.parametrize(
    "customers, changed, by_model, why",
    [
        (4, 4, 0, "all because they changed"),
        (4, 0, 4, "all because the model changed"),
        (4, 2, 2, "mostly because they changed"),
        (4, 2, 3, "mostly because the model changed"),
        (5, 2, 2, "mostly because the model changed"),
        (4, 3, 1, "mostly because they changed"),
        (4, 1, 1, "mostly because the model changed"),
    ],
)
def test_why_a_flow_went(customers: int, changed: int, by_model: int, why: str) -> None:
    module = importlib.import_module("custseg_spark.segments.movement")
    assert module._explain(customers, changed, by_model) == why


def test_what_is_decided_can_not_be_altered() -> None:
    assert unfrozen(importlib.import_module("custseg_spark.segments.movement")) == []
