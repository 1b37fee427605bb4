"""Names that speak of the levels of categories: by hand, and whether they are true of drawn tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from custseg_spark import features, segments
from custseg_spark.recipe import LevelFeature, Recipe, parse
from custseg_spark.segments.compare_rivals import tells_figure
from custseg_spark.steps.name_segments import find_order, name_segments, order_centres
from tests.brought_tables.true_names import find_false_words

ROWS = 400


def make_recipe(**segment_by: Any) -> Recipe:
    """A recipe whose categories are settled: a list stands for the levels of one, of the same column."""
    sections = {
        name: {"category": name, "levels": {level: [level] for level in one}, "other": []}
        if isinstance(one, list)
        else one
        for name, one in segment_by.items()
    }
    return parse({"input": {"path": "t.csv", "id": "id"}, "segment_by": sections})


def call(recipe: Recipe, table: pd.DataFrame, labels: Any) -> tuple[list[str], pd.DataFrame]:
    """The names of the segments, in their order, and the customers as a run publishes them."""
    raw = pd.DataFrame(
        {
            name: (table[one.of] == one.level).astype(float) if isinstance(one, LevelFeature) else table[name]
            for name, one in recipe.features.items()
        }
    )
    sql = {name: one.expression for name, one in recipe.features.items()}
    treatments = features.fit_treatments(raw, sql, recipe.features, recipe.scale)
    values = features.apply_treatments(raw, treatments)
    points, labels = features.to_model_scale(values, treatments), np.asarray(labels, dtype=np.int64)
    k, by = int(labels.max()) + 1, find_order(recipe, points, labels)
    centres = np.array([points[labels == i].mean(axis=0) for i in range(k)])
    order = order_centres(centres, np.bincount(labels).tolist(), list(recipe.features).index(by))
    labels = np.argsort(order)[labels].astype(np.int64)
    found = segments.measure_traits(points, labels, k, values.to_numpy())
    names = [one.name for one in name_segments(recipe, found, range(k), {}, by)]
    customers = pd.DataFrame({"segment": labels, "segment_name": np.array(names, dtype=object)[labels]})
    texts = {f"feature_{name}": table[name] for name in recipe.segment_by}
    return names, customers.assign(**texts)


def repeat(*groups: dict[str, Any], times: int = 50) -> tuple[pd.DataFrame, list[int]]:
    """A table in which each group is `times` customers: a text is had by all, a mapping gives shares."""
    parts = []
    for group in groups:
        columns: dict[str, Any] = {}
        for name, one in group.items():
            shares = one if isinstance(one, dict) else {one: 1.0}
            columns[name] = [level for level, share in shares.items() for _ in range(round(share * times))]
        parts.append(pd.DataFrame(columns))
    labels = [i for i, part in enumerate(parts) for _ in range(len(part))]
    return pd.concat(parts, ignore_index=True), labels


TIERS = ["Gold", "Silver", "Bronze"]


def test_a_level_that_more_than_half_of_all_have_can_set_a_segment_apart() -> None:
    table, labels = repeat(
        {"spend": {10.0: 0.5, 12.0: 0.5}, "tier": "Gold"},
        {"spend": {10.0: 0.5, 12.0: 0.5}, "tier": {"Gold": 0.2, "Silver": 0.8}},
        {"spend": {100.0: 0.5, 120.0: 0.5}, "tier": {"Gold": 0.8, "Silver": 0.2}},
    )
    names, _ = call(make_recipe(spend={"sql": "spend"}, tier=["Gold", "Silver"]), table, labels)
    assert names == ["High spend", "Mid spend, Gold", "Mid spend, Silver"]


def test_where_nothing_but_categories_cuts_the_level_that_most_have_is_the_noun() -> None:
    table, labels = repeat(
        {"tier": "Gold", "channel": {"web": 0.9, "store": 0.1}},
        {"tier": {"Silver": 0.9, "Gold": 0.1}, "channel": "store"},
        {"tier": {"Gold": 0.34, "Silver": 0.34, "Bronze": 0.32}, "channel": "web"},
    )
    names, _ = call(make_recipe(tier=TIERS, channel=["web", "store"]), table, labels)
    assert sorted(names) == ["Store, Silver", "Web", "Web, Gold"]
    (mixed, *_), _ = call(make_recipe(tier=TIERS), table[["tier"]], np.zeros(150))
    assert mixed == "Mixed tier"


def test_one_word_of_two_categories_carries_its_category() -> None:
    table, labels = repeat(
        {"tier": "A", "klass": "A"}, {"tier": "A", "klass": "C"}, {"tier": "B", "klass": "A"},
        {"tier": "B", "klass": "C"},
    )  # fmt: skip
    names, _ = call(make_recipe(tier=["A", "B"], klass=["A", "C"]), table, labels)
    assert sorted(names) == ["B, C", "B, klass A", "Tier A, C", "Tier A, klass A"]


@pytest.mark.parametrize("levels, said", [(["1", "0"], "Newsletter"), (["yes", "no"], "Newsletter")])
def test_a_category_of_yes_and_no_is_said_by_its_name(levels: list[str], said: str) -> None:
    yes, no = levels
    table, labels = repeat(
        {"newsletter": yes}, {"newsletter": {yes: 0.1, no: 0.9}}, {"newsletter": {yes: 0.5, no: 0.5}}
    )
    names, _ = call(make_recipe(newsletter=levels), table, labels)
    assert set(names) == {said, f"No {said.lower()}", f"Partly {said.lower()}"}


def test_segments_of_the_same_words_are_parted_by_how_often_or_by_shares() -> None:
    table, labels = repeat({"tier": {"Gold": 0.5, "Silver": 0.5}}, {"tier": {"Gold": 0.44, "Silver": 0.56}})
    recipe = make_recipe(spend={"sql": "spend"}, tier=["Gold", "Silver"])
    names, _ = call(recipe, table.assign(spend=np.tile([1.0, 2.0], 50)), labels)
    assert sorted(names) == ["Mid spend, less often Gold", "Mid spend, more often Gold"]
    names, _ = call(make_recipe(tier=["Gold", "Silver"]), table, labels)
    assert sorted(names) == ["Mixed tier, Gold about 44 %", "Mixed tier, Gold about 50 %"]
    assert all(tells_figure(name) for name in names)


def test_a_level_orders_segments_only_where_nothing_else_cuts() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, ROWS)
    levels = make_recipe(tier=TIERS, spend={"sql": "spend"})
    ranks = make_recipe(
        tier=TIERS,
        grade={"category": "grade", "order": ["A", "B"], "levels": {"A": ["A"], "B": ["B"]}, "other": []},
    )
    points = np.column_stack([labels, -labels, 0 * labels, random.normal(0, 1, ROWS)])
    assert find_order(levels, points, labels) == "spend"
    assert find_order(ranks, points, labels) == "grade"
    only = make_recipe(tier=TIERS)
    assert find_order(only, points[:, [3, 2, 0]], labels) == "tier__bronze"


def draw(random: np.random.Generator) -> tuple[Recipe, pd.DataFrame, np.ndarray]:
    """Up to two numbers and one to three categories of two to six levels, with groups in some of them."""
    group = random.integers(0, 5, ROWS)
    table, sections = pd.DataFrame(index=range(ROWS)), dict[str, Any]()
    for name in ["spend", "visits"][: random.integers(0, 3)]:
        table[name] = random.lognormal(random.uniform(1, 5, 5)[group] * random.integers(0, 2), 1)
        sections[name] = {"sql": name, "transform": str(random.choice(["none", "log1p"]))}
    for name in ["tier", "channel", "member"][: random.integers(1, 4)]:
        levels = ["1", "0"] if name == "member" else list("ABCDEF")[: random.integers(2, 7)]
        shares = random.dirichlet(np.full(len(levels), random.choice([0.3, 1.0, 20.0])), 5)
        table[name] = [random.choice(levels, p=shares[one]) for one in group]
        sections[name] = sorted(table[name].unique(), key=lambda one: -(table[name] == one).sum())
    return make_recipe(**sections), table, group


@pytest.mark.parametrize("start", range(0, 60, 15))
def test_every_word_about_a_level_is_true(start: int) -> None:
    said = []
    for seed in range(start, start + 15):
        random = np.random.default_rng(seed)
        recipe, table, group = draw(random)
        if any(table[name].nunique() < 2 for name in table):
            continue
        for k in range(2, 6):
            labels = group % k if k % 2 else find_groups(table, k)
            names, customers = call(recipe, table, np.unique(labels, return_inverse=True)[1])
            dump = {name: one.model_dump(mode="json") for name, one in recipe.segment_by.items()}
            assert find_false_words({"segment_by": dump}, customers, {"spend"}, set()) == []
            said += names
    assert len({name for name in said if "often" in name or " %" in name or "Mixed" in name}) > 3


def find_groups(table: pd.DataFrame, k: int) -> Any:
    """(n,) k-means of numbers and levels, as they are."""
    points = pd.get_dummies(table).astype(float)
    with threadpool_limits(1):
        return KMeans(min(k, len(points.drop_duplicates())), n_init=1, random_state=k).fit_predict(points)
