"""Which k is chosen at the very bounds, and every word of why."""

import dataclasses
import importlib

import pytest

from custseg_spark.errors import DataError, RecipeError
from custseg_spark.evidence.choose import choose
from tests.unit.frozen import unfrozen
from tests.unit.test_evidence_choose import COSTS, candidate


def test_a_number_that_was_not_redrawn_does_not_count_as_stable() -> None:
    shares = [
        candidate(2, 0.9),
        candidate(3, 0.5, lowest_jaccard=0.75),
        candidate(4, 0.4, lowest_jaccard=0.2),
    ]
    assert choose(shares, "evidence", 0.05).k == 3
    assert choose([shares[0], shares[2]], "evidence", 0.05).k == 4, "the only one of which anything is known"


def test_evidence_says_which_numbers_are_stable_and_why_not_the_others() -> None:
    at_the_bound, over, under = ((3, 0.75), (4, 0.76), (5, 0.74))
    found = [candidate(k, 1 / k, lowest_jaccard=jaccard) for k, jaccard in (at_the_bound, over, under)]
    choice = choose(found, "evidence", 0.05)
    assert choice.why.startswith("3 segments have the best silhouette (0.333) of the numbers (3, 4) whose")
    assert "(the weakest to 0.75)" in choice.why
    assert [(other.k, other.why) for other in choice.runners_up] == [
        (4, "silhouette 0.250"),
        (5, "a segment comes back only to 0.74 (at least 0.75 is wanted)"),
    ]
    just_under = choose([found[0], candidate(5, 0.9, lowest_jaccard=0.7499)], "evidence", 0.05)
    assert just_under.runners_up[0].why == "a segment comes back only to 0.74 (at least 0.75 is wanted)"
    alone = choose([found[0], found[2]], "evidence", 0.05)
    assert "3 is the only number of segments whose every segment comes back" in alone.why
    better = choose([found[2], candidate(6, 0.9, lowest_jaccard=0.75)], "evidence", 0.05)
    assert better.k == 6


def test_a_stable_runner_up_is_held_against_by_its_silhouette() -> None:
    found = [candidate(3, 0.5, lowest_jaccard=0.9), candidate(4, 0.4, lowest_jaccard=0.75)]
    assert choose(found, "evidence", 0.05).runners_up[0].why == "silhouette 0.400"
    nothing_stable = [candidate(3, 0.5, lowest_jaccard=0.7), candidate(4, 0.4, lowest_jaccard=0.6)]
    (other,) = choose(nothing_stable, "evidence", 0.05).runners_up
    assert other.why == "its weakest segment comes back only to 0.60", "no bound is kept by anyone"


def test_those_that_could_not_be_chosen_come_last_the_better_silhouette_first() -> None:
    found = [
        candidate(2, 0.2, share=0.01),
        candidate(3, 0.3, share=0.01),
        candidate(4, 0.9, share=0.01),
        candidate(5, 0.3, share=0.01),
        candidate(6, 0.1),
        candidate(7, 0.5),
        candidate(8, 0.4),
    ]
    assert [other.k for other in choose(found, "silhouette", 0.05).runners_up] == [8, 6, 4, 3, 5, 2]
    unstable = [dataclasses.replace(c, lowest_jaccard=0.9 if c.k == 7 else 0.1) for c in found]
    assert [other.k for other in choose(unstable, "evidence", 0.05).runners_up] == [8, 6, 4, 3, 5, 2]


def test_why_a_number_is_too_small_is_said_in_figures() -> None:
    found = [candidate(2), candidate(3, share=0.049), candidate(4, share=0.2, distinct_segments=3)]
    told = {other.k: other.why for other in choose(found, "silhouette", 0.05).runners_up}
    assert told[3] == "its smallest segment holds 4.9% of the customers (at least 5.0% is wanted)"
    assert told[4] == "only 3 of 4 segments hold anyone"


def test_the_elbow_says_where_the_curve_bends_and_where_it_went_instead() -> None:
    whole = choose([candidate(k, cost=cost) for k, cost in COSTS.items()], "elbow", 0.05)
    assert whole.why == "the cost curve bends at 4 segments; an elbow is advice, not evidence"
    small = [candidate(k, cost=cost, share=0.01 if k in (3, 4) else 0.1) for k, cost in COSTS.items()]
    choice = choose(small, "elbow", 0.05)
    assert (choice.k, choice.passed) == (5, False)
    assert choice.why == (
        "the cost curve bends at 4, where a segment is too small; 5 is nearest; "
        "an elbow is advice, not evidence"
    )


@pytest.mark.parametrize("known", [{"gap": 0.3}, {"gap_se": 0.1}])
def test_half_a_gap_is_none(known: dict[str, float]) -> None:
    with pytest.raises(RecipeError, match="gap needs"):
        choose([candidate(2, gap=0.2, gap_se=0.1), candidate(3, **known)], "gap", 0.05)


@pytest.mark.parametrize(("third", "k"), [(0.6, 2), (0.61, 4)])
def test_a_gap_that_just_reaches_the_next_is_enough(third: float, k: int) -> None:
    # by hand: .5 >= third - .1, to the bit
    gaps = {2: 0.5, 3: third, 4: 0.9}
    found = [candidate(k, gap=gap, gap_se=0.1) for k, gap in gaps.items()]
    assert choose(found, "gap", 0.05).k == k


def test_of_gaps_that_rise_the_largest_is_taken_and_a_tie_goes_to_fewer() -> None:
    gaps = {2: 0.1, 3: 0.7, 4: 0.9, 6: 0.9}  # 5 was not tried, so 4 and 6 have no next
    choice = choose([candidate(k, gap=gap, gap_se=0.01) for k, gap in gaps.items()], "gap", 0.05)
    assert (choice.k, choice.passed) == (4, False)


@pytest.mark.parametrize(("second", "close"), [(0.0, False), (0.125, True)])
def test_close_is_under_two_of_the_larger_error_and_not_at_it(second: float, close: bool) -> None:
    found = [candidate(2, second, silhouette_se=0.25), candidate(3, 0.5, silhouette_se=0.0625)]
    assert choose(found, "silhouette", 0.05).close is close


def test_one_candidate_is_close_to_none_and_no_candidate_is_an_error() -> None:
    assert choose([candidate(3)], "silhouette", 0.05).close is False
    with pytest.raises(DataError, match="no number of segments could be tried"):
        choose([], "silhouette", 0.05)


def test_a_fixed_k_that_keeps_the_floor_has_passed() -> None:
    choice = choose([candidate(4, share=0.05)], "fixed", 0.05)
    assert (choice.k, choice.passed, choice.close, choice.ranked_by) == (4, True, False, None)
    assert choice.why == "the recipe asks for 4 segments"


def test_what_is_decided_can_not_be_altered() -> None:
    assert unfrozen(importlib.import_module("custseg_spark.evidence.pick")) == []
