"""scripts/benchmark without Spark: the reference, the contenders' notes, the pages."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from custseg_spark import recipe
from tests.scripts.load_script import ROOT, load_script


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script("benchmark")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("made") / "customers"
    arguments = ["--rows", "3000", "--files", "2", "--dirty", "0", "--output", str(output)]
    subprocess.run([sys.executable, ROOT / "scripts" / "make_customers", *arguments], check=True)
    return output


def scaled(table: Path) -> tuple[np.ndarray, StandardScaler]:
    """The four features by way of pandas and scikit-learn."""
    return scale(pq.read_table(table).to_pandas())


def scale(frame: pd.DataFrame) -> tuple[np.ndarray, StandardScaler]:
    spend = np.log1p(frame.filter(like="Mnt").sum(axis=1))
    income = frame["Income"].fillna(frame["Income"].median())
    raw = np.column_stack([spend, frame["Recency"], frame["NumDealsPurchases"], income])
    scaler = StandardScaler()
    return scaler.fit_transform(raw), scaler


def test_the_cost_is_the_inertia_of_scikit_learn(script: ModuleType, table: Path) -> None:
    reference = script.scenario.reference
    points, scaler = scaled(table)
    matrix, space = reference.read_all_rows(str(table), reference.list_features(4))
    np.testing.assert_allclose(matrix, points, atol=1e-9)
    model = KMeans(4, n_init=1, random_state=0).fit(points)
    centres = scaler.inverse_transform(model.cluster_centers_)
    costs = reference.measure_costs(str(table), {"space": space}, {4: centres})
    assert costs[4] == pytest.approx(model.inertia_, rel=1e-9)


def test_the_squared_silhouette_is_that_of_its_definition(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script.scenario.reference, "BATCH", 70)  # several batches
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(200, 3)), rng.integers(0, 4, 200)
    expected = silhouette_score(points, labels, metric="sqeuclidean")
    assert script.scenario.reference.measure_silhouette(points, labels, 4) == pytest.approx(expected)


def test_the_reference_is_kept_and_only_what_is_missing_is_found(
    script: ModuleType, table: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.json"
    first = script.scenario.reference.find_best(str(table), 4, range(2, 4), 2, kept)
    assert first["costs"]["2"] > first["costs"]["3"] > 0
    assert first["rows"] == 3000
    planted = json.loads(kept.read_text())
    planted["costs"]["3"] = 1.0
    kept.write_text(json.dumps(planted))
    again = script.scenario.reference.find_best(str(table), 4, range(2, 6), 2, kept)
    assert again["costs"]["3"] == 1.0
    assert max(again["silhouettes"], key=again["silhouettes"].get) == "5"


def ask(script: ModuleType, work: Path, rows: int, k: tuple[int, int]) -> Any:
    return script.scenario.Scenario(rows, 4, k, ("sklearn",), work, "1g")


@pytest.mark.parametrize("contender", ["sklearn", "minibatch", "duckdb"])
def test_contenders_write_every_row_and_their_centres_weigh_near_the_best(
    script: ModuleType, table: Path, tmp_path: Path, contender: str
) -> None:
    best = script.scenario.reference.find_best(str(table), 4, range(2, 5), 3, tmp_path / "kept.json")
    asked = ask(script, tmp_path, 3000, (2, 4))
    task = script.programs.Task(table, 4, (2, 4), 5, tmp_path / "recipe.yaml")
    run = script.scenario.run_program(contender, task, asked, best)
    assert "problem" not in run, (tmp_path / f"{contender}.log").read_text()
    assert set(run["cost_ratios"]) == {"2", "3", "4"}
    assert min(run["cost_ratios"].values()) > 0.99
    assert run["cost_ratios"]["2"] == pytest.approx(1, abs=0.02)
    asked, task = replace(asked, rows=3001), replace(task, k=(2, 2))
    run = script.scenario.run_program(contender, task, asked, None)
    assert run["problem"] == "wrote 3,000 rows"


@pytest.mark.parametrize("contender", ["sklearn", "duckdb"])
def test_customers_are_written_with_all_columns_in_the_segment_of_the_nearest_centre(
    script: ModuleType, table: Path, tmp_path: Path, contender: str
) -> None:
    task = script.programs.Task(table, 4, (3, 3), 5, tmp_path / "recipe.yaml")
    command = script.programs.build_command(contender, task, tmp_path / "out")
    subprocess.run(command, check=True)
    frame = (
        ds.dataset(tmp_path / "out", partitioning="hive", exclude_invalid_files=True).to_table().to_pandas()
    )
    assert {*frame.columns} == {*pq.read_table(table).column_names, "segment"}
    points, scaler = scale(frame)
    centres = scaler.transform(script.programs.read_result(contender, tmp_path / "out").centres[3])
    distances = ((points[:, None, :] - centres[None]) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1)
    held = {(int(one), int(other)) for one, other in zip(nearest, frame["segment"], strict=True)}
    assert len(held) == 3, "up to renaming"


def test_a_contender_that_fails_is_told(script: ModuleType, tmp_path: Path) -> None:
    task = script.programs.Task(tmp_path / "absent", 4, (2, 3), 5, tmp_path / "recipe.yaml")
    run = script.scenario.run_program("sklearn", task, ask(script, tmp_path, 10, (2, 3)), None)
    assert run["problem"].startswith("exit 1: FileNotFoundError")


def test_the_reference_is_found_by_a_process_of_its_own(
    script: ModuleType, table: Path, tmp_path: Path
) -> None:
    asked = replace(ask(script, tmp_path, 3000, (2, 3)), starts=2)
    (tmp_path / "customers").symlink_to(table)
    found = script.scenario.find_reference(asked, tmp_path / "customers")
    assert set(found["costs"]) == {"2", "3"}
    assert (tmp_path / "customers.best-of-2-4f.json").exists()


@pytest.mark.parametrize("features", [4, 8, 50])
def test_the_task_as_a_recipe_is_a_valid_one(script: ModuleType, tmp_path: Path, features: int) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(script.programs.write_recipe(features, (2, 10)))
    read = recipe.load(str(path))
    assert len(read.segment_by) == features
    assert read.segments.range == (2, 10)
    assert read.segment_by["spend"].transform == "log1p"


def test_our_centres_come_back_from_the_model_scale(script: ModuleType, tmp_path: Path) -> None:
    features = [{"scale": 2.0, "centre": 1.0}, {"scale": 10.0, "centre": 0.0}]
    refined = [[0.0, 0.0], [1.0, 1.0]]
    (tmp_path / "model.json").write_text(json.dumps({"features": features, "centres": refined}))
    found = script.programs.read_centres(tmp_path)
    assert {k: rows.tolist() for k, rows in found.items()} == {2: [[1.0, 0.0], [3.0, 10.0]]}
    candidates = {"2": [[9, 9], [9, 9]], "3": [[0, 0], [1, 0], [0, 1]]}
    (tmp_path / "sweep_centres.json").write_text(json.dumps(candidates))
    found = script.programs.read_centres(tmp_path)
    assert found[2].tolist() == [[1.0, 0.0], [3.0, 10.0]]
    assert found[3].tolist() == [[1.0, 0.0], [3.0, 0.0], [1.0, 10.0]]


def test_our_rows_are_those_labelled_and_those_quarantined(script: ModuleType, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "r1"
    for part, rows in {"customers/segment=0/a": 3, "customers/segment=1/a": 4, "quarantine/a": 2}.items():
        (run / part).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"ID": list(range(rows))}), run / f"{part}.parquet")
    (tmp_path / "latest.json").write_text('{"run_id": "r1"}')
    (run / "run.json").write_text('{"k": 2}')
    (run / "model.json").write_text('{"features": [{"scale": 1, "centre": 0}], "centres": [[0], [1]]}')
    found = script.programs.read_result("custseg", tmp_path)
    assert (found.rows, found.k) == (9, 2)


@pytest.mark.parametrize(
    "arguments", [["--k", "5..2"], ["--k", "1..3"], ["--programs", "h2o"], ["--k", "2-9"]]
)
def test_wrong_arguments_are_refused(script: ModuleType, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        script.main(["--rows", "10", *arguments])
    assert ended.value.code == 2
