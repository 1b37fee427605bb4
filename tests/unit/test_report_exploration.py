"""What the input looks like."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from custseg_spark.report.exploration import build_column_view, find_correlations
from custseg_spark.report.plots.data import FeatureView

ORDERS, LOGGED = FeatureView("orders", "purchases"), FeatureView("x", transform="log1p")


def test_a_column_by_hand() -> None:
    view = build_column_view(ORDERS, np.array([1.0, 2.0, 3.0, 4.0, 100.0, np.nan]))
    assert (view.low, view.quartiles, view.high) == (1.0, (2.0, 3.0, 4.0), 100.0)
    assert view.missing == pytest.approx(1 / 6)
    assert view.outliers == pytest.approx(1 / 5)
    assert sum(view.counts) == 5
    assert view.counts[0] == 4


def test_the_missing_share_of_all_rows_wins_over_the_samples() -> None:
    assert build_column_view(ORDERS, np.array([1.0, np.nan]), missing=0.01).missing == 0.01


def test_a_column_without_values_says_so() -> None:
    view = build_column_view(ORDERS, np.full(3, np.nan))
    assert view.missing == 1.0
    assert view.counts == ()
    assert np.isnan(view.low)


def test_a_log_axis_needs_values_from_0_on() -> None:
    assert build_column_view(LOGGED, np.array([0.0, 10.0])).log
    assert not build_column_view(LOGGED, np.array([-1.0, 10.0])).log


def test_correlations_are_spearmans_and_strongest_first() -> None:
    rng = np.random.default_rng(1)
    spend = rng.integers(0, 30, 200).astype(float)
    orders = np.exp(spend / 5) + rng.normal(0, 2, 200)
    visits = -spend + rng.normal(0, 6, 200)
    found = find_correlations(
        {"spend": spend, "orders": orders, "visits": visits, "noise": rng.normal(size=200)}
    )
    assert (found[0].one, found[0].other) == ("spend", "orders")
    assert all("noise" not in (pair.one, pair.other) for pair in found)
    assert found[0].rho == pytest.approx(spearmanr(spend, orders).statistic)


def test_what_init_lets_cut_together_is_no_pair() -> None:
    rng = np.random.default_rng(5)
    one, other = rng.multivariate_normal([0, 0], [[1, 0.78], [0.78, 1]], 4_000).T
    twin = one + 0.5 * rng.standard_normal(4_000)
    assert find_correlations({"one": one, "other": other}) == ()
    assert len(find_correlations({"one": one, "twin": twin})) == 1


def test_a_constant_column_correlates_with_nothing() -> None:
    assert find_correlations({"one": np.ones(5), "other": np.arange(5.0)}) == ()


def test_where_half_is_the_same_nothing_is_an_outlier() -> None:
    assert np.isnan(build_column_view(ORDERS, np.array([0.0, 0, 0, 0, 0, 0, 0, 1])).outliers)
