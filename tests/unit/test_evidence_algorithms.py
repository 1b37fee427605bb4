"""Other algorithms on the same rows: figures by hand, known truths, and which is preferred."""

import dataclasses
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from custseg_spark.evidence import ComparisonRow, ComparisonSettings, Labelling, compare, others, prefer
from custseg_spark.evidence.algorithms import Comparison, measure_k_distances
from custseg_spark.evidence.others import build_ward_tree
from custseg_spark.evidence.stability import compare_labels

DRAWN = ("KMeans", "BisectingKMeans", "GaussianMixture")
"""Those that hang on a seed."""
UNDRAWN = ComparisonSettings(redraws=0)


def _row(comparison: Comparison, name: str) -> ComparisonRow:
    return next(row for row in comparison.rows if row.algorithm == name)


@pytest.fixture(scope="module")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    truth = rng.integers(3, size=600)
    return rng.normal(scale=0.5, size=(600, 2)) + np.array([[0, 0], [8, 0], [0, 8]])[truth], truth


def test_on_separated_segments_all_agree(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    points, truth = blobs
    found = compare(points, 3, truth, ComparisonSettings(redraws=3))
    assert [row.algorithm for row in found.rows] == [*DRAWN, "Ward", "DBSCAN", "HDBSCAN"]
    assert _row(found, "DBSCAN").adjusted_rand > 0.8  # the knee's eps leaves the rims to noise
    for row in (row for row in found.rows if row.algorithm != "DBSCAN"):
        assert row.segments == 3, row
        assert row.adjusted_rand > 0.9, row
        assert row.stability is not None
        assert row.stability > 0.9, row


def test_the_partition_of_all_points_is_held_against_the_compared_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(2, size=500)
    points = truth[:, None] * 10 + rng.normal(size=(500, 2))
    monkeypatch.setattr("custseg_spark.evidence.algorithms.ROWS", 100)
    found = compare(points, 2, truth, UNDRAWN)
    assert {len(labels) for labels in (found.at, *found.labels.values())} == {100}
    assert np.array_equal(found.labels["KMeans"], truth[found.at])
    assert _row(found, "BisectingKMeans").adjusted_rand == 1.0


class Forgetful:
    """It cuts rightly the first time, and at random whenever it is asked again."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def __call__(self, points: np.ndarray, seed: int) -> Labelling:
        again = bool(self.asked)
        self.asked.append((len(points), seed))
        random = np.random.default_rng(seed).integers(2, size=len(points))
        return Labelling(random if again else (points[:, 0] > 5).astype(np.int64), 100.0 + again)


@pytest.fixture
def halves() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    truth = rng.integers(2, size=300)
    return truth[:, None] * 10 + rng.normal(size=(300, 2)), truth


@pytest.mark.parametrize("name", DRAWN)
def test_what_this_process_runs_is_redrawn_by_what_is_scored(
    name: str, halves: tuple[np.ndarray, np.ndarray]
) -> None:
    """Two halves at random share a third with each of the true ones; scikit-learn's would find them again."""
    points, truth = halves
    make = Forgetful()
    found = compare(points, 2, truth, ComparisonSettings(redraws=6, seed=1), {name: make})
    assert _row(found, name).stability == pytest.approx(1 / 3, abs=0.05)
    assert _row(found, name).seconds == 100.0  # those of the fit, and of no redraw
    assert _row(found, name).adjusted_rand == 1.0
    assert make.asked[0] == (300, 1)
    assert sorted(make.asked[1:]) == [(300, 1 + i) for i in range(6)]
    assert [_row(found, other).stability for other in DRAWN if other != name] == [1.0, 1.0]


@pytest.mark.parametrize(("redraws", "taken"), [(0, 0), (4, 4), (10, 10), (40, 10)])
def test_what_is_clear_is_not_redrawn_further(
    redraws: int, taken: int, halves: tuple[np.ndarray, np.ndarray]
) -> None:
    make = Forgetful()
    compare(*halves[:1], 2, halves[1], ComparisonSettings(redraws=redraws), {"KMeans": make})
    assert len(make.asked) == 1 + taken


def test_what_is_open_is_redrawn_to_the_end(halves: tuple[np.ndarray, np.ndarray]) -> None:
    points, truth = halves
    asked: list[int] = []

    def make(few: np.ndarray, seed: int) -> Labelling:
        asked.append(seed)
        right = (few[:, 0] > 5).astype(np.int64)
        return Labelling(right if seed % 2 else np.arange(len(few)) % 2, 0.0)  # 1 and 1/3 by turns: .67

    found = compare(points, 2, truth, ComparisonSettings(redraws=24, seed=1), {"GaussianMixture": make})
    assert sorted(asked) == sorted([1, *range(1, 25)])
    assert _row(found, "GaussianMixture").stability == pytest.approx(2 / 3, abs=0.05)


def test_the_seconds_of_kmeans_are_those_of_one_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(others, "time", SimpleNamespace(perf_counter=count(step=10).__next__))
    makers = others.build_makers(2, {"eps": 1.0, "min_samples": 2}, 2)
    points = np.random.default_rng(2).normal(size=(40, 2))
    assert {name: make(points, 1).seconds for name, make in makers.items()} == {
        "KMeans": 10 / others.STARTS,
        **dict.fromkeys(["BisectingKMeans", "GaussianMixture", "Ward", "DBSCAN", "HDBSCAN"], 10.0),
    }


def test_noise_counts_nothing_in_the_silhouette() -> None:
    """0 | 1 at both ends, a point alone in the middle: silhouettes 1 - 1/10, 1 - 1/9 twice over 5 points."""
    points = np.array([[0.0], [1.0], [5.0], [10.0], [9.0]])
    labels = np.array([0, 0, -1, 1, 1])
    row = _row(compare(points, 2, labels, UNDRAWN), "KMeans")
    each = [1 - 1 / 9.5, 1 - 1 / 8.5, 0.0, 1 - 1 / 9.5, 1 - 1 / 8.5]
    assert row.silhouette_euclidean == pytest.approx(np.mean(each))
    assert row.noise_share == pytest.approx(0.2)
    assert row.smallest_share == pytest.approx(0.4)


def test_noise_is_no_segment_to_come_back() -> None:
    # old 0 = {a, b}, c nobody's; new: a and c together, b nobody's -> 1 common of {a, b, c}
    assert compare_labels(np.array([0, 0, -1]), np.array([0, -1, 0]), 1) == pytest.approx(np.array([[1 / 3]]))


def test_k_distances_count_the_point_itself_as_dbscan_does() -> None:
    points = np.array([[0.0], [1.0], [3.0], [10.0]])
    assert measure_k_distances(points, 2).distances.tolist() == [1.0, 1.0, 2.0, 7.0]
    assert measure_k_distances(points, 2).eps == 2.0  # the knee
    assert measure_k_distances(points, 2, eps=5.0).eps == 5.0


def test_ward_by_hand() -> None:
    """0 and 2 at 2; 10 and 13 at 3; both pairs at sqrt(2 * 2 * 2 / 4) * 10.5."""
    tree = build_ward_tree(np.array([[0.0], [2.0], [10.0], [13.0]]))
    assert tree[:, 2] == pytest.approx([2.0, 3.0, np.sqrt(2.0) * 10.5])


PLAIN = ComparisonRow("KMeans", 4, 0.0, 0.5, 0.40, 0.1, 0.9, 1.0, 1.0)


def row(name: str, **changed: object) -> ComparisonRow:
    return dataclasses.replace(PLAIN, algorithm=name, **changed)  # type: ignore[arg-type]


def test_a_little_better_is_not_enough_to_leave_kmeans() -> None:
    name, why = prefer([row("KMeans"), row("Ward", silhouette_euclidean=0.42)], 0.05)
    assert name == "KMeans"
    assert "rule that can be told" in why
    name, why = prefer([row("KMeans"), row("Ward", silhouette_euclidean=0.43)], 0.05)
    assert name == "Ward"
    assert "`custseg train` fits KMeans" in why


@pytest.mark.parametrize(
    "fault, said",
    [
        ({"segments": 1, "silhouette_euclidean": None}, "finds no gap"),
        ({"segments": 0, "silhouette_euclidean": None}, "nothing but noise"),
        ({"noise_share": 0.2}, "20% of the customers"),
        ({"smallest_share": 0.01}, "segment of 1.0%"),
        ({"stability": 0.6}, "only to 0.60"),
    ],
)
def test_the_unfit_are_named_with_their_fault(fault: dict[str, object], said: str) -> None:
    better = row("HDBSCAN", **{"silhouette_euclidean": 0.9, **fault})
    name, why = prefer([row("KMeans"), better], 0.05)
    assert name == "KMeans"
    assert "HDBSCAN " in why
    assert said in why


def test_what_was_not_asked_is_not_claimed() -> None:
    asked = prefer([row("KMeans"), row("Ward")], 0.05)[1]
    unasked = prefer([row("KMeans", stability=None), row("Ward", stability=None)], 0.05)[1]
    assert "come back in random samples of the customers" in asked
    assert "come back in random samples of the customers" not in unasked
    assert "whether they come back was not asked" in unasked


def test_where_none_is_fit_kmeans_comes_with_a_warning() -> None:
    name, why = prefer([row("KMeans", stability=0.5)], 0.05)
    assert name == "KMeans"
    assert "with care" in why
