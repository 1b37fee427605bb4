"""What is said of a wrong recipe beyond what is wrong: where a key belongs, what was meant."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from custseg_spark.errors import RecipeError
from custseg_spark.recipe import load, load_orders, parse


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    return tmp_path / "recipe.yaml"


def refused(sections: dict[str, Any]) -> RecipeError:
    """The error of a recipe with these sections."""
    document = {"input": {"id": "a"}, "segment_by": {"spend": "x"}}
    with pytest.raises(RecipeError) as caught:
        parse(document | sections)
    return caught.value


@pytest.mark.parametrize(
    ("sections", "place"),
    [
        ({"seed": 7}, "'sweep.seed'"),
        ({"seeds": 7}, "'sweep.seed'"),
        ({"Restarts": 3}, "'sweep.restarts'"),
        ({"sample": 1000}, "'sweep.sample'"),
        ({"path": "x"}, "'input.path' or 'publish.path'"),
        ({"sep": ";"}, "'input.options.sep'"),
        ({"encoding": "latin1"}, "'input.options.encoding'"),
        ({"input": {"id": "a", "sheet": "x"}}, "'input.options.sheet'"),
        ({"impute": "mean"}, "'segment_by.<name>.impute'"),
        ({"segments": {"transform": "log1p"}}, "'segment_by.<name>.transform'"),
        ({"at_most": 0.1}, "'rules.<name>.at_most' or 'rules.reasons.<name>.at_most'"),
        ({"segment_by": {"a": {"sql": "x", "seed": 1}}}, "'sweep.seed'"),
    ],
)
def test_a_key_that_stands_elsewhere_is_told_where(sections: dict[str, Any], place: str) -> None:
    assert refused(sections).what.endswith(f": unknown key; did you mean {place}?")


@pytest.mark.parametrize(
    ("sections", "remedy"),
    [
        ({"segment_by": ["spend", "visits"]}, "give each one a name: {spend: spend, visits: visits}"),
        ({"segment_by": "spend"}, "give it a name: {name: spend}"),
        ({"rules": "spend > 0"}, "give it a name: {name: spend > 0}"),
        ({"input": "customers.csv"}, "write {path: customers.csv, ...}"),
        ({"protected": "age"}, "write [age]"),
        ({"segments": {"k": "2-5"}}, "write [2, 5]"),
        ({"segments": {"k": "2 to 5"}}, "write [2, 5]"),
        ({"segments": {"k": [2, 3, 4]}}, "write [2, 4], the lowest and the highest"),
        ({"segments": {"k": "three"}}, "every key is in docs/recipe.md"),
        ({"segments": {"smallest_share": 5}}, "a share of 5 % is 0.05"),
        ({"segments": {"choose": "evidnce"}}, "did you mean evidence?"),
        ({"input": {"id": "a", "types": {"b": "date"}}},
         "write {date: ...}; docs/recipe.md says what goes there"),
        ({"input": {"id": "a", "types": {"b": "integer"}}}, "did you mean int?"),
    ],
)  # fmt: skip
def test_what_was_meant_by_a_wrong_value_is_told(sections: dict[str, Any], remedy: str) -> None:
    assert refused(sections).remedy == remedy


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04\x14", "is no text, so no recipe"),
        (b"PAR1\x15\x00\xff\x00", "is no text, so no recipe"),
        (b"id,spend\n1,20.5\n", "found text"),
    ],
)
def test_a_table_given_as_the_recipe_is_told(recipe_file: Path, content: bytes, told: str) -> None:
    recipe_file.write_bytes(content + b"\xff" if content[:1] == b"P" else content)
    with pytest.raises(RecipeError) as caught:
        load(str(recipe_file))
    assert told in caught.value.what
    assert "--input the table" in caught.value.remedy


def test_a_bracket_that_stays_open_is_told(recipe_file: Path) -> None:
    recipe_file.write_text("input: {id: a\nsegment_by: {}\n")
    with pytest.raises(RecipeError) as caught:
        load(str(recipe_file))
    assert "may not be closed" in caught.value.remedy


def test_a_recipe_of_the_other_kind_is_told_which_command_takes_it(recipe_file: Path) -> None:
    recipe_file.write_text("lines: {customer: a, order: b, date: c, amount: d}\n")
    with pytest.raises(RecipeError, match="a recipe for order lines") as caught:
        load(str(recipe_file))
    assert "custseg rfm takes it" in caught.value.remedy
    recipe_file.write_text("input: {id: a}\nsegment_by: {spend: spend}\n")
    with pytest.raises(RecipeError, match="a recipe for a customer table") as caught:
        load_orders(str(recipe_file))
    assert "custseg train takes it" in caught.value.remedy


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        ("spend ** 2", "a power is power(a, b)"),
        ("spend > 1 && visits > 2", "write AND"),
        ("if spend > 5 then 1", "write if(condition, a, b), or CASE WHEN"),
        ("spend * 10%", "a share is a number: 10 % is 0.1"),
        ("Total Spend", "names with spaces, dots or SQL keywords go in backticks"),
        ("'Total Spend'", "quotes make a text of it: write `Total Spend`"),
        ('"spend"', "quotes make a text of it: write spend"),
        ("5", "write a column, or an expression over columns"),
    ],
)
def test_an_expression_as_others_write_it_is_told_in_sql(sql: str, remedy: str) -> None:
    assert refused({"segment_by": {"spend": sql}}).remedy.startswith(remedy)


@pytest.mark.parametrize(
    "name, meant",
    [
        ("seperator", "'sep'"),
        ("delimeter", "'delimiter'"),
        ("skiprows", "'skip_rows'"),
        ("sheet_name", "'sheet'"),
        ("nullValues", "'nullValue'"),
        ("ignoreLeadingWhitespaces", "'ignoreLeadingWhiteSpace'"),
        ("decimal", "input: {types: {COLUMN: {number: {decimal:"),
    ],
)
def test_a_misspelt_reader_option_is_named(recipe_file: Path, name: str, meant: str) -> None:
    recipe_file.write_text(
        yaml.safe_dump({"segment_by": {"spend": "x"}, "input": {"id": "a", "options": {name: ";"}}})
    )
    with pytest.raises(RecipeError) as caught:
        load(str(recipe_file))
    assert f"input.options.{name}" in caught.value.what
    assert meant in caught.value.remedy


def test_options_that_a_reader_may_know_pass(recipe_file: Path) -> None:
    for kind, options in (
        ("auto", {"NULLVALUE": "x", "lineSep": "\r", "fs.s3a.endpoint": "e", "myOwnReader": 1}),
        ("jdbc", {"seperator": "x", "url": "u"}),
    ):
        recipe_file.write_text(
            yaml.safe_dump(
                {"segment_by": {"spend": "x"}, "input": {"id": "a", "format": kind, "options": options}}
            )
        )
        assert load(str(recipe_file)).input.options == options
