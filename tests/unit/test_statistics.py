"""Measures that several rooms take, by hand."""

import math

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy import stats

from custseg_spark.statistics import measure_eta_squared, measure_jaccard


@pytest.mark.parametrize("groups", [[0, 0, 1, 1], ["a", "a", "b", "b"]])
def test_eta_squared_by_hand(groups: ArrayLike) -> None:
    # means 1 and 5 around 3: 2 * 4 + 2 * 4 of 9 + 1 + 1 + 9
    assert measure_eta_squared([0.0, 2.0, 4.0, 6.0], groups) == pytest.approx(16 / 20)


def test_eta_squared_is_that_of_an_analysis_of_variance() -> None:
    parts = [10.0, 20.0, 30.0], [100.0, 200.0, 240.0]
    f = stats.f_oneway(*parts).statistic
    found = measure_eta_squared([*parts[0], *parts[1]], [1, 1, 1, 0, 0, 0])
    assert found == pytest.approx(f / (f + 4))  # 1 and 4 degrees of freedom


def test_eta_squared_leaves_out_what_is_missing() -> None:
    values, groups = [0.0, 2.0, np.nan, 4.0, 6.0, np.inf, np.nan], [0, 0, 0, 1, 1, 1, 7]
    assert measure_eta_squared(values, groups) == pytest.approx(16 / 20)


def test_eta_squared_of_what_does_not_vary_is_unknown() -> None:
    assert math.isnan(measure_eta_squared(np.ones(4), [0, 0, 1, 1]))
    assert math.isnan(measure_eta_squared([np.nan], [0]))
    assert math.isnan(measure_eta_squared([], []))


def test_jaccard_by_hand() -> None:
    # rows {a, b, c}, {d}, nobody; columns {a, b}, {c, d}
    found = measure_jaccard(np.array([[2, 1], [0, 1], [0, 0]]))
    assert found == pytest.approx(np.array([[2 / 3, 1 / 4], [0.0, 1 / 2], [0.0, 0.0]]))
    assert measure_jaccard(np.zeros((2, 2))).tolist() == [[0, 0], [0, 0]]
