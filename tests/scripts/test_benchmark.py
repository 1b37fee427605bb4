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
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
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


def make_turns(middle: float, **facts: Any) -> list[dict[str, Any]]:
    """Three turns around a middle."""
    common = {"cpu_seconds": 1.0, "peak_mib": 1000.0, "peak_mib_by_program": {"java": 900.0}, "exit_code": 0}
    found = {"load_before": 0.1, "k": 5, "date": "2025-01-01", **facts}
    return [{"seconds": middle * factor, **common, **found} for factor in (0.5, 1, 10)]


def make_result(
    script: ModuleType, rows: int, seconds: dict[str, float], k: tuple[int, int] = (2, 10), **facts: Any
) -> dict[str, Any]:
    """A result as the benchmark keeps it, with three turns of each program, which hold these facts."""
    facts = {"cost_ratios": {"5": 1.001}, **facts}
    return {
        "name": script.page.name_scenario(rows, 4, k),
        "date": "2025-01-01",
        "scenario": {"rows": rows, "features": 4, "k": list(k), "files": 1, "bytes": 10},
        "settings": {"driver_memory": "4g", "set": [], "note": "The copy stops it."},
        "machine": MACHINE,
        "reference": {"starts": 10, "costs": {"5": 1.0}, "k": 5},
        "contenders": {name: make_turns(middle, **facts) for name, middle in seconds.items()},
    }


MACHINE = {
    "cpu": "Abacus", "cores": 2, "memory_gib": 1.0, "system": "Linux", "python": "3", "java": "17",
    "versions": {"numpy": "2"},
}  # fmt: skip


