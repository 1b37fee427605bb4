"""Categories that can't be: what the recipe and the table say of them, and what every other one becomes."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custseg_spark.errors import DataError, RecipeError
from custseg_spark.features import find_levels
from custseg_spark.recipe import FeatureSection, Recipe, parse, plain_yaml, write_explained
from custseg_spark.recipe.features import MISSING
from custseg_spark.wording import fold_text


def read(**tier: Any) -> Recipe:
    return parse({"input": {"id": "id"}, "segment_by": {"spend": "spend", "tier": tier}})


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (
            {"category": "tier", "clip": [0, 1]},
            "segment_by.tier: clip is for numbers, and this is a category",
        ),
        ({"category": "tier", "transform": "log1p"}, "transform is for numbers, and this is a category"),
        ({"category": "tier", "unit": "x"}, "unit is for numbers"),
        ({"category": "tier", "words": ["a", None, "b"]}, "words is for numbers"),
        ({"category": "tier", "order": ["a", "b"], "clip": "iqr"}, "clip is for numbers"),
        ({"sql": "spend", "keep": 3}, "keep is for categories, and this is a number"),
        ({"sql": "spend", "order": ["a", "b"]}, "order is for categories"),
        ({"sql": "spend", "levels": ["a", "b"]}, "levels is for categories"),
        (
            {"category": "tier", "keep": 0},
            "segment_by.tier.keep: found 0; it takes a whole number from 1 to 50",
        ),
        (
            {"category": "tier", "weight": 0},
            "segment_by.tier.weight: found 0; it takes a number over 0 to 100",
        ),
        ({"sql": "spend", "weight": -1}, "segment_by.tier.weight: found -1"),
        ({"sql": "spend", "category": "tier"}, "segment_by.tier: give either sql or category"),
        ({}, "segment_by.tier: give either sql or category"),
        (
            {"category": "tier", "impute": "median"},
            "takes level, other, most_frequent, quarantine; found median",
        ),
        ({"category": "tier", "impute": 0.5}, "takes level, other, most_frequent, quarantine; found 0.5"),
        (
            {"category": "tier", "order": ["a", "b"], "impute": "level"},
            "impute of an order takes median, quarantine",
        ),
        (
            {"sql": "spend", "impute": "level"},
            "impute of a number takes median, mean, quarantine or a number",
        ),
        ({"category": "tier", "order": ["a"]}, "order takes two or more different levels, the lowest first"),
        ({"category": "tier", "order": ["a", "a"]}, "order takes two or more different levels"),
        ({"category": "tier", "levels": {"a": []}}, "levels: 'a' stands for no value"),
        ({"category": "tier", "levels": {"a": ["x"], "b": ["x"]}}, "levels: 'x' stands under two levels"),
        ({"category": "tier", "levels": ["a", "b"], "order": ["a", "c"]}, "'b' stands in one of them alone"),
        ({"category": "tier", "other": ["x"]}, "other takes levels beside it"),
        ({"categry": "tier"}, "segment_by.tier.categry: unknown key; did you mean 'category'?"),
    ],
)
def test_what_a_recipe_says_wrongly(section: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError) as wrong:
        read(**section)
    assert told in str(wrong.value)


def find(values: list[str], **section: Any) -> Any:
    feature = read(category="tier", **section).segment_by["tier"]
    return find_levels("tier", feature, pd.Series(values, dtype=object))


@pytest.mark.parametrize(
    ("values", "section", "what", "remedy"),
    [
        (["a", "b", "c"], {"order": ["a", "b"]}, "its order lacks 'c' (1 of 3 customers", "where it belongs"),
        (
            ["Silber", "Gold"],
            {"order": ["Silver", "Gold"]},
            "its order lacks 'Silber'",
            "write 'Silver' in the",
        ),
        (["a", "b"], {"levels": ["X"]}, "nobody has one of its levels, 'X'", "the table has 'a' and 'b'"),
        (
            ["a", "a", ""],
            {"impute": "most_frequent"},
            "all customers that have a value have the level 'a'",
            "",
        ),
        (["a", "a", "A "], {}, "all customers that have a value have the level 'a'", "must differ"),
        (
            ["", ""],
            {"impute": "most_frequent"},
            "segment_by.tier: all values are missing",
            "leave the feature out",
        ),
        (
            [f"n{n}" for n in range(5000)],
            {},
            "5,000 different values, such as 'n0' and 'n1'",
            "segment_by.tier.levels",
        ),
    ],
)
def test_what_a_table_does_not_have(
    values: list[str], section: dict[str, Any], what: str, remedy: str
) -> None:
    with pytest.raises(DataError) as wrong:
        find(values, **section)
    assert what in wrong.value.what
    assert remedy in wrong.value.remedy


def test_levels_that_nobody_has_are_told_of() -> None:
    assert find(["Gold", "Bronze"], order=["Bronze", "Gold", "Diamond"]).nobodys == ("Diamond",)
    assert find(["Gold", "Bronze"]).nobodys == ()


@given(
    st.lists(st.sampled_from(["a", "b", "B", " b", "c c", "other", "missing", "", "ä"]), min_size=2),
    st.integers(1, 5),
    st.sampled_from(["level", "other", "most_frequent"]),
)
def test_every_value_is_of_one_level_or_of_the_rest(values: list[str], keep: int, impute: str) -> None:
    told = {fold_text(value) for value in values} - {""}
    if len(told) < 2 and (impute == "most_frequent" or not told or "" not in values):
        with pytest.raises(DataError, match=r"have the level|all values are missing"):
            find(values, keep=keep, impute=impute)
        return
    found = find(values, keep=keep, impute=impute)
    placed = [value for some in found.levels.values() for value in some] + [*found.other]
    assert len(placed) == len({*placed}), "in one place alone"
    assert {*values} <= {*placed}
    assert sum(level != "missing" or some != (MISSING,) for level, some in found.levels.items()) <= keep


KEYS = st.fixed_dictionaries(
    {},
    optional={
        "sql": st.just("a"),
        "category": st.just("b"),
        "weight": st.floats(-1, 101),
        "keep": st.integers(-1, 60),
        "order": st.lists(st.sampled_from(["x", "y", 1, True]), max_size=3),
        "levels": st.sampled_from([{}, ["x", "y"], {"x": "y"}, {"x": []}]),
        "other": st.sampled_from([None, [], ["z"]]),
        "clip": st.sampled_from([None, "iqr", [0, 1]]),
        "impute": st.sampled_from(["median", "level", "other", 0, "quarantine", "nonsense"]),
    },
)


def try_to_read(section: dict[str, Any]) -> tuple[Recipe | None, str]:
    """The recipe, or the error in its place."""
    try:
        return read(**section), ""
    except RecipeError as wrong:
        return None, str(wrong)


@given(KEYS)
def test_any_section_is_read_or_refused_by_its_path(section: dict[str, Any]) -> None:
    found, told = try_to_read(section)
    if found is None:
        assert "segment_by.tier" in told
        return
    assert isinstance(found.segment_by["tier"], FeatureSection)
    assert found.features, "and what is settled has numbers"


def test_an_order_may_have_words() -> None:
    words = ["a", None, "b"]
    recipe = read(category="plan", order=["S", "M"], levels=["S", "M"], other=[], words=words)
    assert recipe.features["tier"].words == ("a", None, "b")
    assert parse(plain_yaml.read(write_explained(recipe), "again")) == recipe
