"""The page of scripts/benchmark-orders."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def orders_page(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for place in ("benchmarks/contenders", "benchmarks"):
        monkeypatch.syspath_prepend(str(ROOT / place))
    return importlib.import_module("orders_page")


def result(seconds: Mapping[str, Sequence[float]], rows: int = 2_000_000) -> dict[str, Any]:
    common = {"cpu_seconds": 1.0, "peak_mib": 900.0, "load_before": 0.1, "customers": 99}
    return {
        "name": f"{rows}-lines", "date": "2025-01-01", "rows": rows, "customers": 100, "bytes": 10,
        "driver_memory": "4g", "note": "", "machine": {},
        "contenders": {name: [{"seconds": s, **common} for s in turns] for name, turns in seconds.items()},
    }  # fmt: skip


def test_each_engine_is_held_against_its_own_groupby(orders_page: ModuleType) -> None:
    turns = {"custseg rfm": [10, 15, 90], "plain groupBy": [9, 10, 11]}
    on_sail = {"custseg rfm-sail": [6], "plain groupBy-sail": [5]}
    page = orders_page.write_markdown(result({**turns, **on_sail}, 100_000_000))
    assert "| custseg rfm | Spark | 3 | 15.0 | 10.0-90.0 | 1.0 | 900 | 99 | 1.50 |" in page
    assert "| custseg rfm | Sail | 1 | 6.0 | 6.0-6.0 | 1.0 | 900 | 99 | 1.20 |" in page


def test_sizes_gather_in_the_benchmarks_page(orders_page: ModuleType, tmp_path: Path) -> None:
    results = tmp_path / "results"
    for rows in (20_000_000, 2_000_000):
        orders_page.save(result({"custseg rfm": [1], "plain groupBy": [1]}, rows), results)
    importlib.import_module("readme").save(results)
    page = (tmp_path / "README.md").read_text()
    assert page.index("### 2,000,000 order lines") < page.index("### 20,000,000 order lines")
    assert page.count("## Order lines to customers") == 1


def teardown_module() -> None:
    sys.modules.pop("orders_page", None)
