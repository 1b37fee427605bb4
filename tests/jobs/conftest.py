"""The command end to end, on the shared session, with a small table made here."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
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
from custseg_spark.engine.sail import get_session
from custseg_spark.model import Model
from custseg_spark.report.figures import Printed, draw
from custseg_spark.report.plots import canvas
from custseg_spark.report.plots.data import Pictures
from custseg_spark.steps import write_report
from tests.brought_tables import trial
from tests.jobs.orders import rfm
from tests.tables.saved import load_from_run

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

LESS = ("--set", "evidence={bootstraps: 0, gap: false, prediction_strength: false, structure: false}")
"""No evidence beside the silhouette, whatever the recipe says."""


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
FirstRun = Callable[..., Outcome]
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="package", autouse=True)
def drawn_once() -> Iterator[None]:
    """Figures are two fifths of a `train` of few customers: those of equal pictures are drawn once, and all
    in few dots. How they look is held by the tests of units."""
    prints: dict[bytes, dict[str, Printed]] = {}

    def draw_once(pictures: Pictures) -> Callable[[], dict[str, Printed]]:
        key = pickle.dumps(pictures)
        if key not in prints:
            prints[key] = draw(pictures)
        return lambda: prints[key]

    def forget_sizes() -> None:
        canvas.measure_text.cache_clear()
        canvas._find_renderer.cache_clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write_report, "start_drawing", draw_once)
        patch.setattr(canvas, "DPI", 40)
        forget_sizes()
        yield
    forget_sizes()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command; gives its exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def train_in(
    place: Path, table: pd.DataFrame | Path, recipe: dict[str, Any] | Path = RECIPE, *arguments: str
) -> Outcome:
    """`custseg train`, with what is given to it and what it leaves in `place`."""
    if isinstance(table, pd.DataFrame):
        table.to_csv(place / "customers.csv", index=False)
        table = place / "customers.csv"
    if isinstance(recipe, dict):
        (place / "recipe.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
        recipe = place / "recipe.yaml"
    output = place / "out"
    said = trial.say("train", "--recipe", recipe, "--input", table, "--output", output, *arguments)
    pointer = output / "latest.json"
    latest = json.loads(pointer.read_text())["run_id"] if pointer.exists() else None
    return Outcome(said.code, said.out, said.err, output, latest)


@pytest.fixture
def train(spark: SparkSession, tmp_path: Path) -> Train:
    """Runs `custseg train` on a table (a DataFrame or a path) under a recipe (a mapping or a path)."""
    return partial(train_in, tmp_path)


@pytest.fixture(scope="session")
def first_runs() -> dict[int, Outcome]:
    """The first run of so many planted customers, as it was made."""
    return {}


@pytest.fixture
def first_run(
    spark: SparkSession,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    first_runs: dict[int, Outcome],
) -> FirstRun:
    """What `train(planted(customers))` leaves as the first run of an output, for a test of what comes after
    it: made once a session, and copied for each test."""

    def copy(customers: int = 300) -> Outcome:
        if customers not in first_runs:
            first_runs[customers] = train_in(tmp_path_factory.mktemp("first"), planted(customers))
        made = first_runs[customers]
        shutil.copytree(made.output.parent, tmp_path, dirs_exist_ok=True)
        return replace(made, output=tmp_path / "out")

    return copy


def labels(outcome: Outcome, id_column: str = "id") -> pd.Series:
    """Segment by id, of the customers that a run wrote."""
    table = pd.read_parquet(outcome.run / "customers")
    return table.set_index(id_column)["segment"].astype(int).sort_index()


def scans(*, text: bool = True, **found: int) -> dict[str, int]:
    """What score.json says of scans. On Spark 4.0 observations bring no list back: the sample for drift is
    drawn by a scan of its own. Sail observes nothing: what is counted is counted by one more; and `text` is
    copied for it."""
    on_sail = get_session() is not None
    drawn = {"drift_sample": 1} if pyspark.__version__ < "4.1" or on_sail else {}
    drawn |= {"statistics": 1} if on_sail else {}
    drawn |= {"copy": 1} if on_sail and text else {}
    named = {name.replace("_", " "): count for name, count in {**found, **drawn}.items()}
    return {"total": sum(named.values()), **named}


def record(to: Path) -> dict[str, Any]:
    pointer = json.loads((to / "scores" / "latest.json").read_text())
    found: dict[str, Any] = json.loads((to / "scores" / pointer["run_id"] / "score.json").read_text())
    return found


@dataclass(frozen=True)
class Labelled:
    """Segments by id (null: none), of one raw table by one model: as its PipelineModel has them (on Sail: as
    the model itself), as segments.sql in Spark, and as sql/duckdb.sql in DuckDB."""

    by_model: pd.Series
    by_spark: pd.Series
    by_duckdb: pd.Series

    def agree(self) -> bool:
        return self.by_spark.equals(self.by_model) and self.by_duckdb.equals(self.by_model)


def labelled_three_ways(
    model: PipelineModel | Model, statements: dict[str, str], table: DataFrame, key: str
) -> Labelled:
    """`statements`: segments.sql by dialect; `table`: a row per customer, of the model's types."""

    def segments(found: pd.DataFrame) -> pd.Series:
        return found.set_index(key)["segment"].astype("Int64").sort_index()

    table.createOrReplaceTempView("customers")
    with duckdb.connect() as warehouse:
        warehouse.register("customers", table.toArrow())
        by_duckdb = warehouse.sql(statements["duckdb"]).df()
    by_model = segments(model.transform(table).select(f"`{key}`", "segment").toPandas())
    by_spark = by_model
    if not get_session():  # Sail is never given Spark's SQL as it stands
        by_spark = segments(table.sparkSession.sql(statements["spark"]).toPandas())
    return Labelled(by_model, by_spark, segments(by_duckdb))


def labelled_by_a_run(spark: SparkSession, outcome: Outcome, raw: pd.DataFrame, key: str) -> Labelled:
    """The same by what a run left."""
    statements = {
        "spark": (outcome.run / "segments.sql").read_text(),
        "duckdb": (outcome.run / "sql" / "duckdb.sql").read_text(),
    }
    return labelled_three_ways(load_from_run(outcome.run), statements, spark.createDataFrame(raw), key)
