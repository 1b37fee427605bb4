"""Order lines given where customers are wanted: init, rfm and train as a newcomer runs them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from pyspark.sql import SparkSession

from custseg_spark import cli
from custseg_spark.recipe import load

TOTAL = "id: a total, not a customer"


def orders_table(customers: int = 60, rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "order_no": [f"I{i:05d}" for i in range(rows)],
            "customer_id": [f"C{i:03d}" for i in rng.integers(0, customers, rows)],
            "order_date": (pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), "D")),
            "quantity": rng.integers(1, 6, rows),
            "price": rng.gamma(2, 9, rows).round(2) + 1,
        }
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spark: SparkSession) -> Path:
    monkeypatch.chdir(tmp_path)
    orders_table().to_csv("shop.csv", index=False)
    return tmp_path


def test_init_writes_the_recipes_of_both_steps_and_takes_what_rfm_made(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["init", "shop.csv", "--to", "shop.yaml"]) == 0
    said = capsys.readouterr().out
    assert "shop.csv holds orders, not customers (order_no, customer_id, order_date, quantity, price)" in said
    assert "custseg rfm --recipe shop.yaml --to customers" in said
    assert "custseg train --recipe shop.customers.yaml --output out" in said
    with Path("shop.csv").open("a") as file:
        file.write(",Grand total:,,900,9999.5\n")
    capsys.readouterr()
    assert cli.main(["rfm", "--recipe", "shop.yaml", "--to", "customers"]) == 0
    last = capsys.readouterr().out.rstrip().splitlines()[-1]
    assert last.endswith(f"train --recipe shop.customers.yaml --input {here / 'customers'} --output out")
    table = orders_table()
    spent = (table["quantity"] * table["price"]).groupby(table["customer_id"]).sum()
    (made,) = (here / "customers" / "runs").glob("*/customers")
    found = pd.read_parquet(made).set_index("customer_id")["monetary"].sort_index()
    assert np.allclose(found, spent)
    assert found.index.tolist() == spent.index.tolist(), "the total is no customer"
    assert json.loads(Path("customers/rfm.json").read_text())["lines"]["left_out"] == {TOTAL: 1}
    assert cli.main(["init", "customers", "--to", "again.yaml"]) == 0
    assert load("again.yaml") == load("shop.customers.yaml")
    capsys.readouterr()
    assert cli.main(["init", "shop.csv", "--to", "shop.yaml"]) == 2


@pytest.mark.parametrize("identity, code", [("customer_id", 3), ("order_no", 0)])
def test_train_says_what_such_a_table_is(
    here: Path, capsys: pytest.CaptureFixture[str], identity: str, code: int
) -> None:
    recipe = {
        "input": {"id": identity}, "segment_by": {"price": "price", "pieces": "quantity"},
        "segments": {"k": [2, 2], "choose": "silhouette"}, "sweep": {"restarts": 1},
        "evidence": {"bootstraps": 0, "gap": False, "prediction_strength": False, "structure": False},
    }  # fmt: skip
    Path("by_hand.yaml").write_text(yaml.safe_dump(recipe))
    assert cli.main(["train", "--recipe", "by_hand.yaml", "--input", "shop.csv", "--output", "out"]) == code
    said = capsys.readouterr()
    warning = (
        "this looks like order lines, not customers (order_no, customer_id, order_date, quantity, price)"
    )
    assert warning in " ".join((said.out + said.err).split())
    if code:
        assert "make customers of the order lines first, with custseg init and custseg rfm" in said.err


def test_orders_of_nobody_end_with_one_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders_table().drop(columns="customer_id").to_csv("nobody.csv", index=False)
    assert cli.main(["init", "nobody.csv", "--to", "nobody.yaml"]) == 3
    assert "no column says who ordered: nobody can be segmented by it" in capsys.readouterr().err
    assert not Path("nobody.yaml").exists()
