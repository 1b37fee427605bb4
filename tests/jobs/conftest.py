"""The command end to end, on the shared session, with a small table made here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyspark
import pytest
import yaml
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession

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
        found: dict[str, Any] = json.loads((self.run / "run.json").read_text())
        return found


Train = Callable[..., Outcome]
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command; gives its exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


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


def scans(**found: int) -> dict[str, int]:
    """What score.json says of scans. On Spark 4.0 observations bring no list back: the sample for drift is
    drawn by a scan of its own."""
    drawn = {"drift_sample": 1} if pyspark.__version__ < "4.1" else {}
    named = {name.replace("_", " "): count for name, count in {**found, **drawn}.items()}
    return {"total": sum(named.values()), **named}


def record(to: Path) -> dict[str, Any]:
    pointer = json.loads((to / "scores" / "latest.json").read_text())
    found: dict[str, Any] = json.loads((to / "scores" / pointer["run_id"] / "score.json").read_text())
    return found


@dataclass(frozen=True)
class Labelled:
    """Segments by id (null: none), of one raw table by one model: as its PipelineModel has them, as
    segments.sql in Spark, and as sql/duckdb.sql in DuckDB."""

    by_model: pd.Series
    by_spark: pd.Series
    by_duckdb: pd.Series

    def agree(self) -> bool:
        return self.by_spark.equals(self.by_model) and self.by_duckdb.equals(self.by_model)


def labelled_three_ways(
    model: PipelineModel, statements: dict[str, str], table: DataFrame, key: str
) -> Labelled:
    """`statements`: segments.sql by dialect; `table`: a row per customer, of the model's types."""

    def segments(found: pd.DataFrame) -> pd.Series:
        return found.set_index(key)["segment"].astype("Int64").sort_index()

    table.createOrReplaceTempView("customers")
    with duckdb.connect() as warehouse:
        warehouse.register("customers", table.toArrow())
        by_duckdb = warehouse.sql(statements["duckdb"]).df()
    return Labelled(
        segments(model.transform(table).select(f"`{key}`", "segment").toPandas()),
        segments(table.sparkSession.sql(statements["spark"]).toPandas()),
        segments(by_duckdb),
    )


def labelled_by_a_run(spark: SparkSession, outcome: Outcome, raw: pd.DataFrame, key: str) -> Labelled:
    """The same by what a run left."""
    statements = {
        "spark": (outcome.run / "segments.sql").read_text(),
        "duckdb": (outcome.run / "sql" / "duckdb.sql").read_text(),
    }
    model = PipelineModel.load(str(outcome.run / "model"))
    return labelled_three_ways(model, statements, spark.createDataFrame(raw), key)
