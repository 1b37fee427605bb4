"""Which categories of an unknown table cut: those that go with what else cuts; what never does, and why."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from custseg_spark.propose.categories import OfferedCategory
from custseg_spark.propose.choose_features import FeatureChoice, choose_features
from custseg_spark.propose.column_kinds import look_at_columns
from custseg_spark.propose.level_orders import find_order
from custseg_spark.propose.protected import is_protected
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import Recipe, parse, plain_yaml

ROWS = 600


def draw_table(seed: int = 0, rows: int = ROWS) -> pd.DataFrame:
    """Three groups, two of which only tier and channel tell apart; city goes with nothing."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, rows, p=[0.4, 0.35, 0.25])
    tier = np.choose(group, [rng.choice(["Bronze", "Silver"], rows), "Gold", "Bronze"])
    noise = rng.random(rows) < 0.1
    return pd.DataFrame(
        {
            "customer_id": np.arange(rows),
            "spend": np.where(group == 0, 120, 950) * rng.lognormal(0, 0.25, rows),
            "orders": np.where(group == 0, rng.poisson(3, rows), rng.poisson(15, rows)),
            "tier": np.where(noise, "Silver", tier),
            "channel": np.where(
                noise, "web", np.choose(group, [rng.choice(["web", "store"], rows), "store", "web"])
            ),
            "city": rng.choice(["Lyon", "Nice", "Lille"], rows),
        }
    )


def choose(table: pd.DataFrame) -> FeatureChoice:
    return choose_features(look_at_columns(table.drop(columns="customer_id")))


def propose(table: pd.DataFrame) -> tuple[Recipe, str]:
    text = write_recipe(table.astype(str), path="t.csv", format="csv", options={}).text
    return parse(plain_yaml.read(text, "proposed")), text


def find(choice: FeatureChoice, name: str) -> OfferedCategory:
    return next(one for one in choice.categories if one.name == name)


def list_live(choice: FeatureChoice) -> set[str]:
    return {one.name for one in choice.categories if one.is_live}


@pytest.mark.parametrize("seed", range(3))
def test_categories_cut_that_go_with_what_cuts(seed: int) -> None:
    choice = choose(draw_table(seed))
    assert list_live(choice) == {"tier", "channel"}
    assert "goes with nothing that cuts" in find(choice, "city").why
    assert "comes back to" in choice.tried


def test_the_recipe_has_them_behind_the_numbers_and_the_others_in_comments() -> None:
    recipe, text = propose(draw_table())
    assert [*recipe.categories] == [*recipe.segment_by][-2:]
    assert {*recipe.categories} == {"tier", "channel"}
    assert "    # order: [Bronze, Silver, Gold]" in text
    assert "  # city: {category: city}  # goes with nothing that cuts" in text
    assert next(iter(recipe.describe)).startswith("city_"), "and described"
    uncommented = text.replace("  # city: {", "  city: {").replace("    # order:", "    order:")
    changed = parse(plain_yaml.read(uncommented, "uncommented"))
    assert changed.segment_by["city"].category == "city"
    assert changed.segment_by["tier"].order == ("Bronze", "Silver", "Gold")


def test_a_table_of_nothing_else_is_cut_by_its_categories() -> None:
    recipe, text = propose(draw_table()[["customer_id", "tier", "city"]])
    assert {*recipe.segment_by} == {*recipe.categories} == {"tier", "city"}
    assert "order_by" not in text


def test_few_rows_are_not_tried() -> None:
    assert list_live(choose(draw_table(rows=150))) == set()
    assert find(choose(draw_table(rows=150)), "tier").why == "not tried: under 200 rows"


def test_no_more_than_three_cut() -> None:
    table = draw_table()
    rng = np.random.default_rng(1)
    for name in ("plan", "store", "device", "region"):
        table[name] = np.where(rng.random(ROWS) < 0.3, rng.choice(["a", "b", "c"], ROWS), table["tier"])
    choice = choose(table)
    assert 2 <= len(list_live(choice)) <= 3
    assert any(one.why == "could cut as well" for one in choice.categories)


