"""Each store is given what it promises, and the commands work on the one that promises least."""

import json
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.implementations.webhdfs import WebHDFS

from custseg_spark import runs
from custseg_spark.runs import stores
from tests.support.records import LIVE, make_rfm_record, make_run_record
from tests.unit.half_written import HalfWritten, play, unwatch, watch
from tests.unit.pointers import NEW, OLD, ROOT, names

# The commands on such a store: no Spark, a run is its record.


def make(*ids: int) -> runs.Run:
    """A whole run whose segments have these ids, and which was held against the live one."""
    run = runs.begin_run(ROOT)
    run.write_record(make_run_record(run.run_id, *ids, live=LIVE))
    return run


def test_runs_are_published_promoted_rolled_back_listed_and_pruned_there(rename: str) -> None:
    made = sorted((make(0, 1) for _ in range(5)), key=lambda run: run.run_id)
    for run in made[:3]:
        runs.publish_run(run)
    assert runs.find_latest(ROOT) == made[2]
    assert runs.find_live(ROOT) == made[0]
    runs.promote_run(made[1], "better")
    runs.promote_run(made[2], "better still")
    assert runs.roll_back(ROOT) == made[1]
    assert runs.find_live(ROOT) == made[1]
    assert [entry["run_id"] for entry in runs.read_history(ROOT)] == [made[i].run_id for i in (0, 1, 2, 1)]
    listed = runs.list_runs(ROOT)
    assert [one.run for one in listed] == made
    assert [one.status for one in listed] == ["done"] * 5
    assert [one.live for one in listed] == [False, True, False, False, False]
    assert [one.latest for one in listed] == [False, False, True, False, False]
    assert runs.prune_runs(ROOT, keep=1, older_than_hours=24) == [made[3].path]
    assert runs.find_live(ROOT) == made[1]
    assert runs.find_run(ROOT, made[4].run_id) == made[4]


def test_whoever_looks_while_runs_are_published_and_promoted_finds_whole_ones(rename: str) -> None:
    first, second = make(0, 1), make(0, 1)
    runs.publish_run(first)
    whole = {first, second}
    steps: list[str] = []

    def look(operation: str) -> None:
        steps.append(operation)
        latest, live = runs.find_latest(ROOT), runs.find_live(ROOT)
        assert latest in whole
        assert live in whole
        assert all(one.status == "done" for one in runs.list_runs(ROOT))
        assert runs.read_history(ROOT)

    watch(look)
    runs.publish_run(second)
    runs.promote_run(second, "better")
    runs.roll_back(ROOT)
    unwatch()
    assert len(steps) > 30


def test_versions_stand_in_nobodys_way(rename: str) -> None:
    run = make(0, 1)
    for name in ("recipe.yaml", "report.html", "recipe.yaml", "recipe.yaml"):
        run.write(name, f"{name} {'x' * 40}")
    assert runs.list_below(run.path) == ["recipe.yaml", "report.html", "run.json"]
    beside = [name.rpartition("/")[2] for name in names()]
    plain = {"recipe.yaml", "report.html", "run.json"}
    assert all(name in plain or name.startswith(".") for name in beside), "Spark and pyarrow pass over them"
    assert json.loads(HalfWritten.content[run.at("run.json").removeprefix("halfway://")])["status"] == "done"


def test_the_customers_of_order_lines_are_found_there(rename: str) -> None:
    for at in ("runs/a/customers", "runs/b/customers"):
        runs.write_file(f"{ROOT}/{runs.CUSTOMERS}", make_rfm_record(at[5]).to_json())
    assert runs.find_customers(ROOT) == f"{ROOT}/runs/b/customers"


# Stores that promise more get what they promise, and nothing beside it.


def test_a_store_whose_rename_replaces_is_given_one(halfway: None) -> None:
    HalfWritten.rename = "replaces"
    runs.write_file("sftp://out/latest.json", OLD)
    told: list[bytes | None] = []
    operations: list[str] = []

    def look(operation: str) -> None:
        operations.append(operation)
        told.append(runs.read_file("sftp://out/latest.json"))

    watch(look)
    runs.write_file("sftp://out/latest.json", NEW)
    unwatch()
    assert set(told) == {OLD.encode()}, "the rename is the last step"
    assert operations[-1] == "mv"
    assert "rm" not in operations
    assert names() == ["out/latest.json"]
    assert runs.read_file("sftp://out/latest.json") == NEW.encode()


def test_an_object_store_is_given_one_put_and_read_by_one_get(halfway: None) -> None:
    runs.write_file("oss://out/latest.json", OLD)
    operations: list[str] = []
    watch(operations.append)
    runs.write_file("oss://out/latest.json", NEW)
    assert [one for one in operations if one != "block"] == ["mkdir", "open", "opened"]
    operations.clear()
    assert runs.read_file("oss://out/latest.json") == NEW.encode()
    assert operations == ["cat"]
    assert names() == ["out/latest.json"]


def test_a_local_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    for content in (OLD, NEW):
        runs.write_file(str(tmp_path / "deep" / "latest.json"), content)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["latest.json"]
    assert (tmp_path / "deep" / "latest.json").read_text() == NEW


@pytest.mark.parametrize(
    "files, promise",
    [
        (LocalFileSystem, "rename"),
        (MemoryFileSystem, "put"),
        (WebHDFS, "neither"),
        (play("https"), "put"),
        (play("hdfs"), "neither"),
        (play("s3"), "put"),
        (play("abfs"), "put"),
        (play("nobody-knows"), "neither"),
    ],
)
def test_what_is_not_known_to_promise_more_is_taken_for_hdfs(files: Any, promise: str) -> None:
    assert stores.classify(files) == promise
