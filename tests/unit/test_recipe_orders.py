"""The order recipe: what it refuses and how, and aggregates taken apart."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from custseg_spark.errors import RecipeError
from custseg_spark.recipe import find_codes, find_order_columns, load_orders, order_recipe, plain_yaml
from custseg_spark.sql import decompose
from tests.unit.test_recipe_docs import table

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "conf" / "online_retail_orders.yaml"
DOCS = (ROOT / "docs" / "orders.md").read_text(encoding="utf-8")
LINES = {"customer": "who", "order": "number", "date": "day", "amount": "money"}


def refused(tmp_path: Path, **sections: Any) -> tuple[str, str]:
    path = tmp_path / "orders.yaml"
    path.write_text(yaml.safe_dump({"lines": LINES, **sections}))
    with pytest.raises(RecipeError) as caught:
        load_orders(str(path))
    return caught.value.what.removeprefix(f"{path}: "), caught.value.remedy


@pytest.mark.parametrize(
    "sections, said",
    [
        ({"line": LINES}, "line: unknown key; did you mean 'lines'?"),
        ({"lines": {**LINES, "amont": "x"}}, "lines.amont: unknown key; did you mean 'amount'?"),
        ({"lines": {"customer": "a", "order": "b", "date": "c"}}, "lines: give either price"),
        ({"lines": {**LINES, "price": "p"}}, "lines: give either price"),
        ({"lines": {**LINES, "customer": "recency"}}, "lines.customer: 'recency' is a column that"),
        ({"lines": {**LINES, "date": "day +"}}, "lines.date: 'day +' is not a Spark SQL expression"),
        ({"lines": {**LINES, "date": "current_date()"}}, "lines.date: 'current_date()' names no column"),
        ({"leave_out": {"gone": "max(a)"}}, "leave_out.gone: max() is an aggregate"),
        ({"returns": {"when": "rand() > 0"}}, "returns.when: rand() gives another value each time"),
        ({"favourites": {"Monetary": "x"}}, "favourites.Monetary: the name is taken already"),
        ({"favourites": {"Value": "x"}}, "favourites.Value: the name is reserved"),
        ({"favourites": {"orders": "x"}}, "favourites.orders: the name is reserved"),
        ({"max_unreadable": 2}, "max_unreadable: "),
        ({"favourites": {"WHO": "x"}}, "favourites.WHO: the name is taken already by lines.customer"),
        ({"aggregates": {"mid": "median(x)"}}, "aggregates.mid: 'median(x)' does not add up from days"),
        ({"as_of": "soon"}, "as_of: found 'soon'; it takes a date such as 2011-12-10 or null"),
        ({"currency": {"code": "c", "rates": {"format": "csv"}}}, "currency: rates.path is missing"),
        (
            {"currency": {"code": "c", "rates": {"pth": "x"}}},
            "currency.rates.pth: unknown key; did you mean 'path'?",
        ),
        ({"currency": {"code": "c"}}, "currency.rates: is missing; it takes a mapping with path"),
    ],
)
def test_a_wrong_recipe_is_refused_by_its_key(tmp_path: Path, sections: dict[str, Any], said: str) -> None:
    assert refused(tmp_path, **sections)[0].startswith(said)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    what, remedy = refused(tmp_path, leave_out={"a": "max(x)", "b": "y +"}, aggregates={"c": "d"})
    assert what.startswith("3 problems")
    assert remedy == "every key is in docs/orders.md"


@pytest.mark.parametrize(
    "sql, parts, over",
    [
        ("sum(a * b)", [("try_multiply(a, b)", "sum")], "_x0"),
        ("max(a) - min(a)", [("a", "max"), ("a", "min")], "try_subtract(_x0, _x1)"),
        ("count(*)", [("1", "sum")], "_x0"),
        ("count(a)", [("if((a) IS NULL, 0, 1)", "sum")], "_x0"),
        (
            "avg(a)",
            [
                ("a", "sum"),
                ("if(nanvl(try_cast((a) AS DOUBLE), CAST(NULL AS DOUBLE)) IS NULL, 0, 1)", "sum"),
            ],
            "try_divide(_x0, _x1)",
        ),
        ("count_if(a = 'it''s')", [("if(a = 'it''s', 1, 0)", "sum")], "_x0"),
    ],
)
def test_an_aggregate_is_what_its_parts_make(sql: str, parts: list[tuple[str, str]], over: str) -> None:
    found = decompose(sql, "here", "_x")
    assert [(part.sql, part.how) for part in found.parts.values()] == parts
    assert found.sql == over


@pytest.mark.parametrize(
    "sql",
    [
        "x RLIKE '^P'", "NOT (x LIKE 'P%')", "upper(trim(x)) IN ('P', 'D')", "'P' = x", "x IS NOT NULL",
        "coalesce(x, '') <> 'P'", "substring(x, 1, 1) = 'C'", "startswith(x, 'C') AND x <=> 'C1'",
        "x || 'a' = 'Pa'", "CAST(x AS string) = 'P'", "concat(day, x) LIKE '%P'",
    ],
)  # fmt: skip
def test_a_column_that_is_used_as_a_text_alone_is_a_code(sql: str) -> None:
    recipe = order_recipe.OrderRecipe(
        lines=order_recipe.Lines(**LINES), leave_out={"a": sql}, returns=order_recipe.Returns(when=sql)
    )
    assert find_codes(recipe) == {"number", "x"}


@pytest.mark.parametrize(
    "sql",
    [
        "x > 5", "x = 5", "x IN ('P', 5)", "x BETWEEN 'a' AND 'b'", "x = y", "x IS TRUE", "x",
        "x LIKE 'P%' OR x < 3", "substring(y, x, 1) = 'P'", "coalesce(x, 0) = 1", "int(x) = 3",
    ],
)  # fmt: skip
def test_a_column_that_is_used_as_anything_else_is_none(sql: str) -> None:
    recipe = order_recipe.OrderRecipe(
        lines=order_recipe.Lines(**LINES), leave_out={"a": sql}, favourites={"b": "x"}
    )
    assert "x" not in find_codes(recipe)


@pytest.mark.parametrize(
    "sql",
    ["count(distinct a)", "stddev(a)", "sum(a) + b", "a", "1", "sum(max(a))", "sum(rand())"],
)
def test_what_does_not_add_up_is_refused(sql: str) -> None:
    with pytest.raises(RecipeError, match="here: "):
        decompose(sql, "here")


def test_the_shipped_recipe_fits_the_real_table(shared_data: Path) -> None:
    import pyarrow.parquet as pq

    columns = pq.read_schema(shared_data / "online_retail.parquet").names
    assert set(find_order_columns(load_orders(str(SHIPPED)))) <= set(columns)


def test_every_key_stands_in_the_docs_with_its_default() -> None:
    told = table(DOCS)
    models: dict[str, type[BaseModel]] = {
        "lines": order_recipe.Lines,
        "returns": order_recipe.Returns,
        "currency": order_recipe.Currency,
    }
    keys: dict[str, FieldInfo] = {}
    for section, field in order_recipe.OrderRecipe.model_fields.items():
        inner = models.get(section)
        keys |= (
            {f"{section}.{key}": f for key, f in inner.model_fields.items()} if inner else {section: field}
        )
    assert set(told) >= set(keys)
    for key, field in keys.items():
        if isinstance(field.default, str | bool):
            assert plain_yaml.read(told[key][1].strip("`"), "docs") == field.default, key
