"""The nights after the first: score, promote, identity, movement, drift, audiences, on the shared session."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from custseg_spark import runs
from custseg_spark.model import DIALECTS
from tests.jobs.conftest import RECIPE, Outcome, Say, Train, labels, planted, record


def scored(to: Path) -> pd.DataFrame:
    pointer = json.loads((to / "scores" / "latest.json").read_text())
    table = pd.read_parquet(to / "scores" / pointer["run_id"] / "customers")
    return table.assign(segment=table["segment"].astype(int)).set_index("id").sort_index()


def test_the_training_table_gets_the_labels_of_its_run(train: Train, say: Say, tmp_path: Path) -> None:
    outcome = train(planted())
    table = tmp_path / "customers.csv"
    code, out, err = say("score", "--output", outcome.output, "--input", table, "--to", tmp_path / "s")
    assert code == 0, err
    found = scored(tmp_path / "s")
    assert (found["segment"] == labels(outcome)).all()
    assert list(found.columns) == [
        *("spend", "visits", "age", "answered", "group"),
        *("segment_name", "distance_to_centre", "margin", "segment"),
    ]
    assert found["margin"].between(0, 1).all()
    assert record(tmp_path / "s")["scans"] == {"total": 1, "label and write": 1}
    assert record(tmp_path / "s")["drift"]["verdict"] == "fine"
    assert "drift since that run: fine" in out


def test_what_the_model_does_not_read_may_be_absent_and_what_it_reads_may_not(
    train: Train, say: Say, tmp_path: Path
) -> None:
    outcome = train(planted())
    fewer = planted().drop(columns=["age", "answered", "group"]).assign(city="Oslo")
    fewer.to_parquet(tmp_path / "fewer.parquet")
    arguments = ("score", "--output", outcome.output, "--to", tmp_path / "s", "--columns", "city", "--input")
    code, _, err = say(*arguments, tmp_path / "fewer.parquet")
    assert code == 0, err
    assert set(scored(tmp_path / "s").columns) == {
        *("city", "segment", "segment_name", "distance_to_centre", "margin")
    }
    fewer.drop(columns="visits").to_parquet(tmp_path / "none.parquet")
    code, _, err = say(*arguments, tmp_path / "none.parquet")
    assert code == 3
    assert "'visits'" in err


def test_rows_that_cannot_be_scored_are_kept_with_their_reasons(
    train: Train, say: Say, tmp_path: Path
) -> None:
    outcome = train(planted())
    broken = planted().astype({"spend": object})
    broken.loc[3, "spend"], broken.loc[4, "id"] = "much", None
    broken.to_csv(tmp_path / "broken.csv", index=False)
    code, _, err = say(
        "score", "--output", outcome.output, "--input", tmp_path / "broken.csv", "--to", tmp_path / "s"
    )
    assert code == 0, err
    assert record(tmp_path / "s")["rows"] == {
        "read": 300, "accepted": 298, "quarantined": 2,
        "by_reason": {"id: missing": 1, "spend: not a number": 1},
    }  # fmt: skip
    assert len(scored(tmp_path / "s")) == 298


def test_the_sql_labels_like_the_pipeline_model(train: Train, spark: SparkSession, tmp_path: Path) -> None:
    table = planted(600)
    table.loc[::17, "spend"] = None
    recipe = {
        **RECIPE,
        "segment_by": {
            **RECIPE["segment_by"],
            "rate": {"sql": "spend / visits + abs(age) % 7", "clip": [None, "p99"], "words": ["a", "b", "c"]},
        },
    }
    outcome = train(table, recipe)
    assert outcome.code == 0, outcome.err
    raw = spark.createDataFrame(table)
    model = PipelineModel.load(str(outcome.run / "model"))
    expected = model.transform(raw).select("id", "segment").toPandas().set_index("id")["segment"].sort_index()
    raw.createOrReplaceTempView("customers")
    by_spark = spark.sql((outcome.run / "segments.sql").read_text()).toPandas()
    customers = table
    by_duckdb = duckdb.sql((outcome.run / "sql" / "duckdb.sql").read_text()).df()
    assert len(customers) == len(by_duckdb)
    for found in (by_spark, by_duckdb):
        assert (found.set_index("id")["segment"].sort_index() == expected).all()
        assert set(found["segment_name"]) == {segment["name"] for segment in outcome.record["segments"]}
    assert {path.stem for path in (outcome.run / "sql").iterdir()} == set(DIALECTS) - {"spark"}


def test_an_expression_that_a_warehouse_lacks_is_refused_by_name(train: Train) -> None:
    recipe = {**RECIPE, "segment_by": {**RECIPE["segment_by"], "odd": "width_bucket(spend, 0, 4000, 5)"}}
    outcome = train(planted(), recipe)
    assert outcome.code == 0, outcome.err
    told = [line for line in outcome.record["warnings"] if "segments.sql" in line]
    assert all("segment_by.odd" in line for line in told)
    assert (outcome.run / "segments.sql").exists()


def test_a_refit_on_other_rows_keeps_ids_and_names_whatever_the_order(train: Train) -> None:
    table = planted(600)
    first = train(table)
    again = train(table.sample(frac=0.9, random_state=1))
    kept = {s["segment"]: s["name"] for s in first.record["segments"]}
    assert {s["segment"]: s["name"] for s in again.record["segments"]} == kept
    assert [event["kind"] for event in again.record["live"]["events"]] == ["continues"] * 3
    both = labels(first).to_frame("one").join(labels(again).to_frame("two"), how="inner")
    assert (both["one"] == both["two"]).mean() > 0.99


def test_a_planted_new_group_is_born_and_a_planted_split_is_one(train: Train) -> None:
    table = planted(600)
    first = train(table)
    new = planted(200, seed=5).assign(
        id=[f"new{i}" for i in range(200)],
        spend=lambda t: t["spend"] * 0 + 60_000 + np.arange(200) % 50,
        visits=90,
    )
    born = train(pd.concat([table, new]), {**RECIPE, "segments": {"k": [4, 4], "choose": "silhouette"}})
    events = born.record["live"]["events"]
    assert sorted(event["kind"] for event in events) == ["continues"] * 3 + ["is born"]
    used = {s["segment"] for s in first.record["segments"]}
    assert [event["new"] for event in events if event["kind"] == "is born"] == [[max(used) + 1]]

    apart = table.copy()
    largest = apart["group"] == 0
    apart.loc[largest & (apart.index % 2 == 0), "visits"] += 60
    split = train(apart, {**RECIPE, "segments": {"k": [4, 4], "choose": "silhouette"}})
    planted_in = int(labels(first)[table.set_index("id")["group"] == 0].mode()[0])
    (event,) = [e for e in split.record["live"]["events"] if e["kind"] != "continues"]
    assert (event["kind"], event["live"]) == ("splits", [planted_in])
    names = {s["segment"]: s["name"] for s in first.record["segments"] if s["segment"] != planted_in}
    assert names.items() <= {s["segment"]: s["name"] for s in split.record["segments"]}.items()
    fresh = {s["segment"] for s in split.record["segments"]} - used
    assert min(fresh) > max(used) + 1, "the id of the candidate that was born is never given again"


def test_ids_are_never_given_again_where_the_live_run_cannot_be_followed(train: Train) -> None:
    first = train(planted())
    used = {s["segment"] for s in first.record["segments"]}
    by = {"spend": RECIPE["segment_by"]["spend"], "age": "age"}
    other = train(planted().drop(columns="visits"), {**RECIPE, "segment_by": by, "describe": {}})
    assert "no column 'visits'" in other.err
    ids = {s["segment"] for s in other.record["segments"]}
    assert min(ids) == max(used) + 1
    (first.output / "live.json").unlink()
    third = train(planted())
    assert third.record["live"] is None
    assert min(s["segment"] for s in third.record["segments"]) == max(ids) + 1


def test_movement_says_who_moved_and_why(train: Train) -> None:
    table = planted(600)
    train(table)
    changed = table.copy()
    poor = changed.index[changed["group"] == 0][:60]
    changed.loc[poor, ["spend", "visits"]] = [4000.0, 13]
    outcome = train(changed)
    flows = pd.read_csv(outcome.run / "movement.csv")
    moved = flows[flows["from_segment"] != flows["to_segment"]]
    assert moved["customers"].sum() == 60
    assert moved["customers_changed"].sum() == 60
    assert moved["model_changed"].sum() == 0
    assert outcome.record["live"]["moved"]["share"] == pytest.approx(0.1)
    page = (outcome.run / "report.html").read_text()
    assert "60 customers (10.0%) went from" in page
    assert (outcome.run / "plots" / "movement.png").exists()


def test_runs_are_listed_promoted_rolled_back_and_pruned(train: Train, say: Say) -> None:
    first, second, third = (
        train(planted()),
        train(planted(seed=1)),
        train(planted(seed=2), RECIPE, "--promote"),
    )
    output = first.output
    live = [entry["run_id"] for entry in runs.history(str(output))]
    assert live == [first.latest, third.latest]
    _, out, _ = say("runs", "list", "--output", output)
    assert [line.split()[0] for line in out.splitlines()[1:]] == [first.latest, second.latest, third.latest]
    assert "live, latest" in out
    assert say("runs", "promote", second.latest, "--output", output, "--why", "better")[0] == 0
    assert runs.live(str(output)) == runs.find(str(output), second.latest)
    assert say("runs", "rollback", "--output", output)[0] == 0
    assert runs.history(str(output))[-1]["run_id"] == third.latest
    assert "since run" in say("runs", "show", "--output", output)[1]
    fourth = train(planted(seed=3))
    runs.begin(str(output))
    code, out, _ = say("runs", "prune", "--output", output, "--keep", "1", "--older-than", "0")
    assert (code, out.splitlines()[-1]) == (0, "1 removed"), out
    assert {path.name for path in (output / "runs").iterdir()} == {
        *(first.latest, second.latest, third.latest, fourth.latest)
    }
    code, _, err = say("runs", "promote", "nothing", "--output", output)
    assert (code, "has no run nothing" in err) == (4, True)


def audience(to: Path) -> tuple[pd.DataFrame, pd.DataFrame, Path]:
    pointer = json.loads((to / "audiences" / "latest.json").read_text())
    at = to / "audiences" / pointer["run_id"]
    return pd.read_parquet(at / "members").set_index("id"), pd.read_parquet(at / "left"), at


def test_audiences_hold_out_the_same_customers_and_do_not_flap(
    train: Train, say: Say, tmp_path: Path
) -> None:
    table = planted(600).assign(email="=cmd()")
    recipe = {
        **RECIPE,
        "audience": {"eligible": "age < 80", "hold_out": 0.2, "margin": 0.5, "columns": ["email"]},
    }
    outcome = train(table, recipe)
    path = tmp_path / "customers.csv"
    arguments = ("audience", "--output", outcome.output, "--input", path, "--to", tmp_path / "a")
    assert say(*arguments)[0] == 0
    first, left, at = audience(tmp_path / "a")
    assert set(first.index) == set(table.loc[table["age"] < 80, "id"])
    assert len(left) == 0
    assert first["held_out"].mean() == pytest.approx(0.2, abs=0.05)
    sent = pd.concat(pd.read_csv(file, dtype=str) for file in (at / "audience").rglob("*.csv"))
    assert set(sent["id"]) == set(first.index[~first["held_out"]])
    assert set(sent["email"]) == {"'=cmd()"}

    wavering = table.copy()
    wavering.loc[:9, "age"] = 90
    wavering["spend"] = wavering["spend"] * 1.4  # nearer to the next segment, not clearly over
    wavering.to_csv(path, index=False)
    code, out, err = say(*arguments)
    assert code == 0, err
    second, left, _ = audience(tmp_path / "a")
    gone = set(first.index) - set(second.index)
    assert set(left["_id"]) == gone | set(second.index[second["change"] == "entered"])
    assert (second["held_out"] == first["held_out"].reindex(second.index)).all()
    clear = second["margin"] >= 0.5
    assert (second.loc[~clear, "segment"] == first["segment"].reindex(second.index)[~clear]).all()
    assert "held out" in out


def test_a_stream_labels_every_row_once(train: Train, say: Say, tmp_path: Path) -> None:
    table = planted(300)
    outcome: Outcome = train(table)
    arriving = tmp_path / "arriving"
    arriving.mkdir()
    arguments = ("stream", "--output", outcome.output, "--input", arriving, "--to", tmp_path / "to", "--once")
    for number, part in enumerate(np.array_split(np.arange(300), 3)):
        table.iloc[part].to_csv(arriving / f"{number}.csv", index=False)
        code, out, err = say(*arguments)
        assert code == 0, err
        assert "1 batches: 100 rows read, 100 labelled" in out
    found = pd.read_parquet(tmp_path / "to" / "customers").set_index("id").sort_index()
    assert len(found) == 300
    assert (found["segment"].astype(int) == labels(outcome)).all()
    assert say(*arguments)[1].startswith("0 batches")
