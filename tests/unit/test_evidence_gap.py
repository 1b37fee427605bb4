"""The gap: its formula by hand, its boxes, and an error of the size of the spread."""

import numpy as np
import pytest

from custseg_spark.evidence.gap import GapDraws, draw_for_gap, draw_reference_box, measure_gap

LINE = np.array([[0.0], [1.0], [10.0], [12.0]])


def test_a_box_follows_the_principal_axes_and_not_one_customer() -> None:
    """Two columns that are one: along its axis the box is a line, in the columns it would be a square."""
    t = np.append(np.linspace(-1.0, 1.0, 2_000), 500.0)
    box = draw_reference_box(np.stack([t, t], axis=1), 3_000, np.random.default_rng(0))
    assert np.abs(box[:, 0] - box[:, 1]).max() < 1e-9
    assert np.abs(box).max() == pytest.approx(1.0, abs=0.1)  # an even column keeps its ends


def test_a_column_that_nearly_all_share_still_has_a_box() -> None:
    points = np.append(np.zeros((400, 1)), np.ones((3, 1)), axis=0)
    box = draw_reference_box(points, 100, np.random.default_rng(0))
    assert 0.5 < np.ptp(box) <= 1.0


def test_gap_formula_by_hand() -> None:
    """k = 1 needs no search: W is the sum of squares about the mean, and scales with the square."""
    drawn = GapDraws((LINE, LINE * 3.0), (LINE * 2.0, LINE * 4.0), 0.5)
    gap, error = measure_gap(drawn, 1, seed=0)
    theirs, own = np.log([4.0, 16.0]), np.log([1.0, 9.0])
    assert gap == pytest.approx(theirs.mean() - own.mean())
    # over two boxes; over two subsets of a half each: 1/2, and 1/2 / (1 - 1/2) more
    assert error == pytest.approx(np.sqrt(theirs.var(ddof=1) / 2 + own.var(ddof=1) * 1.5))


def test_gap_is_largest_where_the_clusters_are() -> None:
    rng = np.random.default_rng(3)
    middles = np.array([[0, 0], [4, 0], [0, 4]])
    points = rng.normal(scale=0.3, size=(300, 2)) + middles[rng.integers(3, size=300)]
    drawn = draw_for_gap(points, 1)
    gaps = {k: measure_gap(drawn, k, seed=1)[0] for k in (1, 2, 3, 4, 5)}
    assert max(gaps, key=lambda k: gaps[k]) == 3


@pytest.mark.parametrize("cloud", ["normal", "even"])
def test_the_error_is_of_the_size_of_the_spread_over_draws_of_customers(cloud: str) -> None:
    """An even cube has no axes of its own: with the axes of the one sample the error was a third of it."""
    found = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        points = rng.normal(size=(1_200, 3)) if cloud == "normal" else rng.uniform(size=(1_200, 3))
        points = (points - points.mean(axis=0)) / points.std(axis=0)
        found.append(measure_gap(draw_for_gap(points, seed), 3, seed))
    gaps, errors = np.array(found).T
    assert 0.75 < np.sqrt((errors**2).mean()) / gaps.std(ddof=1) < 1.9
