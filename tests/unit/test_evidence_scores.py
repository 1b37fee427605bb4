"""Each score against a hand-computed, a scikit-learn or a published figure."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import silhouette_samples, silhouette_score

from custseg_spark.evidence import indices
from custseg_spark.evidence import partition_scores as scores
from custseg_spark.evidence.partition_scores import find_knee
from custseg_spark.kmeans import fit_kmeans

LINE = np.array([[0.0], [1.0], [10.0], [12.0]])
HALVES = np.array([0, 0, 1, 1])


@pytest.fixture(scope="module")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    labels = rng.integers(4, size=500)
    return rng.normal(size=(500, 3)) + 3.0 * labels[:, None], labels


def test_squared_silhouette_by_hand() -> None:
    # 0: within 1, beyond (100 + 144) / 2; 1: 1, (81 + 121) / 2; 10: 4, (100 + 81) / 2; 12: 4, (144 + 121) / 2
    each = [1 - 1 / 122, 1 - 1 / 101, 1 - 4 / 90.5, 1 - 4 / 132.5]
    mean, error = indices.measure_squared_silhouette(LINE, HALVES)
    assert mean == pytest.approx(np.mean(each))
    assert error == pytest.approx(np.std(each, ddof=1) / 2)


def test_squared_silhouette_is_that_of_sklearn(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    points, labels = blobs
    each = silhouette_samples(points, labels, metric="sqeuclidean")
    mean, error = indices.measure_squared_silhouette(points, labels)
    assert mean == pytest.approx(each.mean())
    assert error == pytest.approx(each.std(ddof=1) / np.sqrt(500))


def test_a_point_alone_counts_nothing_and_names_of_labels_do_not_matter() -> None:
    labels = np.array([0, 0, 0, 7])
    expected = silhouette_score(LINE, labels, metric="sqeuclidean")
    assert indices.measure_squared_silhouette(LINE, labels)[0] == pytest.approx(expected)


def test_one_cluster_has_no_silhouette() -> None:
    one = np.zeros(4, dtype=int)
    assert np.isnan(indices.measure_squared_silhouette(LINE, one)).all()
    assert indices.measure_euclidean_silhouette(LINE, one) == (None, None)
    assert indices.measure_calinski_harabasz(LINE, one) is None
    assert indices.measure_davies_bouldin(LINE, one) is None


def test_euclidean_silhouette_calinski_and_davies_by_hand() -> None:
    # silhouettes: 1 - 1/11, 1 - 1/10, 1 - 2/9.5, 1 - 2/11.5
    each = [1 - 1 / 11, 1 - 1 / 10, 1 - 2 / 9.5, 1 - 2 / 11.5]
    mean, error = indices.measure_euclidean_silhouette(LINE, HALVES)
    assert mean == pytest.approx(np.mean(each))
    assert error == pytest.approx(np.std(each, ddof=1) / 2)  # over sqrt(4)
    # between: 2 * 5.25**2 * 2 = 110.25 on 1; within: .5 + 2 = 2.5 on 2
    assert indices.measure_calinski_harabasz(LINE, HALVES) == pytest.approx(110.25 / (2.5 / 2))
    # scatters .5 and 1, 10.5 apart
    assert indices.measure_davies_bouldin(LINE, HALVES) == pytest.approx(1.5 / 10.5)


def test_published_silhouettes_of_iris() -> None:
    """scikit-learn's documentation and many textbooks: .68 at 2 and .55 at 3 on the raw measurements."""
    points = load_iris().data
    found = [indices.measure_euclidean_silhouette(points, fit_kmeans(points, k, 0, 10)[1])[0] for k in (2, 3)]
    assert found == pytest.approx([0.6810, 0.5528], abs=1e-4)


def test_pairs_kept_by_hand() -> None:
    # own cluster 0 of 4 splits 3 + 1: 3 * 2 of 4 * 3 pairs stay; cluster 1 stays whole; 2 is a single point
    own = np.array([0, 0, 0, 0, 1, 1, 2])
    predicted = np.array([0, 0, 0, 1, 1, 1, 2])
    assert scores.measure_kept_pairs(own, predicted, 3) == pytest.approx(0.5)


def test_prediction_strength_tells_three_blobs_from_four() -> None:
    rng = np.random.default_rng(5)
    points = (
        rng.normal(scale=0.4, size=(600, 2)) + np.array([[0, 0], [5, 0], [0, 5]])[rng.integers(3, size=600)]
    )
    assert scores.measure_prediction_strength(points, 3, seed=0)[0] > 0.95
    assert scores.measure_prediction_strength(points, 4, seed=0)[0] < 0.75


def test_prediction_strength_is_the_mean_over_the_splits_with_its_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = iter([0.9, 0.8, 0.4])
    monkeypatch.setattr(scores, "measure_kept_pairs", lambda *_: next(kept))
    points = np.random.default_rng(1).normal(size=(20, 2))
    # mean .7, squares .04 + .01 + .09 = .14 on 2, so sd sqrt(.07), over sqrt(3)
    found = scores.measure_prediction_strength(points, 2, seed=0, splits=3)
    assert found == pytest.approx((0.7, np.sqrt(0.07 / 3)))


def test_standard_errors_by_hand() -> None:
    assert indices.estimate_error([1.0, 3.0]) == pytest.approx(1.0)  # sd sqrt(2), over sqrt(2)
    assert indices.estimate_error([1.0]) is None
    assert scores.estimate_share_error(0.1, 100) == pytest.approx(0.03)  # sqrt(.1 * .9 / 100)
    # squared distances .25, .25, 1, 1 to the means: sd sqrt(4 * .375^2 / 3), times sqrt(4)
    centres = np.array([[0.5], [11.0]])
    assert scores.estimate_cost_error(LINE, centres, HALVES) == pytest.approx(2 * np.sqrt(4 * 0.375**2 / 3))


@pytest.mark.parametrize(
    "x, y, found",
    [
        ([2, 3, 4], [6.2, 0.5, 0.3], 3),  # three points are enough
        ([2, 3, 4, 5, 6], [100, 60, 30, 25, 21], 4),
        ([0, 1, 2, 3], [0.0, 0.1, 0.2, 5.0], 2),  # a rising curve that turns up, as k-distances do
        ([2, 3, 4], [3, 2, 1], None),  # straight
        ([2, 3, 4], [1, 3, 1], None),  # no chord to lie under
        ([2, 3], [3, 1], None),
    ],
)
def test_knee(x: list[float], y: list[float], found: float | None) -> None:
    assert find_knee(x, y) == found
