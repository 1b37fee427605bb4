"""Numbers and dates as people write them, through every command that reads a table."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark.api.segmentation_model import SegmentationModel
from tests.jobs.conftest import RECIPE, Outcome, Say, Train, labelled_by_a_run, labels, planted
from tests.jobs.orders import Rfm

LAST = date(2024, 6, 30)
WRITTEN: dict[str, Any] = {
    "spend": {"number": {"group": ","}},
    "share": {"number": {"missing": ["n/a"]}},
    "joined": {"date": "M/d/yyyy h:mm a"},
}


def people() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table as it comes out of a program for people, and what it says."""
    true = planted(240)
    rng = np.random.default_rng(3)
    true["share"] = rng.integers(0, 100, len(true)) / 100
    true["days"] = rng.integers(1, 900, len(true))
    true["joined"] = [LAST - timedelta(days=int(days)) for days in true["days"]]
    table = pd.DataFrame(
        {
            "id": [f"{number}.0" for number in true["id"]],
            "spend": [f"${value:,.2f}" for value in true["spend"]],
            "visits": true["visits"],
            "share": [f"{round(100 * value)}%" for value in true["share"]],
            "joined": [f"{day.month}/{day.day}/{day.year} 3:05 PM" for day in true["joined"]],
            "age": true["age"],
            "answered": true["answered"],
        }
    )
    table.loc[::40, "share"] = "N/A"
    return table, true


def recipe(**types: Any) -> dict[str, Any]:
    features = {"share": "share", "tenure": f"datediff(date '{LAST}', joined)"}
    return {
        **RECIPE,
        "input": {"id": "id", "types": types},
        "segment_by": {**RECIPE["segment_by"], **features},
    }


def test_a_table_as_people_write_it_is_labelled_alike_everywhere(
    train: Train, say: Say, spark: SparkSession, tmp_path: Path
) -> None:
    table, true = people()
    outcome = train(table, recipe(**WRITTEN))
    assert outcome.code == 0, outcome.err
    assert outcome.record["rows"]["missing"] == {"spend": 0, "visits": 0, "share": 6, "tenure": 0}
    _check_customers(outcome, true)

    raw = table.assign(visits=table["visits"].astype(float))
    found = labelled_by_a_run(spark, outcome, raw, "id")
    assert found.agree()
    told = labels(outcome)
    told.index = told.index + ".0"
    assert (found.by_model == told.sort_index()).all()

    code, _, err = say(
        "score", "--output", outcome.output, "--input", tmp_path / "customers.csv", "--to", tmp_path / "s"
    )
    assert code == 0, err
    run = json.loads((tmp_path / "s" / "scores" / "latest.json").read_text())["run_id"]
    scored = pd.read_parquet(tmp_path / "s" / "scores" / run / "customers").set_index("id")["segment"]
    assert (scored.astype(int).sort_index() == labels(outcome)).all()

    typed = true.assign(joined=pd.to_datetime(true["joined"])).drop(columns="days")
    typed.loc[::40, "share"] = np.nan
    again = SegmentationModel.load(str(outcome.output)).transform(spark.createDataFrame(typed)).toPandas()
    again.index = again["id"].map(str)
    assert (again["segment"].sort_index() == labels(outcome)).all(), "columns that have their types keep them"


def _check_customers(outcome: Outcome, true: pd.DataFrame) -> None:
    written = pd.read_parquet(outcome.run / "customers").set_index("id")
    expected = true.set_index(true["id"].map(str)).reindex(written.index)
    assert not written.index.str.contains(".", regex=False).any()
    assert written["spend"].tolist() == expected["spend"].round(2).tolist()
    assert written["joined"].tolist() == expected["joined"].tolist()
    known = written["share"].notna()
    assert written.loc[known, "share"].tolist() == expected.loc[known, "share"].tolist()


def test_what_does_not_fit_is_quarantined_with_a_stable_reason(train: Train) -> None:
    table, _ = people()
    table.loc[[3, 4], "spend"] = ["1.234,50", "twelve"]
    table.loc[5, "joined"] = "31/12/2023 3:05 PM"
    outcome = train(table, recipe(**WRITTEN))
    assert outcome.code == 0, outcome.err
    reasons = outcome.record["rows"]["by_reason"]
    assert reasons == {"spend: not a number": 2, "joined: not a date (M/d/yyyy h:mm a)": 1}


def test_ids_of_doubles_are_whole_numbers(train: Train, tmp_path: Path) -> None:
    table = planted(120).astype({"id": float})
    table.loc[7, "id"] = np.nan
    table.loc[8, "id"] = 8.5
    table.to_parquet(tmp_path / "customers.parquet")
    outcome = train(tmp_path / "customers.parquet")
    assert outcome.code == 0, outcome.err
    assert outcome.record["rows"]["by_reason"] == {"id: missing": 2, "id: not a whole number": 1}
    assert pd.read_parquet(outcome.run / "customers")["id"].dtype == "int64"


@pytest.mark.parametrize("fraction", [False, True])
def test_whole_numbers_are_written_as_the_table_has_them(
    train: Train, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fraction: bool
) -> None:
    monkeypatch.setattr("custseg_spark.data.text_files.text_head.HEAD_ROWS", 100)
    table = planted(200).astype({"visits": object})
    if fraction:
        table.loc[150, "visits"] = 2.5
    outcome = train(table)
    assert outcome.code == 0, outcome.err
    assert outcome.record["rows"]["quarantined"] == 0
    kinds = {"visits": "float64" if fraction else "int64", "age": "int64", "spend": "float64"}
    written = pd.read_parquet(outcome.run / "customers").set_index("id")
    assert {name: str(written[name].dtype) for name in kinds} == kinds
    assert written["visits"].sort_index().tolist() == table["visits"].tolist()
    to = tmp_path / "scores"
    code, _, err = say("score", "--output", outcome.output, "--input", tmp_path / "customers.csv", "--to", to)
    assert code == 0, err
    (scored,) = to.glob("scores/*/customers")
    again = pd.read_parquet(scored)
    assert {name: str(again[name].dtype) for name in kinds} == kinds, "as the run has them"


def test_customers_of_order_lines_are_whole_numbers(rfm: Rfm, tmp_path: Path) -> None:
    lines = pd.DataFrame(
        {
            "order": [f"A{n}" for n in range(40)],
            "day": [f"{1 + n % 28:02d}/0{1 + n % 6}/2024 10:25" for n in range(40)],
            "price": [f"£{n + 1}.50" for n in range(40)],
            "customer": ["" if n == 3 else f"{12000 + n % 9}.0" for n in range(40)],
        }
    )
    lines.to_csv(tmp_path / "lines.csv", index=False)
    names = {"customer": "customer", "order": "order", "date": "day", "amount": "price"}
    types = {"day": {"date": "dd/MM/yyyy HH:mm"}, "price": {"number": {}}}
    made = rfm(tmp_path / "lines.csv", {"input": {"types": types}, "lines": names})
    assert made.code == 0, made.err
    found = made.customers("customer")
    assert set(found.index) == {f"{12000 + n}" for n in range(9)}
    assert found["monetary"].sum() == sum(n + 1.5 for n in range(40) if n != 3)

    wrong = rfm(
        tmp_path / "lines.csv", {"input": {"types": {**types, "price": "double"}}, "lines": names}, to="w"
    )
    assert wrong.code == 3
    assert "price is '£1.50' in row 1 below the header" in wrong.err
    assert "declare how it is written: input: {types: {price: {number: {group: ','}}}}" in wrong.err
