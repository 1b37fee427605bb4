"""What the scripts of docs/reliability.md call held and not held: runs that are made up, whole and broken."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from reliability import faults, kills, outcome

ROOT = Path(__file__).parents[2]
SEGMENTS = {"a": 0, "b": 1, "c": 1}


def write_run(run: Path, segments: dict[str, int] = SEGMENTS, quarantined: int = 1, **record: Any) -> Path:
    """A run as `train` leaves it, for three customers; its files are empty but for what is counted."""
    for name in outcome.FILES:
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).touch()
    for name, table in {
        "customers": pd.DataFrame({"id": list(segments), "segment": list(segments.values())}),
        "quarantine": pd.DataFrame({"id": ["bad"] * quarantined}),
    }.items():
        (run / name).mkdir()
        table.to_parquet(run / name / "part.parquet", index=False)
    rows, recipe = {"accepted": 3, "quarantined": 1}, {"input": {"id": "id"}}
    whole = {"status": "done", "rows": rows, "recipe": recipe}
    (run / "run.json").write_text(json.dumps(whole | record))
    return run


def point(output: Path, run: str, *pointers: str) -> None:
    for name in pointers or ("latest.json", "live.json"):
        (output / name).write_text(json.dumps({"run_id": run}))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The output of one whole run."""
    write_run(tmp_path / "out" / "runs" / "r1")
    point(tmp_path / "out", "r1")
    return tmp_path / "out"


