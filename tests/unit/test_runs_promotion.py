"""What is live when: promoted, rolled back, and refused where ids stand for something else."""

import json
from pathlib import Path

import pytest

from custseg_spark import runs
from custseg_spark.errors import RunError
from tests.support.records import LIVE, make_run_record, make_score_record


def made(output: Path, *ids: int, live: runs.LiveRecord | None = None) -> runs.Run:
    """A whole run whose segments have these ids."""
    run = runs.begin_run(str(output))
    run.write_record(make_run_record(run.run_id, *ids, live=live))
    return run


def test_each_rollback_goes_one_run_further_back(tmp_path: Path) -> None:
    a, b, c, d = (made(tmp_path, 0, 1, live=LIVE) for _ in range(4))
    for run in (a, b, c):
        runs.promote_run(run, "better")
    assert runs.roll_back(str(tmp_path)) == b
    assert runs.roll_back(str(tmp_path)) == a
    assert runs.find_live(str(tmp_path)) == a
    with pytest.raises(RunError, match="no other run was live before"):
        runs.roll_back(str(tmp_path))
    assert runs.find_live(str(tmp_path)) == a
    runs.promote_run(d, "mended")
    runs.promote_run(d, "said twice")
    assert runs.roll_back(str(tmp_path)) == a
    told = [entry["run_id"] for entry in runs.read_history(str(tmp_path))]
    assert told == [run.run_id for run in (a, b, c, b, a, d, d, a)], "the history keeps all of it"


def test_a_run_made_elsewhere_is_refused_where_its_ids_stand_for_other_segments(tmp_path: Path) -> None:
    first = made(tmp_path, 0, 1, 2)
    runs.publish_run(first)
    saved = made(tmp_path, 0, 1, 2, 3)
    with pytest.raises(RunError, match="stand for others here: 0, 1, 2") as refused:
        runs.promote_run(saved, "looks fine")
    assert f"--recipe {saved.at('recipe.yaml')}" in refused.value.remedy
    assert f"--output {tmp_path}" in refused.value.remedy
    assert runs.find_live(str(tmp_path)) == first
    followed = made(tmp_path, 0, 1, 3, live=LIVE.model_copy(update={"run_id": first.run_id}))
    runs.promote_run(followed, "held against the live run")
    runs.promote_run(first, "was live already")
    unfollowed = made(tmp_path, 4, 5)
    runs.promote_run(unfollowed, "its ids are its own")
    assert runs.find_live(str(tmp_path)) == unfollowed


def test_a_run_made_elsewhere_goes_live_where_nothing_was(tmp_path: Path) -> None:
    one, other = made(tmp_path, 0, 1), made(tmp_path, 0, 1, 2)
    runs.promote_run(one, "the first")
    with pytest.raises(RunError):
        runs.promote_run(other, "the second")
    assert json.loads((tmp_path / "live.json").read_text())["run_id"] == one.run_id


def test_scores_are_pruned_where_they_lie(tmp_path: Path) -> None:
    made_at_once = [runs.begin_run(str(tmp_path), "scores") for _ in range(4)]
    scores = sorted(made_at_once, key=lambda score: score.run_id)
    for score in scores:
        score.write_record(make_score_record(score.run_id))
    runs.publish_run(scores[0])
    assert runs.prune_runs(str(tmp_path), keep=1, older_than_hours=24) == [
        score.path for score in scores[1:3]
    ]
    assert sorted(path.name for path in (tmp_path / "scores").iterdir() if path.is_dir()) == sorted(
        (scores[0].run_id, scores[3].run_id)
    )