def judge(script: ModuleType, **results: Any) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Where every bar stands that is not "not measured"."""
    rows = script.readme.bars.judge_bars(script.readme.Results(**results))
    return {row[:3]: row[4:] for row in rows if row[4] != "not measured"}


def test_the_bars_stand_where_the_medians_are(script: ModuleType) -> None:
    stages = {"sweep": 1.0, "choose": 3.0}
    million = {"custseg": 12, "custseg-sail": 7, "sklearn": 10, "copy": 8, "textbook": 60}
    ten = {"custseg": 40, "copy": 16, "custseg-sail": 15, "score-sail": 12, "copy-sail": 4, "sklearn": 50}
    results = [
        make_result(script, 1_000_000, million),
        make_result(script, 10_000_000, ten),
        make_result(script, 10_000_000, {"custseg": 50}, k=(2, 20), cost_ratios={"5": 1.0061}),
        make_result(script, 100_000_000, {"custseg": 150, "copy": 100, "custseg-sail": 30}, peak_mib=4097.0),
    ]
    wide = make_result(script, 1_000_000, {"custseg-sail": 60}, k=(2, 30), stages=stages)
    wide["scenario"]["features"] = 50
    found = judge(script, tables=[*results, wide])
    assert found == {
        ("Sail", "1 million", "scikit-learn, time"): ("0.70", "3", "yes"),
        ("Sail", "10 million", "scikit-learn, time"): ("0.30", "3", "yes"),
        ("Sail", "10 million", "plain copy, time"): ("3.75", "3", "no"),
        ("Sail", "10 million, custseg score", "plain copy, time"): ("3.00", "3", "no"),
        ("Sail", "100 million", "peak memory of all processes"): ("4,097 MiB", "3", "no"),
        ("Sail", "1 million, 50 features, k = 2..30", "time"): ("60.0 s", "3", "yes"),
        ("Sail", "all", "evidence beside the sweep, or beside 2 s"): ("1.50", "3", "no"),
        ("Sail", *COST): ("1.0010", "12", "yes"),
        ("Sail", *OTHER_K): ("0", "12", "yes"),
        ("Spark", "1 million", "plain copy, time"): ("1.50", "3", "yes"),
        ("Spark", "1 million", "textbook loop, time"): ("0.20", "3", "no"),
        ("Spark", "10 million", "plain copy, time"): ("2.50", "3", "no"),
        ("Spark", "10 million", "itself, k = 2..20 over k = 2..10, time"): ("1.25", "3", "yes"),
        ("Spark", "100 million, 4 GiB of driver memory", "plain copy, time"): ("1.50", "3", "yes"),
        ("Spark", "100 million", "itself at 10 million, peak memory"): ("4.10", "3", "no"),
        ("Spark", *COST): ("1.0061", "12", "no"),
        ("Spark", *OTHER_K): ("0", "12", "yes"),
    }
    results[0]["contenders"]["custseg"][0]["k"] = 4
    assert judge(script, tables=results)["Spark", *OTHER_K] == ("1", "12", "no")
    assert not judge(script)


COST = ("all with a reference", "best of 10 full-data starts, worst cost at any k")
OTHER_K = ("all with a reference", "turns that chose another k than all rows do")


def test_a_bar_takes_no_result_that_lacks_a_side_or_its_memory(script: ModuleType) -> None:
    both = make_result(script, 1_000_000, {"custseg-sail": 7, "sklearn": 10})
    alone = make_result(script, 1_000_000, {"custseg-sail": 1}) | {"date": "2025-02-02", "name": "alone"}
    key = ("Sail", "1 million", "scikit-learn, time")
    assert judge(script, tables=[both, alone])[key][0] == "0.70"
    later = make_result(script, 1_000_000, {"custseg-sail": 8, "sklearn": 10}) | {"date": "2025-02-02"}
    assert judge(script, tables=[later, both])[key][0] == "0.80", "the newest of those with as many turns"
    large = make_result(script, 100_000_000, {"custseg": 150, "copy": 100})
    large["settings"]["driver_memory"] = "12052m"
    assert ("Spark", "100 million, 4 GiB of driver memory", "plain copy, time") not in judge(
        script, tables=[large]
    )


def test_bars_of_small_tables_and_order_lines(script: ModuleType) -> None:
    times = {"train": 19, "train-sail": 4, "compare-sail": 6, "app-sail": 6, "demo-sail": 31}
    small = {"date": "2025-01-01", "contenders": {name: make_turns(middle) for name, middle in times.items()}}
    lines = {"custseg rfm": 12, "plain groupBy": 10, "custseg rfm-sail": 14, "plain groupBy-sail": 10}
    orders = {
        "rows": 100_000_000, "customers": 5_000_000, "date": "2025-01-01",
        "contenders": {name: make_turns(middle) for name, middle in lines.items()},
    }  # fmt: skip
    found = judge(script, small=[small], orders=[orders])
    assert sorted((key[0], figure, reached) for key, (figure, _, reached) in found.items()) == [
        ("Sail", "1.40", "no"),
        ("Sail", "31.0 s", "no"),
        ("Sail", "4.0 s", "yes"),
        ("Sail", "6.0 s", "no"),
        ("Sail", "6.0 s", "yes"),
        ("Spark", "1.20", "yes"),
        ("Spark", "19.0 s", "no"),
    ]


def test_a_failed_run_counts_in_no_median(script: ModuleType) -> None:
    result = make_result(script, 1_000_000, {"custseg": 12, "sklearn": 10})
    result["contenders"]["sklearn"][0]["problem"] = "exit 1: MemoryError"
    assert script.page.find_median(result, "sklearn") == 55
    (section,) = script.page.group_scenarios([result])
    row = script.page.tabulate_runs(section)[1]
    assert row[:5] == ("sklearn", "2025-01-01", "2", "55.0", "10.0-100.0")
    assert "sklearn failed: exit 1: MemoryError" in script.page.write_section(section)


def test_scenarios_gather_in_one_page(script: ModuleType, tmp_path: Path) -> None:
    results = tmp_path / "results"
    for rows in (10_000_000, 1_000_000):
        script.page.save(make_result(script, rows, {"custseg": 12, "sklearn": 10}), results)
    script.page.save(make_result(script, 1_000_000, {"custseg": 15, "sklearn": 10}), results)
    script.readme.save(results)
    assert len(list(results.glob("*.json"))) == 2
    page = (tmp_path / "README.md").read_text()
    assert page.index("## 1,000,000 rows") < page.index("## 10,000,000 rows")
    assert "| custseg | 2025-01-01 | 3 | 15.0 | 7.5-150.0 | 1.0 | 1,000 | 5 | 1.0010 | 1.00 |  |" in page
    assert "Not measured:" in page
    assert "The copy stops it." in page
    assert "2025-01-01: Abacus, 2 cores, 1.0 GiB" in page


def test_a_scenario_has_one_section_with_the_newest_turns_of_each_program(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = make_result(script, 1_000_000, {"custseg": 30, "textbook": 90}) | {
        "date": "2024-01-01",
        "name": "old",
    }
    bare = make_result(script, 1_000_000, {"custseg": 40}) | {"date": "2024-06-01", "name": "bare"}
    new = make_result(script, 1_000_000, {"custseg": 20, "custseg-sail": 10}) | {"name": "new"}
    bare["reference"] = new["reference"] = None
    for result in (old, bare, new):
        script.page.save(result, tmp_path / "results")
    script.readme.save(tmp_path / "results")
    page = (tmp_path / "README.md").read_text()
    assert page.count("## 1,000,000 rows") == 1
    rows = [
        line for line in page.splitlines() if line.startswith("| custseg | 20") or "textbook | 20" in line
    ]
    assert [row.split(" | ")[:4] for row in rows] == [
        ["| custseg", "2025-01-01", "3", "20.0"],
        ["| textbook", "2024-01-01", "3", "90.0"],
    ]
    assert " | 1.0010 | 1.00 | 2.00 |" in rows[0], "its costs are those of the last result with a reference"
    assert " | 3.00 |  |" in rows[1], "held against ours where both took turns"
    assert capsys.readouterr().err == "bare.json is superseded: newer results hold all its programs\n"


@pytest.mark.parametrize(
    "arguments", [["--k", "5..2"], ["--k", "1..3"], ["--programs", "h2o"], ["--k", "2-9"]]
)
def test_wrong_arguments_are_refused(script: ModuleType, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        script.main(["--rows", "10", *arguments])
    assert ended.value.code == 2
