"""Which k is chosen: the conditions, the ties, and what is said."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from custseg_spark.errors import DataError, RecipeError
from custseg_spark.evidence.candidate import Candidate, Method, RedrawnCut
from custseg_spark.evidence.choose import choose
from custseg_spark.wording import write_recurrence

COSTS = {2: 100.0, 3: 60.0, 4: 30.0, 5: 25.0, 6: 21.0}  # bends at 4


def candidate(k: int, silhouette: float = 0.5, share: float = 0.1, **more: object) -> Candidate:
    plain = Candidate(
        k=k,
        cost=100.0 / k,
        cost_spread=0.0,
        silhouette=silhouette,
        silhouette_se=0.01,
        smallest_share=share,
        distinct_segments=k,
    )
    return dataclasses.replace(plain, **more)  # type: ignore[arg-type]


def test_the_best_silhouette_wins_and_a_tie_goes_to_fewer() -> None:
    choice = choose([candidate(4, 0.6), candidate(3, 0.6), candidate(2, 0.5)], "silhouette", 0.05)
    assert (choice.k, choice.passed) == (3, True)
    assert [other.k for other in choice.runners_up] == [4, 2]


def test_a_segment_under_the_floor_rules_a_k_out() -> None:
    choice = choose([candidate(2, 0.4, share=0.05), candidate(3, 0.9, share=0.049)], "silhouette", 0.05)
    assert choice.k == 2
    assert "4.9%" in choice.runners_up[0].why


def test_an_empty_segment_rules_a_k_out() -> None:
    hollow = candidate(3, 0.9, distinct_segments=2)
    assert choose([candidate(2, 0.4), hollow], "silhouette", 0.0).k == 2


@pytest.mark.parametrize("method", ["silhouette", "elbow", "gap", "evidence"])
def test_where_no_k_keeps_the_floor_the_data_is_at_fault(method: Method) -> None:
    with pytest.raises(DataError, match=r"k=2 1\.00%, k=3 0\.50%") as caught:
        choose([candidate(2, share=0.01), candidate(3, share=0.005)], method, 0.05)
    assert "smallest_share" in caught.value.remedy


def test_evidence_passes_over_a_better_silhouette_that_does_not_come_back() -> None:
    shaky = candidate(6, 0.7, lowest_jaccard=0.65)
    choice = choose([candidate(4, 0.5, lowest_jaccard=0.9), candidate(5, 0.6, lowest_jaccard=0.75), shaky],
                    "evidence", 0.05)  # fmt: skip
    assert (choice.k, choice.passed) == (5, True)
    assert [other.k for other in choice.runners_up] == [4, 6]
    assert "0.65" in choice.runners_up[1].why


def test_evidence_where_nothing_is_stable_takes_the_least_shaky_and_says_so_loudly() -> None:
    choice = choose([candidate(2, 0.9, lowest_jaccard=0.5), candidate(3, 0.4, lowest_jaccard=0.7)],
                    "evidence", 0.05)  # fmt: skip
    assert (choice.k, choice.passed) == (3, False)
    assert choice.why.startswith("NO NUMBER OF SEGMENTS IS STABLE")
    assert "0.70" in choice.why


def test_evidence_without_redraws_says_that_nobody_asked() -> None:
    choice = choose([candidate(2, 0.4), candidate(3, 0.5)], "evidence", 0.05)
    assert choice.k == 3
    assert "bootstraps: 0" in choice.why


@pytest.mark.parametrize(("second", "close"), [(0.495, True), (0.48, False)])
def test_two_leaders_within_two_standard_errors_are_called_close(second: float, close: bool) -> None:
    assert choose([candidate(2, second), candidate(3, 0.5)], "silhouette", 0.05).close is close


@pytest.mark.parametrize(("second", "close"), [(0.61, True), (0.59, False)])
def test_where_nothing_is_stable_close_is_asked_of_the_jaccard(second: float, close: bool) -> None:
    """The silhouettes are a world apart: they ranked nothing."""
    shaky = candidate(3, 0.4, lowest_jaccard=0.7, lowest_jaccard_se=0.05)
    choice = choose(
        [candidate(2, 0.9, lowest_jaccard=second, lowest_jaccard_se=0.01), shaky], "evidence", 0.05
    )
    assert (choice.k, choice.ranked_by, choice.close) == (3, "lowest Jaccard", close)
    assert choice.runners_up[0].why == f"its weakest segment comes back only to {second:.2f}"
    assert ("3 and 2 segments differ in lowest Jaccard" in choice.doubt) is close


@pytest.mark.parametrize(("error", "close"), [(0.026, True), (0.024, False)])
def test_close_gaps(error: float, close: bool) -> None:
    gaps = [candidate(k, gap=gap, gap_se=error) for k, gap in {2: 0.2, 3: 0.5, 4: 0.45, 5: 0.3}.items()]
    choice = choose(gaps, "gap", 0.05)
    assert (choice.k, choice.ranked_by, choice.close) == (3, "gap", close)
    assert [other.k for other in choice.runners_up] == [4, 5, 2]
    assert choice.runners_up[0].why == "gap 0.450"


@pytest.mark.parametrize(("error", "close"), [(2.6, True), (2.4, False), (None, False)])
def test_close_elbows_and_what_is_said_of_the_others(error: float | None, close: bool) -> None:
    # the chord falls 79 over 4 steps: 3 lies 35.5 under it, 4 30.5, 5 15.75, 2 and 6 on it
    costs = {**COSTS, 3: 44.75}
    choice = choose([candidate(k, cost=cost, cost_se=error) for k, cost in costs.items()], "elbow", 0.05)
    assert (choice.k, choice.ranked_by, choice.close) == (3, "bend of the cost curve", close)
    assert [other.k for other in choice.runners_up] == [4, 5, 2, 6]
    assert choice.runners_up[0].why == f"its cost lies {30.5 / 79:.3f} of the whole fall under the chord"


def redrawn(silhouettes: list[float], **changed: Any) -> tuple[RedrawnCut, ...]:
    """A redraw for each of the silhouettes; all come back."""
    scores: dict[str, Any] = {
        "jaccards": (0.9, 0.95), "cost": 1.0, "smallest_share": 0.2, "distinct_segments": 9, "valley": 0.9,
        "calinski_harabasz": 1.0,
    }  # fmt: skip
    return tuple(RedrawnCut(**(scores | changed | {"silhouette": each})) for each in silhouettes)


@pytest.mark.parametrize(("apart", "close"), [(0.021, False), (0.019, True)])
def test_close_is_asked_of_the_differences_where_customers_were_redrawn(apart: float, close: bool) -> None:
    """The silhouettes move by .1 from redraw to redraw, and together: their difference by .01."""
    moves, off = np.array([0.0, 0.1, -0.1]), np.array([0.0, 0.01, -0.01])
    two = candidate(2, 0.5, redraws=redrawn([*(0.5 + moves)], distinct_segments=2))
    three = candidate(3, 0.5 - apart, redraws=redrawn([*(0.5 + moves + off)], distinct_segments=3))
    assert choose([two, three], "silhouette", 0.05).close is close
    assert choose([two, three], "silhouette", 0.05, reach=0.1).close is False, "a sample of a hundred redraws"


def test_how_often_redraws_choose_the_same_is_told() -> None:
    """Three best in two, two in one, and one has no k over the floor; the fifth is of one k alone."""
    low, high = (0.1, 0.9)
    two = redrawn([low, low, high, low], distinct_segments=2)
    three = redrawn([high, high, low, high, high], distinct_segments=3)
    small = [dataclasses.replace(cuts[3], smallest_share=0.01) for cuts in (two, three)]
    found = [
        candidate(2, 0.4, redraws=(*two[:3], small[0])),
        candidate(3, 0.5, redraws=(*three[:3], small[1], three[4])),
    ]
    choice = choose(found, "evidence", 0.05)
    assert choice.chosen_again == (3, 3, 2, None)
    assert write_recurrence(choice.k, choice.chosen_again) == (
        "3 chosen in 2 of 4 random samples of the customers (none in 1, 2 in 1)"
    )
    assert choose(found, "silhouette", 0.05).chosen_again == (3, 3, 2, None)
    assert choose([candidate(2, 0.4), candidate(3)], "evidence", 0.05).chosen_again == ()
    assert write_recurrence(2, ()) == ""


def test_a_redraw_is_judged_by_its_own_jaccard_and_valleys() -> None:
    """By evidence: what does not come back in a redraw is not chosen in it, and k is raised in it too."""
    two = redrawn([0.9, 0.9], distinct_segments=2)
    shaky, raised = redrawn([0.95, 0.5], distinct_segments=3)
    three = (
        dataclasses.replace(shaky, jaccards=(0.9, 0.9, 0.7)),
        dataclasses.replace(raised, valley=0.2, calinski_harabasz=2.0),
    )
    choice = choose([candidate(2, 0.5, redraws=two), candidate(3, 0.4, redraws=three)], "evidence", 0.05)
    assert choice.chosen_again == (2, 3)


def test_what_is_close_stands_in_the_record() -> None:
    """run.json holds asdict of the choice."""
    told = dataclasses.asdict(choose([candidate(2, 0.495), candidate(3, 0.5)], "silhouette", 0.05))
    assert (told["close"], told["ranked_by"]) == (True, "silhouette")
    assert told["runners_up"] == ({"k": 2, "why": "silhouette 0.495"},)


def test_the_gap_rule_takes_the_fewest_that_the_next_does_not_beat() -> None:
    # by hand: .2 < .5 - .1, then .5 >= .55 - .1
    gaps = {2: 0.2, 3: 0.5, 4: 0.55, 5: 0.7}
    candidates = [candidate(k, gap=gap, gap_se=0.1) for k, gap in gaps.items()]
    assert choose(candidates, "gap", 0.05).k == 3


def test_a_gap_that_never_stops_rising_is_said_loudly() -> None:
    candidates = [candidate(k, gap=k / 2, gap_se=0.1) for k in (2, 3, 4)]
    choice = choose(candidates, "gap", 0.05)
    assert (choice.k, choice.passed) == (4, False)
    assert "NEVER STOPS RISING" in choice.why


@pytest.mark.parametrize("one, k, passed", [(0.3, 3, True), (0.4, 3, False), (None, 3, True), (0.1, 2, True)])
def test_the_gap_must_beat_that_of_one_segment(one: float | None, k: int, passed: bool) -> None:
    """2 beats only .1 by more than two errors; 3, the highest, beats .3 and not .4."""
    gaps = {2: 0.35, 3: 0.45, 4: 0.4} if k == 3 else {2: 0.35, 3: 0.3, 4: 0.2}
    found = [candidate(n, gap=gap, gap_se=0.05, gap_one=one) for n, gap in gaps.items()]
    choice = choose(found, "gap", 0.05)
    assert (choice.k, choice.passed) == (k, passed)
    assert choice.why.startswith("THE GAP FINDS NOTHING TO CUT") != passed


def test_a_number_that_one_segment_beats_is_passed_over() -> None:
    """The gap of 2 lies under that of one segment, though 3 does not beat it: by the paper's letter, 1."""
    gaps = {2: 0.2, 3: 0.15, 4: 0.9, 5: 0.8}
    found = [candidate(n, gap=gap, gap_se=0.05, gap_one=0.3) for n, gap in gaps.items()]
    assert (choose(found, "gap", 0.05).k, choose(found, "gap", 0.05).passed) == (4, True)


