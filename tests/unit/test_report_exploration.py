"""What the input looks like."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import spearmanr

from custseg_spark.report.exploration import build_column_view, find_groups
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


def draw_correlated(rho: Sequence[Sequence[float]], n: int = 4_000) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    drawn = rng.multivariate_normal(np.zeros(len(rho)), rho, n).T
    return dict(zip("abcdef", drawn, strict=False))


def test_features_that_repeat_each_other_are_one_group_told_once() -> None:
    rho: list[list[float]] = [[1, 0.9, 0.86, 0], [0.9, 1, 0.75, 0], [0.86, 0.75, 1, 0], [0, 0, 0, 1]]
    columns = draw_correlated(rho)
    (group,) = find_groups(columns)
    assert group.names == ("a", "b", "c"), "b and c are joined by a alone"
    pairs = [spearmanr(columns[x], columns[y]).statistic for x, y in ("ab", "ac", "bc")]
    assert group.rhos == pytest.approx((min(pairs), max(pairs)))
    assert group.write({"a": "spend", "b": "orders", "c": "income"}).startswith(
        f"spend, orders and income go together (rank correlations {min(pairs):.2f} to {max(pairs):.2f}): "
    )


def test_a_group_counts_as_often_as_its_shared_direction_varies() -> None:
    """By singular values of the standardised columns, which are no eigenvalues of a correlation matrix."""
    columns = draw_correlated([[1, 0.9, 0.86], [0.9, 1, 0.75], [0.86, 0.75, 1]])
    table = np.column_stack([(c - c.mean()) / c.std(ddof=1) for c in columns.values()])
    widest = np.linalg.svd(table, compute_uv=False)[0] ** 2 / (len(table) - 1)
    (group,) = find_groups(columns)
    assert group.weight == pytest.approx(widest)
    assert group.write(dict(zip("abc", "abc", strict=True))).endswith(f"counts {widest:.1f} times.")


def test_of_two_the_weight_is_one_and_their_correlation() -> None:
    columns = draw_correlated([[1, -0.9], [-0.9, 1]])
    (group,) = find_groups(columns)
    assert group.weight == pytest.approx(1 + abs(np.corrcoef(columns["a"], columns["b"])[0, 1]))
    said = group.write({"a": "visits", "b": "recency"})
    assert re.fullmatch(
        r"visits and recency go together \(rank correlation −0\.[89]\d\): .* 1\.9 times\.", said
    )


def test_of_twins_that_run_both_ways_the_sizes_are_told() -> None:
    one = np.arange(50.0)
    (group,) = find_groups({"a": one, "b": one * 2, "c": -one})
    assert group.weight == pytest.approx(3)
    assert "(rank correlation 1.00, either way)" in group.write({x: x for x in "abc"})


def test_two_groups_are_two_sentences_the_heavier_first() -> None:
    one, other = np.random.default_rng(2).normal(size=(2, 500))
    groups = find_groups({"a": one, "b": other, "c": one, "d": other, "e": other})
    assert [group.names for group in groups] == [("b", "d", "e"), ("a", "c")]


def test_what_init_lets_cut_together_is_no_group() -> None:
    columns = draw_correlated([[1, 0.78], [0.78, 1]])
    assert find_groups(columns) == ()
    twin = columns["a"] + 0.5 * np.random.default_rng(5).standard_normal(4_000)
    assert len(find_groups({"a": columns["a"], "twin": twin})) == 1


def test_a_constant_column_repeats_nothing() -> None:
    assert find_groups({"one": np.ones(5), "other": np.arange(5.0)}) == ()
    assert find_groups({"one": np.arange(5.0)}) == ()


def test_where_half_is_the_same_nothing_is_an_outlier() -> None:
    assert np.isnan(build_column_view(ORDERS, np.array([0.0, 0, 0, 0, 0, 0, 0, 1])).outliers)
