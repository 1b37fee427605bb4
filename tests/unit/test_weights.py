"""Weights on the driver: a whole weight is a row that stands so often, and a draw by weight is honest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans

from custseg_spark import journal
from custseg_spark.clustering import partitions, sweep
from custseg_spark.clustering.partitions import find_best_start, replicate_starts
from custseg_spark.errors import DataError
from custseg_spark.features import find_levels
from custseg_spark.journal import keep_journal
from custseg_spark.recipe import Sweep
from custseg_spark.recipe.features import FeatureSection
from custseg_spark.segments import suppress_small_cells
from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.profile import Group, Profile
from custseg_spark.statistics import WeightedValues, count_effective
from custseg_spark.steps.draw_even_sample import check_weights, count_draws, draw_by_weight


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.mark.parametrize("at", [[0.5], [0.25, 0.75], [0.0, 0.01, 0.333, 0.99, 1.0]])
def test_figures_are_those_of_repeated_rows(rng: np.random.Generator, at: list[float]) -> None:
    values, weights = rng.lognormal(0, 1, 200), rng.integers(1, 6, 200)
    one, many = WeightedValues(values, weights.astype(float)), WeightedValues(np.repeat(values, weights))
    assert one.find_quantiles(at) == pytest.approx(many.find_quantiles(at), rel=1e-12)
    assert one.average() == pytest.approx(many.average(), rel=1e-12)
    for less in (0, 1):
        assert one.measure_deviation(less) == pytest.approx(many.measure_deviation(less), rel=1e-12)


def test_the_effective_number_is_that_of_equal_weights() -> None:
    assert count_effective(np.full(50, 7.0)) == pytest.approx(50)
    assert count_effective(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)


def test_equal_weights_draw_each_customer_once() -> None:
    for weight in (1.0, 7.0, 0.3):
        assert draw_by_weight(np.full(1_000, weight), 42).tolist() == list(range(1_000))


def test_customers_are_drawn_in_proportion_to_their_weights(rng: np.random.Generator) -> None:
    """Each as often as the steps that fit into its weight, one more or one less by chance; over the seeds on
    average exactly."""
    weights = rng.lognormal(0, 1, 500)
    size = count_draws(weights)
    expected = weights * size / weights.sum()
    drawn = np.array([np.bincount(draw_by_weight(weights, seed), minlength=500) for seed in range(400)])
    assert (drawn.sum(axis=1) == size).all()
    assert (np.abs(drawn - expected) < 1).all()
    assert drawn.mean(axis=0) == pytest.approx(expected, abs=0.1)
    assert drawn.max() > 1


def test_the_errors_of_a_draw_are_those_of_the_weights(rng: np.random.Generator) -> None:
    """The mean of a draw varies from table to table as its own standard error says, but for a twentieth."""
    means, errors = [], []
    for seed in range(2_000):
        weights, values = rng.lognormal(0, 1, 800), rng.normal(size=800)
        drawn = values[draw_by_weight(weights, seed)]
        means.append(drawn.mean())
        errors.append(drawn.std(ddof=1) / np.sqrt(len(drawn)))
    assert np.std(means) / np.mean(errors) == pytest.approx(np.sqrt(1.1), abs=0.05)


def test_a_draw_is_as_large_as_its_repeats_allow(rng: np.random.Generator) -> None:
    weights = rng.lognormal(0, 1, 3_000)
    size, effective = count_draws(weights), count_effective(weights)
    assert weights.sum() / weights.max() < size < effective
    squares = [(np.bincount(draw_by_weight(weights, seed)) ** 2).sum() / size for seed in range(30)]
    assert np.mean(squares) == pytest.approx(1.1, abs=0.01)
    mild = rng.uniform(0.9, 1.1, 3_000)
    assert count_draws(mild) > 0.94 * count_effective(mild)


def test_a_replication_with_weights_is_scikit_learns(rng: np.random.Generator) -> None:
    points, weights = rng.normal(size=(400, 3)), rng.lognormal(0, 1, 400)
    centres, (cost,) = replicate_starts(points, 4, 3, 9, weights=weights)
    theirs = KMeans(4, n_init=3, random_state=9).fit(points, sample_weight=weights)
    assert centres == pytest.approx(theirs.cluster_centers_, rel=1e-12)
    assert cost == pytest.approx(theirs.inertia_ / weights.sum(), rel=1e-12)


def test_the_sweep_is_as_cheap_as_scikit_learns_with_these_weights(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where starts go on from a part of the points, and grow from fewer segments."""
    monkeypatch.setattr(partitions, "START_ROWS", 400)
    places = rng.uniform(-4, 4, (6, 3))
    points = places[rng.integers(6, size=1_500)] + rng.normal(size=(1_500, 3))
    weights = np.where(points[:, 0] > 0, 5.0, 0.5)
    found = sweep(None, points, range(4, 7), Sweep(seed=1), weights=weights)  # type: ignore[arg-type]
    for cut in found:
        theirs = KMeans(cut.k, n_init=30, random_state=3).fit(points, sample_weight=weights)
        apart = ((points[:, None] - cut.centres) ** 2).sum(axis=2).min(axis=1)
        assert (weights * apart).sum() <= theirs.inertia_ * 1.005
        unweighted, _ = find_best_start(points, cut.k, 10, 1)
        far = ((points[:, None] - unweighted) ** 2).sum(axis=2).min(axis=1)
        assert (weights * apart).sum() < (weights * far).sum()


def test_levels_are_kept_by_weighted_share() -> None:
    values = pd.Series(["a"] * 5 + ["b"] * 3 + ["c"] * 2)
    weights = np.array([1.0] * 5 + [1.0] * 3 + [9.0] * 2)
    asked = FeatureSection(category="x", keep=1)
    assert list(find_levels("x", asked, values).levels) == ["a"]
    assert list(find_levels("x", asked, values, weights).levels) == ["c"]


def test_weights_that_are_shares_end_the_command() -> None:
    check_weights(np.full(100, 0.9), "w")
    with pytest.raises(DataError) as told:
        check_weights(np.full(100, 0.01), "w / 2")
    assert told.value.remedy.endswith("customers.weight: (w / 2) * 100")


def test_a_few_who_decide_are_told() -> None:
    @keep_journal
    def warn(weights: np.ndarray) -> list[str]:
        check_weights(weights, "w")
        return [*journal.current().warnings]

    even, few = np.ones(200), np.r_[np.full(5, 1e4), np.ones(195)]
    assert warn(even) == []
    (line,) = warn(few)
    assert "200 customers of the sample say as much as 5 of equal weight" in line


def test_small_cells_are_counted_in_rows() -> None:
    """Two rows that stand for a thousand customers are still two people."""
    figures = {"age": ColumnStats(1000.0, mean=50.0, std=1.0, min=49.0, max=51.0, effective=2.0)}
    group = Group(1000, 1.0, figures, {}, {}, rows=2, effective=2.0)
    profile = Profile((), (), group)
    hidden = suppress_small_cells(profile, 10, pd.DataFrame({"segment": []})).everyone
    assert np.isnan(hidden.columns["age"].mean)
    kept = suppress_small_cells(profile, 2, pd.DataFrame({"segment": []})).everyone
    assert kept.columns["age"].mean == 50.0
