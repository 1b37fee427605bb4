"""Names in the languages that people write them in, and what is said of a table is true of it."""

import numpy as np
import pandas as pd
import pytest

from custseg_spark.errors import DataError
from custseg_spark.made_words import Title
from custseg_spark.propose.column_kinds import look_at_columns
from custseg_spark.propose.order_lines import look_for_orders
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import Recipe, parse, plain_yaml

ROWS = 200
RANDOM = np.random.default_rng(3)
DAYS = pd.Timestamp("2024-01-01") + pd.to_timedelta(RANDOM.integers(0, 400, ROWS), "D")


@pytest.fixture(autouse=True)
def no_trial_of_small_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What sets of columns are worth is held by test_propose_features."""
    monkeypatch.setattr("custseg_spark.propose.try_features.FEWEST", 1_000)


@pytest.fixture
def customers() -> pd.DataFrame:
    return pd.DataFrame(
        {"Kunde": [f"K{i}" for i in range(ROWS)], "net": RANDOM.normal(0, 9, ROWS).round(2).astype(str)}
    )


def propose(table: pd.DataFrame) -> tuple[Recipe, str]:
    text = write_recipe(table.astype(str), path="t.csv", format="csv", options={}).text
    return parse(plain_yaml.read(text, "proposed")), text


@pytest.mark.parametrize(
    "name", ["Nacionalidad", "État civil", "raça", "Staatsangehörigkeit", "sexual_orientation"]
)
def test_what_must_not_decide_is_known_in_other_languages(customers: pd.DataFrame, name: str) -> None:
    customers[name] = RANDOM.integers(1, 90, ROWS)
    assert propose(customers)[0].protected == (name,)


def test_times_in_brackets_are_units_in_any_language(customers: pd.DataFrame) -> None:
    customers["Laufzeit (Monate)"] = RANDOM.integers(1, 90, ROWS)
    customers["Ausência (dias)"] = RANDOM.integers(1, 90, ROWS)
    recipe, _ = propose(customers)
    assert {key: one.unit for key, one in recipe.segment_by.items() if one.unit} == {
        "laufzeit": "Monate",
        "ausencia": "dias",
    }


def test_the_example_of_a_rule_is_true_of_the_table(customers: pd.DataFrame) -> None:
    customers["last_visit"] = DAYS.strftime("%Y-%m-%d")
    assert "not_negative" not in propose(customers)[1]
    customers["stay"] = RANDOM.gamma(2, 9, ROWS).round(2)
    assert "#   not_negative: stay >= 0\n" in propose(customers)[1]


def test_what_somebody_wrote_is_called_no_code(customers: pd.DataFrame) -> None:
    customers["opinion"] = [f"I liked number {i}" for i in range(ROWS)]
    assert f"#   opinion: text of {ROWS} different values\n" in propose(customers)[1]


def test_the_days_since_a_date_have_a_name(customers: pd.DataFrame) -> None:
    assert "days_since_date" in propose(customers.assign(Date=DAYS.strftime("%Y-%m-%d")))[0].describe


@pytest.mark.parametrize(
    ("name", "high"),
    [
        ("visits_per_month", "many visits a month"),
        ("nombre de virements", "many virements"),
        ("numero_pedidos", "many pedidos"),
        ("Anzahl Schäden", "many schäden"),
        ("meses_activo", "many meses activo"),
        ("avg_visits_per_month", "high avg visits per month"),
        ("visits_per_customer", "high visits per customer"),
        ("nombre", "high nombre"),
    ],
)
def test_counts_are_few_or_many_in_any_language(name: str, high: str) -> None:
    assert Title(name).make_words()[2] == high


@pytest.mark.parametrize(
    "names",
    [
        ("Numéro de commande", "Client", "Date de commande", "Quantité", "Prix unitaire"),
        ("numero_ordine", "codice_cliente", "data_ordine", "quantita", "prezzo"),
        ("pedido", "cliente", "data_pedido", "quantidade", "preco"),
        ("Rechnungsnr", "IBAN", "Rechnungsdatum", "Menge", "Einzelpreis"),
    ],
)
def test_order_lines_are_known_in_other_languages(names: tuple[str, ...]) -> None:
    order = np.arange(ROWS) // 2
    table = pd.DataFrame(
        {
            "order": 5_000 + order,
            "who": RANDOM.integers(100, 130, ROWS)[order],
            "day": DAYS[order].strftime("%d.%m.%Y"),
            "pieces": RANDOM.integers(1, 9, ROWS),
            "price": RANDOM.gamma(2, 9, ROWS).round(2) + 0.5,
        }
    ).set_axis([*names], axis=1)
    table[names[1]] = "DE" + table[names[1]].astype(str)
    shape = look_for_orders(look_at_columns(table.astype(str)), ROWS)
    assert shape is not None
    found = (shape.order, shape.customer, shape.date, shape.quantity, shape.price)
    assert tuple(column and column.name for column in found) == names


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        (["Stayed", "Joined", "Churned"], "Churned"),
        (["Active", "Active", "Churned Customer"], "Churned Customer"),
    ],
)
def test_a_column_whose_values_name_an_outcome_is_one(
    customers: pd.DataFrame, values: list[str], counted: str
) -> None:
    state = RANDOM.choice(values, ROWS)
    customers["State"] = state
    customers["handled"] = np.where(state == counted, 500.5, 1.5) + RANDOM.integers(0, 99, ROWS)
    recipe, text = propose(customers)
    key = "state_" + counted.lower().replace(" ", "_")
    assert {name: one.sql for name, one in recipe.check.items()} == {key: f"cast(State = '{counted}' as int)"}
    assert list(recipe.segment_by) == ["net"]
    assert "#   handled: tells State almost by itself" in text


def test_nothing_that_must_not_decide_is_advised_to_cut_by() -> None:
    table = pd.DataFrame({"id": [f"K{i}" for i in range(ROWS)], "sexe": ["h", "f"] * (ROWS // 2)})
    with pytest.raises(DataError) as refusal:
        propose(table)
    assert "sexe" not in str(refusal.value) + refusal.value.remedy


def test_money_is_never_few(customers: pd.DataFrame) -> None:
    customers["returns"] = -RANDOM.gamma(2, 9, ROWS).round(2)
    customers["hours_watched"] = RANDOM.gamma(2, 9, ROWS).round(2)
    recipe, _ = propose(customers)
    assert recipe.segment_by["returns"].words == ("low returns", "mid returns", "high returns")
    assert recipe.segment_by["hours_watched"].words == ("few hours watched", None, "many hours watched")
