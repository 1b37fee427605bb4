"""What is said of text under segment_by, and of values that do not fit: how to use such a column."""

from collections.abc import Sequence

import pandas as pd
import pytest

from custseg_spark.propose.column_kinds import look_at_column
from custseg_spark.recipe import parse, plain_yaml
from custseg_spark.steps.explain_rejection import Misfits, explain_text_feature, suggest_type


def misfits(name: str, texts: Sequence[str], value: str | None = None) -> Misfits:
    column = look_at_column(name, pd.Series(list(texts) * 10, dtype=object))
    return Misfits(column, value or texts[0], "17", all_misfit=True)


def test_a_category_is_described_or_cuts_by_one_of_its_values() -> None:
    what, remedy = explain_text_feature("tier", "tier", misfits("tier", ["Gold", "Bronze", "Silver"]))
    assert what == "segment_by.tier: what cuts is a number; tier is text, such as 'Gold' (id 17)"
    assert remedy == (
        "describe by it: describe: {tier: tier}; or cut by one of its values: "
        "segment_by: {tier_gold: cast(tier = 'Gold' as int)}"
    )


@pytest.mark.parametrize("texts", [["yes", "no"], ["D'or", "Ämne"], ["Only"]])
def test_the_expression_offered_is_one_that_a_recipe_takes(texts: list[str]) -> None:
    remedy = explain_text_feature("member", "`the member`", misfits("the member", texts))[1]
    shown, _, cuts = remedy.removeprefix("describe by it: ").partition("; or cut by one of its values: ")
    offered = plain_yaml.read(shown, "the remedy") | plain_yaml.read(cuts, "the remedy")
    recipe = parse({"input": {"id": "id"}, **offered})
    assert recipe.describe["member"].sql == "`the member`"
    assert [feature.sql.startswith("cast(`the member` = '") for feature in recipe.segment_by.values()] == [
        True
    ]


def test_a_date_cuts_by_the_days_since() -> None:
    days = [f"{day:02d}.04.2020" for day in range(1, 29)]
    what, remedy = explain_text_feature("joined", "joined", misfits("joined", days))
    assert what.endswith("joined is a date, such as '01.04.2020' (id 17)")
    assert remedy == (
        "cut by the days since: joined: datediff(current_date(), joined), with "
        "input: {types: {joined: {date: dd.MM.yyyy}}}"
    )


def test_a_text_of_many_values_is_described() -> None:
    cities = [f"City {number}" for number in range(40)]
    assert explain_text_feature("city", "city", misfits("city", cities))[1].startswith("describe by it: ")


def test_values_that_do_not_fit_are_mended_or_the_column_is_text() -> None:
    some = misfits("spend", ["1", "2", "three", "4", "5", "6"], "three")
    assert some.example == "'three' (id 17)"
    remedy = suggest_type(some)
    assert "mend such values" in remedy
    assert "input: {types: {spend: string}}" in remedy


def test_a_long_value_is_cut() -> None:
    assert len(misfits("note", ["x" * 500]).example) < 60
