"""The page of benchmarks/: the bars, and each scenario once."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.scripts.benchmark_results import make_result, make_turns
from tests.scripts.load_script import load_script


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script("benchmark")


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
