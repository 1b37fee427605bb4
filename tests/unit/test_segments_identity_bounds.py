"""Who is who at the very bounds of the rule, and every sentence."""

import numpy as np
import pytest

from custseg_spark.segments import identity
from custseg_spark.segments.identity import Event, cross_tabulate, match_segments, tell_event
from tests.unit.frozen import unfrozen
from tests.unit.test_segments_identity import kinds


def test_a_fifth_is_a_part_and_less_is_not() -> None:
    assert kinds([[40, 20, 40]], (0,)) == [("splits", (0,), (1, 2, 3))]
    assert kinds([[41, 19, 40]], (0,)) == [("splits", (0,), (1, 3)), ("is born", (), (2,))]


def test_half_of_a_new_segment_is_not_mainly() -> None:
    assert kinds([[50, 50, 0], [0, 50, 100]], (0, 1)) == [
        ("dies", (0,), ()),
        ("continues", (1,), (1,)),
        ("is born", (), (2,)),
        ("is born", (), (3,)),
    ]
    assert kinds([[50, 51, 0], [0, 50, 100]], (0, 1))[0] == ("splits", (0,), (2, 3))


def test_three_quarters_are_still_the_segment() -> None:
    assert kinds([[75, 25]], (0,)) == [("continues", (0,), (0,)), ("is born", (), (1,))]
    assert kinds([[74, 26]], (0,)) == [("splits", (0,), (1, 2))]
    assert kinds([[75], [25]], (0, 1)) == [("continues", (0,), (0,)), ("dies", (1,), ())]
    assert kinds([[74], [26]], (0, 1)) == [("merges", (0, 1), (2,))]


def test_a_part_of_a_split_is_no_merge_though_two_others_end_in_it() -> None:
    found = match_segments(np.array([[60, 50], [22, 0], [22, 0]]), [0, 1, 2])
    assert [(e.kind, e.live, e.new) for e in found.events] == [
        ("splits", (0,), (3, 4)),
        ("dies", (1,), ()),
        ("dies", (2,), ()),
    ]


def test_what_takes_most_of_a_split_segment_is_no_merge() -> None:
    """The largest piece of segment 0 goes into what is mainly segment 1."""
    assert kinds([[60, 25, 25], [70, 0, 0]], (0, 1)) == [("splits", (0,), (2, 3)), ("continues", (1,), (1,))]


def test_how_alike_the_two_sides_of_an_event_are() -> None:
    found = match_segments(np.array([[45, 45, 0, 10], [0, 0, 80, 20], [0, 0, 0, 20]]), [0, 1, 2], used=[9])
    assert [(e.kind, e.live, e.new) for e in found.events] == [
        ("splits", (0,), (10, 11)),
        ("continues", (1,), (1,)),
        ("dies", (2,), ()),
        ("is born", (), (12,)),
    ]
    assert [e.similarity for e in found.events] == pytest.approx([0.9, 0.8, 0.0, 0.0])


def test_customers_who_were_in_the_same_segment_yesterday_count_where_they_are_today() -> None:
    """Ten of the new part came from segment 1: it was mainly of segment 0 on both nights, and it still is."""
    now, then = [[50, 21, 0], [0, 0, 100]], [[50, 11, 0], [0, 10, 100]]
    assert kinds(now, (0, 1), then=then) == [("splits", (0,), (2, 3)), ("continues", (1,), (1,))]


def test_half_of_a_group_from_elsewhere_moves_nothing() -> None:
    """Of a group that segment 1 has today, exactly half was in segment 0 yesterday; one more is most."""
    now = [[150, 0, 0], [0, 180, 150]]
    assert kinds(now, (0, 1), then=[[150, 0, 75], [0, 180, 75]])[0] == ("continues", (0,), (0,))
    assert kinds(now, (0, 1), then=[[150, 0, 76], [0, 180, 74]])[0] == ("splits", (0,), (2, 3))


def test_a_new_segment_that_holds_few_of_another_takes_nothing_from_it() -> None:
    """Each segment has changed places over night. The ten who are new came from segment 1, of which they are
    few, so that nobody's place is looked up in yesterday's table."""
    now, then = [[0, 100, 10], [100, 0, 0]], [[100, 0, 0], [0, 100, 10]]
    assert kinds(now, (0, 1), then=then) == [
        ("continues", (0,), (0,)),
        ("continues", (1,), (1,)),
        ("is born", (), (2,)),
    ]


def test_the_first_run_has_no_thread_and_counts_from_zero() -> None:
    assert match_segments(np.zeros((0, 2), dtype=int), []).ids == (0, 1)
    assert match_segments(np.zeros((1, 2), dtype=int), [4], used=[7]).ids == (8, 9)


def test_a_contingency_table_by_hand() -> None:
    live, new = np.array([7, 7, 4, 4, 4]), np.array([0, 2, 2, 2, 1])
    assert cross_tabulate(live, new, [4, 7], 3).tolist() == [[0, 1, 2], [1, 0, 1]]


def test_every_event_has_its_sentence() -> None:
    old, new = {1: "Big", 2: "Mid"}, {1: "Big", 3: "Small"}
    assert tell_event(Event("continues", (1,), (1,), 0.904), old, new) == (
        "“Big” (1) continues: 90 % of its customers are the same"
    )
    assert (
        tell_event(Event("merges", (1, 2), (3,), 0.9), old, new)
        == "“Big” (1) and “Mid” (2) merge into “Small” (3)"
    )
    assert tell_event(Event("dies", (2,), (), 0), old, new).startswith("“Mid” (2) is gone")
    assert tell_event(Event("is born", (), (3,), 0), old, new).startswith("“Small” (3) is new")


def test_what_is_decided_can_not_be_altered() -> None:
    assert unfrozen(identity) == []
