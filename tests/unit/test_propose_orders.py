"""Order lines and orders given as customers: seen by their shape, and the recipes that are proposed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custseg_spark.errors import DataError
from custseg_spark.propose.column_kinds import look_at_columns
from custseg_spark.propose.facts import TableFacts
from custseg_spark.propose.order_customers import look_at_customers
from custseg_spark.propose.order_lines import OrderShape, look_for_orders
from custseg_spark.propose.proposal import Proposal
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import OrderRecipe, Recipe, load_orders, parse, plain_yaml
from custseg_spark.recipe.order_recipe import COLUMNS

NAMES = {
    "who": "customer_id",
    "number": "order_id",
    "day": "order_date",
    "pieces": "quantity",
    "price": "price",
}
ROWS = 600


def lines(seed: int = 0, **named: str) -> pd.DataFrame:
    """Order lines of 80 customers, as text; `named`: what its columns are called."""
    rng = np.random.default_rng(seed)
    order = np.sort(rng.integers(0, 250, ROWS))
    who, day = rng.integers(0, 80, 250)[order], rng.integers(0, 300, 250)[order]
    table = pd.DataFrame(
        {
            "who": [f"C{i:04d}" for i in who],
            "number": [f"I{i:05d}" for i in order],
            "day": (pd.Timestamp("2024-01-01") + pd.to_timedelta(day, "D")).strftime("%Y-%m-%d"),
            "pieces": rng.integers(1, 12, ROWS),
            "price": rng.gamma(2, 8, ROWS).round(2) + 0.5,
            "sku": [f"S{i}" for i in rng.integers(0, 90, ROWS)],
            "land": rng.choice(["Spain", "France", "Italy"], ROWS),
        }
    )
    return table.rename(columns={**NAMES, "land": "Country", **named}).astype(str)


def shape_of(table: pd.DataFrame) -> OrderShape | None:
    return look_for_orders(look_at_columns(table), len(table))


def seen(table: pd.DataFrame) -> OrderShape:
    found = shape_of(table)
    assert found is not None
    return found


def roles(found: OrderShape) -> dict[str, str]:
    names = ("customer", "order", "date", "quantity", "price", "amount")
    columns = {name: getattr(found, name) for name in names}
    return {name: column.name for name, column in columns.items() if column is not None}


def propose(table: pd.DataFrame) -> tuple[Proposal, OrderRecipe, Recipe]:
    found = write_recipe(table, path="t.csv", format="csv", options={})
    ((word, text),) = found.beside
    assert word == "customers"
    orders = OrderRecipe.model_validate(plain_yaml.read(found.text, "orders"))
    return found, orders, parse(plain_yaml.read(text, "customers"))


@pytest.mark.parametrize(
    "who, number, day, pieces, price",
    [
        ("customer_id", "order_id", "order_date", "quantity", "unit_price"),
        ("CustomerID", "InvoiceNo", "InvoiceDate", "Quantity", "UnitPrice"),
        ("Customer ID", "Order ID", "Order Date", "Qty", "Unit Price"),
        ("customerid", "orderno", "orderdate", "qty", "unitprice"),
        ("CUST_NO", "RECEIPT_NO", "TS", "UNITS", "PRICE"),
        ("user_id", "transaction_id", "timestamp", "item_count", "item_price"),
        ("email", "Order Number", "Created at", "Items", "Price"),
        ("client", "basket_id", "date", "pieces", "price_per_unit"),
        ("household_key", "BASKET_ID", "purchase_date", "QUANTITY", "price"),
    ],
)
def test_each_column_is_found_by_its_name(who: str, number: str, day: str, pieces: str, price: str) -> None:
    found = seen(lines(who=who, number=number, day=day, pieces=pieces, price=price))
    expected = {"customer": who, "order": number, "date": day, "quantity": pieces, "price": price}
    assert roles(found) == expected
    assert [column.name for column in found.favourites] == ["Country"]


def test_the_day_of_the_order_is_not_that_of_the_parcel_and_the_money_of_a_line_beats_a_price() -> None:
    table = lines()
    table.insert(0, "Ship Date", table["order_date"])
    table["Sales"] = (table["quantity"].astype(int) * table["price"].astype(float) * 0.9).round(2).astype(str)
    table["Profit"], table["Discount"] = table["Sales"], "0.1"
    assert roles(seen(table)) == {
        "customer": "customer_id", "order": "order_id", "date": "order_date", "quantity": "quantity",
        "amount": "Sales",
    }  # fmt: skip


def test_an_orders_total_on_each_of_its_lines_is_not_summed_where_there_is_a_price() -> None:
    table = lines()
    money = table["quantity"].astype(int) * table["price"].astype(float)
    table["order_total"] = money.groupby(table["order_id"]).transform("sum").round(2).astype(str)
    assert "amount" not in roles(seen(table))
    alone = seen(table.drop(columns="price"))
    assert roles(alone)["amount"] == "order_total"
    found, *_ = propose(table.drop(columns="price"))
    assert any("counted once for each line" in notice for notice in found.notices)


def test_day_and_month_are_asked_for_only_where_the_table_leaves_them_open() -> None:
    table = lines(who="customer_id", day="order_date")
    days = pd.to_datetime(table["order_date"])
    found, _, _ = propose(table.assign(order_date=days.dt.strftime("%d/%m/%Y")))
    assert "swapped" not in found.text
    early = days.where(days.dt.day <= 12, days - pd.to_timedelta(days.dt.day - 1, "D"))
    found, _, _ = propose(table.assign(order_date=early.dt.strftime("%d/%m/%Y")))
    assert "swapped" in found.text


def test_orders_of_customers_who_never_come_again_are_orders_by_their_number() -> None:
    table = pd.DataFrame(
        {
            "order_id": range(1, 301), "customer": [f"C{i:04d}" for i in range(300)],
            "order_date": "2021-03-01", "total": np.random.default_rng(0).gamma(2, 20, 300).round(2),
        }
    ).astype(str)  # fmt: skip
    found, orders, customers = propose(table)
    assert (orders.lines.customer, orders.lines.order, orders.lines.amount) == (
        "customer",
        "order_id",
        "total",
    )
    assert [*customers.segment_by] == ["spend"]
    assert any("recency can't tell who stays away" in notice for notice in found.notices)


@pytest.mark.parametrize("day", ["date", "visited"])
def test_without_money_and_numbers_of_orders_a_customers_day_is_an_order(day: str) -> None:
    table = lines(day=day)[["customer_id", day]]
    found, orders, customers = propose(table)
    assert orders.lines.order is None
    assert orders.lines.amount == "1"
    assert [*customers.segment_by] == ["orders", "recency"]
    assert [notice.split(":")[0] for notice in found.notices[1:]] == [
        "No column says what was paid", "No column numbers the orders"
    ]  # fmt: skip


def test_columns_without_names_are_taken_by_their_values() -> None:
    table = lines()[["customer_id", "order_date", "quantity", "price"]]
    table.columns = pd.Index([f"_c{i}" for i in range(4)])
    assert roles(seen(table)) == {"customer": "_c0", "date": "_c1", "quantity": "_c2", "amount": "_c3"}
    assert any("The columns have no names" in notice for notice in propose(table)[0].notices)


@pytest.mark.parametrize(
    "columns",
    [
        ["order_id", "order_date", "quantity", "price", "Country"],
        ["sku", "order_date", "quantity", "price", "Country"],
        ["order_id", "quantity", "price"],
    ],
)
def test_orders_of_nobody_can_t_be_segmented(columns: list[str]) -> None:
    table = lines()[columns]
    if "order_date" not in columns:
        table = table.drop_duplicates("order_id")
    with pytest.raises(DataError, match="no column says who ordered: nobody can be segmented"):
        propose(table)


def test_rows_of_things_bought_together_are_nobodys() -> None:
    things = np.random.default_rng(4).choice(["milk", "ready soups", "tea", "bread"], (40, 3))
    table = pd.DataFrame(things, columns=["tea", "milk", "ready soups"])
    with pytest.raises(DataError, match="each row lists things bought together"):
        write_recipe(table, path="t.csv", format="csv", options={})


def customers(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    table = {
        "customer_id": [f"C{i:04d}" for i in range(ROWS)],
        "last_order_date": (pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, ROWS), "D"))
        .strftime("%Y-%m-%d"),
        "orders": rng.poisson(5, ROWS),
        "total_spend": rng.gamma(2, 50, ROWS).round(2),
        **columns,
    }  # fmt: skip
    return pd.DataFrame(table).astype(str)


def test_tables_of_customers_are_none() -> None:
    table = customers()
    assert shape_of(table) is None
    assert shape_of(customers(last_order_id=[f"O{i}" for i in range(ROWS)])) is None
    german = {"last_order_date": "letzte_bestellung", "customer_id": "kunden_id"}
    again = table.head(200).assign(last_order_date="2024-12-01")
    assert shape_of(pd.concat([table, again], ignore_index=True).rename(columns=german)) is None
    joined = table.rename(columns={"last_order_date": "date"})
    assert shape_of(joined) is None
    assert shape_of(joined.drop(columns="customer_id")) is None
    assert shape_of(pd.concat([joined, joined.head(200)], ignore_index=True)) is None  # a join that fans out
    assert shape_of(joined.drop(columns="date")) is None
    member = [str(i % 3 == 0).lower() for i in range(ROWS)]
    seen_once = joined.drop(columns="customer_id").assign(id=[f"{i:04d}" for i in range(ROWS)], member=member)
    assert shape_of(seen_once) is None  # whether somebody is a member tells no two apart


def test_a_balance_at_the_end_of_each_month_is_no_order() -> None:
    table = customers(customer_id=[f"C{i % 50:03d}" for i in range(ROWS)])
    months = table.rename(columns={"last_order_date": "month"})[["customer_id", "month"]]
    assert shape_of(months.assign(balance=table["total_spend"], tenure=table["orders"])) is None


def test_the_recipes_run_as_they_are(tmp_path: Path) -> None:
    table = lines(who="CustomerID", day="InvoiceDate")
    table["CustomerID"] = [f"{12_000 + int(who[1:])}.0" for who in table["CustomerID"]]
    table["InvoiceDate"] = pd.to_datetime(table["InvoiceDate"]).dt.strftime("%d/%m/%Y")
    table["Segment"] = np.where(table["sku"] > "S4", "it's", "home")
    found, orders, made = propose(table)
    (tmp_path / "o.yaml").write_text(found.text)
    assert load_orders(str(tmp_path / "o.yaml")) == orders
    assert orders.input.types["CustomerID"] == "int"
    assert orders.favourites == {"country": "Country", "favourite_segment": "Segment"}
    known = {*COLUMNS, *orders.favourites, orders.lines.customer}
    assert {column for feature in made.segment_by.values() for column in [feature.sql]} <= known
    assert made.input.path == "customers"
    assert found.notices[0].startswith(
        "t.csv holds order lines, not customers (order_id, CustomerID, Invoice"
    )
    for notice in found.notices:
        assert notice in found.text.replace("\n# ", " ")
    target = tmp_path / "shop.yaml"
    assert [path.name for path in found.name_files(target)] == ["shop.yaml", "shop.customers.yaml"]
    assert found.list_next(target)[1:] == [
        f"  custseg rfm --recipe {target} --to customers",
        f"  custseg train --recipe {tmp_path / 'shop.customers.yaml'} --output out",
    ]


def test_money_that_moves_at_a_bank_was_not_spent() -> None:
    table = lines(number="TransactionID", day="TransactionDate", price="TransactionAmount (INR)")
    table["CustAccountBalance"] = table["quantity"]
    found, orders, made = propose(table.drop(columns="quantity"))
    assert orders.lines.amount == "`TransactionAmount (INR)`"
    assert "holds transactions, not customers" in found.notices[0]
    assert [*made.segment_by] == ["amount", "recency", "transactions"]
    told = found.text + found.beside[0][1]
    assert not any(word in told for word in ("spend", "basket", "few orders", "Win back"))


def test_texts_that_stand_for_nobody_are_left_out() -> None:
    table = lines()
    table.loc[::4, "customer_id"] = "NA"
    found, orders, _ = propose(table)
    assert orders.leave_out == {"no_customer": "customer_id IN ('NA')"}
    assert ": 75 customers in 600 rows" in found.notices[0], "NA is none"
    assert "25.0% of the rows have no customer_id: they are left out and counted" in found.notices


def test_days_that_may_be_months_are_asked_for() -> None:
    table = lines()
    days = pd.to_datetime(table["order_date"])
    table["order_date"] = [f"{1 + day.day % 12}/{day.month}/{day.year}" for day in days]
    found = propose(table)[0]
    (asked,) = (line for line in found.notices if line.startswith("order_date: "))
    assert asked.endswith(": check that day and month are not swapped under input.types")
    table["order_date"] = days.dt.strftime("%d/%m/%Y")
    assert not any("swapped" in line for line in propose(table)[0].notices)


def test_ids_that_are_numbers_beside_texts_for_nobody_are_compared_as_texts() -> None:
    table = lines()
    table["customer_id"] = table["customer_id"].str.slice(1).astype(int).astype(str)
    table.loc[::4, "customer_id"] = "NA"
    _, orders, _ = propose(table)
    assert orders.leave_out == {"no_customer": "customer_id IN ('NA')"}
    assert "customer_id" not in orders.input.types


def test_customers_of_whom_only_a_part_was_looked_at_are_about_so_many() -> None:
    table = lines()
    assert ": 75 customers in 600 rows" in propose(table)[0].notices[0]
    facts = TableFacts(rows=9000)
    text = write_recipe(table, path="t.csv", format="csv", options={}, facts=facts)
    assert ": about 75 customers in 9,000 rows" in text.notices[0]


def test_money_that_came_back_is_a_return_where_pieces_have_no_sign() -> None:
    table = lines(price="amount")
    assert propose(table)[1].returns.when is None
    table.loc[::9, "amount"] = "-" + table.loc[::9, "amount"]
    assert propose(table)[1].returns.when == "amount < 0"


def made_table(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    numbers = {name: rng.integers(1, 90, ROWS).astype(float) for name in COLUMNS}
    return pd.DataFrame({"who": range(ROWS), **numbers, "rfm_group": "Loyal", **columns})


def test_the_table_that_rfm_made_is_known_by_its_columns() -> None:
    table = made_table(country=["it's", "Spain"] * (ROWS // 2), dearest=1.5 * np.arange(ROWS))
    text = write_recipe(table, path="made", format="parquet", options={}).text
    recipe = parse(plain_yaml.read(text, "made"))
    assert (recipe.input.id, recipe.input.path) == ("who", "made")
    assert {name: feature.words and feature.words[2] for name, feature in recipe.segment_by.items()} == {
        "spend": "Big spenders", "recency": "quiet", "orders": "many orders",
    }  # fmt: skip
    assert {"dearest", "average_basket", "items"} <= {*recipe.describe}
    assert "rfm_group" not in text


@pytest.mark.parametrize(
    "of_money, cuts", [(False, ["orders", "recency"]), (True, ["spend", "recency", "orders"])]
)
def test_lines_that_are_nearly_the_orders_do_not_cut_beside_them(of_money: bool, cuts: list[str]) -> None:
    table = made_table()
    table["items"] = table["frequency"] + (table.index % 9 == 0)
    table["monetary"] = table["monetary"] if of_money else table["items"]
    text = write_recipe(table, path="made", format="parquet", options={}).text
    recipe = parse(plain_yaml.read(text, "made"))
    assert [*recipe.segment_by] == cuts
    assert ("items" in recipe.describe) is of_money


def test_what_tells_nobody_apart_does_not_cut() -> None:
    table = made_table(recency=1, frequency=1, r_score=None, rfm_group=None)
    found = look_at_customers(look_at_columns(table), ROWS)
    assert found is not None
    assert not found.tells_recency
    assert not found.orders_again
    negative = look_at_customers(look_at_columns(table.assign(monetary=-1.0)), ROWS)
    assert negative is not None
    assert negative.subtracts
    assert look_at_customers(look_at_columns(table.drop(columns="items")), ROWS) is None
