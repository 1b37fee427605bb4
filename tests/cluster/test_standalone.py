"""A real cluster: a master and two workers on this machine, spark-submit of the packaged zip."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.cluster
def test_the_labels_of_a_cluster_are_those_of_local_mode(tmp_path: Path) -> None:
    """All that the larger `scripts/cluster-test` runs is in docs/reliability.md."""
    results = tmp_path / "cluster.json"
    asked = ["--kinds", "standalone,connect,spark_ml", "--customers", "300", "--results", str(results)]
    program = [sys.executable, str(ROOT / "scripts" / "cluster-test"), *asked]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=900)
    assert ended.returncode == 0, ended.stderr
    runs = json.loads(results.read_text())["runs"]
    assert [one["kind"] for one in runs] == ["local[2]", "standalone", "connect", "local[2]", "standalone"]
    assert [one["recipe"] for one in runs] == ["", "", "", *["conf/spark_ml.yaml"] * 2]
    assert {(one["exit"], one["same"]) for one in runs} == {(0, True)}
    assert {one["segments"] for one in runs[:3]} == {3}
