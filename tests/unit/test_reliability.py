"""docs/reliability.md says what the corpus and the results say, and every row of the results holds."""

import json
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from typing import Any

import pytest

from reliability import page
from tests.corpus import CASES, GROUPS


def test_the_page_is_up_to_date() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run scripts/reliability and commit the page"


def test_the_corpus_is_large_and_its_names_are_distinct() -> None:
    assert len(CASES) == sum(len(cases) for cases in GROUPS.values()) >= 60


@pytest.mark.parametrize("name", ["cluster.json", "faults.json"])
def test_every_row_of_the_results_holds(name: str) -> None:
    file = page.RESULTS / name
    found = json.loads(file.read_text())
    assert all(one["same"] for one in found.get("runs", []))
    assert all(one["held"] == one["tries"] > 0 for one in found.get("faults", []))


def test_the_stream_that_was_killed_wrote_every_row_once() -> None:
    file = page.RESULTS / "stream.json"
    if not file.exists():
        pytest.skip("stream.json was not made yet")
    found = json.loads(file.read_text())
    assert len(found["kills_at_seconds"]) >= 10
    assert found["rows_in"] == found["rows_out"] == found["ids_out"] > 0
    assert found["labels_unlike_score"] == 0
    assert f"| rows that were written | {found['rows_out']:,} |" in page.page()


def test_no_kind_of_cluster_and_no_fault_is_missing() -> None:
    """Every kind and fault that the scripts know, as often as they do it unasked."""
    script = _script("cluster-test")
    kinds = [one["kind"] for one in json.loads((page.RESULTS / "cluster.json").read_text())["runs"]]
    assert set(script.KINDS) == {"local[2]", "standalone", "local-cluster", "connect"}
    assert sorted(kinds) == sorted(script.KINDS)
    script = _script("fault-test")
    faults = json.loads((page.RESULTS / "faults.json").read_text())["faults"]
    tries = {one["name"]: one["tries"] for one in faults}
    once = {*script.ONCE, "train-after", "train-prune", "score-after"}
    assert {"cluster", "disk-full", "read-only", "input-removed", "input-changed", "two-at-once"} <= once
    assert tries == {**dict.fromkeys(once, 1), "train-kills": 30, "score-kills": 10}


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
    loader.exec_module(module)
    return module


def test_hostile_names_stay_text_on_the_page() -> None:
    assert "<script>" not in page.page()
