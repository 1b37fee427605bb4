"""Do segments come back: the similarity by hand, the redraws on known clouds."""

import dataclasses
import sys

import numpy as np
import pytest

from custseg_spark.evidence.candidate import Scores
from custseg_spark.evidence.partition_scores import gather_scores
from custseg_spark.evidence.stability import Stability, compare_labels, measure_same_names, measure_stability
from custseg_spark.kmeans import fit_kmeans
from custseg_spark.recipe import Evidence


@dataclasses.dataclass(frozen=True)
class Cut:
    centres: np.ndarray
    labels: np.ndarray
    cost: float


def cut(points: np.ndarray, k: int) -> Cut:
    return Cut(*fit_kmeans(points, k, 0, starts=10))


@pytest.fixture(scope="module")
def three() -> np.ndarray:
    rng = np.random.default_rng(2)
    heaps: np.ndarray = (
        rng.normal(size=(600, 2)) + np.array([[0, 0], [9, 0], [0, 9]])[rng.integers(3, size=600)]
    )
    return heaps


def test_jaccard_by_hand() -> None:
    # old 0 = {a, b, c}, old 1 = {d}; new 0 = {a, b}, new 1 = {c, d}
    found = compare_labels(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 2)
    assert found == pytest.approx(np.array([[2 / 3, 1 / 4], [0.0, 1 / 2]]))


def test_a_segment_that_nobody_is_in_counts_nothing() -> None:
    assert compare_labels(np.array([0, 0]), np.array([0, 0]), 2)[1].max() == 0.0


def test_separated_segments_come_back_and_a_cut_through_one_does_not(three: np.ndarray) -> None:
    good, split = cut(three, 3), cut(three, 4)
    assert measure_stability(three, good, 10, seed=0).jaccards.min() > 0.97
    shaky = measure_stability(three, split, 10, seed=0)
    assert shaky.jaccards.min() < 0.75
    assert shaky.each.shape == (10, 4)


def test_the_same_seed_gives_the_same_answer(three: np.ndarray) -> None:
    four = cut(three, 4)
    first, again = (measure_stability(three, four, 5, seed=3) for _ in range(2))
    assert np.array_equal(first.jaccards, again.jaccards)


def test_names_come_back_as_often_as_they_do(three: np.ndarray) -> None:
    """Named by the sign of x the three keep their names; named by their order of drawing they can't."""
    good = cut(three, 3)
    told = iter(range(100))
    found = measure_stability(three, good, 5, seed=0)
    by_place = measure_same_names(
        three, good, found, lambda c, _p, _l: tuple(np.where(c[:, 0] > 4, "far", "near"))
    )
    by_turn = measure_same_names(three, good, found, lambda c, _p, _l: (str(next(told)),))
    assert (by_place, by_turn) == (1.0, 0.0)


def test_the_error_of_the_lowest_jaccard_is_that_of_the_weakest_segment(
    three: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = np.array([[0.9, 0.5, 1.0], [0.9, 0.7, 0.8]])  # the second is weakest: mean .6, sd .1 sqrt(2)
    good, scores = cut(three, 3), sys.modules[gather_scores.__module__]
    monkeypatch.setattr(scores, "measure_stability", lambda *_: Stability(each))
    monkeypatch.setattr(scores, "measure_same_names", lambda *_: 0.5)
    asked = Evidence(bootstraps=2, gap=False)
    score = gather_scores(three, {3: good}, asked, seed=1, names_of=lambda *_: ())[3]
    assert score.jaccards == pytest.approx((0.9, 0.6, 0.9))
    assert (score.lowest_jaccard, score.lowest_jaccard_se) == pytest.approx((0.6, 0.1))
    assert score.same_names_se == pytest.approx(np.sqrt(0.125))  # sqrt(.5 * .5 / 2)


def test_the_values_of_a_redraw_are_kept_apart(three: np.ndarray) -> None:
    four = cut(three, 4)
    found = measure_stability(three, four, 3, seed=0)
    assert found.each.shape == (3, 4)
    assert found.weakest.mean() == found.jaccards.min()
    assert found.weakest.std() > 0


def test_each_part_can_be_switched_off(three: np.ndarray) -> None:
    cuts = {3: cut(three, 3)}
    off = Evidence(bootstraps=0, gap=False, prediction_strength=False, further=False)
    bare = gather_scores(three, cuts, off, seed=1)[3]
    assert bare == Scores(valley=bare.valley, calinski_harabasz=bare.calinski_harabasz), "k is raised by them"
    assert None not in (bare.valley, bare.calinski_harabasz)
    full = gather_scores(three, cuts, Evidence(bootstraps=3), seed=1, names_of=lambda c, _p, _l: ("one",))[3]
    assert None not in vars(full).values()
    assert full.lowest_jaccard == min(full.jaccards)
    assert len(full.jaccards) == 3


def test_a_table_of_a_few_rows_has_scores_too() -> None:
    """Its halves hold fewer customers than there are segments."""
    points = np.random.default_rng(4).normal(size=(12, 2))
    found = gather_scores(points, {k: cut(points, k) for k in (2, 10)}, Evidence(bootstraps=2), seed=1)
    assert found[10].lowest_jaccard is not None
    assert found[10].gap is not None
    assert np.isfinite(found[10].gap)


def test_copies_of_one_customer_do_no_harm() -> None:
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0)
    labels = np.repeat([0, 1], 20)
    found = gather_scores(points, {2: Cut(points[[0, 20]], labels, 0.0)}, Evidence(bootstraps=2), seed=1)[2]
    assert found.silhouette_euclidean == 1.0
    assert found.lowest_jaccard == 1.0
