"""The nights after the first: score, promote, identity, movement, drift, audiences, on the shared session."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custseg_spark import runs
from tests.jobs.conftest import RECIPE, FirstRun, Say, Train, labels, planted, record, scans


def scored(to: Path) -> pd.DataFrame:
    pointer = json.loads((to / "scores" / "latest.json").read_text())
    table = pd.read_parquet(to / "scores" / pointer["run_id"] / "customers")
    return table.assign(segment=table["segment"].astype(int)).set_index("id").sort_index()


def test_the_training_table_gets_the_labels_of_its_run(first_run: FirstRun, say: Say, tmp_path: Path) -> None:
    outcome = first_run()
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
    assert record(tmp_path / "s")["scans"] == scans(label_and_write=1)
    assert record(tmp_path / "s")["drift"]["verdict"] == "fine"
    assert "drift since that run: fine" in out


def test_what_the_model_does_not_read_may_be_absent_and_what_it_reads_may_not(
    train: Train, say: Say, tmp_path: Path
) -> None:
    outcome = train(planted(), {**RECIPE, "input": {"id": "id", "types": {"age": "int"}}})
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
    first_run: FirstRun, say: Say, tmp_path: Path
) -> None:
    outcome = first_run()
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


def test_a_score_keeps_the_columns_that_the_recipe_keeps(train: Train, say: Say, tmp_path: Path) -> None:
    contact = planted().assign(email="a@b.c", phone="1")
    outcome = train(contact, {**RECIPE, "output": {"columns": ["age", "phone"]}})
    without = tmp_path / "without.csv"
    contact.drop(columns="phone").to_csv(without, index=False)
    arguments = ("score", "--output", outcome.output, "--to", tmp_path / "s", "--input")
    ours = {"segment", "segment_name", "distance_to_centre", "margin"}
    for table, asked, expected in (
        (tmp_path / "customers.csv", (), {"age", "phone"}),
        (without, (), {"age"}),
        (tmp_path / "customers.csv", ("--columns", "email"), {"email"}),
    ):
        code, _, err = say(*arguments, table, *asked)
        assert code == 0, err
        assert set(scored(tmp_path / "s").columns) == ours | expected


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_columns_have_the_types_that_the_model_was_trained_with(
    train: Train, say: Say, tmp_path: Path, kind: str
) -> None:
    """Not those that tonight's first file looks like: whole numbers, and fractions in the next. Parquet has
    its own types."""
    outcome = train(planted().assign(age=lambda t: t["age"] + 0.5))
    whole = planted(200).assign(spend=lambda t: t["spend"].round().astype(int))
    (tmp_path / "tonight").mkdir()
    if kind == "csv":
        whole.to_csv(tmp_path / "tonight" / "0.csv", index=False)
        planted(300).tail(100).assign(age=30.5).to_csv(tmp_path / "tonight" / "1.csv", index=False)
    else:
        whole.to_parquet(tmp_path / "tonight" / "0.parquet")
    arguments = ("score", "--output", outcome.output, "--input", tmp_path / "tonight")
    code, _, err = say(*arguments, "--to", tmp_path / "s")
    assert code == 0, err
    rows = record(tmp_path / "s")["rows"]
    assert rows == {
        "read": 300 if kind == "csv" else 200,
        "accepted": rows["read"],
        "quarantined": 0,
        "by_reason": {},
    }


def test_a_scan_over_the_ids_is_counted(train: Train, say: Say, tmp_path: Path) -> None:
    outcome = train(planted(), {**RECIPE, "input": {"id": "id", "unique": "exact"}})
    table = tmp_path / "customers.csv"
    assert say("score", "--output", outcome.output, "--input", table, "--to", tmp_path / "s")[0] == 0
    assert record(tmp_path / "s")["scans"] == scans(ids=1, label_and_write=1)


def test_a_refit_on_other_rows_keeps_ids_and_names_whatever_the_order(
    train: Train, first_run: FirstRun
) -> None:
    table = planted(600)
    first = first_run(600)
    again = train(table.sample(frac=0.9, random_state=1))
    kept = {s["segment"]: s["name"] for s in first.record["segments"]}
    assert {s["segment"]: s["name"] for s in again.record["segments"]} == kept
    assert [event["kind"] for event in again.record["live"]["events"]] == ["continues"] * 3
    both = labels(first).to_frame("one").join(labels(again).to_frame("two"), how="inner")
    assert (both["one"] == both["two"]).mean() > 0.99


def test_a_planted_new_group_is_born_and_a_planted_split_is_one(train: Train, first_run: FirstRun) -> None:
    table = planted(600)
    first = first_run(600)
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


def test_ids_are_never_given_again_where_the_live_run_cannot_be_followed(
    train: Train, first_run: FirstRun
) -> None:
    first = first_run()
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


def test_movement_says_who_moved_and_why(train: Train, first_run: FirstRun) -> None:
    table = planted(600)
    first_run(600)
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


def test_runs_are_listed_promoted_rolled_back_and_pruned(train: Train, first_run: FirstRun, say: Say) -> None:
    first, second, third = (
        first_run(),
        train(planted(seed=1)),
        train(planted(seed=2), RECIPE, "--promote"),
    )
    output = first.output
    live = [entry["run_id"] for entry in runs.read_history(str(output))]
    assert live == [first.latest, third.latest]
    _, out, _ = say("runs", "list", "--output", output)
    assert [line.split()[0] for line in out.splitlines()[1:]] == [first.latest, second.latest, third.latest]
    assert "live, latest" in out
    assert say("runs", "promote", second.latest, "--output", output, "--why", "better")[0] == 0
    assert runs.find_live(str(output)) == runs.find_run(str(output), second.latest)
    assert say("runs", "rollback", "--output", output)[0] == 0
    assert runs.read_history(str(output))[-1]["run_id"] == third.latest
    assert "since run" in say("runs", "show", "--output", output)[1]
    fourth = train(planted(seed=3))
    runs.begin_run(str(output))
    code, out, _ = say("runs", "prune", "--output", output, "--keep", "1", "--older-than", "0")
    assert (code, out.splitlines()[-1]) == (0, "1 removed"), out
    assert {path.name for path in (output / "runs").iterdir()} == {
        *(first.latest, second.latest, third.latest, fourth.latest)
    }
    code, _, err = say("runs", "promote", "nothing", "--output", output)
    assert (code, "has no run nothing" in err) == (4, True)
