"""Records are typed and versioned: those of before are read, those of a newer version are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from custseg_spark import cli, runs
from custseg_spark.app.run_view import RunView, list_published
from custseg_spark.app.side_by_side import compare_runs
from custseg_spark.errors import RunError
from custseg_spark.model import Model
from custseg_spark.runs.record import SCHEMA_VERSION, parse_record
from custseg_spark.schema import NEWER
from custseg_spark.segments import Baseline
from custseg_spark.steps.segment_ids import read_ids_used
from tests.support.kept import FAILED, FIRST, KEPT, SECOND
from tests.support.records import LIVE, make_rfm_record, make_run_record, make_score_record


@pytest.fixture
def kept(tmp_path: Path) -> str:
    """The output of version 0.1.0, where it may be changed."""
    shutil.copytree(KEPT / "output", tmp_path / "output")
    return str(tmp_path / "output")


def edit(path: str, **changes: Any) -> None:
    found = json.loads(Path(path).read_text())
    Path(path).write_text(json.dumps(found | changes))


def test_runs_of_an_older_version_are_listed_shown_promoted_and_rolled_back(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [(one.run.run_id, one.status) for one in runs.list_runs(kept)] == [
        (FIRST, "done"), (SECOND, "done"), (FAILED, "failed"),
    ]  # fmt: skip
    assert cli.main(["runs", "list", "--output", kept]) == 0
    first, second, failed = capsys.readouterr().out.splitlines()[1:]
    assert first.split() == [FIRST, "done", "3", "60", "live"]
    assert second.split() == [SECOND, "done", "3", "60", "fine", "latest"]
    assert failed.split() == [FAILED, "failed"]
    assert cli.main(["runs", "promote", SECOND, "--output", kept]) == 0
    assert cli.main(["runs", "show", "--output", kept]) == 0
    shown = capsys.readouterr().out
    assert f"run {SECOND}: 3 segments, 3 segments have the best silhouette (0.994)" in shown
    assert "2        Small, rare           20  33.3%" in shown
    assert "“Big” (0) continues: 100 % of its customers are the same" in shown
    assert cli.main(["runs", "rollback", "--output", kept]) == 0
    assert runs.find_live(kept) == runs.Run(kept, FIRST)
    assert read_ids_used(kept) == {0, 1, 2}


def test_runs_scores_and_audiences_of_an_older_version_are_pruned(kept: str) -> None:
    older = []
    for kind in ("scores", "audiences"):
        (newest,) = (path for path in Path(kept, kind).iterdir() if path.is_dir())
        older.append(str(newest.with_name("20250101T000000.000Z-0000")))
        shutil.copytree(newest, older[-1])
    assert runs.prune_runs(kept, keep=1, older_than_hours=1e6) == older, "live and latest runs stay"
    assert runs.prune_runs(kept, keep=1, older_than_hours=0) == [f"{kept}/runs/{FAILED}"]


def test_the_first_runs_ever_are_read_though_they_say_less(kept: str) -> None:
    path = Path(f"{kept}/runs/{FIRST}/run.json")
    found = json.loads(path.read_text())
    early = {
        key: value for key, value in found.items() if key not in ("types", "structure", "ids_used", "live")
    }
    path.write_text(json.dumps({**early, "gone": "a key that nobody knows any more"}))
    record = runs.find_run(kept, FIRST).read_record()
    assert (record.types, record.structure, record.ids_used, record.live) == ({}, None, (0, 1, 2), None)


def test_the_app_opens_and_compares_runs_of_an_older_version(kept: str) -> None:
    second, first = (RunView(one.run) for one in list_published(kept))
    assert first.names == {0: "Big", 1: "Mid, frequent", 2: "Small, rare"}
    assert first.record.rows.read == len(first.sample) == 60
    assert first.summary.segment(0).fact.text.startswith("spend 4,150 euro")
    assert len(first.points) == 60
    flows, share = compare_runs(first, second)
    assert share == 1.0
    assert len(flows) == 3


def test_scores_audiences_and_customer_tables_of_an_older_version_are_read(kept: str) -> None:
    score = runs.find_latest(kept, "scores").read_any_record()  # type: ignore[union-attr]
    assert isinstance(score, runs.ScoreRecord)
    assert (score.run_id, score.versions, score.scans["total"]) == (FIRST, {}, 1)
    audience = runs.find_latest(kept, "audiences").read_any_record()  # type: ignore[union-attr]
    assert isinstance(audience, runs.AudienceRecord)
    assert (audience.rows, audience.segments[0].members) == (None, 20)
    orders = str(KEPT / "orders")
    table = runs.find_customers(orders)
    assert table == f"{orders}/runs/20261128T073642.828Z-7ed2/customers"
    with pytest.raises(RunError, match="holds runs, and none of them made a customer table"):
        runs.find_customers(kept)
    days = runs.find_kept_days(orders)
    assert days is not None
    assert list(days.days) == [f"2011-03-0{day}" for day in (1, 2, 3, 4)]


@pytest.mark.parametrize("name", ["run.json", "model.json", "baseline.json"])
def test_what_a_newer_version_wrote_is_refused_in_one_line(
    kept: str, name: str, no_session: None, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(f"{kept}/runs/{FIRST}/{name}", schema_version=SCHEMA_VERSION + 1, tomorrow="new")
    asked = ["score", "--output", kept, "--input", str(KEPT / "customers.csv"), "--to", kept]
    if name == "run.json":
        assert cli.main(asked) == 4
        *_, error, remedy = capsys.readouterr().err.splitlines()
        assert error.startswith("error: ")
        assert (
            f"{name} was written by a newer custseg_spark: its schema version is {SCHEMA_VERSION + 1}"
            in error
        )
        assert remedy.startswith("  use that version of custseg_spark")
        return
    read = Model.from_json if name == "model.json" else Baseline.from_json
    with pytest.raises(RunError, match=f"{name} was written by a newer custseg_spark") as refused:
        read(Path(f"{kept}/runs/{FIRST}/{name}").read_text())
    assert refused.value.code == NEWER


def test_a_run_of_a_newer_version_stays_and_its_ids_are_not_given_again(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(f"{kept}/runs/{SECOND}/run.json", schema_version=SCHEMA_VERSION + 1)
    assert cli.main(["runs", "list", "--output", kept]) == 0
    assert capsys.readouterr().out.splitlines()[2].split() == [SECOND, "done", "latest"]
    assert [one.run.run_id for one in list_published(kept)] == [FIRST]
    assert SECOND not in str(runs.prune_runs(kept, keep=1, older_than_hours=0))
    assert cli.main(["runs", "promote", SECOND, "--output", kept]) == 4
    with pytest.raises(RunError, match="newer"):
        read_ids_used(kept)


@pytest.mark.parametrize(
    "changes, what",
    [
        ({"k": "many"}, "k: Input should be a valid integer"),
        ({"segments": [{"segment": 0}]}, "segments.0.name: Field required"),
        ({"recipe": 7}, "recipe: Input should be a valid dictionary"),
        ({"segments": [7]}, "'int' object has no attribute 'get'"),
        ({"segments": None}, "'NoneType' object is not iterable"),
        ({"status": "odd"}, "its status is 'odd'"),
        ({"schema_version": "2"}, "schema_version: '2' is no version"),
        ({"schema_version": True}, "schema_version: True is no version"),
        ({"schema_version": 0}, "schema_version: 0 is no version"),
    ],
)
def test_a_record_that_somebody_edited_is_refused_in_one_line(
    kept: str, changes: dict[str, Any], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(f"{kept}/runs/{FIRST}/run.json", **changes)
    assert cli.main(["runs", "show", "--output", kept]) == 4
    error, remedy = capsys.readouterr().err.splitlines()
    assert error.startswith(f"error: {kept}/runs/{FIRST}/run.json can't be read: {what}")
    assert remedy == "  put back the file as it was written"


def test_a_record_is_whole_and_holds_nothing_else() -> None:
    with pytest.raises(ValidationError):
        make_run_record("a", 0, tomorrow="new")
    with pytest.raises(ValidationError):
        runs.ScoreRecord(score_id="a")  # type: ignore[call-arg]
    whole = json.loads(make_run_record("a", 0, 1).to_json())
    assert list(whole)[:3] == ["schema_version", "status", "run_id"]
    with pytest.raises(RunError, match=r"run\.json can't be read: tomorrow: Extra inputs"):
        parse_record(json.dumps({**whole, "tomorrow": "new"}).encode(), "run.json", "runs")


@pytest.mark.parametrize(
    "record, kind",
    [
        (make_run_record("a", 0, 5, live=LIVE, scores={"k": 2, "gap": 0.5, "jaccards": (1.0,)}), "runs"),
        (make_rfm_record("a"), "runs"),
        (runs.RunningRecord(run_id="a"), "runs"),
        (
            runs.FailedRecord(run_id="a", input="b", recipe={}, engine=None, versions={}, error="c"),
            "audiences",
        ),
        (make_score_record("a"), "scores"),
    ],
)
def test_a_record_reads_back(record: runs.Record, kind: runs.Kind) -> None:
    assert parse_record(record.to_json().encode(), "a.json", kind) == record


def test_a_run_that_is_not_whole_and_one_without_segments_are_told_apart(tmp_path: Path) -> None:
    run = runs.begin_run(str(tmp_path))
    with pytest.raises(RunError, match="is not whole: its status is running"):
        runs.find_run(str(tmp_path), run.run_id)
    run.write_record(make_rfm_record(run.run_id))
    with pytest.raises(RunError, match="has no segments: custseg train did not make it"):
        runs.find_run(str(tmp_path), run.run_id)
    assert [(one.status, one.record) for one in runs.list_runs(str(tmp_path))] == [("done", None)]
    assert cli.main(["runs", "list", "--output", str(tmp_path)]) == 0


def test_models_and_baselines_of_both_versions_are_the_same() -> None:
    at = KEPT / "output" / "runs" / FIRST
    versions = (Model.from_json, "model.json", 4), (Baseline.from_json, "baseline.json", 3)
    for read, name, version in versions:
        found = read((at / name).read_text())
        assert json.loads(found.to_json())["schema_version"] == version
        assert read(found.to_json()) == found
    with pytest.raises(RunError, match="another format"):
        Model.from_json((at / "model.json").read_text().replace('"format": 1', '"format": 2'))
    for broken in ('{"format": 2}', '{"schema_version": 2}', "[]", "{"):
        with pytest.raises(RunError, match=r"model\.json can't be read"):
            Model.from_json(broken)
        with pytest.raises(RunError, match=r"baseline\.json can't be read"):
            Baseline.from_json(broken)


def test_every_key_of_a_record_is_in_the_docs() -> None:
    told = (Path(__file__).parents[2] / "docs" / "nights.md").read_text(encoding="utf-8")
    for form in (
        runs.RunRecord,
        runs.ScoreRecord,
        runs.AudienceRecord,
        runs.FailedRecord,
        runs.RunningRecord,
    ):
        lacking = {key for key in form.model_fields if f"`{key}`" not in told}
        assert not lacking, form
