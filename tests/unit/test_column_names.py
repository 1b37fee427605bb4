"""What a column's name says: units, labels, words made of it."""

import numpy as np
import pandas as pd
import pytest

from custseg_spark.made_words import Title
from custseg_spark.propose.column_names import ColumnName, read_name
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import Recipe, parse, plain_yaml
from custseg_spark.topics import is_count


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Annual Income (k$)", ColumnName("Annual Income", "k$")),
        ("Spending Score (1-100)", ColumnName("Spending Score", "1-100")),
        ("Dépenses totales (€)", ColumnName("Dépenses totales", "€", "dépenses totales")),
        ("Nb. commandes", ColumnName("Nb. commandes", "", "nb. commandes")),
        ("Purchase Amount (USD)", ColumnName("Purchase Amount", "USD")),
        ("Revenue in EUR", ColumnName("Revenue", "EUR")),
        ("Length [in minutes]", ColumnName("Length", "minutes")),
        ("Price per unit ($/kg)", ColumnName("Price per unit", "$/kg")),
        ("spend_usd", ColumnName("spend", "USD")),
        ("discount_pct", ColumnName("discount", "%")),
        ("Margin %", ColumnName("Margin", "%")),
        ("Umsatz €", ColumnName("Umsatz", "€")),
        ("duration_months", ColumnName("duration_months", "months", "duration")),
        ("active_months", ColumnName("active_months")),
        ("Purchases (web)", ColumnName("Purchases (web)")),
        ("Tax 5%", ColumnName("Tax 5%")),
        ("emp.var.rate", ColumnName("emp.var.rate")),
        ("€", ColumnName("€", "", "€")),
        ("(k$)", ColumnName("(k$)")),
        ("Сумма (₽)", ColumnName("Сумма", "₽", "сумма")),
    ],
)
def test_units_are_parted_from_names(name: str, expected: ColumnName) -> None:
    assert read_name(name) == expected


@pytest.mark.parametrize(
    "title, high, more",
    [
        (Title("orders"), "many orders", "more orders"),
        (Title("total_orders"), "many orders", "more orders"),
        (Title("NumOfProducts"), "many products", "more products"),
        (Title("nb_commandes", "nb. commandes"), "many commandes", "more commandes"),
        (Title("purchases"), "many purchases", "more purchases"),
        (Title("purchases", unit="money"), "high purchases", "higher purchases"),
        (Title("months_on_book"), "many months on book", "more months on book"),
        (Title("tenure"), "long tenure", "longer tenure"),
        (Title("duration_months", "duration", "months"), "long duration", "longer duration"),
        (Title("balance"), "high balance", "higher balance"),
        (Title("CASH_ADVANCE"), "high cash advance", "higher cash advance"),
        (Title("recency"), "high recency", "less recent"),
        (Title("NumWebVisitsMonth"), "many web visits a month", "more web visits a month"),
        (Title("_c0"), "high “_c0”", "higher “_c0”"),
        (Title("x1", "taille"), "high taille", "higher taille"),
    ],
)
def test_words_are_made_in_grammar(title: Title, high: str, more: str) -> None:
    assert (title.make_words()[2], title.make_comparatives()[1]) == (high, more)


def test_what_is_no_number_of_things_is_not_counted() -> None:
    assert not any(map(is_count, ("address", "status", "income", "fees", "", "hours", "credit_cards_limit")))


def propose(**columns: object) -> Recipe:
    table = pd.DataFrame({"customer_id": range(300), **columns})
    text = write_recipe(table, path="t.csv", format="csv", options={}).text
    return parse(plain_yaml.read(text, "proposed"))


def test_spenders_are_named_by_one_column_that_says_what_was_spent_in_all() -> None:
    random = np.random.default_rng(0)
    spend, other, counts = random.lognormal(4, 1, 300), random.lognormal(4, 1, 300), random.poisson(40, 300)
    assert propose(balance=other, spend=spend).segment_by["spend"].words == (
        "Small spenders", "Mid spenders", "Big spenders",
    )  # fmt: skip
    for columns in ({"revenue": spend, "spend": other}, {"wine_spend": spend}, {"balance": spend}):
        said = [feature.words for feature in propose(**columns).segment_by.values()]
        assert not any("spenders" in (word or "") for words in said for word in words or ())
    bought = propose(purchases=spend).segment_by["purchases"]
    assert (bought.unit, bought.words) == ("money", ("Small spenders", "Mid spenders", "Big spenders"))
    counted = propose(purchases=counts).segment_by["purchases"]
    assert (counted.unit, counted.words) == ("", ("few purchases", None, "many purchases"))


def test_recency_beside_an_age_is_the_age_at_the_last_purchase() -> None:
    random = np.random.default_rng(0)
    days = random.integers(0, 300, 300)
    assert propose(recency=days).segment_by["recency"].words == ("recent", None, "quiet")
    lifetimes = propose(recency=days, T=random.integers(300, 400, 300))
    assert lifetimes.segment_by["recency"].words == ("low recency", None, "high recency")


def test_no_word_is_said_of_two_columns() -> None:
    random = np.random.default_rng(0)
    days = {f"days since last {what}": random.integers(0, 300, 300) for what in ("order", "visit")}
    words = [feature.words for feature in propose(**days).segment_by.values()]
    assert words == [
        ("recent", None, "quiet"),
        ("few days since last visit", None, "many days since last visit"),
    ]


def test_labels_and_units_stand_in_the_proposal() -> None:
    random = np.random.default_rng(0)
    spend, age = random.lognormal(4, 1, 300), random.integers(0, 9, 300)
    recipe = propose(**{"Dépenses (€)": spend, "Nb. visites": age, "Revenu (k€)": spend * 2})
    assert (recipe.segment_by["depenses"].label, recipe.segment_by["depenses"].unit) == ("dépenses", "€")
    assert recipe.describe["nb_visites"].label == "nb. visites"
    assert recipe.describe["revenu"].unit == "k€"
