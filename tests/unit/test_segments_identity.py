"""Who is who between two runs: small tables with one right answer, and refits of real k-means."""

from collections.abc import Iterable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from custseg_spark.segments.identity import cross_tabulate, match_segments, tell_event


def kinds(
    table: Sequence[Sequence[int]],
    live_ids: Sequence[int] = (0, 1, 2),
    used: Iterable[int] = (),
    then: Sequence[Sequence[int]] | None = None,
) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    before = None if then is None else np.array(then)
    return [(e.kind, e.live, e.new) for e in match_segments(np.array(table), live_ids, used, before).events]


def test_segments_that_keep_their_customers_keep_their_ids_in_any_order() -> None:
    found = match_segments(np.array([[2, 95, 3], [90, 0, 10], [5, 5, 80]]), [4, 7, 9])
    assert found.ids == (7, 4, 9)
    assert found.continuing_ids == {4, 7, 9}
    assert found.events[0].similarity == pytest.approx(95 / 105)


def test_a_pair_takes_more_than_half_of_both() -> None:
    assert match_segments(np.array([[60, 40], [0, 100]]), [0, 1]).ids == (0, 1)
    assert match_segments(np.array([[50, 50], [0, 100]]), [0, 1]).ids == (
        2,
        1,
    )  # one half is not over one half


def test_a_new_group_is_a_birth_and_gets_an_id_never_used() -> None:
    assert kinds([[100, 0, 0], [0, 100, 0]], (0, 1), used=range(6)) == [
        ("continues", (0,), (0,)),
        ("continues", (1,), (1,)),
        ("is born", (), (6,)),
    ]


def test_a_group_drawn_from_all_others_is_a_birth_too() -> None:
    assert kinds([[80, 0, 20], [0, 80, 20]], (0, 1))[-1] == ("is born", (), (2,))


def test_a_segment_that_nobody_continues_dies() -> None:
    assert kinds([[100, 0], [0, 100], [40, 40]]) == [
        ("continues", (0,), (0,)),
        ("continues", (1,), (1,)),
        ("dies", (2,), ()),
    ]


def test_halves_are_a_split_and_both_get_new_ids() -> None:
    assert kinds([[100, 0, 0], [0, 45, 55]], (0, 1)) == [("continues", (0,), (0,)), ("splits", (1,), (2, 3))]


def test_a_small_part_that_leaves_is_a_birth_not_a_split() -> None:
    assert kinds([[80, 20]], (5,)) == [("continues", (5,), (5,)), ("is born", (), (6,))]


def test_a_part_under_a_fifth_makes_no_split() -> None:
    assert kinds([[60, 10, 0], [40, 0, 60]], (0, 1)) == [
        ("continues", (0,), (0,)),
        ("continues", (1,), (1,)),
        ("is born", (), (2,)),
    ]


def test_a_merge_is_a_split_seen_backwards() -> None:
    assert kinds([[100, 0], [0, 45], [0, 55]]) == [("continues", (0,), (0,)), ("merges", (1, 2), (3,))]


def test_without_common_customers_all_is_new() -> None:
    found = match_segments(np.zeros((2, 3), dtype=int), [0, 1])
    assert found.ids == (2, 3, 4)
    assert [e.kind for e in found.events] == ["dies", "dies", "is born", "is born", "is born"]


def test_customers_who_left_a_segment_together_are_its_part_wherever_the_old_model_puts_them() -> None:
    now, then = [[150, 0, 0], [0, 180, 150]], [[150, 0, 150], [0, 180, 0]]
    assert kinds(now, (0, 1)) == [("continues", (0,), (0,)), ("splits", (1,), (2, 3))]
    assert kinds(now, (0, 1), then=then) == [("splits", (0,), (2, 3)), ("continues", (1,), (1,))]
    now = [[150, 0, 0, 0], [0, 180, 0, 75], [0, 0, 120, 75]]
    then = [[150, 0, 0, 150], [0, 180, 0, 0], [0, 0, 120, 0]]
    assert kinds(now, then=then) == [
        ("splits", (0,), (3, 4)),
        ("continues", (1,), (1,)),
        ("continues", (2,), (2,)),
    ]


def test_more_customers_than_a_segment_has_do_not_take_its_id_when_they_arrive() -> None:
    now, then = [[400, 0, 0], [0, 100, 400]], [[400, 0, 400], [0, 100, 0]]
    assert kinds(now, (0, 1), then=then) == [("splits", (0,), (2, 3)), ("continues", (1,), (1,))]


def test_a_segment_whose_customers_all_changed_alike_is_still_theirs() -> None:
    now, then = [[0, 0], [180, 150]], [[0, 150], [180, 0]]
    assert kinds(now, (0, 1), then=then) == [("continues", (0,), (0,)), ("continues", (1,), (1,))]


