"""What all rows say corrects what a sample of them showed."""

from typing import Any

import pandas as pd
import pytest

from custseg_spark.propose.column_kinds import ColumnKind, look_at_column
from custseg_spark.propose.facts import ColumnFacts, TableFacts, correct_columns
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import parse, plain_yaml

SAMPLE = [str(number) for number in range(100)]


def correct(values: list[str], **found: Any) -> ColumnKind:
    facts = TableFacts(1000, {"x": ColumnFacts(**{"known": 1000, "distinct": 1000} | found)})
    return correct_columns([look_at_column("x", pd.Series(values))], facts)[0]


@pytest.mark.parametrize(("has_fractions", "declared"), [(True, "double"), (False, "int")])
def test_a_fraction_far_behind_makes_numbers_of_whole_ones(has_fractions: bool, declared: str) -> None:
    assert correct(SAMPLE, has_fractions=has_fractions).declared == declared


def test_values_that_do_not_fit_are_counted_over_all_rows() -> None:
    found = correct(SAMPLE, misfits=20, misfit="oops")
    assert (found.fit, found.misfit, found.is_nearly_clean) == (0.98, "oops", False)
    assert correct(SAMPLE, misfits=3, misfit="n/a").is_nearly_clean
    assert correct(["1", "2", "two", "4", "5"], misfits=1, misfit="!").misfit == "two"


def test_different_values_are_those_of_all_rows() -> None:
    assert correct(SAMPLE, distinct=960).distinct == 1000, "the count is approximate"
    assert correct(SAMPLE, distinct=500).distinct == 500, "each stands twice"
    assert correct(["1", "1", "2"], distinct=3).distinct == 3
    assert correct(SAMPLE, known=900).missing == pytest.approx(0.1)
    assert correct(SAMPLE, lowest=0.0, highest=4000.0).span == (0.0, 4000.0)


def test_the_recipe_speaks_of_all_rows() -> None:
    table = pd.DataFrame({"id": SAMPLE, "spend": [str(n % 37) for n in range(100)]})
    columns = {
        "id": ColumnFacts(5000, 5000),
        "spend": ColumnFacts(5000, 4000, 0.0, 99.5, has_fractions=True),
    }
    facts = TableFacts(5000, columns)
    text = write_recipe(table, path="t.csv", format="csv", options={}, facts=facts).text
    assert text.startswith("# A starter recipe, proposed from 100 of 5,000 rows.")
    recipe = parse(plain_yaml.read(text, "proposed"))
    assert recipe.input.types == {"spend": "double"}
    assert recipe.input.id == "id"


def test_an_id_that_repeats_beyond_the_sample_is_none() -> None:
    table = pd.DataFrame({"code": [f"c{n}" for n in SAMPLE], "spend": [*SAMPLE[:90], *SAMPLE[:10]]})
    columns = {"code": ColumnFacts(5000, 2400), "spend": ColumnFacts(5000, 90, 0.0, 99.0)}
    facts = TableFacts(5000, columns)
    text = write_recipe(table, path="t.csv", format="csv", options={}, facts=facts).text
    assert "id: {row_number: true}" in text


def test_how_a_table_was_read_is_said_first() -> None:
    note = "t.csv: line 3 holds the names; the 2 above are left out"
    table = pd.DataFrame({"id": range(300), "spend": range(300), "visits": [1, 5, 9] * 100}).astype(str)
    orders = pd.DataFrame(
        {
            "customer_id": [f"c{i % 60}" for i in range(300)],
            "date": [f"2024-0{1 + i // 60}-1{i % 7}" for i in range(300)],
            "order_id": range(300),
            "amount": [f"{i}.5" for i in range(300)],
        }
    ).astype(str)
    for head in (table, orders):
        found = write_recipe(head, path="t.csv", format="csv", options={}, facts=TableFacts(notes=(note,)))
        assert found.notices[0] == note
        assert f"# {note}" in found.text