def script(name: str) -> ModuleType:
    loader = SourceFileLoader(name.replace("-", "_"), str(ROOT / "scripts" / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules[loader.name] = module  # where a dataclass looks for it
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", outcome.FILES)
def test_a_run_that_lacks_a_file_is_not_whole(output: Path, name: str) -> None:
    run = output / "runs" / "r1"
    assert outcome.find_flaw(run) == ""
    (run / name).unlink()
    assert outcome.find_flaw(run) == f"lacks {name}"
    assert faults.find_pointer_flaw(output) == f"latest.json: lacks {name}"


@pytest.mark.parametrize(
    "changed, flaw",
    [
        ({"status": "running"}, "its status is running"),
        ({"segments": {"a": 0, "b": 1}}, "2 customers written, 3 accepted"),
        ({"quarantined": 2}, "2 rows in quarantine, 1 told"),
        ({"rows": {"accepted": 4, "quarantined": 1}}, "3 customers written, 4 accepted"),
    ],
)
def test_a_run_that_holds_other_rows_than_it_says_is_not_whole(
    tmp_path: Path, changed: dict[str, Any], flaw: str
) -> None:
    assert outcome.find_flaw(write_run(tmp_path / "run", **changed)) == flaw


@pytest.mark.parametrize("pointer", ["latest.json", "live.json"])
@pytest.mark.parametrize("text", [None, "", '{"run_id": "r', "{}", '{"run_id": "r2"}'])
def test_a_pointer_that_is_gone_torn_or_names_no_run_is_a_flaw(
    output: Path, pointer: str, text: str | None
) -> None:
    assert faults.find_pointer_flaw(output) == ""
    (output / pointer).unlink()
    if text is not None:
        (output / pointer).write_text(text)
    assert faults.find_pointer_flaw(output).startswith(f"{pointer}: ")


SAID = "INFO read\nerror: no space is left\n  free some\n"


@pytest.mark.parametrize(
    "code, said, pointer, held",
    [
        (4, SAID, False, True),
        (1, SAID, False, False),
        (None, SAID, False, False),  # it hung
        (4, "INFO read\n", False, False),
        (4, f"Traceback (most recent call last)\n{SAID}", False, False),
        (4, SAID, True, False),
    ],
)
def test_refused_is_the_exit_code_one_line_and_nothing_published(
    tmp_path: Path, code: int | None, said: str, pointer: bool, held: bool
) -> None:
    if pointer:
        point(tmp_path, "r1")
    assert faults._is_refused(tmp_path, code, said, 4) is held


def two_runs(output: Path, second: dict[str, Any], codes: tuple[int, int] = (0, 0)) -> bool:
    """`run_two_at_once` where the first run is whole and the second as told."""
    shutil.rmtree(output)
    runs = iter([{}, second])
    ends = iter(codes)

    def train(to: Path, log: str) -> None:
        name = log.replace("log", "r")
        write_run(to / "runs" / name, **next(runs))
        point(to, name)

    bench = SimpleNamespace(
        make_output=lambda name: output,
        start_training=train,
        wait_for=lambda process: next(ends),
        read_log=lambda *log: "",
    )
    return faults.run_two_at_once(bench)  # type: ignore[arg-type]


def test_two_runs_at_once_hold_where_both_are_whole_and_alike(output: Path) -> None:
    assert two_runs(output, {})
    assert not two_runs(output, {}, codes=(0, 4))
    assert not two_runs(output, {"status": "running"})
    assert not two_runs(output, {"segments": {"a": 1, "b": 1, "c": 0}})


@pytest.mark.parametrize("spoilt", [(), (1,), (0, 2), (0, 1, 2)])
def test_kills_that_tear_a_pointer_or_a_run_are_not_counted_as_held(
    output: Path, monkeypatch: pytest.MonkeyPatch, spoilt: tuple[int, ...]
) -> None:
    """Three kills; the `spoilt` ones leave a half-written run behind the pointer until the next."""
    numbers = iter(range(3))
    (output.parent / "log").write_text("INFO read 1\nINFO check 1\n")

    def kill(*_: Any) -> str:
        record: dict[str, Any] = {"status": "running" if next(numbers) in spoilt else "done"}
        shutil.rmtree(output / "runs" / "r1")
        write_run(output / "runs" / "r1", **record)
        return "read"

    monkeypatch.setattr(kills, "kill", kill)
    monkeypatch.setattr(kills, "_prune", lambda *_: not spoilt)
    bench = SimpleNamespace(
        make_output=lambda name: output,
        start_training=lambda to: None,
        wait_for=lambda process: 0,
        has_same_labels=lambda to: 1 not in spoilt,
    )
    rows = kills.kill_training(bench, 3, 0, lambda line: None)  # type: ignore[arg-type]
    assert (rows["train-kills"]["held"], rows["train-kills"]["tries"]) == (3 - len(spoilt), 3)
    assert rows["train-after"]["held"] == int(1 not in spoilt and 2 not in spoilt)
    assert rows["train-prune"]["held"] == int(not spoilt)
    assert f"what they left: {int(2 in spoilt)} run directories" in rows["train-prune"]["fault"]


def test_a_score_holds_where_its_pointer_names_the_labels_of_the_run(output: Path, tmp_path: Path) -> None:
    bench: Any = SimpleNamespace(expected=output)
    assert kills._find_score_flaw(tmp_path / "to", bench) == "no pointer"
    scores = tmp_path / "to" / "scores"
    for name, segments in {"s1": SEGMENTS, "s2": {**SEGMENTS, "c": 0}, "s3": {"a": 0, "b": 1}}.items():
        write_run(scores / name, segments)
        point(scores, name, "latest.json")
        assert kills._find_score_flaw(tmp_path / "to", bench) == (
            "" if name == "s1" else f"{name} has other labels"
        )


@pytest.mark.parametrize("held", [True, False])
def test_fault_test_ends_with_1_where_something_did_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    tool = script("fault-test")
    monkeypatch.setattr(tool.faults, "Bench", lambda work, customers: SimpleNamespace(seconds=0.0))
    monkeypatch.setattr(tool.programs, "end_with_us", lambda: None)
    monkeypatch.setitem(tool.ONCE, "two-at-once", ("two", "both", lambda bench: held))
    results = tmp_path / "results" / "faults.json"
    monkeypatch.setattr(sys, "argv", ["fault-test", "--only", "two-at-once", "--results", str(results)])
    assert tool.main() == int(not held)
    assert [(row["held"], row["tries"]) for row in json.loads(results.read_text())["faults"]] == [(held, 1)]


@pytest.mark.parametrize(
    "local, cluster, same",
    [
        ({}, {}, [True, True]),
        ({}, {"segments": {"a": 1, "b": 1, "c": 1}}, [True, False]),
        ({}, {"problem": "exit 1"}, [True, False]),
        ({}, None, [True, False]),  # the run on the cluster came to nothing
        (None, {}, [False, False]),  # there is nothing to hold it against
    ],
)
def test_a_cluster_is_called_equal_only_where_every_label_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    local: dict[str, Any] | None,
    cluster: dict[str, Any] | None,
    same: list[bool],
) -> None:
    tool = script("cluster-test")
    made = {"local[2]": local, "connect": cluster}

    def run(kind: str, *_: Any) -> dict[str, Any]:
        asked = made[kind]
        shown = None if asked is None else dict(asked)
        problem = "no pointer" if shown is None else shown.pop("problem", "")
        left = None if shown is None else write_run(tmp_path / kind, **shown)
        return {"kind": kind, "problem": problem, "run": left}

    monkeypatch.setattr(tool, "run", run)
    monkeypatch.setattr(tool.subprocess, "run", lambda *_, **__: None)
    monkeypatch.setattr(tool.tables, "write_table", lambda *_: (None, None))
    assert [one["same"] for one in tool.all_of(["connect"], 3, tmp_path, 1)] == same


def test_a_stream_that_lost_or_doubled_a_row_did_not_hold() -> None:
    right = {"rows_in": 9, "rows_out": 9, "ids_out": 9, "labels_unlike_score": 0}
    held = script("stream-test").held
    assert held(right)
    for wrong in (
        {"rows_out": 10},
        {"rows_out": 8, "ids_out": 8},
        {"ids_out": 8},
        {"labels_unlike_score": 1},
    ):
        assert not held(right | wrong)
