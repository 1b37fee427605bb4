"""scripts/benchmark without Spark: the reference, the contenders' notes, the pages."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from custseg_spark import recipe

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("benchmark", str(ROOT / "scripts" / "benchmark"))
    spec = importlib.util.spec_from_loader("benchmark", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("made") / "customers"
    arguments = ["--rows", "3000", "--files", "2", "--dirty", "0", "--output", str(output)]
    subprocess.run([sys.executable, ROOT / "scripts" / "make_customers", *arguments], check=True)
    return output


def scaled(table: Path) -> tuple[np.ndarray, StandardScaler]:
    """The four features by way of pandas and scikit-learn."""
    frame = pq.read_table(table).to_pandas()
    spend = np.log1p(frame.filter(like="Mnt").sum(axis=1))
    income = frame["Income"].fillna(frame["Income"].median())
    raw = np.column_stack([spend, frame["Recency"], frame["NumDealsPurchases"], income])
    scaler = StandardScaler()
    return scaler.fit_transform(raw), scaler


def test_the_cost_is_the_inertia_of_scikit_learn(script: ModuleType, table: Path) -> None:
    reference = script.reference
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
    monkeypatch.setattr(script.reference, "BATCH", 70)  # several batches
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(200, 3)), rng.integers(0, 4, 200)
    expected = silhouette_score(points, labels, metric="sqeuclidean")
    assert script.reference.measure_silhouette(points, labels, 4) == pytest.approx(expected)


def test_the_reference_is_kept_and_only_what_is_missing_is_found(
    script: ModuleType, table: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.json"
    first = script.reference.find_best(str(table), 4, range(2, 4), 2, kept)
    assert first["costs"]["2"] > first["costs"]["3"] > 0
    assert first["rows"] == 3000
    planted = json.loads(kept.read_text())
    planted["costs"]["3"] = 1.0
    kept.write_text(json.dumps(planted))
    again = script.reference.find_best(str(table), 4, range(2, 6), 2, kept)
    assert again["costs"]["3"] == 1.0
    assert max(again["silhouettes"], key=again["silhouettes"].get) == "5"


def test_scikit_learn_writes_every_row_and_its_centres_weigh_near_the_best(
    script: ModuleType, table: Path, tmp_path: Path
) -> None:
    asked = ["--rows", "3000", "--k", "2..4", "--work", str(tmp_path), "--driver-memory", "1g"]
    given = script.parser().parse_args(asked)
    best = script.reference.find_best(str(table), 4, range(2, 5), 3, tmp_path / "kept.json")
    task = script.programs.Task(table, 4, (2, 4), 5, tmp_path / "recipe.yaml")
    run = script.one_run("sklearn", task, given, best)
    assert "problem" not in run, (tmp_path / "sklearn.log").read_text()
    assert set(run["cost_ratios"]) == {"2", "3", "4"}
    assert min(run["cost_ratios"].values()) > 0.99
    assert run["cost_ratios"]["2"] == pytest.approx(1, abs=0.01)
    given.rows, task = 3001, replace(task, k=(2, 2))
    assert script.one_run("sklearn", task, given, None)["problem"] == "wrote 3,000 rows"


def test_a_contender_that_fails_is_told(script: ModuleType, tmp_path: Path) -> None:
    given = script.parser().parse_args(["--rows", "10", "--work", str(tmp_path)])
    task = script.programs.Task(tmp_path / "absent", 4, (2, 3), 5, tmp_path / "recipe.yaml")
    run = script.one_run("sklearn", task, given, None)
    assert run["problem"].startswith("exit 1: FileNotFoundError")


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


def made_up(
    script: ModuleType,
    rows: int,
    seconds: dict[str, float],
    k: tuple[int, int] = (2, 10),
    peak: float = 1000.0,
    ratio: float = 1.001,
) -> dict[str, Any]:
    """A result as the benchmark keeps it, with three runs of each contender."""

    def runs(middle: float) -> list[dict[str, Any]]:
        common = {
            "cpu_seconds": 1.0,
            "peak_mib": peak,
            "peak_mib_by_program": {"java": 900.0},
            "exit_code": 0,
        }
        found = {"load_before": 0.1, "k": 5, "cost_ratios": {"5": ratio}}
        return [{"seconds": middle * factor, **common, **found} for factor in (0.5, 1, 10)]

    return {
        "name": script.page.name_scenario(rows, 4, k),
        "date": "2025-01-01",
        "scenario": {"rows": rows, "features": 4, "k": list(k), "files": 1, "bytes": 10},
        "settings": {"driver_memory": "4g", "set": [], "note": "The copy stops it."},
        "machine": script.page.describe_machine(),
        "reference": {"starts": 10, "costs": {"5": 1.0}, "k": 5},
        "contenders": {name: runs(middle) for name, middle in seconds.items()},
    }


def test_the_bars_stand_where_the_medians_are(script: ModuleType) -> None:
    results = [
        made_up(script, 1_000_000, {"custseg": 12, "sklearn": 10, "textbook": 60, "custseg-sail": 9}),
        made_up(
            script,
            10_000_000,
            {"custseg": 40, "sklearn": 60, "copy": 16, "custseg-sail": 15, "score-sail": 12, "copy-sail": 4},
        ),
        made_up(script, 10_000_000, {"custseg": 50}, k=(2, 20), ratio=1.0061),
        made_up(script, 100_000_000, {"custseg": 100, "copy": 100}, peak=1050.0),
        made_up(script, 100_000_000, {"custseg-sail": 30, "copy-sail": 12, "sklearn": 60}),
    ]
    rows = [row[3:] for row in script.readme.judge_bars(results)]
    assert rows == [
        ("1.20", "3", "yes"),
        ("0.20", "3", "no"),
        ("0.67", "3", "no"),
        ("2.50", "3", "no"),
        ("1.00", "3", "yes"),
        ("1.05", "3", "yes"),
        ("not measured", "", ""),
        ("1.25", "3", "yes"),
        ("0.90", "3", "yes"),
        ("0.25", "3", "yes"),
        ("0.94", "3", "no"),
        ("3.00", "3", "no"),
        ("2.50", "3", "yes"),
        ("1.0061", "12", "no"),
        ("0", "12", "yes"),
    ]
    results[0]["contenders"]["custseg"][0]["k"] = 4
    assert script.readme.judge_bars(results)[-1][3:] == ("1", "12", "no")
    assert {row[3] for row in script.readme.judge_bars([])} == {"not measured"}


def test_a_failed_run_counts_in_no_median(script: ModuleType) -> None:
    result = made_up(script, 1_000_000, {"custseg": 12, "sklearn": 10})
    result["contenders"]["sklearn"][0]["problem"] = "exit 1: MemoryError"
    assert script.page.find_median(result, "sklearn") == 55
    row = script.page.tabulate_runs(result)[1]
    assert row[:4] == ("sklearn", "2", "55.0", "10.0-100.0")
    assert "sklearn failed: exit 1: MemoryError" in script.page.write_markdown(result)


def test_scenarios_gather_in_one_page(script: ModuleType, tmp_path: Path) -> None:
    results = tmp_path / "results"
    for rows in (10_000_000, 1_000_000):
        script.page.save(made_up(script, rows, {"custseg": 12, "sklearn": 10}), results)
    script.page.save(made_up(script, 1_000_000, {"custseg": 15, "sklearn": 10}), results)
    script.readme.save(results)
    assert len(list(results.glob("*.json"))) == len(list(results.glob("*.md"))) == 2
    page = (tmp_path / "README.md").read_text()
    assert page.index("## 1,000,000 rows") < page.index("## 10,000,000 rows")
    assert "| custseg | 3 | 15.0 | 7.5-150.0 | 1.0 | 1,000 | 5 | 1.0010 | 1.00 |" in page
    assert "Not measured:" in page
    assert "The copy stops it." in page


@pytest.mark.parametrize(
    "arguments", [["--k", "5..2"], ["--k", "1..3"], ["--against", "h2o"], ["--k", "2-9"]]
)
def test_wrong_arguments_are_refused(script: ModuleType, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        script.main(["--rows", "10", *arguments])
    assert ended.value.code == 2