def test_gap_without_the_gap_is_the_recipes_fault() -> None:
    with pytest.raises(RecipeError, match="gap needs") as caught:
        choose([candidate(2), candidate(3)], "gap", 0.05)
    assert caught.value.remedy == "set evidence.gap: true"


def test_the_elbow_is_the_point_farthest_under_the_chord() -> None:
    choice = choose([candidate(k, cost=cost) for k, cost in COSTS.items()], "elbow", 0.05)
    assert (choice.k, choice.passed) == (4, True)
    assert "advice, not evidence" in choice.why


def test_an_elbow_under_the_floor_moves_to_the_nearest_k_and_to_fewer_on_a_tie() -> None:
    candidates = [candidate(k, cost=cost, share=0.01 if k == 4 else 0.1) for k, cost in COSTS.items()]
    choice = choose(candidates, "elbow", 0.05)
    assert (choice.k, choice.passed) == (3, False)
    assert "advice, not evidence" in choice.why


def test_a_straight_cost_curve_has_no_elbow() -> None:
    choice = choose([candidate(k, cost=10.0 - k, silhouette=k / 10) for k in (2, 3, 4)], "elbow", 0.05)
    assert (choice.k, choice.passed) == (4, False)
    assert "NO ELBOW" in choice.why
    assert "advice, not evidence" in choice.why
    assert choice.ranked_by == "silhouette"


def test_a_fixed_k_stands_even_under_the_floor_but_says_so() -> None:
    choice = choose([candidate(7, share=0.02)], "fixed", 0.05)
    assert (choice.k, choice.passed, choice.runners_up) == (7, False, ())
    assert "2.0%" in choice.why
