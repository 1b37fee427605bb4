"""What is said of text under segment_by, and of values that do not fit: how to use such a column."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from custseg_spark.propose.column_kinds import look_at_column
from custseg_spark.recipe import parse, plain_yaml
from custseg_spark.steps.explain_rejection import Misfits, explain_text_feature, suggest_type


def misfits(name: str, texts: Sequence[str], value: str | None = None) -> Misfits:
    column = look_at_column(name, pd.Series(list(texts) * 10, dtype=object))
    return Misfits(column, value or texts[0], "17", all_misfit=True)


def test_a_category_cuts_by_its_levels_or_is_described() -> None:
    what, remedy = explain_text_feature("tier", "tier", misfits("tier", ["Gold", "Bronze", "Silver"]))
    assert what == "segment_by.tier: what cuts is a number; tier is text, such as 'Gold' (id 17)"
    assert remedy == (
        "cut by its levels: segment_by: {tier: {category: tier}}; or describe by it: describe: {tier: tier}"
    )


@pytest.mark.parametrize("texts", [["yes", "no"], ["D'or", "Ämne"], ["Only"], [f"c{n}" for n in range(40)]])
def test_the_section_offered_is_one_that_a_recipe_takes(texts: list[str]) -> None:
    remedy = explain_text_feature("member", "`the member`", misfits("the member", texts))[1]
    cuts, _, shown = remedy.removeprefix("cut by its levels: ").partition("; or describe by it: ")
    cutting = parse({"input": {"id": "id"}, **plain_yaml.read(cuts, "the remedy")})
    assert cutting.segment_by["member"].category == "`the member`"
    shown_by = plain_yaml.read(shown, "the remedy") | {"segment_by": {"spend": "spend"}}
    assert parse({"input": {"id": "id"}, **shown_by}).describe["member"].sql == "`the member`"


def test_a_date_cuts_by_the_days_since() -> None:
    days = [f"{day:02d}.04.2020" for day in range(1, 29)]
    what, remedy = explain_text_feature("joined", "joined", misfits("joined", days))
    assert what.endswith("joined is a date, such as '01.04.2020' (id 17)")
    assert remedy == (
        "cut by the days since: joined: datediff(current_date(), joined), with "
        "input: {types: {joined: {date: dd.MM.yyyy}}}"
    )


def test_a_text_of_many_values_is_described() -> None:
    cities = [f"City {number}" for number in range(300)]
    assert explain_text_feature("city", "city", misfits("city", cities))[1].startswith("describe by it: ")


def test_values_that_do_not_fit_are_mended_or_the_column_is_text() -> None:
    some = misfits("spend", ["1", "2", "three", "4", "5", "6"], "three")
    assert some.example == "'three' (id 17)"
    shown = parse({"input": {"id": "id"}, "segment_by": {"a": "b"}, "describe": {"spend": "spend"}})
    remedy = suggest_type(some, shown)
    assert remedy.startswith("mend such values, or raise rules.max_quarantined")
    assert remedy.endswith("read it as text: input: {types: {spend: string}}")
    cutting = parse({"input": {"id": "id"}, "segment_by": {"a": "spend * 2"}})
    assert "read it as text" not in suggest_type(some, cutting), "text does not cut"


def test_a_way_of_writing_is_offered_unless_the_recipe_has_it() -> None:
    some = misfits("joined", ["01.04.2020", "02.04.2020", "03.04.2020", "04.04.2020", "soon"], "soon")
    recipe: dict[str, Any] = {"input": {"id": "id"}, "segment_by": {"a": "datediff(current_date(), joined)"}}
    assert suggest_type(some, parse(recipe)) == (
        "say how it is written: input: {types: {joined: {date: dd.MM.yyyy}}}"
    )
    recipe["input"] = {"id": "id", "types": {"joined": {"date": "dd.MM.yyyy"}}}
    assert suggest_type(some, parse(recipe)).startswith("mend such values")


def test_a_long_value_is_cut() -> None:
    assert len(misfits("note", ["x" * 500]).example) < 60
