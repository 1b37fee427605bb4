"""More segments than the best silhouette says, where every two of them are separated."""

from dataclasses import replace

import numpy as np
import pytest

from custseg_spark.evidence.candidate import Candidate
from custseg_spark.evidence.choose import choose
from custseg_spark.evidence.indices import measure_calinski_harabasz, measure_squared_silhouette
from custseg_spark.evidence.valley import measure_valley
from custseg_spark.kmeans import fit_kmeans
from tests.unit.test_evidence_choose import candidate


def separated(k: int, silhouette: float, index: float, valley: float = 0.5, **more: object) -> Candidate:
    plain = candidate(k, silhouette, valley=valley, calinski_harabasz=index, lowest_jaccard=0.9)
    return replace(plain, **more)  # type: ignore[arg-type]


FOUR = separated(4, 0.8, 1_000.0, valley=0.1)


def test_k_is_raised_to_the_largest_that_is_separated_and_better_by_calinski_harabasz() -> None:
    choice = choose([FOUR, separated(5, 0.7, 1_200.0), separated(6, 0.6, 1_100.0, 0.3)], "evidence", 0.05)
    assert (choice.k, choice.passed, choice.ranked_by) == (6, True, "Calinski-Harabasz")
    assert "thin out to 30% of the lower peak or less; 50% is asked" in choice.why
    assert "a higher Calinski-Harabasz (1,100) than 4 (1,000), from which k is raised" in choice.why
    assert "4 segments have the best silhouette (0.800) of the numbers (4, 5, 6)" in choice.why
    assert [(other.k, other.why) for other in choice.runners_up] == [
        (4, "silhouette 0.800, Calinski-Harabasz 1,000"),
        (5, "silhouette 0.700, Calinski-Harabasz 1,200"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        separated(5, 0.7, 1_200.0, valley=0.5001),
        separated(5, 0.7, 1_000.0),
        separated(5, 0.7, 1_200.0, lowest_jaccard=0.74),
        separated(5, 0.7, 1_200.0, lowest_jaccard=None),
        separated(5, 0.7, 1_200.0, smallest_share=0.04),
        separated(3, 0.7, 1_200.0),
        candidate(5, 0.7, lowest_jaccard=0.9),
    ],
    ids=["valley", "index", "jaccard", "not redrawn", "floor", "fewer", "unknown"],
)
def test_it_is_not_raised_where_a_condition_fails(other: Candidate) -> None:
    choice = choose([FOUR, other], "evidence", 0.05)
    assert (choice.k, choice.ranked_by) == (4, "silhouette")


def test_it_is_raised_where_nobody_asked_whether_segments_come_back() -> None:
    unasked = [
        separated(4, 0.8, 1_000.0, lowest_jaccard=None),
        separated(5, 0.7, 1_200.0, lowest_jaccard=None),
    ]
    choice = choose(unasked, "evidence", 0.05)
    assert choice.k == 5
    assert choice.why.endswith("whether they come back was not asked (evidence.bootstraps: 0)")
    assert choose(unasked, "silhouette", 0.05).k == 4, "who asks for the silhouette gets it"


def test_why_not_one_that_is_not_separated() -> None:
    choice = choose([FOUR, separated(5, 0.7, 1_200.0), separated(6, 0.6, 1_500.0, 0.8)], "evidence", 0.05)
    assert choice.k == 5
    told = {other.k: other.why for other in choice.runners_up}
    assert told[6] == "two of its segments are not separated (valley 80%; at most 50% is wanted)"


def test_two_near_segments_far_from_the_rest_are_told_apart() -> None:
    """The silhouette counts the pair as one."""
    rng = np.random.default_rng(3)
    centres = np.array([[0.0, 0], [6, 0], [60, 0], [0, 60]])
    points = np.repeat(centres, 200, axis=0) + rng.normal(size=(800, 2))
    found = []
    for k in (2, 3, 4, 5):
        labels = fit_kmeans(points, k, 0, starts=10).labels
        found.append(
            candidate(
                k, measure_squared_silhouette(points, labels)[0], lowest_jaccard=0.9,
                valley=measure_valley(points, labels, k),
                calinski_harabasz=measure_calinski_harabasz(points, labels),
            )
        )  # fmt: skip
    assert choose(found, "silhouette", 0.05).k == 3
    assert choose(found, "evidence", 0.05).k == 4
