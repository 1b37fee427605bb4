"""Order lines and orders given as if they were customers."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from tests.brought_tables.trial import QUICK, Case, Expect, Trial, find_run, say

MADE = frozenset({"monetary", "average_basket"})
SINCE = frozenset({"recency"})


def draw_lines(rows: int = 2000) -> pd.DataFrame:
    """Lines of a month of a shop: some come back, some have no customer."""
    rng = np.random.default_rng(10)
    customer = 12_346 + rng.integers(0, 200, rows)
    order = 536_365 + rng.integers(0, 638, rows)
    quantity = rng.integers(1, 20, rows)
    table = pd.DataFrame(
        {
            "InvoiceNo": order.astype(str),
            "StockCode": rng.choice(["71053", "84406B", "85123A"], rows),
            "Quantity": np.where(rng.random(rows) < 0.02, -quantity, quantity),
            "InvoiceDate": pd.Timestamp("2020-12-01 08:25")
            + pd.to_timedelta((order - 536_365) * 67 // 60, unit="h"),
            "UnitPrice": np.round(rng.lognormal(1.2, 0.6, rows), 2),
            "CustomerID": [f"{number}.0" for number in customer],
            "Country": "United Kingdom",
        }
    )
    table.loc[rng.random(rows) < 0.05, "CustomerID"] = ""
    return table


def draw_orders(rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    number = rng.integers(0, 180, rows)
    return pd.DataFrame(
        {
            "order_no": [f"I{100_000 + row}" for row in range(rows)],
            "customer_id": [f"C{one:04d}" for one in number],
            "order_date": [
                str((pd.Timestamp("2022-01-01") + pd.Timedelta(days=int(day))).date())
                for day in rng.integers(0, 330, rows)
            ],
            "quantity": rng.integers(1, 6, rows),
            "price": np.round(rng.lognormal(3, 0.7, rows), 2),
            "category": rng.choice(["Shoes", "Toys", "Books"], rows),
        }
    )


def lines(write_date: str, write_price: Callable[[float], object] = float) -> Callable[[Path], Path]:
    def make(directory: Path) -> Path:
        table = draw_lines()
        table["InvoiceDate"] = table["InvoiceDate"].dt.strftime(write_date)
        table["UnitPrice"] = table["UnitPrice"].map(write_price)
        table.to_csv(directory / "lines.csv", index=False)
        return directory / "lines.csv"

    return make


def make_lines_sheet(directory: Path) -> Path:
    table = draw_lines()
    table["CustomerID"] = pd.to_numeric(table["CustomerID"])
    table.to_excel(directory / "lines.xlsx", index=False)
    return directory / "lines.xlsx"


def make_orders(directory: Path) -> Path:
    draw_orders().to_csv(directory / "orders.csv", index=False)
    return directory / "orders.csv"


def make_one_day(directory: Path) -> Path:
    """Four hundred orders of one day, nobody twice."""
    rng = np.random.default_rng(12)
    table = pd.DataFrame(
        {
            "order_id": np.arange(1, 401),
            "customer": [f"C{number:04d}" for number in range(1, 401)],
            "order_date": "2021-03-01",
            "total": np.round(rng.gamma(2, 30, 400) + 1, 2),
        }
    )
    table.to_csv(directory / "orders.csv", index=False)
    return directory / "orders.csv"


def is_told_as_orders(trial: Trial) -> None:
    assert trial.init.code == 0, trial.init.err
    said = trial.init.text.replace(str(trial.place), "").replace(str(trial.table), "")
    assert re.search(r"\border(?:s| lines)\b", said), "said on the terminal"
    assert "custseg rfm" in trial.init.text
    assert trial.orders, "an orders recipe is written"
    assert trial.rfm
    assert trial.rfm.code == 0, trial.rfm.err


def made_of_lines(trial: Trial) -> None:
    """Customers, and what they spent, as pandas adds it up."""
    is_told_as_orders(trial)
    known = draw_lines().query("CustomerID != '' and Quantity > 0")
    spent = (known["Quantity"] * known["UnitPrice"]).groupby(known["CustomerID"]).sum()
    adds_up(trial, "CustomerID", {str(who).removesuffix(".0"): value for who, value in spent.items()})


def made_of_orders(trial: Trial) -> None:
    is_told_as_orders(trial)
    assert trial.orders["lines"]["customer"] == "customer_id"
    assert trial.orders["lines"]["order"] == "order_no"
    table = draw_orders()
    adds_up(
        trial,
        "customer_id",
        (table["quantity"] * table["price"]).groupby(table["customer_id"]).sum().to_dict(),
    )


def adds_up(trial: Trial, customer: str, spent: Mapping[Hashable, float]) -> None:
    made = trial.made_customers
    found: dict[Hashable, float] = dict(
        zip(made[customer].astype(str), made["monetary"].astype(float), strict=True)
    )
    assert set(found) == set(spent)
    assert np.allclose([found[who] for who in spent], list(spent.values()))


def is_segmented(trial: Trial) -> None:
    """The recipe for the result stands beside the other and runs as it is."""
    assert trial.recipe, "a recipe for the customers is written as well"
    assert trial.train
    assert trial.train.code == 0, trial.train.err
    assert "monetary" in trial.columns("segment_by")
    assert trial.rows["read"] == len(trial.made_customers)


def takes_what_rfm_made(trial: Trial) -> None:
    """`custseg init` over the directory of `rfm`, as well."""
    again = trial.place / "again.yml"
    found = say("init", trial.place / "customers", "--to", again)
    assert found.code == 0, found.err
    out = trial.place / "again"
    train = say("train", "--recipe", again, "--input", trial.place / "customers", "--output", out, *QUICK)
    assert train.code == 0, train.err
    assert find_run(out).is_dir()


def nobody_is_lost(trial: Trial) -> None:
    """One day says nothing of recency: nobody is lost for it, and that is said."""
    assert trial.recipe.get("input", {}).get("id") != "order_id"
    recipe = trial.place / "by_hand.yml"
    recipe.write_text("lines: {customer: customer, order: order_id, date: order_date, amount: total}\n")
    made = say("rfm", "--recipe", recipe, "--input", trial.table, "--to", trial.place / "customers")
    assert made.code == 0, made.err
    groups = {group.lower() for group in trial.made_customers["rfm_group"].dropna()}
    assert not groups & {"lost", "at risk", "hibernating", "can't lose them"}, groups
    assert "recency" in trial.init.text, "said by init"
    assert "recency" in made.text, "and by rfm"
    if trial.train and trial.train.code == 0:
        assert not any(word in name.lower() for name in trial.names for word in ("quiet", "recent", "lost"))


RUNS: tuple[Expect, ...] = (made_of_lines, is_segmented)


def of_lines(name: str, make: Callable[[Path], Path], *more: Expect) -> Case:
    return Case(name, make, (*RUNS, *more), customers=None, spend=MADE, recency=SINCE)


CASES = [
    of_lines("lines_dmy", lines("%d/%m/%Y %H:%M"), takes_what_rfm_made),
    of_lines("lines_pound", lines("%Y-%m-%d %H:%M:%S", lambda price: f"£{price:.2f}")),
    of_lines("lines_iso", lines("%Y-%m-%d %H:%M:%S")),
    of_lines("lines_xlsx", make_lines_sheet),
    Case(
        "orders_given_as_customers", make_orders, (made_of_orders, is_segmented), customers=None,
        spend=MADE, recency=SINCE,
    ),
    Case("one_day", make_one_day, (nobody_is_lost,), customers=None, spend=MADE | {"total"}, recency=SINCE),
]  # fmt: skip
