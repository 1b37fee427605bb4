"""A run that an older version made scores, makes audiences, and is followed by today's."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import runs
from custseg_spark.engine.sail import get_session
from tests.jobs.conftest import Say
from tests.support.kept import FIRST, KEPT


@pytest.fixture
def output(spark: SparkSession, tmp_path: Path) -> Path:
    shutil.copytree(KEPT / "output", tmp_path / "output")
    return tmp_path / "output"


def test_an_older_run_labels_tonights_customers_as_it_labelled_its_own(output: Path, say: Say) -> None:
    asked = ("--output", output, "--input", KEPT / "customers.csv", "--to", output)
    assert say("score", *asked)[0] == 0
    score = runs.find_latest(str(output), "scores")
    assert score is not None
    found, then = (
        pd.read_parquet(path / "customers").set_index("id")["segment"].astype(int).sort_index()
        for path in (Path(score.path), output / "runs" / FIRST)
    )
    assert found.equals(then)
    record = score.read_any_record()
    assert isinstance(record, runs.ScoreRecord)
    on_sail = get_session() is not None
    engine = "sail" if on_sail else "spark"
    assert set(record.versions) == {"custseg_spark", engine, "pyspark", "python", "numpy"}
    assert record.engine is not None
    assert (record.engine.name, record.engine.version) == (engine, record.versions[engine])
    shutil.rmtree(output / "audiences")  # the kept one has no members
    assert say("audience", *asked)[0] == 0
    audience = runs.find_latest(str(output), "audiences")
    assert audience is not None
    made = audience.read_any_record()
    assert isinstance(made, runs.AudienceRecord)
    assert made.rows == record.rows == runs.RowCounts(read=60, accepted=60, quarantined=0, by_reason={})
    assert (made.versions, made.warnings) == (record.versions, ())
    further = {"copy": 1, "statistics": 1} if on_sail else {}
    assert made.scans == {"total": 2 + len(further), "ids": 1, "label and write": 1, **further}


def test_a_run_of_today_keeps_the_ids_and_names_of_an_older_one(
    output: Path, say: Say, tmp_path: Path
) -> None:
    table = pd.read_csv(KEPT / "customers.csv", dtype={"id": str}).iloc[:54]
    table.to_csv(tmp_path / "tonight.csv", index=False)
    asked = ("--recipe", KEPT / "recipe.yaml", "--input", tmp_path / "tonight.csv", "--output", output)
    code, out, err = say("train", *asked)
    assert code == 0, err
    assert f"since the live run {FIRST}" in out
    run = runs.find_latest(str(output))
    assert run is not None
    record = run.read_record()
    assert [(one.segment, one.name) for one in record.segments] == [
        (0, "Big"), (1, "Mid, frequent"), (2, "Small, rare"),
    ]  # fmt: skip
    assert record.live is not None
    assert record.live.run_id == FIRST
    assert {event.kind for event in record.live.events} == {"continues"}
    then = json.loads((output / "runs" / FIRST / "run.json").read_text())
    now = json.loads(Path(run.at("run.json")).read_text())
    assert set(now) == {*then, "schema_version", "file", "engine", "spark_ml", "replication"}, (
        "today's says all that it said"
    )
    assert set(now["recipe"]) >= set(then["recipe"])
