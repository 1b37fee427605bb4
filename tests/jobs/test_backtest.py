"""custseg backtest: what segments did in the days after, held against a table with a known answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from pyspark.sql import SparkSession

from custseg_spark import cli

ORDERS = {"lines": {"customer": "who", "order": "number", "date": "day", "amount": "money"}}
SEGMENTS = {
    "input": {"id": "who"},
    "segment_by": {
        "monetary": {
            "sql": "monetary",
            "transform": "log1p",
            "unit": "euro",
            "words": ["Small", "Mid", "Big"],
        },
        "frequency": {"sql": "frequency", "words": ["seldom", None, "often"]},
    },
    "segments": {"k": 2, "choose": "fixed"},
    "sweep": {"restarts": 2},
    "evidence": {"bootstraps": 0, "gap": False, "prediction_strength": False, "structure": False},
}


def made_lines() -> pd.DataFrame:
    """Orders of 300 days from 80 customers who order every few days, and 120 who order once in two months."""
    rng = np.random.default_rng(4)
    often = np.arange(200) < 80
    orders = rng.random((200, 300)) < np.where(often, 0.2, 1 / 60)[:, None]
    who, day = np.nonzero(orders)
    return pd.DataFrame(
        {
            "who": who,
            "number": np.arange(len(who)).astype(str),
            "day": pd.Timestamp("2011-01-01") + pd.to_timedelta(day, "D"),
            "money": np.round(np.where(often[who], 50, 10) * rng.lognormal(0, 0.3, len(who)), 2),
        }
    )


@pytest.fixture
def given(spark: SparkSession, tmp_path: Path) -> list[str]:
    """The arguments of a backtest of the made lines."""
    made_lines().to_parquet(tmp_path / "lines.parquet", coerce_timestamps="us")
    (tmp_path / "orders.yaml").write_text(yaml.safe_dump(ORDERS))
    (tmp_path / "segments.yaml").write_text(yaml.safe_dump(SEGMENTS, sort_keys=False))
    files = ["--orders", "orders.yaml", "--recipe", "segments.yaml", "--input", "lines.parquet", "--to", "to"]
    return [word if word.startswith("--") else str(tmp_path / word) for word in files]


def test_what_the_segments_did_later_is_measured(
    given: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["backtest", *given, "--at", "2011-08-01", "--days", "40"]) == 0
    said = capsys.readouterr().out
    assert "customers as of 2011-08-01" in said

    lines = made_lines()
    root = tmp_path / "to" / "2011-08-01"
    latest = json.loads((root / "segments" / "latest.json").read_text())["run_id"]
    labels = pd.read_parquet(root / "segments" / "runs" / latest / "customers").set_index("who")
    assert set(labels.index) == set(lines.loc[lines["day"] < "2011-08-01", "who"])
    after = lines[(lines["day"] >= "2011-08-01") & (lines["day"] < "2011-09-10")]
    spend = after.groupby("who")["money"].sum().reindex(labels.index).fillna(0)
    table = pd.read_csv(tmp_path / "to" / "backtest.csv")
    segments = table[table["grouping"] == "segments"]
    rows: list[Any] = list(segments.itertuples())
    for segment, row in enumerate(rows):
        own = spend[labels["segment"].astype(int) == segment]
        assert row.customers == len(own)
        assert row.spend == pytest.approx(own.mean())
        assert row.retained == pytest.approx((own > 0).mean())
        assert row.spend_low < row.spend < row.spend_high
    assert table.groupby("grouping")["customers"].sum().nunique() == 1

    explained = pd.read_csv(tmp_path / "to" / "explained.csv").set_index(["grouping", "outcome"])
    best = spend.groupby(labels["segment"].astype(int)).transform("mean")
    inside = 1 - ((spend - best) ** 2).sum() / ((spend - spend.mean()) ** 2).sum()
    assert inside > 0.6
    assert explained.loc[("segments", "spend"), "explained_value"] == pytest.approx(inside, abs=0.05)
    assert explained["segments_more_low"].loc[("RFM sum", "spend")] > 0, (
        "two kinds of customer are two segments"
    )


def test_a_hashed_id_is_found_again(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same figures as with the id itself; the raw id stands in no file of the segments."""
    monkeypatch.setenv("CUSTSEG_SECRET", "a long secret for a test")
    when = ["--at", "2011-08-01", "--days", "40"]
    assert cli.main(["backtest", *given, *when]) == 0
    plain = pd.read_csv(tmp_path / "to" / "backtest.csv")
    hashed = ["--set", "privacy.hash=[WHO]", "--to", str(tmp_path / "hashed")]
    assert cli.main(["backtest", *given, *when, *hashed]) == 0, capsys.readouterr().err
    table = pd.read_csv(tmp_path / "hashed" / "backtest.csv")
    columns = ["grouping", "group", "customers", "spend", "retained"]
    pd.testing.assert_frame_equal(table[columns], plain[columns])
    root = tmp_path / "hashed" / "2011-08-01" / "segments"
    latest = json.loads((root / "latest.json").read_text())["run_id"]
    ids = pd.read_parquet(root / "runs" / latest / "customers")["who"]
    assert ids.str.fullmatch("[0-9a-f]{64}").all()


def test_a_day_without_enough_days_after_it_is_refused(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["backtest", *given, "--at", "2011-10-20", "--days", "30"]) == 2
    assert "the lines end on 2011-10-27" in capsys.readouterr().err
