"""A table in which no column tells customers apart, from `init` on: one file, and nothing beyond it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.jobs.conftest import RECIPE, Say, Train, planted

NUMBERED = RECIPE | {"input": {"id": {"row_number": True}}}


def without_id(seed: int = 0) -> pd.DataFrame:
    return planted(seed=seed).drop(columns="id")


@pytest.mark.slow
def test_rows_of_one_file_are_customers_and_those_of_another_are_not(
    train: Train, say: Say, tmp_path: Path
) -> None:
    first = train(without_id(), NUMBERED)
    assert first.code == 0, first.err
    customers = pd.read_parquet(first.run / "customers").sort_values("row_number", ignore_index=True)
    assert customers["row_number"].tolist() == list(range(1, 301))
    assert customers["spend"].tolist() == without_id()["spend"].tolist()
    assert first.record["scans"]["row numbers"] == 1
    assert "ids" not in first.record["scans"], "numbers do not repeat"
    assert "-- row_number is the number of the row" in (first.run / "segments.sql").read_text()

    same = ["--output", first.output, "--input", tmp_path / "customers.csv"]
    code, _, err = say("score", *same, "--to", tmp_path / "scored")
    assert code == 0, err
    scored = json.loads(next((tmp_path / "scored" / "scores").glob("*/score.json")).read_text())
    assert scored["rows"]["accepted"] == 300

    code, _, err = say("audience", *same, "--to", tmp_path / "audiences")
    assert code == 4
    assert "so no audience can be made by it: row 7 of tonight is not row 7 of yesterday" in err

    without_id(seed=1).to_csv(tmp_path / "other.csv", index=False)
    code, _, err = say(
        "score", "--output", first.output, "--input", tmp_path / "other.csv", "--to", tmp_path / "s"
    )
    assert code == 3
    assert "is not the file that run" in err
    again = train(tmp_path / "other.csv", tmp_path / "recipe.yaml")
    assert again.code == 0, again.err
    assert "nobody can be found again in the live run" in " ".join(again.record["warnings"])
    assert {event["kind"] for event in again.record["live"]["events"]} == {"continues"}
    assert all("the live model agrees on" in line for line in again.record["live"]["told"])
    assert again.record["live"]["moved"] is None
    assert "customers moved" not in again.out
    assert "nobody can be said to have moved" in (again.run / "report.html").read_text()


@pytest.mark.spark_only("streams")
def test_a_stream_has_no_numbers_of_rows(train: Train, say: Say, tmp_path: Path) -> None:
    first = train(without_id(), NUMBERED)
    same = ["--output", first.output, "--input", tmp_path / "customers.csv"]
    code, _, err = say("stream", *same, "--to", tmp_path / "streamed", "--once")
    assert code == 4
    assert "no stream can be made" in err


def test_whole_numbers_at_first_may_have_fractions_later(train: Train, say: Say, tmp_path: Path) -> None:
    rows = 12_000
    table = pd.DataFrame(
        {
            "customer_id": range(rows),
            "spend": [f"{n % 37 * 10}" if n < 11_000 else f"{n % 37 * 10 + 0.5}" for n in range(rows)],
            "visits": [n // 7 % 23 for n in range(rows)],
        }
    )
    undeclared = RECIPE | {
        "input": {"id": "customer_id"},
        "segment_by": {"spend": "spend", "visits": "visits"},
        "describe": {"made": "make_date(2000 + visits, 1, 1)"},
        "check": {},
    }
    table.to_csv(tmp_path / "t.csv", index=False)
    trained = train(tmp_path / "t.csv", undeclared)
    assert trained.code == 0, trained.err
    assert trained.record["rows"]["quarantined"] == 0
    assert trained.record["types"] == {"customer_id": "string", "spend": "double", "visits": "bigint"}
    code, _, err = say("init", tmp_path / "t.csv", "--to", tmp_path / "proposed.yaml")
    assert code == 0, err
    text = (tmp_path / "proposed.yaml").read_text()
    assert "of 12,000 rows" in text
    assert "    spend: double\n    visits: int\n" in text
