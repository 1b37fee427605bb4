"""A stream labels every row once, whatever a kill left behind, and as `score` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import data, runs
from custseg_spark.commands.stream import Batches, build_messages_table
from custseg_spark.errors import DataError
from custseg_spark.steps import live_run, load_for_scoring
from tests.jobs.conftest import RECIPE, FirstRun, Outcome, Say, Train, labels, planted

pytestmark = pytest.mark.spark_only("streams")


def arguments(outcome: Outcome, tmp_path: Path) -> tuple[object, ...]:
    """Of the stream that labels what lies in `arriving`."""
    (tmp_path / "arriving").mkdir(exist_ok=True)
    where = ("--input", tmp_path / "arriving", "--to", tmp_path / "to")
    return ("stream", "--output", outcome.output, *where, "--once")


def customers(to: Path) -> pd.DataFrame:
    found = pd.read_parquet(to / "customers")
    return found.assign(segment=found["segment"].astype(int)).sort_values("id", ignore_index=True)


def rejected(to: Path) -> list[tuple[str, list[str]]]:
    """Id and reasons of the quarantined rows."""
    files = sorted((to / "quarantine").rglob("*.parquet"))
    if not files:
        return []
    found = pd.concat(pd.read_parquet(file) for file in files)
    return sorted((name, list(reasons)) for name, reasons in zip(found["id"], found["reasons"], strict=True))


def test_a_stream_labels_every_row_once(first_run: FirstRun, say: Say, tmp_path: Path) -> None:
    table = planted(300)
    outcome = first_run()
    command = arguments(outcome, tmp_path)
    for number, part in enumerate(np.array_split(np.arange(300), 3)):
        table.iloc[part].to_csv(tmp_path / "arriving" / f"{number}.csv", index=False)
        code, out, err = say(*command)
        assert code == 0, err
        assert "1 batches: 100 rows read, 100 labelled" in out
    found = customers(tmp_path / "to").set_index("id")
    assert len(found) == 300
    assert (found["segment"] == labels(outcome)).all()
    assert say(*command)[1].startswith("0 batches")


def test_a_batch_that_breaks_a_bound_of_its_own_ends_the_stream_and_is_not_kept(
    train: Train, say: Say, tmp_path: Path
) -> None:
    of_age = {"adults": {"sql": "age >= 18", "on_fail": "stop"}}
    table = planted(100)
    outcome = train(table, {**RECIPE, "rules": of_age})
    command = arguments(outcome, tmp_path)
    table.head(50).to_csv(tmp_path / "arriving" / "0.csv", index=False)
    assert say(*command)[0] == 0
    table.tail(50).assign(age=7).to_csv(tmp_path / "arriving" / "1.csv", index=False)
    code, _, err = say(*command)
    assert code == 3, err
    assert "adults: not age >= 18: broken by 50 of 50 rows" in err
    assert "Traceback" not in err
    assert len(customers(tmp_path / "to")) == 50
    table.tail(50).to_csv(tmp_path / "arriving" / "1.csv", index=False)
    assert say(*command)[0] == 0, "the batch is tried again when the file was mended"
    assert len(customers(tmp_path / "to")) == 100


def test_a_level_that_the_run_did_not_know_is_counted_in_its_batch(
    train: Train, say: Say, tmp_path: Path
) -> None:
    table = planted(100).assign(tier=["Gold", "Silver"] * 50)
    cut = {**RECIPE["segment_by"], "tier": {"category": "tier"}}
    outcome = train(table, {**RECIPE, "segment_by": cut})
    arriving = table.tail(50).reset_index(drop=True)
    arriving.loc[:6, "tier"] = "Platinum"
    command = arguments(outcome, tmp_path)
    arriving.to_csv(tmp_path / "arriving" / "0.csv", index=False)
    code, _, err = say(*command)
    assert code == 0, err
    assert "tier: a level that the run did not know: 7 of 50 rows, kept" in err
    assert len(customers(tmp_path / "to")) == 50


def test_a_batch_that_was_killed_is_written_again_and_its_rows_are_there_once(
    first_run: FirstRun, say: Say, tmp_path: Path
) -> None:
    """What a kill leaves: a batch that is not committed in the checkpoint, over a folder that is there in
    part. Spark gives the same rows under the same id again."""
    table = planted(300).astype({"spend": object})
    table.loc[7, "spend"] = table.loc[250, "spend"] = "much"
    outcome = first_run()
    command = arguments(outcome, tmp_path)
    for number, part in enumerate((table.head(150), table.tail(150))):
        part.to_csv(tmp_path / "arriving" / f"{number}.csv", index=False)
        assert say(*command)[0] == 0
    to = tmp_path / "to"
    whole, reasons = customers(to), rejected(to)
    assert len(whole) == 298
    assert reasons == [("00007", ["spend: not a number"]), ("00250", ["spend: not a number"])]

    for commit in (to / "_checkpoint" / "commits").glob("*1*"):
        commit.unlink()
    kept, *lost = sorted((to / "customers" / "batch=1").rglob("*.parquet"))
    for file in lost:
        file.unlink()
    kept.rename(kept.with_name("part-of-the-killed.parquet"))
    code, out, err = say(*command)
    assert code == 0, err
    assert out.startswith("1 batches: 150 rows read, 149 labelled")
    pd.testing.assert_frame_equal(customers(to), whole)
    assert rejected(to) == reasons
    assert sorted(path.name for path in (to / "batches").iterdir()) == ["0.json", "1.json"]


def test_a_batch_that_is_written_again_takes_its_old_quarantine_and_marker_away(
    first_run: FirstRun, spark: SparkSession, tmp_path: Path
) -> None:
    """The run that labels may have changed in between, or the rule that rejects."""
    outcome = first_run()
    live = live_run.read_live_run(runs.find_run(str(outcome.output)))
    recipe = load_for_scoring.read_recipe(live)
    to = tmp_path / "to"

    def written(rows: pd.DataFrame) -> None:
        frame = spark.createDataFrame(rows.astype(str))
        table = data.Table(frame, rows.astype(str).head(0), "parquet", "t")
        Batches(live, recipe, table, str(to)).write(frame, 0)

    broken = planted(20).astype({"spend": object})
    broken.loc[3, "spend"] = "much"
    written(broken)
    assert rejected(to) == [("00003", ["spend: not a number"])]
    written(planted(20))
    assert rejected(to) == []
    assert len(customers(to)) == 20
    assert json.loads((to / "batches" / "0.json").read_text())[data.ACCEPTED] == 20

    with pytest.raises(DataError, match="spend"):  # what ends it on the way leaves no marker
        written(planted(20).drop(columns="spend"))
    assert not (to / "batches" / "0.json").exists()


def test_a_stream_has_the_types_that_the_model_was_trained_with(
    first_run: FirstRun, say: Say, tmp_path: Path
) -> None:
    """The first file's rows are all whole numbers, the next one's are not."""
    outcome = first_run()
    command = arguments(outcome, tmp_path)
    whole = planted(100).assign(spend=lambda t: t["spend"].round(0).astype(int))
    whole.to_csv(tmp_path / "arriving" / "0.csv", index=False)
    assert say(*command)[0] == 0
    planted(300).tail(200).to_csv(tmp_path / "arriving" / "1.csv", index=False)
    code, out, err = say(*command)
    assert code == 0, err
    assert out.startswith("1 batches: 200 rows read, 200 labelled")


def test_a_stream_of_a_directory_without_files_says_what_to_do(
    first_run: FirstRun, say: Say, tmp_path: Path
) -> None:
    code, _, err = say(*arguments(first_run(), tmp_path))
    assert code == 3
    assert "holds no file yet" in err
    assert "put the first file there" in err


def test_without_its_package_kafka_is_refused_in_one_line(
    first_run: FirstRun, say: Say, tmp_path: Path
) -> None:
    outcome = first_run()
    where = ("--kafka", "localhost:9092", "--input", "customers", "--to", tmp_path / "to")
    code, _, err = say("stream", "--output", outcome.output, *where, "--once")
    assert code == 2
    assert "topic customers: this Spark session has no package for Kafka" in err
    assert "spark-sql-kafka-0-10" in err
    assert "Traceback" not in err


def test_a_message_that_is_no_json_is_quarantined_with_a_reason(
    train: Train, spark: SparkSession, tmp_path: Path
) -> None:
    recipe: dict[str, Any] = {**RECIPE, "rules": {"adult": "age >= 18", "max_quarantined": 1.0}}
    outcome = train(planted(300).assign(joined="2020-01-01"), recipe)
    live = live_run.read_live_run(runs.find_run(str(outcome.output)))
    table = planted(300)
    whole = [
        json.dumps({**row, "spend": float(row["spend"]), "more": [1]}) for row in table.to_dict("records")
    ]
    odd = [
        "no json", '{"id": "cut off", "spend": 3', "[1, 2]", "7", None,
        '{"id": "much", "spend": "much", "visits": 2, "age": 20}', '{"spend": 1, "visits": 2, "age": 20}',
        '{"id": "young", "spend": 1.5, "visits": 2, "age": 3}',
    ]  # fmt: skip
    messages = spark.createDataFrame([(text,) for text in (*whole, *odd)], "value string")
    messages = messages.selectExpr("CAST(value AS BINARY) AS value")
    read = build_messages_table(messages, live, "topic")
    to = tmp_path / "to"
    Batches(live, load_for_scoring.read_recipe(live), read, str(to)).write(read.frame, 0)
    found = customers(to).set_index("id")
    assert (found["segment"] == labels(outcome)).all()
    assert len(found) == 300
    quarantine = pd.read_parquet(to / "quarantine")
    broken = quarantine[["message: no JSON object" in reasons for reasons in quarantine["reasons"]]]
    assert set(broken["_malformed"]) == set(odd[:4])
    typed: list[Any] = list(quarantine[quarantine["id"].isin(["much", "young"])].itertuples())
    said = {row.id: list(row.reasons) for row in typed}
    assert said == {"much": ["spend: not a number"], "young": ["adult: not age >= 18"]}
    assert len(quarantine) == len(odd)
    assert all(len(reasons) for reasons in quarantine["reasons"])
