"""Who is the customer: the column that tells rows apart by what it is, not by chance."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from custseg_spark.propose.column_kinds import look_at_columns
from custseg_spark.propose.identity import Identity, find_identity
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import parse, plain_yaml

ROWS = 200
RANDOM = np.random.default_rng(5)
COUNT = np.arange(ROWS)
CODES = [f"C{number:04d}" for number in RANDOM.permutation(ROWS)]
MEASURE = RANDOM.permutation(100_000)[:ROWS]
"""Whole, and different in every row by chance."""
REGION = RANDOM.integers(1, 5, ROWS)
SPEND = RANDOM.lognormal(4, 1, ROWS).round(2)


def identify(asked: str | None = None, **columns: Any) -> Identity:
    table = pd.DataFrame({name.replace("__", " "): values for name, values in columns.items()})
    return find_identity(look_at_columns(table.astype(str)), len(table), asked)


@pytest.mark.parametrize(
    "columns",
    [
        {"spend": MEASURE, "region": REGION},
        {"Channel": REGION, "Region": REGION, "Fresh": MEASURE},
        {"balance": MEASURE, "job": np.where(REGION > 2, "admin", "student")},
        {"order_no": CODES, "total": SPEND},
        {"Invoice__ID": CODES, "Unit__price": SPEND},
        {"joined": pd.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d"), "spend": SPEND},
        {"num_orders": MEASURE, "spend": SPEND},
        {"comment": [f"as told by {code}" for code in CODES], "spend": SPEND},
        {"surname": CODES, "spend": SPEND},
        {"spend": SPEND, "visits": REGION},
        {"claim_no": CODES, "spend": SPEND},
        {"balance": MEASURE + 10**9, "spend": SPEND},
        {"rank": RANDOM.permutation(ROWS) + 1, "spend": SPEND},
    ],
)
def test_no_measure_code_date_name_or_order_number_is_the_id(columns: dict[str, Any]) -> None:
    found = identify(**columns)
    assert found.id == {"row_number": True}
    assert "No column tells customers apart" in found.notices[0]


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ({"RowNumber": COUNT + 1, "CustomerId": MEASURE}, "CustomerId"),
        ({"spend": SPEND, "CLIENTNUM": MEASURE, "Email": CODES}, "CLIENTNUM"),
        ({"order_id": CODES, "customer": CODES[::-1], "total": SPEND}, "customer"),
        ({"Sl_No": COUNT, "Customer__Key": [*MEASURE[:-2], *MEASURE[:2]]}, "Customer Key"),
        ({"spend": MEASURE, "ID": COUNT}, "ID"),
        ({"member__no": MEASURE, "spend": SPEND}, "member no"),
        ({"borrower_id": MEASURE, "credit_amount": SPEND}, "borrower_id"),
        ({"handle": CODES, "spend": SPEND}, "handle"),
        ({"Guest": [f"Ms {code}" for code in CODES], "Loyalty__No": MEASURE}, "Loyalty No"),
        ({"Customer": [f"Ms {code}" for code in CODES], "Customer__ID": MEASURE}, "Customer ID"),
        ({"Customer": [f"Ms {code}" for code in CODES], "spend": SPEND}, "Customer"),
        ({"customer_type_code": REGION, "id": MEASURE}, "id"),
        ({"product_id": CODES, "user": CODES}, "user"),
        ({"Kundennummer": MEASURE, "Umsatz": SPEND}, "Kundennummer"),
        ({"IdCliente": MEASURE, "ventas": SPEND}, "IdCliente"),
        ({"txn_id": CODES, "userid": MEASURE}, "userid"),
        ({"Row__ID": COUNT, "phone__number": [f"{m:06d}-1" for m in MEASURE]}, "phone number"),
        ({"Solde": SPEND, "IBAN": CODES}, "IBAN"),
        ({"numero_cliente": MEASURE, "id": COUNT}, "numero_cliente"),
        ({"tessera": RANDOM.permutation(ROWS) + 7_000, "spesa": SPEND}, "tessera"),
        ({"_c0": COUNT, "Age": REGION + 20, "Job": REGION}, "_c0"),
        ({"Unnamed:__0": COUNT, "Age": REGION + 20}, "Unnamed: 0"),
    ],
)
def test_the_id_is_what_is_named_for_it_and_an_index_only_for_want_of_one(
    columns: dict[str, Any], wanted: str
) -> None:
    assert identify(**columns).id == wanted


def test_what_a_person_must_know_of_an_id_is_said() -> None:
    assert identify(spend=SPEND, id=COUNT).notices == ()
    assert "counts the rows" in identify(index=COUNT, spend=SPEND).notices[0]
    assert "says who a person is" in identify(Email=CODES, spend=SPEND).notices[0]
    few = identify(customer_id=[*CODES[:-1], CODES[0]], spend=SPEND)
    assert not few.certain
    assert "`train` quarantines them" in few.notices[0]


def test_a_customers_id_that_repeats_stays_the_customer() -> None:
    found = identify(order_no=CODES, customer_id=REGION * 10 + COUNT % 10, price=SPEND)
    assert (found.id, found.certain) == ("customer_id", False)
    assert f"different values in {ROWS} rows" in found.notices[0]
    assert len(found.notices) == 1


def test_where_a_customers_id_repeats_the_column_that_does_not_is_named() -> None:
    found = identify(customer_id=REGION * 10 + COUNT % 10, account_no=CODES, spend=SPEND)
    assert found.id == "customer_id"
    assert found.notices[1] == "account_no tells the rows apart: --id account_no takes it."


def test_a_row_of_totals_at_the_end_is_no_reason_against_an_id() -> None:
    assert identify(customer_id=[*map(str, COUNT[:-1]), "Total"], spend=SPEND).id == "customer_id"


def test_the_id_that_a_person_names_is_taken() -> None:
    columns = {"customer_id": CODES, "spend": SPEND}
    assert identify("SPEND", **columns).id == "spend"
    assert identify("row_number", **columns).id == {"row_number": True}


def test_a_recipe_without_an_id_numbers_the_rows_and_says_so_twice() -> None:
    table = pd.DataFrame({"spend": SPEND, "row": COUNT, "visits": MEASURE, "region": REGION})
    proposal = write_recipe(table.drop(columns="row"), path="t.csv", format="csv", options={})
    recipe = parse(plain_yaml.read(proposal.text, "proposed"))
    assert recipe.input.id_column == "row_number"
    assert recipe.input.numbers_rows
    assert "  id: {row_number: true}  # no column tells" in proposal.text
    assert proposal.notices[0] in proposal.text.replace("\n# ", " ")


def test_what_counts_the_rows_is_in_no_section() -> None:
    table = pd.DataFrame({"RowNumber": COUNT + 1, "CustomerId": MEASURE, "spend": SPEND})
    text = write_recipe(table, path="t.csv", format="csv", options={}).text
    assert "#   RowNumber: counts the rows" in text
    assert "RowNumber" not in parse(plain_yaml.read(text, "proposed")).describe


@pytest.mark.parametrize(
    "column",
    [
        {"id_tienda": RANDOM.integers(100, 400, ROWS)},
        {"codice__prodotto": RANDOM.integers(100, 400, ROWS)},
        {"caller": RANDOM.integers(0, 80, ROWS)},
        {"konto": RANDOM.permutation(ROWS) + 7_000},
        {"msisdn": 491_700_000_000 + MEASURE},
        {"founded": RANDOM.integers(1950, 2020, ROWS)},
    ],
)
def test_a_number_that_is_a_name_does_not_cut(column: dict[str, Any]) -> None:
    table = pd.DataFrame({"Kunde": CODES, "spend": SPEND, **column}).rename(
        columns=lambda n: n.replace("__", " ")
    )
    recipe = parse(
        plain_yaml.read(write_recipe(table.astype(str), path="t.csv", format="csv", options={}).text, "t")
    )
    assert list(recipe.segment_by) == ["spend"]
