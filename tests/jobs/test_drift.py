"""Drift on every score and train: what is told, of which columns, and on which customers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from custseg_spark.steps import drift_sample, live_run
from tests.jobs.conftest import RECIPE, FirstRun, Say, Train, planted, record, scans


def test_drift_is_told_and_fails_only_where_asked(first_run: FirstRun, say: Say, tmp_path: Path) -> None:
    outcome = first_run()
    planted().assign(spend=lambda t: t["spend"] * 6).to_csv(tmp_path / "richer.csv", index=False)
    arguments = [
        "score",
        "--output",
        outcome.output,
        "--input",
        tmp_path / "richer.csv",
        "--to",
        tmp_path / "s",
    ]
    code, out, err = say(*arguments)
    assert (code, "drift since that run: retrain" in out) == (0, True), err
    code, _, err = say(*arguments, "--fail-on-drift")
    assert code == 5
    assert "spend moved" in err
    pointer = json.loads((tmp_path / "s" / "scores" / "latest.json").read_text())
    drift = json.loads((tmp_path / "s" / "scores" / pointer["run_id"] / "drift.json").read_text())
    assert {shift["column"] for shift in drift["features"]} == {"spend", "visits"}
    assert drift["descriptions"][0]["column"] == "age"


@pytest.mark.parametrize("trained, tonight", [(100, 6_000), (6_000, 400)])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_drift_sample_is_sized_by_tonights_table_whatever_the_run_was_made_of(
    first_run: FirstRun,
    say: Say,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
    trained: int,
    tonight: int,
) -> None:
    outcome = first_run(trained)
    sampled = drift_samples(monkeypatch, size=200)
    table = planted(tonight, seed=1)
    path = tmp_path / f"tonight.{ending}"
    table.to_csv(path, index=False) if ending == "csv" else table.to_parquet(path)
    code, _, err = say("score", "--output", outcome.output, "--input", path, "--to", tmp_path / "s")
    assert code == 0, err
    assert 150 < sampled[0] < 270, sampled
    assert record(tmp_path / "s")["scans"] == scans(text=ending == "csv", label_and_write=1)


def test_where_a_filter_leaves_too_few_the_drift_sample_is_drawn_anew(
    train: Train, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampled = drift_samples(monkeypatch, size=200)
    outcome = train(planted(3_000), {**RECIPE, "input": {"id": "id", "filter": "id < '00300'"}})
    path = tmp_path / "customers.csv"
    code, _, err = say("score", "--output", outcome.output, "--input", path, "--to", tmp_path / "s")
    assert code == 0, err
    assert 150 < sampled[0] < 270, sampled
    assert record(tmp_path / "s")["scans"] == scans(label_and_write=1, drift_sample=1)


def drift_samples(monkeypatch: pytest.MonkeyPatch, size: int) -> list[int]:
    """The sizes of the samples that drift is measured on, where about `size` customers are wanted."""
    found: list[int] = []
    measured = live_run.measure_drift

    def counted(live: Any, described: pd.DataFrame, *rest: Any) -> object:
        found.append(len(described))
        return measured(live, described, *rest)

    monkeypatch.setattr(live_run, "measure_drift", counted)
    monkeypatch.setattr(drift_sample, "SIZE", size)
    return found


def test_rates_and_dates_drift_too(train: Train, say: Say, tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", periods=300)
    table = planted().assign(joined=days.strftime("%Y-%m-%d"), deals=lambda t: t["visits"] // 2)
    describe = {
        "deal_rate": {"rate": ["deals", "visits"]},
        "joined": "to_date(joined)",
        "seen": "to_timestamp(joined)",
    }
    first = train(table, {**RECIPE, "describe": describe})
    later = table.assign(
        joined=(days + pd.Timedelta(days=400)).strftime("%Y-%m-%d"), deals=lambda t: t["visits"]
    )

    def moved(path: Path) -> dict[str, tuple[float, float, float]]:
        shifts = json.loads(path.read_text())["descriptions"]
        return {s["column"]: (s["index"], s["missing_then"], s["missing_now"]) for s in shifts}

    for name, frame in (("same", table), ("later", later)):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        arguments = ("--input", tmp_path / f"{name}.csv", "--to", tmp_path / name)
        code, _, err = say("score", "--output", first.output, *arguments)
        assert code == 0, err
    scored_drift = {
        name: moved(next((tmp_path / name / "scores").glob("*/drift.json"))) for name in ("same", "later")
    }
    nothing = dict.fromkeys(describe, (0, 0, 0))
    assert scored_drift["same"] == nothing
    trained = train(later, {**RECIPE, "describe": describe})
    for found in (scored_drift["later"], moved(trained.run / "drift.json")):
        assert {name: missing for name, (_, *missing) in found.items()} == {name: [0, 0] for name in describe}
        assert all(index > 1 for index, _, _ in found.values()), found
