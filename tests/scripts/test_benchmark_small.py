"""scripts/benchmark-small: how commands are started, what is kept of them, and the count of instructions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.scripts.benchmark_results import MACHINE
from tests.scripts.load_script import ROOT, load_script


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load_script("benchmark-small")


@pytest.fixture
def task(script: ModuleType, tmp_path: Path) -> Any:
    table = tmp_path / "customers.csv"
    return script.SmallTask(table, tmp_path / "customers.xlsx", ROOT / "conf" / "mine.yaml", tmp_path)


def make_result(**seconds: float) -> dict[str, Any]:
    common = {"cpu_seconds": 1.0, "peak_mib": 900.0, "load_before": 0.1, "date": "2025-01-01"}
    turns = {name.replace("_", "-"): [{"seconds": middle, **common}] for name, middle in seconds.items()}
    return {
        "name": "customers", "table": "customers.csv", "rows": 2240, "date": "2025-01-01", "note": "",
        "machine": MACHINE, "instructions": None, "contenders": turns,
    }  # fmt: skip


def test_each_command_is_started_as_a_person_would(script: ModuleType, task: Any, tmp_path: Path) -> None:
    def build(name: str) -> str:
        return " ".join(script.build_command(name, task, tmp_path / "out"))

    assert f"custseg_spark.cli train --recipe {task.recipe} --input {task.table}" in build("train-sail")
    assert build("train-sail").endswith("--engine sail")
    assert build("compare").endswith(f"--to {tmp_path}/out --engine spark")
    assert f"init {task.table} --to {tmp_path}/out/recipe.yaml --engine sail" in build("init-sail")
    assert f"--input {task.sheet}" in build("app-sail")
    assert build("demo-sail").endswith(f"./scripts/demo {ROOT} {tmp_path}/out/clone")


def test_a_bare_environment_has_an_empty_home_and_nothing_of_ours(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from small_commands import build_bare_environment

    ours = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", f"{ours}{os.pathsep}/usr/bin")
    for name in ("CUSTSEG_ENGINE", "VIRTUAL_ENV", "PYTHONPATH", "UV_CACHE_DIR"):
        monkeypatch.setenv(name, "ours")
    found = build_bare_environment(tmp_path)
    assert found["PATH"] == "/usr/bin"
    assert (found["HOME"], found["UV_CACHE_DIR"]) == (f"{tmp_path}/home", f"{tmp_path}/cache")
    assert not list(Path(found["HOME"]).iterdir())
    assert not {"CUSTSEG_ENGINE", "VIRTUAL_ENV", "PYTHONPATH"} & set(found)


def test_a_command_that_leaves_nothing_is_told(
    script: ModuleType, task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import small_commands

    monkeypatch.setattr(small_commands, "build_command", lambda *_: [sys.executable, "-c", ""])
    for name in ("train-sail", "init", "app-sail", "demo-sail"):
        assert small_commands.run_small(name, task)["problem"].startswith("left no whole output"), name
    visit = "import sys; open(sys.argv[1], 'w').write('{\"seconds\": 0.25, \"proposal\": 0.1}')"
    monkeypatch.setattr(
        small_commands,
        "build_command",
        lambda _, __, output: [sys.executable, "-c", visit, f"{output}/visit.json"],
    )
    turn = small_commands.run_small("app-sail", task)
    assert (turn["seconds"], turn["proposal"]) == (0.25, 0.1), "the page's seconds are those of the visit"


def test_what_was_not_measured_again_is_kept_if_the_machine_is_the_same(
    script: ModuleType, tmp_path: Path
) -> None:
    page = script.small_page
    first = make_result(train=20, train_sail=5) | {
        "instructions": {"instructions": 47.2e9, "by": "v", "date": "d"}
    }
    page.save(first, tmp_path / "results")
    page.save(make_result(train_sail=4, app_sail=6), tmp_path / "results")
    script.readme.save(tmp_path / "results")
    found = (tmp_path / "README.md").read_text()
    assert "| `custseg train` | Spark | 2025-01-01 | 1 | 20.0 | 20.0-20.0 | 1.0 | 900 |" in found
    assert "| `custseg train` | Sail | 2025-01-01 | 1 | 4.0 |" in found
    assert "| the page, a spreadsheet to segments | Sail | 2025-01-01 | 1 | 6.0 |" in found
    assert "47.2 billion instructions in all processes, as v counts them (d)" in found
    assert "| Sail | 2,240 customers, custseg train | time | at most 5 s | 4.0 s | 1 | yes |" in found
    other = make_result(app_sail=3) | {"machine": {**MACHINE, "cpu": "Difference engine"}}
    assert list(page.save(other, tmp_path / "results")["contenders"]) == ["app-sail"]


def test_instructions_of_all_threads_and_processes_are_added(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valgrind = tmp_path / "bin" / "valgrind"
    valgrind.parent.mkdir()
    log = "#   Total instructions: 40"
    valgrind.write_text(f"""#!{sys.executable}
import os, sys
if "--version" in sys.argv:
    sys.exit(print("valgrind-3.19.0"))
pattern = next(word.partition("=")[2] for word in sys.argv if word.startswith("--log-file="))
for pid, counts in (("1", [40, 2]), ("2", [100])):
    text = "".join(f"==1== #   Total instructions: {{n}}\\n" for n in counts)
    open(pattern.replace("%p", pid), "w").write(text)
sys.exit(sys.argv[-1] == "fail")
""")
    valgrind.chmod(0o755)
    assert script.instructions.add_counts(f"==1== {log}\n==1== #   Total reps: 7\n==1== {log}") == 80
    monkeypatch.setenv("PATH", str(valgrind.parent), prepend=os.pathsep)
    counted = script.instructions.count_instructions(["true"], tmp_path / "logs", dict(os.environ))
    assert (counted["instructions"], counted["processes"]) == (142, 2)
    assert counted["by"] == "valgrind-3.19.0 (exp-bbv)"
    with pytest.raises(subprocess.CalledProcessError):
        script.instructions.count_instructions(["fail"], tmp_path / "logs", dict(os.environ))


def test_a_table_is_handed_to_the_page_as_a_spreadsheet(script: ModuleType, tmp_path: Path) -> None:
    import pandas as pd

    table = tmp_path / "customers.csv"
    table.write_text("ID\tspend\n1\t2\n2\t3.5\n")
    given = script.parser().parse_args([str(table), "--work", str(tmp_path / "work")])
    task, rows = script.prepare(given)
    assert rows == 2
    assert pd.read_excel(task.sheet).to_dict("list") == {"ID": [1, 2], "spend": [2.0, 3.5]}


def test_wrong_programs_are_refused(script: ModuleType) -> None:
    with pytest.raises(SystemExit) as ended:
        script.main(["customers.csv", "--programs", "demo"])
    assert ended.value.code == 2


def teardown_module() -> None:
    sys.modules.pop("small_commands", None)
