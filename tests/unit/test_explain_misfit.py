"""What is said of a value that does not fit: one that stands in the table, its place, what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from custseg_spark.data.explain_misfit import explain_misfit, suggest_types
from custseg_spark.recipe.models import Input

PRICES = ["3", "7.5", None, "£1,204.50", "12"]


def explain(reason: str, values: Sequence[str | None], **types: Any) -> tuple[str, str] | None:
    declared = Input.model_validate({"id": "id", "types": types}).types
    return explain_misfit(
        reason, pd.DataFrame({"price": values, "price: net": values}, dtype=object), declared
    )


@pytest.mark.parametrize(
    "types, place",
    [
        ({}, "'£1,204.50' in row 4"),
        ({"price": "double"}, "'£1,204.50' in row 4"),
        ({"PRICE": {"number": {}}}, "'£1,204.50' in row 4"),
        ({"price": {"number": {"decimal": ","}}}, "'7.5' in row 2"),
        ({"price": "int"}, "'£1,204.50' in row 4"),
    ],
)
def test_a_number_is_shown_with_its_place_and_the_key(types: dict[str, Any], place: str) -> None:
    assert explain("price: not a number", PRICES, **types) == (
        f"price is {place} below the header",
        "declare how it is written: input: {types: {price: {number: {group: ','}}}}",
    )


def test_a_date_is_shown_with_the_pattern_that_reads_it() -> None:
    days = ["16/04/2020", "01/05/2020"]
    assert explain("price: not a date (MM/dd/yyyy)", days, price={"date": "MM/dd/yyyy"}) == (
        "price is '16/04/2020' in row 1 below the header",
        "declare how it is written: input: {types: {price: {date: dd/MM/yyyy}}}",
    )


@pytest.mark.parametrize(
    "values, reason, types, remedy",
    [
        (["1", "2", "twelve", "4", "5"], "not a number", {}, "{price: {number: {missing: [twelve]}}}"),
        (["1", "2", "twelve", "4", "5"], "not a number", {"price": "double"}, "[twelve]"),
        (
            ["2024-01-31"] * 2 + ["soon"] + ["2024-02-01"] * 9,
            "not a date",
            {},
            "date: yyyy-MM-dd, missing: [soon]",
        ),
        (["1", "2", "twelve", "4", "5"], "not a number", {"price": {"number": {"missing": ["-"]}}}, ""),
        (["1", "2", "x" * 50, "4", "5"], "not a number", {}, ""),
    ],
)
def test_a_word_among_numbers_may_stand_for_a_missing_value(
    values: list[str], reason: str, types: dict[str, Any], remedy: str
) -> None:
    told = explain(f"price: {reason}", values, **types)
    assert told is not None
    assert " in row 3 below the header" in told[0]
    assert remedy in told[1]
    assert told[1].startswith("mend the table, or say that it stands for a missing value: ") is bool(remedy)


def test_what_the_first_rows_do_not_show_is_not_told() -> None:
    assert explain("price: not a number", ["1", "2", "3"]) is None
    assert explain("id: missing", ["1", "2", "3"]) is None
    assert explain_misfit("price: not a number", None, {}) is None


def test_what_nobody_declared_is_suggested() -> None:
    head = pd.DataFrame(
        {
            "price": ["£3", "£4.50"],
            "day": ["16/04/2020", "1/5/2020"],
            "n": ["1", "2"],
            "due": ["2024-01-31"] * 2,
        }
    )
    assert suggest_types(head, {}) == (
        "declare how they are written: input: {types: {price: {number: {group: ','}}, day: {date: d/M/yyyy}}}"
    )
    assert "price" not in suggest_types(head, {"Price": "double"})
    assert suggest_types(head[["n", "due"]], {}) == suggest_types(None, {}) == ""
