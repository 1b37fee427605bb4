"""A Sail server in another process, by its address: it is asked who answers, and gets the forms of Sail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.jobs.conftest import RECIPE, Train, labels, planted

SERVER = """
from pysail.spark import SparkConnectServer
server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
print(server.listening_address[1], flush=True)
input()
"""


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a Sail server."""
    pytest.importorskip("pysail")
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdout is not None
        yield f"sc://127.0.0.1:{server.stdout.readline().strip()}"
        server.terminate()


def test_train_and_score_against_a_server(address: str, train: Train, tmp_path: Path) -> None:
    planted().to_parquet(tmp_path / "customers.parquet")
    recipe = {**RECIPE, "segment_by": {**RECIPE["segment_by"], "rate": "spend / visits"}}
    beside = train(tmp_path / "customers.parquet", recipe)
    assert beside.code == 0, beside.err

    (tmp_path / "there.yaml").write_text(yaml.safe_dump(recipe))
    environment = {**os.environ, "SPARK_REMOTE": address, "CUSTSEG_ENGINE": "auto"}

    def say(*arguments: object) -> str:
        command = [sys.executable, "-m", "custseg_spark.cli", *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stderr

    asked = ["--input", tmp_path / "customers.parquet", "--output", tmp_path / "there"]
    told = say("train", "--recipe", tmp_path / "there.yaml", *asked)
    assert told.startswith("INFO engine Sail "), told
    assert told.splitlines()[0].endswith("SPARK_REMOTE")
    run = json.loads((tmp_path / "there" / "latest.json").read_text())["run_id"]
    found = pd.read_parquet(tmp_path / "there" / "runs" / run / "customers").set_index("id")["segment"]
    assert (found.astype(int).sort_index() == labels(beside)).all()
    say("score", *asked, "--to", tmp_path / "there")
    scored = json.loads((tmp_path / "there" / "scores" / "latest.json").read_text())["run_id"]
    again = pd.read_parquet(tmp_path / "there" / "scores" / scored / "customers").set_index("id")["segment"]
    assert (again.astype(int).sort_index() == labels(beside)).all()


def test_what_sail_can_not_do_is_refused_on_a_server(address: str, tmp_path: Path) -> None:
    """Nobody starts another engine than the one that was named."""
    planted().to_parquet(tmp_path / "customers.parquet")
    recipe = {**RECIPE, "publish": {"table": "crm.segments"}}
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    command = [sys.executable, "-m", "custseg_spark.cli", "train", "--recipe", str(tmp_path / "recipe.yaml")]
    asked = [*command, "--input", str(tmp_path / "customers.parquet"), "--output", str(tmp_path / "out")]
    environment = {**os.environ, "SPARK_REMOTE": address, "CUSTSEG_ENGINE": "auto"}
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "publish.table takes Spark" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "out").rglob("*.parquet"))
    assert not (tmp_path / "out" / "latest.json").exists()
    done = subprocess.run(
        [*asked, "--engine", "spark"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "the engine spark was asked for, and Sail answers the session that is there" in done.stderr
