"""docs/reliability.md says what the corpus and the results say, failures too."""

import json
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

from reliability import page
from tests.corpus import CASES, GROUPS


def test_the_page_is_up_to_date() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.build_page(), (
        "run scripts/reliability-page and commit the page"
    )


def test_the_corpus_is_large_and_its_names_are_distinct() -> None:
    assert len(CASES) == sum(len(cases) for cases in GROUPS.values()) >= 60


def test_a_failure_is_shown_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [
        {"kind": kind, "exit": code, "same": same, "seconds": 1.0, "customers": 9, "recipe": ""}
        for kind, code, same in (("local[2]", 0, True), ("standalone", 0, False), ("connect", None, False))
    ]
    failed = {"fault": "killed", "holds": "whole", "held": 29, "tries": 30}
    never = {"fault": "full", "holds": "refused", "held": 0, "tries": 1}
    counts = {"rows_in": 9, "rows_out": 8, "ids_out": 7, "batches": 2, "labels_unlike_score": 6}
    for name, found in {
        "cluster": {"spark": "4.0", "runs": runs},
        "faults": {"customers": 9, "faults": [failed, never]},
        "stream": {"kills_at_seconds": [1.5], **counts},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(found))
    monkeypatch.setattr(page, "RESULTS", tmp_path)
    lines = page.build_page().splitlines()
    assert "| local[2] | 0 | equal | 1 s |" in lines
    assert "| standalone | 0 | NOT equal | 1 s |" in lines
    assert "| connect | None | NOT equal | 1 s |" in lines
    assert "| killed | whole | 29 of 30 |" in lines
    assert "| full | refused | 0 of 1 |" in lines
    assert "| rows that were written | 8 |" in lines
    assert "| ids among them | 7 |" in lines
    assert "| labels unlike those of `score` | 6 |" in lines


def test_no_kind_of_cluster_and_no_fault_is_missing() -> None:
    """The results are of every kind and fault that the scripts know, as often as they do it unasked."""
    script = _script("cluster-test")
    runs = json.loads((page.RESULTS / "cluster.json").read_text())["runs"]
    of_spark_ml = [one["kind"] for one in runs if one["recipe"]]
    assert of_spark_ml == ["local[2]", "standalone"]
    kinds = [one["kind"] for one in runs if not one["recipe"]]
    assert sorted([*kinds, script.SPARK_ML]) == sorted(script.KINDS)
    script = _script("fault-test")
    unasked = script._parser().parse_args([])
    often = {"train-kills": unasked.train_kills, "score-kills": unasked.score_kills}
    for engine in ("spark", "sail"):
        faults = json.loads(page.find_faults(engine).read_text())["faults"]
        tries = {one["name"]: one["tries"] for one in faults}
        once = {*script.possible(None, root=True, engine=engine), "train-after", "train-prune", "score-after"}
        assert tries == dict.fromkeys(once, 1) | often


def test_what_needs_root_is_refused_by_name_and_left_out_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    script = _script("fault-test")
    everything = [*script.ONCE, *script.KILLS]
    assert script.possible("disk-full,two-at-once", root=False) is None
    assert "disk-full" in capsys.readouterr().err
    assert script.possible(None, root=False) == [name for name in everything if name not in script.ROOT_ONLY]
    assert "left out" in capsys.readouterr().err
    assert script.possible("disk-full", root=True) == ["disk-full"]
    assert script.possible(None, root=True) == everything
    assert script.possible("disk-fool", root=True) is None


def _script(name: str) -> Any:
    """One of scripts/ as a module."""
    loader = SourceFileLoader(name.replace("-", "_"), str(page.ROOT / "scripts" / name))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules[loader.name] = module  # where a dataclass looks for it
    loader.exec_module(module)
    return module


def test_hostile_names_stay_text_on_the_page() -> None:
    assert "<script>" not in page.build_page()
