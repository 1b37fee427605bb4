"""Both engines on the same tables: the same customers, the same segments, the same quarantine, row for row.

This process has Spark; Sail runs in another one, from an environment that has it. What it leaves is loaded
and used here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from custseg_spark import cli
from tests.jobs.conftest import RECIPE, planted
from tests.jobs.test_categories import RECIPE as MIXED
from tests.jobs.test_categories import make_mixed

pytestmark = pytest.mark.spark_only("Sail runs in a process of its own")
CATEGORIES = MIXED["segment_by"]
ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from custseg_spark import cli
for arguments in json.loads(sys.argv[1]):
    code = cli.main(arguments)
    if code:
        sys.exit(f"{code}: {arguments}")
"""
NAMES = ("planted", "text", "missing", "expressions", "categories")


def find_python() -> str:
    """A Python that has pysail: this one, or that of the light environment beside the project."""
    light = ROOT / ".venv" / "bin" / "python"
    for python in ([sys.executable] if find_spec("pysail") else []) + [str(light)]:
        asked = [python, "-c", "import pysail, pyspark"]
        if Path(python).exists() and subprocess.run(asked, check=False, capture_output=True).returncode == 0:
            return python
    pytest.skip("no environment with pysail: scripts/demo makes one")


def draw_text(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """Numbers and days as people write them, some of them wrong."""
    table = planted(rows, seed=int(rng.integers(1000)))
    money = [f"{value:,.2f} €".replace(",", "'") for value in table["spend"]]
    days = pd.Timestamp("2024-06-30") - pd.to_timedelta(rng.integers(0, 900, rows), unit="D")
    table = table.assign(spend=money, joined=[f"{day:%d.%m.%Y}" for day in days])
    table.loc[3, "spend"], table.loc[7, "joined"], table.loc[9, "spend"] = "n/a", "30.02.2024", "much"
    return table


def write_cases(place: Path) -> dict[str, tuple[Path, dict[str, Any]]]:
    """Name -> table and recipe."""
    rng = np.random.default_rng(16)
    cut = RECIPE["segment_by"]
    missing = planted(400, seed=1).astype({"spend": float, "visits": float})
    missing.loc[::9, "spend"] = np.nan
    missing.loc[::31, "visits"] = -5.0
    missing.loc[13, "spend"] = np.inf
    typed = {"types": {"spend": {"number": {"decimal": ".", "group": "'", "missing": ["n/a"]}},
                       "joined": {"date": ["dd.MM.yyyy"]}}}  # fmt: skip
    sums = {
        "spend": {"sql": "log1p(spend) * 2 - visits / (age + 1)", "clip": ["p1", "p99"]},
        "share": "if(visits = 0, 0, spend / visits)",
        "old": "case when age >= 60 then 1.0 when age >= 30 then 0.5 else 0 end",
    }
    tables = {
        "planted": (planted(500), RECIPE),
        "text": (draw_text(rng, 400), {**RECIPE, "input": {"id": "id", **typed},
                 "describe": {"tenure": "datediff(date '2024-07-01', joined)"}}),
        "missing": (missing, {**RECIPE, "segment_by": {**cut, "spend": {"sql": "spend", "impute": "median"}},
                    "rules": {"came": {"sql": "visits >= 0", "on_fail": "quarantine"}}}),
        "expressions": (planted(500, seed=3), {**RECIPE, "segment_by": sums}),
        "categories": (make_mixed(500), {**RECIPE, "segment_by": CATEGORIES, "describe": {}, "check": {}}),
    }  # fmt: skip
    cases = {}
    for name, (table, recipe) in tables.items():
        path = place / (f"{name}.csv" if name in ("planted", "text") else f"{name}.parquet")
        if path.suffix == ".csv":
            table.to_csv(path, index=False)
        else:
            table.to_parquet(path, index=False)
        cases[name] = path, recipe
    return cases


def write_command(place: Path, name: str, path: Path, recipe: dict[str, Any], to: str) -> list[str]:
    file = place / f"{name}.yaml"
    file.write_text(yaml.safe_dump(recipe, sort_keys=False))
    return ["train", "--recipe", str(file), "--input", str(path), "--output", str(place / to / name)]


@pytest.fixture(scope="module")
def made(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the runs of Spark and those of Sail, by name below spark/ and sail/."""
    place = tmp_path_factory.mktemp("both")
    cases = write_cases(place)
    on_sail = [
        [*write_command(place, name, *case, "sail"), "--engine", "sail"] for name, case in cases.items()
    ]
    answer = subprocess.run(
        [find_python(), "-c", PROGRAM, json.dumps(on_sail)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    for name, case in cases.items():
        assert cli.main(write_command(place, name, *case, "spark")) == 0
    return place


def find_run(output: Path) -> Path:
    return output / "runs" / str(json.loads((output / "latest.json").read_text())["run_id"])


def read_both(made: Path, name: str, what: str) -> list[pd.DataFrame]:
    found = [pd.read_parquet(find_run(made / engine / name) / what) for engine in ("spark", "sail")]
    return [table.sort_values("id", ignore_index=True) for table in found]


@pytest.mark.parametrize("name", NAMES)
def test_every_customer_has_the_same_segment(made: Path, name: str) -> None:
    by_spark, by_sail = read_both(made, name, "customers")
    assert len(by_spark) > 300
    assert list(by_spark.columns) == list(by_sail.columns)
    assert by_spark.drop(columns="segment").dtypes.equals(by_sail.drop(columns="segment").dtypes)
    pd.testing.assert_frame_equal(
        by_spark.astype({"segment": int}), by_sail.astype({"segment": int}), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_rejected_row_has_the_same_reasons(made: Path, name: str) -> None:
    by_spark, by_sail = read_both(made, name, "quarantine")
    for table in (by_spark, by_sail):
        table["reasons"] = table["reasons"].map(tuple)
    pd.testing.assert_frame_equal(by_spark, by_sail)
    assert bool(len(by_spark)) == (name in ("text", "missing"))


@pytest.mark.parametrize("name", NAMES)
def test_the_records_say_the_same_but_for_the_engine(made: Path, name: str) -> None:
    by_spark, by_sail = (
        json.loads((find_run(made / engine / name) / "run.json").read_text()) for engine in ("spark", "sail")
    )
    for record, engine in ((by_spark, "spark"), (by_sail, "sail")):
        assert record["engine"]["name"] == engine
        assert record["engine"]["version"] == record["versions"][engine]
    same = ("k", "why", "rows", "segments", "sample", "format", "types", "choice")
    assert {key: by_spark[key] for key in same} == {key: by_sail[key] for key in same}


@pytest.mark.parametrize("name", NAMES)
def test_the_pipeline_model_of_sail_labels_the_raw_table_on_spark(
    made: Path, spark: SparkSession, name: str
) -> None:
    run = find_run(made / "sail" / name)
    customers, _ = pd.read_parquet(run / "customers"), None
    file = next(made.glob(f"{name}.*[tv]"))
    raw = (
        pd.read_csv(file, dtype={"id": str, "spend": str if name == "text" else float})
        if (file.suffix == ".csv")
        else pd.read_parquet(file)
    )
    model = PipelineModel.load(str(run / "model"))
    kinds = {type(stage).__name__ for stage in model.stages}
    assert {"StandardScalerModel", "KMeansModel"} <= kinds
    labelled = model.transform(spark.createDataFrame(raw)).select("id", "segment").toPandas()
    expected = customers.set_index("id")["segment"].astype(int)
    found = labelled.dropna().set_index("id")["segment"].astype(int).reindex(expected.index)
    assert (found == expected).all()
