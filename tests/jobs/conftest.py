"""The command end to end, on the shared session, with a small table made here."""

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
from tests.jobs.orders import rfm

__all__ = ["rfm"]

RECIPE: dict[str, Any] = {
    "input": {"id": "id"},
    "segment_by": {
        "spend": {"sql": "spend", "transform": "log1p", "unit": "euro", "words": ["Small", "Mid", "Big"]},
        "visits": {"sql": "visits", "unit": "visits", "words": ["rare", None, "frequent"]},
    },
    "describe": {"age": "age"},
    "check": {"answered": "answered"},
    "segments": {"k": [2, 4], "choose": "silhouette"},
    "sweep": {"restarts": 3},
    "evidence": {"bootstraps": 0, "gap": False, "prediction_strength": False, "structure": False},
}


def planted(customers: int = 300, seed: int = 0) -> pd.DataFrame:
    """Three groups well apart, one row per customer."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, size=customers, p=[0.5, 0.3, 0.2])
    return pd.DataFrame(
        {
            "id": [f"{number:05d}" for number in range(customers)],
            "spend": np.round(np.array([20.0, 300.0, 4000.0])[group] * rng.lognormal(0, 0.15, customers), 2),
            "visits": np.array([2, 30, 12])[group] + rng.integers(0, 4, customers),
            "age": rng.integers(18, 90, customers),
            "answered": (rng.random(customers) < np.array([0.05, 0.1, 0.4])[group]).astype(int),
            "group": group,
        }
    )


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code, what it said, and the run that `latest.json` names."""

    code: int
    out: str
    err: str
    output: Path
    latest: str | None

    @property
    def run(self) -> Path:
        assert self.latest, self.err
        return self.output / "runs" / self.latest

    @property
    def record(self) -> dict[str, Any]:
        return json.loads((self.run / "run.json").read_text())


Train = Callable[..., Outcome]


@pytest.fixture
def train(spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Train:
    """Runs `custseg train` on a table (a DataFrame or a path) under a recipe (a mapping or a path)."""

    def run(table: pd.DataFrame | Path, recipe: dict[str, Any] | Path = RECIPE, *arguments: str) -> Outcome:
        output = tmp_path / "out"
        if isinstance(table, pd.DataFrame):
            path = tmp_path / "customers.csv"
            table.to_csv(path, index=False)
        else:
            path = table
        if isinstance(recipe, dict):
            (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
            recipe = tmp_path / "recipe.yaml"
        capsys.readouterr()
        code = cli.main(
            ["train", "--recipe", str(recipe), "--input", str(path), "--output", str(output), *arguments]
        )
        said = capsys.readouterr()
        pointer = output / "latest.json"
        latest = json.loads(pointer.read_text())["run_id"] if pointer.exists() else None
        return Outcome(code, said.out, said.err, output, latest)

    return run


def labels(outcome: Outcome, id_column: str = "id") -> pd.Series:
    """Segment by id, of the customers that a run wrote."""
    table = pd.read_parquet(outcome.run / "customers")
    return table.set_index(id_column)["segment"].astype(int).sort_index()
