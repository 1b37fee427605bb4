"""Movement: who moved, and whether they changed or the model did, by hand on ten customers."""

import math

import numpy as np
import pytest

from custseg_spark.segments.movement import NOBODY, largest, movement, summary

NAMES = {0: "Big", 1: "Small"}


def test_ten_customers_by_hand():
    #                one changed ──┐     ┌── the model moved one
    then = np.array([0, 0, 0, 0, 1, 1, 1, 1, NOBODY, 1])
    now = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, NOBODY])
    new = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    worth = np.array([10, 10, 10, 10, 30, 5, 5, 20, 99, np.nan])
    found = movement(then, now, new, np.array([0, 1]), worth, "spend", NAMES, NAMES)
    assert found.both == 8
    assert (found.moved, found.by_customers, found.by_model) == (0.25, 0.125, 0.125)
    assert found.value_moved == pytest.approx(35 / 100)
    rows = {(row.from_name, row.to_name): row for row in found.flows.itertuples()}
    moved = rows[("Small", "Big")]
    assert (moved.customers, moved.customers_changed, moved.model_changed) == (2, 1, 1)
    assert (moved.share, moved.value) == (0.25, pytest.approx(0.35))
    new_customers = found.flows[found.flows["from_segment"].isna()]
    assert new_customers["customers"].tolist() == [1]
    assert new_customers["share"].isna().all()
    assert found.flows["customers"].sum() == 8 + 1 + 2
    assert largest(found) == (
        "2 customers (25.0%) went from “Small” (1) to “Big” (0), mostly because they changed.",
    )
    assert "1 customers are new, 2 are gone." in summary(found)


def test_counts_of_a_sample_are_scaled_and_say_so():
    labels = np.array([0, 1] * 50)
    nothing = np.full(100, np.nan)
    found = movement(labels, labels, labels, np.array([], dtype=int), nothing, "", NAMES, NAMES, drawn=0.01)
    assert found.both == 10_000
    assert found.flows["customers"].tolist() == [5_000, 5_000]
    assert math.isnan(found.value_moved)
    assert any("estimated from 1.0% of the customers" in line for line in summary(found))


def test_nobody_to_compare():
    absent = np.full(3, NOBODY)
    found = movement(absent, absent, np.array([0, 1, 1]), absent[:0], np.ones(3), "spend", NAMES, NAMES)
    assert found.both == 0
    assert "nobody can be said to have moved" in summary(found)[0]


def test_flows_of_few_customers_are_withheld_where_asked():
    labels = np.array([0] * 9 + [1])
    worth, nobody = np.ones(10), labels[:0]
    found = movement(labels, labels, labels[::-1], nobody, worth, "spend", NAMES, NAMES, fewest=2)
    assert found.flows["customers"].tolist() == [8]


def test_new_and_gone_customers_are_counted_before_flows_are_withheld():
    then = np.array([0] * 20 + [NOBODY] * 6)
    labels, worth = np.array([0] * 20 + [0, 0, 0, 1, 1, 1]), np.ones(26)
    found = movement(then, labels, labels, np.array([0, 1, 1]), worth, "", NAMES, NAMES, fewest=5)
    assert found.flows["customers"].tolist() == [20]
    assert "6 customers are new, 3 are gone." in summary(found)
