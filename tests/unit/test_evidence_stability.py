"""Do segments come back: the similarity by hand, the redraws on known clouds."""

import dataclasses
import sys

import numpy as np
import pytest

from custseg_spark.evidence.candidate import Scores
from custseg_spark.evidence.indices import measure_calinski_harabasz, measure_squared_silhouette
from custseg_spark.evidence.partition_scores import gather_scores
from custseg_spark.evidence.settle import redraw_until_told, score_redraws
from custseg_spark.evidence.stability import compare_labels, measure_same_names, measure_stability, redraw
from custseg_spark.evidence.valley import measure_valley
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
    found = redraw(three, good, range(5), seed=0)
    by_place = measure_same_names(
        three, good, found, lambda c, _p, _l: tuple(np.where(c[:, 0] > 4, "far", "near"))
    )
    by_turn = measure_same_names(three, good, found, lambda c, _p, _l: (str(next(told)),))
    assert (by_place, by_turn) == (1.0, 0.0)


def test_the_error_of_the_lowest_jaccard_is_that_of_the_weakest_segment(
    three: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = np.array([[0.9, 0.5, 1.0], [0.9, 0.7, 0.8]])  # the second is weakest: mean .6, sd .1 sqrt(2)
    good, settle = cut(three, 3), sys.modules[score_redraws.__module__]
    made = redraw(three, good, range(2), seed=0)
    given = tuple(dataclasses.replace(one, jaccards=row) for one, row in zip(made, each, strict=True))
    monkeypatch.setattr(settle, "redraw", lambda *_: given)
    monkeypatch.setattr(sys.modules[gather_scores.__module__], "measure_same_names", lambda *_: 0.5)
    asked = Evidence(bootstraps=2, gap=False)
    score = gather_scores(three, {3: good}, asked, seed=1, names_of=lambda *_: ())[3]
    assert score.jaccards == pytest.approx((0.9, 0.6, 0.9))
    assert (score.lowest_jaccard, score.lowest_jaccard_se) == pytest.approx((0.6, 0.1))
    assert score.same_names_se == pytest.approx(np.sqrt(0.125))  # sqrt(.5 * .5 / 2)


def test_a_redraw_is_scored_as_a_partition_is(three: np.ndarray) -> None:
    """By the same functions, on the customers that were drawn."""
    four = cut(three, 4)
    ((made, scores),) = score_redraws((lambda: three, four, range(2, 3), 5))
    few, labels = three[made.drawn], made.fit.labels
    assert scores.silhouette == measure_squared_silhouette(few, labels)[0]
    assert scores.calinski_harabasz == measure_calinski_harabasz(few, labels)
    assert scores.valley == measure_valley(few, labels, 4)
    assert scores.smallest_share == np.bincount(labels).min() / 600
    assert scores.distinct_segments == 4
    assert scores.cost == made.fit.cost
    assert scores.jaccards == tuple(made.jaccards)


def test_a_redraw_takes_the_same_customers_whatever_the_cut_and_the_turn(three: np.ndarray) -> None:
    three_cut, four = cut(three, 3), cut(three, 4)
    whole = redraw(three, four, range(4), seed=1)
    later = redraw(three, four, range(2, 4), seed=1)
    other = redraw(three, three_cut, range(4), seed=1)
    for one, again in zip(whole[2:], later, strict=True):
        assert np.array_equal(one.jaccards, again.jaccards)
    for one, another in zip(whole, other, strict=True):
        assert np.array_equal(one.drawn, another.drawn)


def test_redraws_go_on_until_it_is_told(three: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(redraw_until_told(three, cut(three, 3), seed=0, turn=5)) == 5, "they come back"
    settle = sys.modules[score_redraws.__module__]
    made = redraw(three, cut(three, 3), range(1), seed=0)[0]

    def come_back_now_and_then(
        _points: object, _cut: object, numbers: range, _seed: int
    ) -> tuple[object, ...]:
        return tuple(
            dataclasses.replace(made, jaccards=np.array([0.7 + 0.1 * (number % 2)])) for number in numbers
        )

    monkeypatch.setattr(settle, "redraw", come_back_now_and_then)
    assert len(redraw_until_told(three, cut(three, 3), seed=0, turn=30)) == 100, "no more than that"


def test_each_part_can_be_switched_off(three: np.ndarray) -> None:
    cuts = {3: cut(three, 3)}
    off = Evidence(bootstraps=0, gap=False, prediction_strength=False, further=False)
    bare = gather_scores(three, cuts, off, seed=1)[3]
    assert bare == Scores(valley=bare.valley, calinski_harabasz=bare.calinski_harabasz), "k is raised by them"
    assert None not in (bare.valley, bare.calinski_harabasz)
    full = gather_scores(three, cuts, Evidence(bootstraps=3), seed=1, names_of=lambda c, _p, _l: ("one",))[3]
    assert len(full.redraws) == 3
    of_categories = {"explained_independent", "explained_independent_se"}
    assert {name for name, value in vars(full).items() if value is None} == of_categories
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
