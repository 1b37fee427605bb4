"""The verdict: its rule over figures, its clouds, and its answer where the truth is known."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from custseg_spark.evidence import judge_structure, structure
from custseg_spark.evidence.candidate import Scores
from custseg_spark.evidence.clouds import draw_clouds, fit_margin
from custseg_spark.evidence.refit import PlainCut
from custseg_spark.evidence.valley import measure_valley
from custseg_spark.evidence.verdict import Structure, apply_rule
from custseg_spark.kmeans import fit_kmeans
from tests.unit.frozen import unfrozen

FIGURES = {
    "valley": 0.9, "valley_cloud": 0.8, "silhouette": 0.6, "silhouette_cloud": 0.5, "silhouette_excess": 5.0,
    "lowest_jaccard": 0.9, "lowest_jaccard_se": 0.0, "valley_se": 0.0, "silhouette_excess_se": 0.0,
}  # fmt: skip


def judge(points: np.ndarray, labels: np.ndarray, k: int, lowest: float | None = None) -> Structure:
    """The verdict on these labels, whose weakest segment comes back so far."""
    centres = np.stack([points[labels == i].mean(axis=0) for i in range(k)])
    known = None if lowest is None else Scores(lowest_jaccard=lowest)
    return judge_structure(points, PlainCut(centres, labels), known)


@pytest.mark.parametrize(
    "changed, kind",
    [
        ({}, "reproducible"),
        ({"valley": 0.5}, "natural"),
        ({"valley": 0.51}, "reproducible"),
        (
            {"valley": 0.3, "valley_cloud": 0.2},
            "reproducible",
        ),  # the gap of a yes-no column: a cloud has it too
        ({"silhouette_excess": 2.9}, "constructed"),
        ({"lowest_jaccard": 0.74}, "constructed"),
        ({"lowest_jaccard": 0.74, "valley": 0.1}, "constructed"),
    ],
)
def test_the_rule(changed: dict[str, float], kind: str) -> None:
    found = apply_rule({**FIGURES, **changed})
    assert found.kind == kind
    assert found.why


def drawn(name: str, seed: int) -> np.ndarray:
    """Clouds of known truth, standardised."""
    rng = np.random.default_rng(seed)
    centres = np.array([[0, 0, 0], [7, 0, 0], [0, 7, 0], [0, 0, 7], [7, 7, 7]])
    clouds: dict[str, Callable[[], np.ndarray]] = {
        "five segments": lambda: (
            centres[rng.choice(5, 1500, p=[0.4, 0.25, 0.15, 0.1, 0.1])] + rng.normal(size=(1500, 3))
        ),
        "uniform": lambda: rng.uniform(size=(1500, 2)),
        "Gaussian": lambda: rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], 1500),
        "lognormal": lambda: rng.lognormal(sigma=0.8, size=(1500, 3)),
        "yes and no": lambda: rng.binomial(1, [0.3, 0.5], size=(1500, 2)) + 0.0,
    }
    points = clouds[name]()
    return np.asarray((points - points.mean(axis=0)) / points.std(axis=0))


@pytest.mark.parametrize(
    "name, k, kind",
    [
        ("five segments", 5, "natural"),
        ("uniform", 4, "constructed"),  # passes prediction strength and Jaccard all the same
        ("Gaussian", 2, "constructed"),
        ("lognormal", 3, "constructed"),
        ("yes and no", 4, "constructed"),  # separated, but by no more than the columns' own steps
    ],
)
def test_known_truths(name: str, k: int, kind: str) -> None:
    points = drawn(name, seed=1)
    labels = fit_kmeans(points, k, 0, starts=10)[1]
    found = judge(points, labels, k, 0.95)
    assert found.kind == kind, found.why


def test_without_a_known_stability_it_is_measured() -> None:
    points = drawn("five segments", seed=2)
    labels = fit_kmeans(points, 5, 0, starts=10)[1]
    assert judge(points, labels, 5).figures["lowest_jaccard"] > 0.95


def test_the_same_seed_gives_the_same_verdict() -> None:
    points = drawn("uniform", seed=3)
    labels = fit_kmeans(points, 3, 0, starts=5)[1]
    assert judge(points, labels, 3, 0.9).figures == judge(points, labels, 3, 0.9).figures


def test_valley_by_hand() -> None:
    """Two tight heaps with nobody between them; one even stretch cut in the middle; an empty segment."""
    heaps = np.repeat([[0.0], [10.0]], 50, axis=0)
    halves = np.repeat([0, 1], 50)
    assert measure_valley(heaps, halves, 2) < 1e-6
    assert measure_valley(np.linspace(0, 1, 100)[:, None], halves, 2) > 0.95
    assert measure_valley(heaps, halves, 3) == 1.0


def test_valley_is_that_of_the_least_separated_pair() -> None:
    rng = np.random.default_rng(4)
    points = np.concatenate([rng.normal(m, 1, size=(400, 1)) for m in (0, 20, 22)])
    assert measure_valley(points, np.repeat([0, 1, 2], 400), 3) > 0.8
    assert measure_valley(points, np.repeat([0, 1, 1], 400), 2) < 0.01


def test_a_margin_with_one_hill_is_kept_and_one_with_two_is_not() -> None:
    rng = np.random.default_rng(5)
    levels = (np.arange(4000) + 0.5) / 4000
    one, two = rng.gamma(2.0, size=4000), np.concatenate([rng.normal(-4, 1, 2000), rng.normal(4, 1, 2000)])
    quantiles = [0.01, 0.25, 0.5, 0.75, 0.99]
    assert np.quantile(fit_margin(one).values(levels), quantiles) == pytest.approx(
        np.quantile(one, quantiles), abs=0.1
    )
    between = np.mean(np.abs(fit_margin(two).values(levels)) < 1.5)
    assert np.mean(np.abs(two) < 1.5) < 0.01
    assert between > 0.1


def test_a_column_of_few_values_keeps_them() -> None:
    counts = np.random.default_rng(6).poisson(2.0, 2000).astype(float)
    drawn_counts = fit_margin(counts).values(np.random.default_rng(7).uniform(size=2000))
    assert set(drawn_counts) <= set(counts)
    assert np.mean(drawn_counts) == pytest.approx(np.mean(counts), abs=0.15)


def test_a_cloud_keeps_the_correlation() -> None:
    rng = np.random.default_rng(8)
    points = rng.multivariate_normal([0, 0, 0], [[1, 0.8, 0.0], [0.8, 1, 0.0], [0.0, 0.0, 1]], 3000)
    found = np.asarray(np.corrcoef(next(draw_clouds(points, rng)), rowvar=False))
    assert found[0, 1] == pytest.approx(0.8, abs=0.04)
    assert found[0, 2] == pytest.approx(0.0, abs=0.06)


def test_a_cloud_of_a_single_or_a_constant_column_can_be_drawn() -> None:
    rng = np.random.default_rng(9)
    assert next(draw_clouds(rng.normal(size=(200, 1)), rng)).shape == (200, 1)
    flat = np.stack([rng.normal(size=200), np.zeros(200)], axis=1)
    assert (next(draw_clouds(flat, rng))[:, 1] == 0).all()


def test_a_table_of_a_few_rows_gets_a_verdict_too() -> None:
    points = np.random.default_rng(10).normal(size=(12, 2))
    labels = fit_kmeans(points, 7, 0, starts=3)[1]
    assert judge(points, labels, 7).kind == "constructed"


@pytest.mark.parametrize(
    "changed, kind",
    [
        ({"lowest_jaccard": 0.75}, "reproducible"),
        ({"lowest_jaccard": 0.75, "valley": 0.25}, "natural"),
        ({"silhouette_excess": 3.0}, "reproducible"),
        ({"silhouette_excess": 2.999}, "constructed"),
        ({"valley": 0.25, "valley_cloud": 0.34}, "reproducible"),
        ({"valley": 0.5 - 0.1, "valley_cloud": 0.5}, "natural"),
    ],
)
def test_the_rule_at_its_bounds(changed: dict[str, float], kind: str) -> None:
    assert apply_rule({**FIGURES, **changed}).kind == kind


@pytest.mark.parametrize(
    "changed, kind, told",
    [
        ({"lowest_jaccard": 0.76, "lowest_jaccard_se": 0.01}, "undecided", "to 0.76 ± 0.02 where 0.75"),
        ({"lowest_jaccard": 0.78, "lowest_jaccard_se": 0.01}, "reproducible", ""),
        ({"lowest_jaccard": 0.72, "lowest_jaccard_se": 0.01}, "constructed", ""),
        ({"valley": 0.45, "valley_se": 0.03}, "undecided", "may be natural or reproducible"),
        ({"valley": 0.45, "valley_se": 0.03, "lowest_jaccard": 0.6}, "constructed", ""),
        ({"silhouette_excess": 3.4, "silhouette_excess_se": 0.3}, "undecided", "3.4 ± 0.6 deviations"),
        ({"silhouette_excess": 3.4, "silhouette_excess_se": 0.3, "valley": 0.2}, "natural", ""),
    ],
)
def test_what_is_too_near_a_bound_is_undecided_where_the_verdict_hangs_on_it(
    changed: dict[str, float], kind: str, told: str
) -> None:
    found = apply_rule({**FIGURES, **changed})
    assert (found.kind, told in found.why) == (kind, True)


def test_why_says_what_the_verdict_rests_on() -> None:
    assert "the customers thin out to 25% of the lower peak" in apply_rule({**FIGURES, "valley": 0.25}).why
    assert (
        "in clouds of the same shape without gaps to 80% at best"
        in apply_rule({**FIGURES, "valley": 0.25}).why
    )
    assert "comes back only to 0.60 in random" in apply_rule({**FIGURES, "lowest_jaccard": 0.6}).why
    assert "silhouette 0.60 against 0.50 in clouds without structure" in apply_rule(FIGURES).why
    assert "gives segments as compact" in apply_rule({**FIGURES, "silhouette_excess": 1.0}).why


HEAPS = np.repeat([[0.0], [10.0]], 6, axis=0)
"""Two heaps of six in one place each: their silhouette is 1."""
HALVES = np.repeat([0, 1], 6)

GiveClouds = Callable[..., None]


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> GiveClouds:
    """Three clouds whose valleys and silhouettes are given, instead of thirty that are drawn and cut."""

    def given(*cuts: tuple[float, float]) -> None:
        asked = iter(cuts)
        for name in ("CLOUDS", "MOST_CLOUDS"):
            monkeypatch.setattr(structure, name, len(cuts))
        monkeypatch.setattr(structure, "_cut", lambda points, k, seed: next(asked))

    return given


def test_the_figures_by_hand(clouds: GiveClouds) -> None:
    clouds((0.9, 0.2), (0.7, 0.3), (0.8, 0.4))  # mean .3, deviation .1 of a sample of three
    figures = judge(HEAPS, HALVES, 2, 0.8).figures
    assert figures == pytest.approx(
        {
            "valley": 2 * math.exp(-0.5 / 0.15**2),
            "valley_cloud": 0.7,
            "silhouette": 1.0,
            "silhouette_cloud": 0.3,
            "silhouette_excess": 7.0,
            "lowest_jaccard": 0.8,
            "rows": 12,
            "clouds": 3,
            "valley_se": 0.0,
            "lowest_jaccard_se": 0.0,
            "silhouette_excess_se": math.sqrt(1 / 3 + 7**2 / 4),
        }
    )


def test_clouds_that_are_all_alike_are_beaten_by_far(clouds: GiveClouds) -> None:
    clouds((0.9, 0.25), (0.9, 0.25))
    assert judge(HEAPS, HALVES, 2, 0.8).figures["silhouette_excess"] == pytest.approx(0.75e9)


def test_each_cloud_is_cut_by_a_seed_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []

    def cut(points: np.ndarray, k: int, seed: int) -> tuple[float, float]:
        seeds.append(seed)
        return 0.9, 0.1 * len(seeds)

    monkeypatch.setattr(structure, "_cut", cut)
    judge_structure(HEAPS, PlainCut(HEAPS[[0, 6]], HALVES), Scores(lowest_jaccard=0.8), seed=7)
    assert sorted(seeds) == list(range(7, 37))


@pytest.mark.parametrize("rows, used", [(1_999, 1_999), (2_001, 2_000)])
def test_at_most_two_thousand_rows_are_looked_at(clouds: GiveClouds, rows: int, used: int) -> None:
    clouds((0.9, 0.2), (0.9, 0.3))
    points = np.arange(rows, dtype=float)[:, None]
    assert judge(points, (points[:, 0] > 1_000).astype(int), 2, 0.8).figures["rows"] == used


def test_the_density_between_single_customers_by_hand() -> None:
    """One at -1 and one at 1 on the way between: each peak is 1, in the middle both give exp(-.5 / .15^2)."""
    assert measure_valley(np.array([[0.0], [10.0]]), np.array([0, 1]), 2) == pytest.approx(
        2 * math.exp(-0.5 / 0.15**2), rel=1e-9
    )


def test_segments_with_one_centre_are_one_hill() -> None:
    points = np.array([[-1.0], [1.0], [-2.0], [2.0]])
    assert measure_valley(points, np.array([0, 0, 1, 1]), 2) == pytest.approx(1.0)


def test_nobody_near_either_centre_is_no_hill_at_all() -> None:
    """Each centre lies halfway between members that are far from both."""
    points = np.array([[-40.0], [38.0], [-38.0], [40.0]])
    assert measure_valley(points, np.array([0, 0, 1, 1]), 2) == 0.0


def test_what_is_decided_can_not_be_altered() -> None:
    assert unfrozen(structure) == []