RNG = np.random.default_rng(4)
COPY = draw_table()["tier"]


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("gender", RNG.choice(["F", "M"], ROWS), None),
        ("kind", RNG.choice(["Male", "Female"], ROWS), None),
        ("Familienstand", RNG.choice(["ledig", "verheiratet"], ROWS), None),
        ("bracket", RNG.choice(["18-24", "25-34", "35-64", "65+"], ROWS), None),
        ("religion", RNG.choice(["a", "b"], ROWS), None),
        ("age_band", RNG.choice(["young", "old"], ROWS), None),
        ("ethnicity", RNG.choice(["a", "b"], ROWS), None),
        ("Nationalität", RNG.choice(["DE", "FR"], ROWS), None),
        ("weekday", RNG.choice(["mo", "tu", "we"], ROWS), "a place in the calendar"),
        ("joined_in", RNG.choice(["Jan", "Feb", "Dec"], ROWS), "a place in the calendar"),
        ("risk", RNG.choice(["low", "mid", "high"], ROWS), "may be an outcome"),
        ("poutcome", RNG.choice(["success", "failure", "other"], ROWS), "may be an outcome"),
        ("plan_status", RNG.choice(["active", "lapsed"], ROWS), "may be an outcome"),
        ("country", np.where(np.arange(ROWS) % 30 == 0, "FR", "DE"), "DE in 97% of the rows"),
        ("zip_code", RNG.choice(["A1", "B2", "C3"], ROWS), "an id or a code"),
        ("old_segment", RNG.choice(["x", "y", "z"], ROWS), "a segment or a score that somebody gave"),
        ("plan", pd.Series(np.where(RNG.random(ROWS) < 0.4, "a", "")).replace("", None), ""),
        (
            "region",
            pd.Series(RNG.choice(["N", "S"], ROWS)).mask(np.arange(ROWS) % 10 < 7),
            "70% of it is missing",
        ),
    ],
)
def test_what_is_never_offered(name: str, values: Any, why: str | None) -> None:
    choice = choose(draw_table().assign(**{name: values}))
    assert name not in {one.name for one in choice.categories}
    assert choice.remarks.get(name, "").startswith(why or "")
    assert (why is None) == (name not in choice.remarks) or why == ""


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("copy", COPY.str.lower(), "says the same as tier (Cramér's V 1.00)"),
        ("band", np.where(draw_table()["spend"] > 500, "big", "small"), "says the same as"),
    ],
)
def test_copies_are_offered_in_comments(name: str, values: Any, why: str) -> None:
    found = find(choose(draw_table().assign(**{name: values})), name)
    assert not found.is_live
    assert found.why.startswith(why)


def test_codes_and_answers_cut_where_their_names_say_so() -> None:
    table = draw_table()
    table["region"] = table["tier"].map({"Bronze": 1, "Silver": 2, "Gold": 3}) % 3
    table = table.drop(columns="tier").assign(
        loyalty_member=np.where(table["channel"] == "web", "Yes", "No"),
        smoker=RNG.choice(["Yes", "No"], ROWS),
    )
    choice = choose(table)
    assert "region" in list_live(choice)
    assert {"region", "loyalty_member"} <= {one.name for one in choice.categories}
    assert "smoker" not in {one.name for one in choice.categories}
    assert find(choice, "region").sql == "cast(region as int)", "a level is 1, not 1.0"
    assert propose(table)[0].categories["region"].category == "region", "text is declared as whole numbers"


def test_any_names_and_levels_stay_in_their_lines() -> None:
    table = draw_table()
    table["Tarif\n: {x"] = table["tier"] + "\n# - `'\""
    table["ville"] = np.where(np.arange(ROWS) % 30 == 0, "b", "a\nb: [")
    recipe, _ = propose(table)
    assert any("Tarif" in one.expression for one in recipe.categories.values()) or recipe.categories


@pytest.mark.parametrize(
    ("levels", "order"),
    [
        (["Gold", "Bronze", "Silver"], ("Bronze", "Silver", "Gold")),
        (["high", "LOW", "Medium"], ("LOW", "Medium", "high")),
        (["XL", "S", "M", "L"], ("S", "M", "L", "XL")),
        (["Two year", "Month-to-month", "One year"], ("Month-to-month", "One year", "Two year")),
        (
            ["PhD", "Basic", "Master", "2n Cycle", "Graduation"],
            ("Basic", "2n Cycle", "Graduation", "Master", "PhD"),
        ),
        (["argent", "or", "bronze"], ("bronze", "argent", "or")),
        (["10-19", "0-9", "100+"], ("0-9", "10-19", "100+")),
        (["web", "store"], ()),
        (["Gold", "Or"], ()),
        (["Gold", "web"], ()),
    ],
)
def test_the_order_of_levels(levels: list[str], order: tuple[str, ...]) -> None:
    assert find_order(levels) == order


@pytest.mark.parametrize(
    ("words", "levels", "found"),
    [
        (["col"], ["Mr", "Mrs", "Ms"], True),
        (["col"], ["Herr", "Frau"], True),
        (["status"], ["Married", "Divorced", "Single"], True),
        (["col"], ["Catholic", "Muslim", "none"], True),
        (["col"], ["White", "Asian", "Hispanic"], True),
        (["colour"], ["White", "Black"], False),
        (["size"], ["S", "M"], False),
        (["answer"], ["other", "unknown"], False),
        (["visits"], ["0-5", "6-10", "11-20"], False),
        (["plan"], ["single", "family"], False),
        (["native", "country"], [], True),
        (["native", "app"], [], False),
    ],
)
def test_what_must_not_decide_is_known_by_its_values_too(
    words: list[str], levels: list[str], found: bool
) -> None:
    assert is_protected(words, levels) is found
