"""There is one way to change a recipe, and it checks anew."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from custseg_spark.errors import RecipeError
from custseg_spark.recipe import Audience, change, load_orders, parse

PACKAGE = Path(__file__).parents[2] / "custseg_spark"
DOCUMENT: dict[str, Any] = {
    "input": {"id": "id", "filter": "day = 1", "types": {"joined": {"date": "dd-MM-yyyy"}}},
    "rules": {"max_quarantined": 0.1, "known": "spend is not null"},
    "segment_by": {"spend": {"sql": "spend", "clip": [0, "p99"]}, "visits": "visits"},
    "describe": {"rate": {"rate": ["spend", "visits"]}, "age": "age"},
    "protected": ["age"],
    "output": {"columns": ["age"]},
}
HOSTILE = (
    "rand() < 0.5",
    "reflect('java.lang.Math', 'random') < '0.5'",
    "x > (select max(x) from customers)",
    "x > (table customers)",
    "sum(x) > 1",
    "current_user() = 'root'",
)


def test_what_is_not_changed_stays() -> None:
    recipe = parse(DOCUMENT)
    changed = change(recipe, {"input.filter": "day = 2", "describe": {}, "output.columns": None})
    assert changed.input.filter == "day = 2"
    assert changed.describe == {}
    assert changed.output.columns is None
    again = change(
        changed, {"input.filter": "day = 1", "describe": recipe.describe, "output.columns": ("age",)}
    )
    assert again == recipe
    assert change(recipe, {}) == recipe


@pytest.mark.parametrize("sql", HOSTILE)
@pytest.mark.parametrize("key", ["input.filter", "rules.known", "describe.age", "audience.eligible"])
def test_a_change_is_checked_like_a_recipe_that_is_read(key: str, sql: str) -> None:
    with pytest.raises(RecipeError, match=key):
        change(parse(DOCUMENT), {key: sql})


@pytest.mark.parametrize("sql", HOSTILE)
def test_a_section_that_was_made_apart_is_checked_too(sql: str) -> None:
    with pytest.raises(RecipeError, match=r"audience\.eligible"):
        change(parse(DOCUMENT), {"audience": Audience(eligible=sql)})


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"input.fliter": "x = 1"}, "did you mean 'filter'"),
        ({"segments.k": [9, 2]}, "k is upside down"),
        ({"segment_by.visits": "age"}, "cuts on age, which is protected"),
    ],
)
def test_what_makes_no_recipe_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(RecipeError, match=told):
        change(parse(DOCUMENT), changes)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    file = tmp_path / "orders.yaml"
    file.write_text("lines: {customer: who, order: number, date: at, amount: amount}\n")
    return file


def test_an_order_recipe_too(orders: Path) -> None:
    recipe = load_orders(str(orders))
    assert change(recipe, {"as_of": date(2026, 11, 24)}).as_of == date(2026, 11, 24)
    with pytest.raises(RecipeError, match=r"returns\.when"):
        change(recipe, {"returns.when": "rand() < 0.5"})


@pytest.mark.parametrize("sql", HOSTILE)
@pytest.mark.parametrize("key", ["input.filter", "currency.rates.filter"])
def test_the_filters_of_order_lines_and_rates_are_checked(orders: Path, key: str, sql: str) -> None:
    rates = ["currency.code=code", "currency.rates.path=rates.csv"]
    with pytest.raises(RecipeError, match=key):
        load_orders(str(orders), [*rates, f'{key}="{sql}"'])


def test_nothing_changes_a_model_of_the_recipe_unchecked() -> None:
    unchecked = re.compile(r"\b(model_copy|model_construct)\b")
    found = [str(file) for file in PACKAGE.rglob("*.py") if unchecked.search(file.read_text())]
    assert found == []
