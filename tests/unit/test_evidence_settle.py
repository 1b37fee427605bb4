"""Which k are redrawn further: those on which the choice hangs, and no others."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import pytest

from custseg_spark.evidence.candidate import Candidate, RedrawnCut
from custseg_spark.evidence.choose import choose
from custseg_spark.evidence.settle import find_reach, settle_candidates, sum_up_redraws
from custseg_spark.kmeans import fit_kmeans

POINTS = np.random.default_rng(1).normal(size=(200, 2))
CUTS = {k: fit_kmeans(POINTS, k, 0) for k in (2, 3, 4)}


def redraws(lowest: Sequence[float]) -> tuple[RedrawnCut, ...]:
    """One for each lowest Jaccard."""
    return tuple(
        RedrawnCut(
            jaccards=(0.9, each),
            cost=1.0,
            silhouette=0.5 + each / 10,
            smallest_share=0.2,
            distinct_segments=2,
            valley=0.9 - each / 2,
            calinski_harabasz=1.0,
        )
        for each in lowest
    )


def candidate(k: int, silhouette: float, middle: float, spread: float = 0.1) -> Candidate:
    """One whose weakest segment came back so far, in four redraws with this spread."""
    lowest = middle + spread * np.array([1, -1, 1, -1])
    return Candidate(
        k=k,
        cost=1.0,
        cost_spread=0.0,
        silhouette=silhouette,
        silhouette_se=0.01,
        smallest_share=0.2,
        distinct_segments=k,
        **sum_up_redraws(redraws(lowest.tolist()), len(POINTS)),
    )


def count(candidates: Sequence[Candidate], now: float, monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """The redraws of each k once it is settled, where each further one comes back so far."""
    module = sys.modules[settle_candidates.__module__]

    def redraw(asked: tuple[object, object, range, int]) -> list[tuple[None, RedrawnCut]]:
        return [(None, redraws([now])[0]) for _ in asked[2]]

    monkeypatch.setenv("CUSTSEG_WORKERS", "1")
    monkeypatch.setattr(module, "score_redraws", redraw)
    found = settle_candidates(POINTS, CUTS, candidates, lambda all_: choose(all_, "evidence", 0.05), 7)
    assert [one.k for one in found] == [one.k for one in candidates]
    return {one.k: len(one.redraws) for one in found}


def test_what_is_far_from_the_threshold_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    assert count([candidate(2, 0.6, 0.9), candidate(3, 0.5, 0.5)], 0.9, monkeypatch) == {2: 4, 3: 4}


def test_the_chosen_is_redrawn_until_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """.76 with an error of .05; a turn of .95 tells it. What the choice does not hang on is left."""
    found = [candidate(2, 0.6, 0.76), candidate(3, 0.5, 0.72)]
    assert count(found, 0.95, monkeypatch) == {2: 8, 3: 4}


def test_so_is_one_that_would_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [candidate(2, 0.6, 0.72), candidate(3, 0.5, 0.9), candidate(4, 0.4, 0.72)]
    assert count(found, 0.4, monkeypatch) == {2: 8, 3: 4, 4: 4}


def test_what_stays_open_is_redrawn_a_hundred_times(monkeypatch: pytest.MonkeyPatch) -> None:
    assert count([candidate(2, 0.6, 0.75, spread=0.3)], 0.75, monkeypatch) == {2: 100}


def test_what_was_not_redrawn_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Candidate(
        k=2, cost=1.0, cost_spread=0.0, silhouette=0.5, silhouette_se=0.01, smallest_share=0.2,
        distinct_segments=2,
    )  # fmt: skip
    assert count([bare], 0.75, monkeypatch) == {2: 0}


def test_the_sums_by_hand() -> None:
    found = sum_up_redraws(redraws([0.5, 0.7, 0.9]), 12_000)
    assert found["jaccards"] == pytest.approx((0.9, 0.7))
    assert found["lowest_jaccard"] == pytest.approx(0.7)
    assert found["lowest_jaccard_se"] == pytest.approx(0.2 / np.sqrt(3))
    assert found["silhouette_redrawn_se"] == pytest.approx(0.02 / 2), "3,000 of 12,000 customers: a half"
    assert found["valley_se"] == pytest.approx(0.1 / 2)
    assert find_reach(2_000) == 1.0
    alone = sum_up_redraws(redraws([0.5]), 100)
    assert (alone["lowest_jaccard_se"], alone["valley_se"]) == (None, None)
