"""What MLflow is told of a run, read back from a store in a file."""

import json
from pathlib import Path
from typing import Any

import pytest

from custseg_spark import cli, recipe, runs
from custseg_spark.steps import track_run
from tests.support.records import make_run_record

CHANGES: dict[str, Any] = {
    "rows": runs.RunRows(read=300, accepted=294, quarantined=6, by_reason={}, missing={}),
    "scores": {"k": 4, "silhouette": 0.53, "gap": None, "jaccards": (0.9, 0.8)},
    "segments": (
        runs.SegmentShare(segment=0, name="a", size=100, share=0.34),
        runs.SegmentShare(segment=7, name="b", size=194, share=0.66),
    ),
    "seconds": {"read": 1.5, "sweep": 2.5},
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


@pytest.fixture
def run(tmp_path: Path) -> runs.Run:
    asked = {"input": {"id": "id"}, "segment_by": {"spend": {"sql": "spend", "words": ["a", "b", "c"]}}}
    made = runs.begin_run(str(tmp_path / "out"))
    made.write("model.json", '{"format": 1}')
    made.write("model/stages/0_SQLTransformer/metadata/part-00000", "{}")
    made.write("plots/pca_2d.png", PNG)
    made.write("report.html", "<html></html>")
    asked_for = recipe.parse(asked).model_dump(mode="json")
    made.write_record(make_run_record(made.run_id, 0, 7, recipe=asked_for, **CHANGES))
    runs.publish_run(made)
    return made


def test_the_recipe_is_told_flat(run: runs.Run) -> None:
    told = dict(track_run._flatten(run.read_record().recipe))
    assert told["input.id"] == "id"
    assert told["sweep.seed"] == 42
    assert told["segment_by.spend.words"] == ["a", "b", "c"]
    assert "input.path" not in told
    assert dict(track_run._list_metrics(run.read_record())) == {
        "rows_read": 300, "rows_accepted": 294, "rows_quarantined": 6, "k": 4, "silhouette": 0.53,
        "segment_0_size": 100, "segment_0_share": 0.34, "segment_7_size": 194, "segment_7_share": 0.66,
        "seconds": 4.0,
    }  # fmt: skip


def test_a_run_is_read_back_from_the_store(
    run: runs.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mlflow = pytest.importorskip("mlflow")
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(store)
    for _ in range(2):  # told once, however often it is asked
        assert cli.main(["track", "--output", run.output, "--experiment", "loyalty"]) == 0
    assert run.run_id in capsys.readouterr().out
    (found,) = mlflow.search_runs(experiment_names=["loyalty"], output_format="list")
    assert found.info.run_name == run.run_id
    assert found.data.params["segment_by.spend.sql"] == "spend"
    assert found.data.metrics["silhouette"] == 0.53
    assert found.data.metrics["segment_7_size"] == 194
    for name, content in (("plots/pca_2d.png", PNG), ("model.json", b'{"format": 1}')):
        fetched = mlflow.artifacts.download_artifacts(run_id=found.info.run_id, artifact_path=name)
        assert Path(fetched).read_bytes() == content
    model = Path(mlflow.artifacts.download_artifacts(run_id=found.info.run_id, artifact_path="model"))
    assert (model / "stages/0_SQLTransformer/metadata/part-00000").read_text() == "{}"
    record = mlflow.artifacts.download_artifacts(run_id=found.info.run_id, artifact_path="run.json")
    assert json.loads(Path(record).read_text())["run_id"] == run.run_id


def test_without_mlflow_it_says_what_to_install(run: runs.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mlflow", None)
    assert cli.main(["track", "--output", run.output]) == 2
