"""The sweep on the driver, without a JVM: as good as many full starts, and what it says of itself."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from custseg_spark.clustering import Partition, fit_plane, nearest, partitions, sweep
from custseg_spark.clustering.partitions import find_best_start
from custseg_spark.kmeans import fit_kmeans
from custseg_spark.recipe import Sweep


@pytest.fixture(autouse=True)
def few_to_start_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of every sample over START_ROWS: starts on the first of it, the leaders go on with all."""
    monkeypatch.setattr(partitions, "START_ROWS", 400)


@pytest.fixture(scope="module")
def overlapping() -> np.ndarray:
    """(3000, 4): eight clouds that run into each other, where k-means++ ends depends on where it begins."""
    rng = np.random.default_rng(11)
    clouds = rng.uniform(-4, 4, size=(8, 4))
    return clouds[rng.integers(8, size=3000)] + rng.normal(scale=1.2, size=(3000, 4))


def test_starts_on_a_part_end_as_low_as_many_on_all(overlapping: np.ndarray) -> None:
    found = sweep(None, overlapping, range(6, 10), Sweep(restarts=30, seed=1))  # type: ignore[arg-type]
    assert [cut.k for cut in found] == [6, 7, 8, 9]
    for cut in found:
        best = KMeans(cut.k, n_init=30, random_state=5).fit(overlapping).inertia_
        assert cut.cost <= 1.005 * best, cut.k
        assert (len(cut.costs), len(cut.labels)) == (30, 3000)
        assert cut.seconds > 0


def test_many_coordinates_are_begun_on_fewer_points() -> None:
    """Nothing changes where there are few, or where the sample is no larger than a turn."""
    turns = partitions._list_turns
    assert turns(50_000, 4, 10) == [(400, 5), (50_000, 1)]
    assert turns(300, 4, 10) == turns(300, 50, 3) == [(300, 1)]
    assert turns(50_000, 50, 3) == [(300, 10), (400, 2), (50_000, 1)]
    assert turns(350, 50, 3) == [(300, 10), (350, 1)]


def test_turns_end_as_low_as_many_starts_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "SEGMENT_ROWS", 20)
    rng = np.random.default_rng(4)
    clouds = rng.uniform(-3, 3, size=(15, 20))
    points = clouds[rng.integers(15, size=3000)] + rng.normal(scale=1.5, size=(3000, 20))
    for cut in sweep(None, points, range(13, 17), Sweep(seed=1)):  # type: ignore[arg-type]
        best = KMeans(cut.k, n_init=10, random_state=5).fit(points).inertia_
        assert cut.cost <= 1.005 * best, cut.k
        assert len(cut.costs) == 30


def test_the_nearest_is_the_nearest_by_exact_distance_and_the_lower_of_two() -> None:
    centres = np.array([[1e6, 0.0], [1e6, 1e-6], [1e6, 0.0], [0.0, 5.0]])
    points = np.array([[1e6, 0.0], [1e6, 4e-7], [1e6, 6e-7], [1e6, 1.0], [0.0, 4.0]])
    assert nearest.find_nearest(points, centres).tolist() == [0, 0, 1, 1, 3]
    assert nearest.find_nearest(points, centres[:1]).tolist() == [0] * 5
    drawn, many = np.random.default_rng(1).normal(size=(500, 3)), np.random.default_rng(2).normal(size=(9, 3))
    exact = nearest.measure_distances(drawn, many).argmin(axis=1)
    assert nearest.find_nearest(drawn, many).tolist() == exact.tolist()


def test_a_far_origin_is_nothing_to_single_precision() -> None:
    """120 coordinates of centres are many: a column of seconds since 1970 still has its two groups."""
    points = np.random.default_rng(1).normal(size=(200, 60))
    points[:100, 0] += 20
    near, far = fit_kmeans(points, 2, 1, 3), fit_kmeans(points + 1.6e9, 2, 1, 3)
    assert far.labels.tolist() == near.labels.tolist()
    assert len(set(near.labels[:100])) == len(set(near.labels[100:])) == 1
    assert far.centres.mean(axis=1) - 1.6e9 == pytest.approx(near.centres.mean(axis=1), abs=1e-3)


def test_one_start_in_three_grows_from_one_segment_less(overlapping: np.ndarray) -> None:
    few = overlapping[:400]
    fewer, alone = find_best_start(overlapping, 8, restarts=3, seed=1)
    (grown,) = partitions._grow(few, fewer, 1, seed=1)
    expected = KMeans(9, init=grown, n_init=1).fit(few).inertia_ / 400
    found = find_best_start(overlapping, 9, restarts=3, seed=1, fewer=fewer)[1]
    assert len(found) == len(alone) == 3
    assert pytest.approx(expected) in found
    assert pytest.approx(expected) not in find_best_start(overlapping, 9, restarts=3, seed=1)[1]


def test_a_grown_start_adds_a_point_that_no_centre_is_on() -> None:
    points = np.array([[0.0], [0.0], [0.0], [10.0]])
    assert [g.tolist() for g in partitions._grow(points, np.array([[0.0]]), 2, seed=1)] == [
        [[0.0], [10.0]]
    ] * 2
    assert partitions._grow(points[:3], np.array([[0.0]]), 2, seed=1) == []


def test_a_partition_by_hand() -> None:
    """The spread is the worst restart over the best, per point of those that the restarts ran on."""
    labels = np.array([0, 0, 0, 1])
    cut = Partition(2, np.array([[0.0], [9.0]]), labels, 8.0, (2.5, 2.0, 3.0), 0.1, None)
    assert cut.cost_spread == 0.5
    assert cut.smallest_share == 0.25
    assert Partition(3, np.zeros((3, 1)), labels, 0.0, (0.0, 0.0), 0.1, None).cost_spread == 0.0
    assert Partition(3, np.zeros((3, 1)), labels, 0.0, (1.0,), 0.1, None).smallest_share == 0.0


def test_the_plane_by_hand() -> None:
    """Points on a line and a little beside it; each axis points the way of its largest loading."""
    points = np.array([[-4.0, 3.0, 1.0], [4.0, -3.0, 1.0], [0.3, 0.4, 1.0], [-0.3, -0.4, 1.0]])
    plane = fit_plane(points)
    assert plane.loadings[:2] == pytest.approx(np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0]]))
    assert plane.explained == pytest.approx([50 / 50.5, 0.5 / 50.5, 0.0])
    assert plane.project(points)[:, 0] == pytest.approx([-5.0, 5.0, 0.0, 0.0])
    assert plane.project(points)[:, 2] == pytest.approx(0.0)


def test_axes_that_there_are_not_are_zeros() -> None:
    line = fit_plane(np.array([[1.0], [3.0], [8.0]]))
    assert (line.loadings.tolist(), line.explained.tolist()) == ([[1.0], [0.0], [0.0]], [1.0, 0.0, 0.0])
    assert line.project(np.array([[5.0]])).tolist() == [[1.0, 0.0, 0.0]]


def test_equal_loadings_point_the_same_way_whatever_their_last_digits() -> None:
    """Of two standardised features the loadings differ by rounding alone."""
    points = np.random.default_rng(2).normal(size=(300, 2))
    for turn in range(20):
        drawn = np.random.default_rng(turn).permutation(points)
        scaled = (drawn - drawn.mean(axis=0)) / drawn.std(axis=0, ddof=1)
        assert (fit_plane(scaled).loadings[:, 0] >= 0).all()
