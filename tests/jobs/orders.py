"""Order lines made for tests, and `custseg rfm` over them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from pyspark.sql import SparkSession

from custseg_spark import cli

RECIPE: dict[str, Any] = {
    "lines": {"customer": "who", "order": "number", "date": "day", "quantity": "pieces", "price": "price"},
    "leave_out": {"postage": "article = 'POST'"},
    "favourites": {"shop": "shop"},
    "aggregates": {
        "dearest": "max(price)",
        "mean_price": "avg(price)",
        "by_web": "count_if(shop = 'web') / count(*)",
    },
}


def made_lines(orders: int = 400, seed: int = 0) -> pd.DataFrame:
    """Order lines of 60 customers over 50 days, with everything that can be wrong with a line."""
    rng = np.random.default_rng(seed)
    order = np.repeat(np.arange(orders), rng.integers(1, 6, orders))
    n = len(order)
    who = rng.integers(0, 60, orders)[order].astype(object)
    day = (pd.Timestamp("2011-03-01") + pd.to_timedelta(np.sort(rng.integers(0, 50, orders)), "D"))[order]
    lines = pd.DataFrame(
        {
            "number": [f"{i:05d}" for i in order],
            "who": [f"c{i:03d}" for i in who],
            "day": day + pd.to_timedelta(rng.integers(0, 86_400, n), "s"),
            "pieces": rng.integers(1, 20, n),
            "price": np.round(rng.gamma(2, 4, n) + 0.01, 3),
            "article": rng.choice(["cup", "plate", "POST"], n, p=[0.5, 0.45, 0.05]),
            "shop": rng.choice(np.array(["web", "town", None]), n, p=[0.5, 0.4, 0.1]),
        }
    )
    lines.loc[rng.random(n) < 0.05, "who"] = None
    lines.loc[rng.random(n) < 0.05, "pieces"] *= -1
    lines.loc[rng.random(n) < 0.03, "price"] = 0.0
    return lines


@dataclass(frozen=True)
class Made:
    """What a command left."""

    code: int
    out: str
    err: str
    to: Path

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.to / "rfm.json").read_text())
        return found

    def customers(self, id_column: str = "who") -> pd.DataFrame:
        table = pd.read_parquet(self.to / self.record["customers"])
        assert table[id_column].is_unique
        return table.set_index(id_column).sort_index()


Rfm = Callable[..., Made]


@pytest.fixture
def rfm(spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Rfm:
    """Runs `custseg rfm` on lines (a DataFrame or a path) under a recipe (a mapping or a path)."""

    def run(
        lines: pd.DataFrame | Path, recipe: dict[str, Any] | Path = RECIPE, *arguments: str, to: str = "to"
    ) -> Made:
        if isinstance(lines, pd.DataFrame):
            path = tmp_path / "lines.parquet"
            lines.to_parquet(path, coerce_timestamps="us")
        else:
            path = lines
        if isinstance(recipe, dict):
            (tmp_path / "orders.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
            recipe = tmp_path / "orders.yaml"
        capsys.readouterr()
        given = ["--recipe", str(recipe), "--input", str(path), "--to", str(tmp_path / to)]
        code = cli.main(["rfm", *given, *arguments])
        said = capsys.readouterr()
        return Made(code, said.out, said.err, tmp_path / to)

    return run
