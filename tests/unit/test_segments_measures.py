"""Intervals of outcomes and associations of protected columns, by hand and against SciPy."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from custseg_spark.segments.association import (
    measure_associations,
    measure_cramers_v,
)
from custseg_spark.segments.column_stats import estimate_mean, estimate_rate, is_binary


def test_wilson_against_a_published_interval() -> None:
    """81 of 263: .2553 to .3662 (Newcombe 1998, Stat. Med. 17, 857-872, table I, method 3)."""
    assert estimate_rate(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert estimate_rate(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)


def test_a_mean_has_the_interval_of_student() -> None:
    values = np.array([3.0, 5.0, 8.0, 13.0])
    found = estimate_mean(4, values.mean(), values.std(ddof=1), binary=False)
    expected = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected)
    assert estimate_mean(1, 3.0, math.nan, binary=False).method == "none"


@pytest.mark.parametrize(
    "values, expected",
    [
        ([0, 1, 1, 0], True),
        ([1, 1], True),
        ([0, 0.5, 1], False),
        ([0, 2], False),
        ([0.5, (1 + 2**0.5) / 2], False),  # their squares sum to what they sum to
    ],
)
def test_zeros_and_ones_are_told_by_their_moments(values: list[float], expected: bool) -> None:
    column = pd.Series(values, dtype=float)
    assert is_binary(len(column), column.mean(), column.std(), column.min(), column.max()) is expected


def test_cramers_v_without_bias() -> None:
    assert measure_cramers_v(np.array([[50, 0], [0, 50]])) == pytest.approx(1, abs=0.001)
    rng = np.random.default_rng(0)
    table = pd.crosstab(rng.integers(0, 5, 400), rng.integers(0, 8, 400)).to_numpy()
    plain = stats.contingency.association(table, method="cramer")
    assert measure_cramers_v(table) < 0.08 < plain
    assert math.isnan(measure_cramers_v(np.array([[3], [4]])))


def test_numbers_and_codes_are_measured_by_their_kind() -> None:
    many = pd.DataFrame(
        {"segment": [0, 1] * 20, "birth": range(40), "empty": [None] * 40, "sex": [1, 2] * 20}
    )
    code, birth, empty = measure_associations(many, ["empty", "birth", "sex"])
    assert (birth.measure, birth.strength) == ("eta", "none")
    assert (code.measure, code.strength) == ("cramers_v", "strong")
    assert empty.strength == "unknown"