def test_segments_that_continue_do_so_however_many_customers_went_between_them() -> None:
    for then in ([[400, 200], [0, 120]], [[0, 320], [400, 0]]):
        assert kinds([[400, 0], [0, 320]], (0, 1), then=then) == [
            ("continues", (0,), (0,)),
            ("continues", (1,), (1,)),
        ]


def test_a_true_split_is_told_beside_customers_who_came_from_elsewhere() -> None:
    now, then = [[300, 0, 0, 0], [0, 100, 90, 200]], [[300, 0, 0, 200], [0, 100, 90, 0]]
    assert [(kind, live) for kind, live, _ in kinds(now, (0, 1), then=then)] == [
        ("splits", (0,)),
        ("splits", (1,)),
    ]


def test_events_in_words() -> None:
    split, *_ = match_segments(np.array([[45, 55]]), [3]).events
    assert (
        tell_event(split, {3: "Big"}, {4: "Quiet", 5: "Loud"})
        == "“Big” (3) splits into “Quiet” (4) and “Loud” (5)"
    )
    same, *_ = match_segments(np.array([[100]]), [3]).events
    assert (
        tell_event(same, {3: "Big"}, {3: "Big"}) == "“Big” (3) continues: 100 % of its customers are the same"
    )


@settings(max_examples=200)
@given(
    arrays.arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 100)),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_everyone_is_told_once_and_no_id_is_used_twice(
    table: np.ndarray, changed: bool, random: Random
) -> None:
    live_ids = random.sample(range(20), table.shape[0])
    then = (
        np.array([random.sample(column, len(column)) for column in table.T.tolist()]).T if changed else None
    )
    found = match_segments(table, live_ids, used=range(20), then=then)
    assert len(set(found.ids)) == table.shape[1]
    assert {i for i in found.ids if i < 20} == found.continuing_ids <= set(live_ids)
    assert sorted(i for event in found.events for i in event.live) == sorted(live_ids)
    assert sorted(i for event in found.events for i in event.new) == sorted(found.ids)


def labels_of(points: np.ndarray, fitted_on: np.ndarray, k: int, seed: int) -> np.ndarray:
    with threadpool_limits(1):
        labels: np.ndarray = KMeans(k, n_init=5, random_state=seed).fit(fitted_on).predict(points)
    return labels


@pytest.fixture
def blobs() -> np.ndarray:
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [6, 0], [0, 6], [6, 6]])
    return np.concatenate([centre + rng.normal(size=(300, 2)) for centre in centres])


def test_a_refit_on_nine_tenths_keeps_all_ids(blobs: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    live = labels_of(blobs, blobs, 4, seed=0)
    for seed in range(1, 6):
        new = labels_of(blobs, blobs[rng.random(len(blobs)) < 0.9], 4, seed)
        found = match_segments(cross_tabulate(live, new, range(4), 4), range(4))
        assert found.continuing_ids == {0, 1, 2, 3}
        assert [found.ids[label] for label in new] == pytest.approx(live, abs=0)


@pytest.mark.parametrize("to", [([6, 0], [0, 6]), ([0, 0], [-14, 0])], ids=["both sides", "another's place"])
def test_a_planted_split_is_a_split_of_the_segment_that_it_was_planted_in(
    blobs: np.ndarray, to: tuple[list[int], list[int]]
) -> None:
    """The night after, the last group has moved apart; the others have not changed."""
    with threadpool_limits(1):
        model = KMeans(4, n_init=5, random_state=0).fit(blobs)
        moved = blobs.copy()
        moved[900:] += np.where(np.arange(300)[:, None] % 2, *to)
        then, now = model.predict(blobs), model.predict(moved)
    new = labels_of(moved, moved, 5, seed=0)
    found = match_segments(
        cross_tabulate(now, new, range(4), 5), range(4), then=cross_tabulate(then, new, range(4), 5)
    )
    planted, *others = (int(np.bincount(then[i : i + 300]).argmax()) for i in (900, 0, 300, 600))
    assert [e.live for e in found.events if e.kind == "splits"] == [(planted,)]
    assert found.continuing_ids == set(others)


def test_a_planted_group_of_new_customers_is_a_birth(blobs: np.ndarray) -> None:
    live = labels_of(blobs, blobs, 4, seed=0)
    grown = np.concatenate([blobs, np.random.default_rng(2).normal(20, 1, size=(200, 2))])
    new = labels_of(blobs, grown, 5, seed=0)  # the customers of both nights
    found = match_segments(cross_tabulate(live, new, range(4), 5), range(4))
    assert sorted(e.kind for e in found.events) == ["continues"] * 4 + ["is born"]
