"""Categories in the form: what is offered, and what of a choice stands in the recipe."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from custseg_spark.app.form import Choices, Form, build_form
from custseg_spark.app.uploads import UploadPreview
from custseg_spark.propose.column_kinds import look_at_columns
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import parse, plain_yaml
from custseg_spark.sql import find_columns
from tests.unit.test_propose_categories import draw_table

NASTY = "plan`) OR 1=1 --"


def make_form(table: pd.DataFrame) -> Form:
    text = write_recipe(table.astype(str), path="t.csv", format="csv", options={}).text
    return build_form(UploadPreview(len(table), table, tuple(look_at_columns(table.astype(str))), {}, text))


@pytest.fixture(scope="module")
def form() -> Form:
    rng = np.random.default_rng(2)
    table = draw_table()
    table["region"] = rng.integers(1, 4, len(table))
    table["gender"] = rng.choice(["F", "M"], len(table))
    table["churn"] = rng.choice(["Yes", "No"], len(table))
    table["member"] = rng.choice(["Yes", "No"], len(table))
    table[NASTY] = rng.choice(["gold'); --", "blue"], len(table))
    return make_form(table)


def test_categories_are_offered_and_those_of_the_proposal_chosen(form: Form) -> None:
    says = {name: offer.says for name, offer in form.categories.items()}
    assert set(says.values()) == {"tier", "channel", "city", "region", "member", NASTY}
    assert {says[name] for name in form.proposed.categories} == {"tier", "channel"}
    assert not {*form.categories} & {*form.offers}, "a column has one name in each role"
    assert "tier" not in form.proposed.cut


def test_the_proposal_comes_back(form: Form) -> None:
    found = form.build_recipe(form.proposed, "t.csv")
    proposed = parse(dict(form.document))
    assert found.segment_by == proposed.segment_by
    assert [*found.segment_by] == [*proposed.segment_by], "numbers first"


def test_every_category_can_be_chosen_with_its_weight(form: Form) -> None:
    chosen = replace(
        form.proposed, categories=tuple(form.categories), weights={"tier": 0.5, "city": 1.0, "gone": 2}
    )
    found = form.build_recipe(chosen, "t.csv")
    assert {*found.categories} == {*form.categories}
    for name, feature in found.categories.items():
        assert find_columns(feature.expression) == {form.categories[name].says}
    assert (found.segment_by["tier"].weight, found.segment_by["city"].weight) == (0.5, 1)
    assert found.input.types["city"] == "string"
    assert found.input.types["region"] == "int"
    alone = form.build_recipe(Choices("customer_id", (), categories=("city",)), "t.csv")
    assert [*alone.segment_by] == ["city"]
    assert form.build_recipe(replace(form.proposed, categories=("nobody's",)), "t.csv").categories == {}


def test_a_table_of_nothing_else_is_proposed_by_its_categories() -> None:
    form = make_form(draw_table()[["customer_id", "tier", "city"]])
    assert (form.proposed.cut, {*form.proposed.categories}) == ((), {"tier", "city"})
    written = plain_yaml.write(
        form.build_recipe(form.proposed, "t.csv").model_dump(mode="json", exclude_unset=True)
    )
    assert "category: tier" in written


def test_a_table_without_categories_asks_nothing() -> None:
    assert make_form(draw_table()[["customer_id", "spend", "orders"]]).categories == {}
