"""Other algorithms on the same rows: figures by hand, known truths, and which is preferred."""

import dataclasses

import numpy as np
import pytest

from custseg_spark.evidence import ComparisonRow, ComparisonSettings, Labelling, compare, prefer
from custseg_spark.evidence.algorithms import Comparison, measure_k_distances
from custseg_spark.evidence.others import build_ward_tree
from custseg_spark.evidence.stability import compare_labels

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
    found = compare(points, 3, {"GaussianMixture": Labelling(truth, 1.5)}, ComparisonSettings(redraws=3))
    assert {row.algorithm for row in found.rows} == {"GaussianMixture", "KMeans", "Ward", "DBSCAN", "HDBSCAN"}
    assert _row(found, "DBSCAN").adjusted_rand > 0.8  # the knee's eps leaves the rims to noise
    for row in (row for row in found.rows if row.algorithm != "DBSCAN"):
        assert row.segments == 3, row
        assert row.adjusted_rand > 0.9, row
        assert row.stability is not None
        assert row.stability > 0.9, row
    assert _row(found, "GaussianMixture").seconds == 1.5


def test_labels_of_all_points_are_held_against_the_compared_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(2, size=500)
    points = truth[:, None] * 10 + rng.normal(size=(500, 2))
    monkeypatch.setattr("custseg_spark.evidence.algorithms.ROWS", 100)
    found = compare(points, 2, {"BisectingKMeans": Labelling(truth, 0.0)}, UNDRAWN)
    assert len(found.at) == 100
    assert np.array_equal(found.labels["BisectingKMeans"], truth[found.at])
    assert _row(found, "BisectingKMeans").adjusted_rand == 1.0


def test_noise_counts_nothing_in_the_silhouette() -> None:
    """0 | 1 at both ends, a point alone in the middle: silhouettes 1 - 1/10, 1 - 1/9 twice over 5 points."""
    points = np.array([[0.0], [1.0], [5.0], [10.0], [9.0]])
    labels = np.array([0, 0, -1, 1, 1])
    row = _row(compare(points, 2, {"KMeans": Labelling(labels, 0.0)}, UNDRAWN), "KMeans")
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
    assert "come back when the data is redrawn" in asked
    assert "come back when the data is redrawn" not in unasked
    assert "whether they come back was not asked" in unasked


def test_where_none_is_fit_kmeans_comes_with_a_warning() -> None:
    name, why = prefer([row("KMeans", stability=0.5)], 0.05)
    assert name == "KMeans"
    assert "with care" in why
