"""Sail in a process of its own: what it refuses goes to Spark or is told; memory that ran out is an error."""

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

from tests.jobs.conftest import RECIPE, planted

pytestmark = pytest.mark.skipif(find_spec("pysail") is None, reason="pysail is not installed")
ROOT = Path(__file__).parents[2]


def run(place: Path, recipe: dict[str, Any], table: Path, *arguments: str, **environment: str) -> Any:
    """`custseg train` in another process; without --engine where both are installed, Sail comes first."""
    (place / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    asked = ["train", "--recipe", "recipe.yaml", "--input", str(table), "--output", "out", *arguments]
    unset = ("SPARK_REMOTE", "MASTER", "PYSPARK_SUBMIT_ARGS", "CUSTSEG_ENGINE")
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    environment = {**inherited, "PYTHONPATH": str(ROOT), "SPARK_CONF_DIR": str(place), **environment}
    return subprocess.run(
        [sys.executable, "-m", "custseg_spark.cli", *asked],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def table(tmp_path: Path) -> Path:
    planted().to_parquet(tmp_path / "customers.parquet", index=False)
    return tmp_path / "customers.parquet"


def test_program_without_a_file_is_no_doctest_of_the_client() -> None:
    """For which PySpark's client takes it, and ends a process that has no Spark."""
    program = """
import sys
from custseg_spark.engine.session import open_session
print(open_session(engine="sail").range(3).count(), "pyspark.testing.connectutils" in sys.modules)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("SPARK_CONNECT_MODE_ENABLED", None)  # a session of Sail's leaves it in its process
    for command, given in (([sys.executable, "-c", program], ""), ([sys.executable], program)):
        answer = subprocess.run(
            command, input=given, env=environment, capture_output=True, text=True, check=False, timeout=100
        )
        assert answer.stdout == "3 False\n", answer.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sweep": {"by": "spark_ml"}}, "sweep: {by: spark_ml} takes Spark"),
        (
            {"segment_by": {"spend": "width_bucket(spend, 0, 5000, 9)", "visits": "visits"}},
            "segment_by.spend: width_bucket(double, int, int, int) is not computed the same on Sail",
        ),
    ],
)
def test_what_sail_does_not_do_is_refused_where_it_was_asked_for(
    tmp_path: Path, table: Path, change: dict[str, Any], said: str
) -> None:
    answer = run(tmp_path, {**RECIPE, **change}, table, "--engine", "sail")
    assert answer.returncode == 2, answer.stderr
    error, remedy = answer.stderr.splitlines()[-2:]
    assert error.startswith(f"error: {said}")
    assert "--engine spark" in remedy
    assert not [file for file in (tmp_path / "out").rglob("*") if file.is_file()], "nothing was written"


@pytest.mark.slow
def test_it_goes_to_spark_where_nobody_asked_for_sail(tmp_path: Path, table: Path) -> None:
    recipe = {**RECIPE, "segment_by": {"spend": "width_bucket(spend, 0, 5000, 9)", "visits": "visits"}}
    answer = run(tmp_path, recipe, table)
    assert answer.returncode == 0, answer.stderr
    engines = [line for line in answer.stderr.splitlines() if line.startswith("INFO engine ")]
    assert engines[0].startswith("INFO engine Sail ")
    assert engines[1].startswith("INFO engine Spark ")
    assert engines[1].endswith("width_bucket(double, int, int, int) is not computed the same on Sail")
    latest = json.loads((tmp_path / "out" / "latest.json").read_text())["run_id"]
    assert [path.name for path in (tmp_path / "out" / "runs").iterdir()] == [latest]
    record = json.loads((tmp_path / "out" / "runs" / latest / "run.json").read_text())
    assert record["engine"]["name"] == "spark"
    assert "is not computed the same on Sail" in record["engine"]["why"]


def test_memory_that_ran_out_ends_with_one_line_and_no_pointer(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = 150_000
    pd.DataFrame(
        {"id": [f"customer number {i:09d}" for i in rng.permutation(rows)], "spend": rng.random(rows),
         "visits": rng.random(rows), "age": 1.0, "answered": 0}
    ).to_parquet(tmp_path / "many.parquet", index=False)  # fmt: skip
    little = {
        "SAIL_RUNTIME__MEMORY_POOL__TYPE": "fair",
        "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE": "200000",
    }
    answer = run(tmp_path, RECIPE, tmp_path / "many.parquet", "--engine", "sail", **little)
    assert answer.returncode == 4, answer.stderr
    error, remedy = answer.stderr.splitlines()[-2:]
    assert "Sail ran out of memory" in error
    assert "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE" in remedy
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "out" / "latest.json").exists()
