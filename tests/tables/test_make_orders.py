"""scripts/make_orders: the schema of the real table, every customer, the same lines every time."""

from __future__ import annotations

import hashlib
import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path

from pyspark.sql import SparkSession

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_orders"


def test_made_lines_are_like_the_real_ones(spark: SparkSession) -> None:
    loader = SourceFileLoader("make_orders", str(SCRIPT))
    spec = importlib.util.spec_from_loader("make_orders", loader)
    assert spec
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    table = script.lines(spark, 20_000, 900, 3, 42).toPandas()
    assert list(table.columns) == [
        *("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"),
    ]
    assert len(table) == 20_000
    assert table["CustomerID"].dropna().nunique() > 0.98 * 900
    assert table["CustomerID"].dropna().between(12346, 12346 + 899).all()
    assert (
        table["InvoiceDate"].is_monotonic_increasing or table["InvoiceDate"].dt.date.is_monotonic_increasing
    )
    lines = table.groupby("InvoiceNo").size()
    assert lines.between(1, 9).all()
    assert 4 < lines.mean() < 6
    assert table.groupby("InvoiceNo")[["CustomerID", "InvoiceDate"]].nunique().max().max() == 1
    cancelled = table["InvoiceNo"].str.startswith("C")
    assert ((table["Quantity"] < 0) == cancelled).all()
    assert 0.01 < cancelled.mean() < 0.03
    assert table["CustomerID"].isna().mean() > 0.003
    assert (table["UnitPrice"] == 0).mean() > 0.002
    text = table.to_csv(index=False).encode()
    assert hashlib.sha256(text).hexdigest()[:12] == "9d38b0a3af4c", "whatever the engine"
    again = script.lines(spark, 20_000, 900, 7, 42).toPandas()
    assert again.equals(table), "whatever the number of files"
    assert not script.lines(spark, 20_000, 900, 3, 43).toPandas().equals(table)
