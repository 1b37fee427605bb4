"""From a table to the form, and from its choices to a recipe: nothing of the file becomes an expression."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custseg_spark.app.form import Choices, Form, build_form
from custseg_spark.app.offers import FeatureChoice
from custseg_spark.app.uploads import UploadPreview
from custseg_spark.errors import RecipeError
from custseg_spark.propose.column_kinds import look_at_columns
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import parse, plain_yaml
from custseg_spark.recipe.order_recipe import COLUMNS
from custseg_spark.sql import find_columns
from tests.unit.test_recipe_change import HOSTILE

ROWS = 300
NASTY = "x`) OR 1=1 --"
MORE = "select 1; drop table t"


def make_head() -> pd.DataFrame:
    """Columns of every kind, as text."""
    random = np.random.default_rng(1)
    table = {
        "id": np.arange(ROWS),
        "spend": random.lognormal(4, 1, ROWS).round(2),
        "recency": random.integers(0, 100, ROWS),
        NASTY: random.normal(0, 5, ROWS).round(3),
        "visits": random.integers(0, 40, ROWS),
        "orders_web": random.integers(0, 30, ROWS),
        "basket size": random.normal(50, 9, ROWS).round(2),
        MORE: random.integers(0, 500, ROWS),
        "children": random.integers(0, 3, ROWS),
        "birth_year": random.integers(1940, 2000, ROWS),
        "response": random.integers(0, 2, ROWS),
        "plan": random.choice(["gold'); --", "blue"], ROWS),
    }
    return pd.DataFrame(table).astype(str)


def preview_table(table: pd.DataFrame, **options: Any) -> UploadPreview:
    text = write_recipe(table, path="t.csv", format="csv", options=options).text
    return UploadPreview(len(table), table, tuple(look_at_columns(table)), options, text)


@pytest.fixture(scope="module")
def form() -> Form:
    return build_form(preview_table(make_head()))


def test_the_proposal_comes_back_as_the_recipe_of_custseg_init(form: Form) -> None:
    proposed = parse(plain_yaml.read(preview_table(make_head()).recipe, "proposed"))
    found = form.build_recipe(form.proposed, "t.csv")
    assert found.segment_by == proposed.segment_by
    assert found.describe == proposed.describe
    assert found.check == proposed.check
    assert found.protected == proposed.protected
    assert found.segments == proposed.segments
    assert found.input == proposed.input


def test_every_column_of_numbers_is_offered_and_protected_ones_are_not(form: Form) -> None:
    says = {offer.says for offer in form.offers.values()}
    assert {"spend", NASTY, MORE, "basket size", "children"} <= says
    assert "birth_year" not in says
    assert "birth_year" in form.protected


def test_an_expression_uses_exactly_the_columns_of_the_table(form: Form) -> None:
    columns = set(make_head().columns)
    for offer in form.offers.values():
        used = find_columns(offer.sql)
        assert used <= columns, offer
        if offer.says in columns:
            assert used == {offer.says}


def test_nasty_names_are_safe_in_every_role(form: Form) -> None:
    nasty = next(name for name, offer in form.offers.items() if offer.says == NASTY)
    more = next(name for name, offer in form.offers.items() if offer.says == MORE)
    found = form.build_recipe(Choices("id", (nasty, "spend"), (more,)), "t.csv")
    assert find_columns(found.segment_by[nasty].expression) == {NASTY}
    assert find_columns(found.describe[more].sql or "") == {MORE}


@pytest.mark.parametrize("sql", HOSTILE)
@pytest.mark.parametrize("role", ["cut", "describe", "check"])
def test_what_no_expression_may_do_is_refused_in_every_role(form: Form, role: str, sql: str) -> None:
    """No offer is made of such an expression; if one were, it would not get past the recipe."""
    offers = {**form.offers, "odd": replace(form.offers["spend"], name="odd", sql=sql)}
    chosen = Choices("id", ("visits", *(["odd"] if role == "cut" else [])))
    roles: dict[str, Any] = {role: ("odd",)}
    chosen = chosen if role == "cut" else replace(chosen, **roles)
    with pytest.raises(RecipeError, match="odd"):
        replace(form, offers=offers).build_recipe(chosen, "t.csv")


def test_a_column_has_one_role_and_cutting_comes_first(form: Form) -> None:
    found = form.build_recipe(
        Choices("id", ("spend",), ("spend", "response"), ("response", "spend")), "t.csv"
    )
    assert (list(found.segment_by), list(found.describe), list(found.check)) == (["spend"], ["response"], [])


@pytest.mark.parametrize(
    "segments, k, choose",
    [((2, 8), (2, 8), "evidence"), ((3, 6), (3, 6), "evidence"), ((5, 5), 5, "fixed")],
)
def test_the_number_of_segments(form: Form, segments: tuple[int, int], k: Any, choose: str) -> None:
    found = form.build_recipe(replace(form.proposed, segments=segments), "t.csv")
    assert (found.segments.k, found.segments.choose) == (k, choose)


def test_many_exact_segments_leave_room_for_the_smallest(form: Form) -> None:
    found = form.build_recipe(replace(form.proposed, segments=(12, 12), smallest=0.2), "t.csv")
    assert found.segments.smallest_share == pytest.approx(1 / 12)


@pytest.mark.parametrize(
    "treated, expected",
    [
        (FeatureChoice(), {"impute": "median", "clip": None, "transform": "none"}),
        (FeatureChoice("mean", "p99.5"), {"impute": "mean", "clip": (None, "p99.5"), "transform": "none"}),
        (FeatureChoice("quarantine", "iqr"), {"impute": "quarantine", "clip": "iqr", "transform": "none"}),
        (FeatureChoice(spread="log1p"), {"impute": "median", "clip": (0, None), "transform": "log1p"}),
        (FeatureChoice(extremes="p99.5", spread="log1p"), {"clip": (0, "p99.5"), "transform": "log1p"}),
    ],
)
def test_treatments(form: Form, treated: FeatureChoice, expected: dict[str, Any]) -> None:
    found = form.build_recipe(replace(form.proposed, cut=("visits",), treated={"visits": treated}), "t.csv")
    feature = found.segment_by["visits"].model_dump()
    assert {key: feature[key] for key in expected} == expected


def test_no_logarithm_of_a_column_with_values_under_zero(form: Form) -> None:
    nasty = next(name for name, offer in form.offers.items() if offer.says == NASTY)
    assert form.offers[nasty].signed
    found = form.build_recipe(
        Choices("id", (nasty,), treated={nasty: FeatureChoice(spread="log1p")}), "t.csv"
    )
    assert found.segment_by[nasty].transform == "none"


def test_a_column_the_proposal_left_out_is_declared_as_what_it_is() -> None:
    table = make_head().assign(
        customer_no=np.arange(ROWS).astype(str), account_code=np.arange(ROWS).astype(str)
    )
    offered = build_form(preview_table(table))
    left = next(name for name, offer in offered.offers.items() if offer.says == "account_code")
    found = offered.build_recipe(Choices("id", ("spend",), (left,)), "t.csv")
    assert found.input.types["account_code"] == "int"


def test_another_id_keeps_the_recipe_whole(form: Form) -> None:
    assert form.ids[0] == "id"
    assert form.build_recipe(replace(form.proposed, id="visits"), "t.csv").input.id == "visits"


def test_reading_options_come_with_the_table() -> None:
    offered = build_form(preview_table(make_head(), sep=";", encoding="ISO-8859-1"))
    found = offered.build_recipe(offered.proposed, "t.csv")
    assert found.input.options == {"sep": ";", "encoding": "ISO-8859-1"}


def test_what_could_be_no_customers_number_is_doubted(form: Form) -> None:
    assert "id" not in form.doubts
    assert "has decimals" in form.doubts["spend"]
    assert "different values in 300 rows" in form.doubts["visits"]


def test_a_table_that_rfm_made_is_offered_with_what_can_be_a_column() -> None:
    random = np.random.default_rng(2)
    table = pd.DataFrame({"who": np.arange(ROWS)} | {name: random.integers(1, 90, ROWS) for name in COLUMNS})
    offered = build_form(preview_table(table.assign(rfm_group="Loyal").astype(str)))
    assert offered.proposed.cut == ("spend", "recency", "orders")
    assert "one_order" not in offered.proposed.describe  # a rate
    recipe = offered.build_recipe(offered.proposed, "t.csv")
    assert recipe.segment_by["spend"].words == ("Small spenders", "Mid spenders", "Big spenders")
    assert {"items", "tenure"} <= {*recipe.describe}
