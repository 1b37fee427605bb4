"""Segments that are planted in numbers and categories are found, and their number; k-prototypes beside."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from kmodes.kprototypes import KPrototypes
from sklearn.metrics import adjusted_rand_score

from custseg_spark import evidence, features
from custseg_spark.evidence.alone import find_lone_categories
from custseg_spark.evidence.independence import shuffle_blocks
from custseg_spark.kmeans import fit_kmeans
from custseg_spark.recipe import Recipe
from custseg_spark.results import TreatedSample
from custseg_spark.steps.settle_levels import fix_levels, read_feature
from tests.support.planted_mixed import MixedPlan, plant_mixed

PLANS = [
    MixedPlan(3, 4, 3, 8),
    MixedPlan(5, 3, 2, 8, pure=0.9),
    MixedPlan(4, 2, 3, 4),
    MixedPlan(4, 4, 3, 8, pure=0.7, apart=2.0),
    MixedPlan(6, 3, 4, 8, apart=2.0),
]
"""Whose segments the customers tell: who knows the true rates finds them at an index of .97 at least."""


def treat(table: pd.DataFrame, **changes: object) -> TreatedSample:
    """The sample on the model scale, as a run treats it."""
    names = [str(name) for name in table if name != "id"]
    cuts = {
        name: {"category": name, **changes} if name.startswith("category") else {"sql": name}
        for name in names
    }
    recipe = Recipe.model_validate({"input": {"id": "id"}, "segment_by": cuts})
    levels = table[list(recipe.categories)]
    found = {name: features.find_levels(name, one, levels[name]) for name, one in recipe.categories.items()}
    settled = fix_levels(recipe, found)
    raw = pd.DataFrame({name: read_feature(settled, name, table, levels) for name in settled.features})
    sql = {name: str(feature.sql) for name, feature in settled.features.items()}
    treatments = features.fit_treatments(raw, sql, settled.features, "standard")
    values = features.apply_treatments(raw, treatments)
    points = features.to_model_scale(values, treatments)
    return TreatedSample(treatments, values, points, None, None, len(points))


def run_k_prototypes(table: pd.DataFrame, k: int) -> np.ndarray:
    numbers = table.filter(like="number")
    scaled = (numbers - numbers.mean()) / numbers.std()
    mixed = pd.concat([scaled, table.filter(like="category")], axis=1).to_numpy(dtype=object)
    fit = KPrototypes(k, n_init=3, random_state=0)
    return np.asarray(fit.fit_predict(mixed, categorical=list(range(numbers.shape[1], mixed.shape[1]))))


def choose(treated: TreatedSample, ks: range, seed: int = 0) -> int:
    """The number that explains most beyond what independent features would."""
    free = evidence.measure_independent(treated.points, ks, treated.blocks, seed)

    def measure(k: int) -> float:
        cost = fit_kmeans(treated.points, k, seed, 10).cost
        return evidence.measure_explained(treated.points, cost) - free[k][0]

    return max(ks, key=measure)


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_planted_segments_are_found_and_counted(plan: MixedPlan) -> None:
    table, truth = plant_mixed(plan, 1_500, seed=3)
    treated = treat(table)
    theirs = adjusted_rand_score(truth, run_k_prototypes(table, plan.segments))
    assert theirs >= 0.9, "what the other one does not find says nothing here"
    assert adjusted_rand_score(truth, fit_kmeans(treated.points, plan.segments, 0, 10).labels) >= 0.95
    assert choose(treated, range(2, 9)) == plan.segments


@pytest.mark.parametrize("seed", range(3))
def test_of_independent_categories_nothing_is_explained(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table, _ = plant_mixed(MixedPlan(2, 1, 3, 4, pure=0.0, apart=0.0), 1_500, seed)
    treated = treat(table)
    free = evidence.measure_independent(treated.points, [3, 6], treated.blocks, seed)
    for k in (3, 6):
        own = evidence.measure_explained(treated.points, fit_kmeans(treated.points, k, 0, 10).cost)
        assert own - free[k][0] < 0.02
    again = shuffle_blocks(treated.points, treated.blocks, rng)
    for block in treated.blocks:
        assert sorted(map(tuple, again[:, block])) == sorted(map(tuple, treated.points[:, block]))
    assert np.abs(np.corrcoef(again[:, 0], treated.points[:, 0])[0, 1]) < 0.1


def find_lone(treated: TreatedSample, k: int) -> list[tuple[str, float | None]]:
    labels = fit_kmeans(treated.points, k, 0, 10).labels
    found = find_lone_categories(treated.points, labels, treated.blocks, treated.categories)
    return [(treated.treatments[treated.blocks[one.block][0]].category, one.part) for one in found]


def test_a_category_that_decides_alone_is_told_with_the_weight_to_try() -> None:
    table, _ = plant_mixed(MixedPlan(3, 3, 1, 4, pure=0.0, apart=0.0), 1_500, seed=1)
    heavy = treat(table, weight=2.0)
    ((name, part),) = find_lone(heavy, 4)
    assert name == "category_0"
    assert part is not None
    assert find_lone(treat(table, weight=2.0 * part), 4) == []


def test_a_category_with_one_companion_among_many_decides_nothing_alone() -> None:
    rng = np.random.default_rng(2)
    table, truth = plant_mixed(MixedPlan(2, 1, 1, 2, pure=0.9), 1_500, seed=2)
    noise = {f"category_{i}": np.array(["a", "b", "c"])[rng.integers(3, size=1_500)] for i in (1, 2)}
    treated = treat(table.assign(**noise))
    labels = np.asarray(truth)
    assert list(find_lone_categories(treated.points, labels, treated.blocks, treated.categories)) == []


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_a_category_that_goes_with_the_others_decides_nothing_alone(plan: MixedPlan) -> None:
    table, _ = plant_mixed(plan, 1_500, seed=4)
    assert find_lone(treat(table), plan.segments) == []


def test_two_levels_lie_equally_far_apart_whichever_they_are() -> None:
    table, _ = plant_mixed(MixedPlan(3, 1, 1, 5, pure=0.6), 1_000, seed=5)
    treated = treat(table)
    (block,) = treated.categories
    levels = np.unique(treated.points[:, block].round(9), axis=0)
    apart = [((one - other) ** 2).sum() for i, one in enumerate(levels) for other in levels[:i]]
    assert apart == pytest.approx([apart[0]] * len(apart))


def test_a_category_of_two_levels_is_the_same_column_as_a_number() -> None:
    table, _ = plant_mixed(MixedPlan(2, 1, 1, 2), 1_000, seed=6)
    treated = treat(table)
    number = (table["category_0"] == "level 1").to_numpy(dtype=float)
    number = (number - number.mean()) / number.std(ddof=1)
    (block,) = treated.categories
    squares = ((treated.points[:5, None, block] - treated.points[None, :, block]) ** 2).sum(axis=2)
    assert squares == pytest.approx((number[:5, None] - number) ** 2)
