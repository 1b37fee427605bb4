"""The recipe as it is explained reads back as the same recipe."""

from pathlib import Path
from typing import Any

import pytest

from custseg_spark.recipe import Recipe, load, parse, plain_yaml, write_explained

CONF = sorted(
    path for path in (Path(__file__).parents[2] / "conf").glob("*.yaml") if not path.stem.endswith("_orders")
)

ODD: dict[str, Any] = {
    "input": {
        "id": "the id: no",
        "options": {"sep": "\t", "header": True, "n": 1e-3},
        "types": {"no": "int"},
    },
    "rules": {"r": {"sql": "a > 0", "at_most": 0.1, "on_fail": "warn"}, "max_quarantined": 0.2},
    "segment_by": {
        "on": {"sql": "case when a > 1\n  then 'x: #y' end", "additive": False, "allow_protected": True},
        "b": {"sql": "`b c`", "impute": 0, "clip": [None, "p99.5"], "words": ["no", None, "1e3"]},
    },
    "describe": {"c": {"sql": "c", "additive": False}, "d": {"rate": ["c", "b"], "unit": "%"}},
    "check": {"e": {"sql": "e", "unit": "money"}},
    "allow_protected": ["z"],
    "segments": {"k": 5, "names": {0: "VIP: gold", 1: "null"}, "order_by": "b", "choose": "fixed"},
    "output": {"columns": ["a", "2024-01-31"]},
    "actions": [{"when": ["NO"], "do": "a: b # c"}],
}


def read(text: str) -> Recipe:
    return parse(plain_yaml.read(text, "explained"))


@pytest.mark.parametrize("path", CONF, ids=lambda path: path.stem)
def test_a_shipped_recipe_reads_back_equal(path: Path) -> None:
    recipe = load(str(path))
    assert read(write_explained(recipe)) == recipe


def test_an_odd_recipe_reads_back_equal() -> None:
    recipe = parse(ODD)
    assert read(write_explained(recipe)) == recipe


def test_all_defaults_are_said_and_nothing_of_the_machinery() -> None:
    text = write_explained(
        parse({"input": {"id": "a"}, "segment_by": {"spend": "b"}, "describe": {"c": "d + e"}})
    )
    assert "max_quarantined: 0.05" in text
    assert (
        "  spend:\n    sql: b\n    impute: median\n    clip: null\n    transform: none\n    words: null\n"
        in text
    )
    assert "describe:\n  c: d + e\n" in text
    assert "k: [2, 10]" in text
    assert "restarts: 30" in text
    assert not any(word in text for word in ("named", "additive", "!!", "tuple"))
    sections = [line.split(":")[0] for line in text.splitlines() if line and line[0].isalpha()]
    assert sections == list(Recipe.model_fields)


CATEGORIES: dict[str, Any] = {
    "open": {"category": "tier"},
    "ordered": {"category": "tier", "order": ["low", "no", 3], "weight": 2, "impute": "quarantine"},
    "settled": {
        "category": "`a b`",
        "levels": {"x: #": ["1e3", "null", ""], "yes": [True]},
        "other": [],
        "keep": 3,
    },
    "with_others": {"category": "c", "levels": ["no"], "other": ["on", "~"], "impute": "other", "label": "é"},
    "ordered_settled": {
        "category": "c",
        "order": ["a", "b"],
        "levels": {"a": ["a", "A"], "b": ["b"]},
        "other": [],
    },
}


@pytest.mark.parametrize("name", CATEGORIES)
def test_a_category_reads_back_equal_and_without_the_keys_of_numbers(name: str) -> None:
    recipe = parse({"input": {"id": "id"}, "segment_by": {"spend": "spend", name: CATEGORIES[name]}})
    text = write_explained(recipe)
    assert read(text) == recipe
    assert read(text).features == recipe.features
    (said,) = (plain_yaml.read(text, "explained")["segment_by"][name],)
    assert not {"clip", "transform", "words", "unit", "additive", "sql"} & {*said}
    assert {"category", "weight", "impute"} <= {*said}


def test_a_number_says_nothing_of_levels() -> None:
    text = write_explained(parse({"input": {"id": "a"}, "segment_by": {"spend": {"sql": "b", "weight": 2}}}))
    said = plain_yaml.read(text, "explained")["segment_by"]["spend"]
    assert {*said} == {"sql", "weight", "impute", "clip", "transform", "words"}
    plain = write_explained(parse({"input": {"id": "a"}, "segment_by": {"tier": {"category": "b"}}}))
    assert plain_yaml.read(plain, "explained")["segment_by"]["tier"] == {
        "category": "b",
        "weight": 1.0,
        "impute": "level",
        "keep": 8,
    }
