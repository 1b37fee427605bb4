"""A run with weights, and a night of customers who have none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.jobs.conftest import RECIPE, Say, Train, planted


def test_a_night_needs_no_weights(train: Train, say: Say, tmp_path: Path) -> None:
    table = planted()
    table["weight"] = np.array([6.0, 1.0, 2.0])[table["group"]]
    outcome = train(table, {**RECIPE, "customers": {"weight": "weight"}})
    sizes = sorted(one["size"] for one in outcome.record["segments"])
    assert sizes == sorted(table.groupby("group")["weight"].sum().astype(int))
    labels = pd.read_parquet(outcome.run / "customers").set_index("id")["segment"].astype(int)
    night = tmp_path / "night.csv"
    table.drop(columns=["weight", "answered"]).to_csv(night, index=False)
    code, out, err = say("score", "--output", outcome.output, "--input", night, "--to", tmp_path / "s")
    assert code == 0, err
    assert "drift since that run: fine" in out  # both nights are held against each other in rows
    scored = pd.read_parquet(next((tmp_path / "s" / "scores").glob("*/customers"))).set_index("id")
    assert (scored["segment"].astype(int).loc[labels.index] == labels).all()


def test_a_second_run_follows_the_first(train: Train) -> None:
    """Movement and identity are of every sampled customer, not of those that were drawn."""
    table = planted().assign(weight=np.random.default_rng(1).lognormal(1, 1, 300))
    recipe = {**RECIPE, "customers": {"weight": "weight"}}
    first = train(table, recipe)
    again = train(table, recipe)
    live = again.record["live"]
    assert live["moved"] == {"share": 0.0, "by_customers": 0.0, "by_model": 0.0}
    assert live["drift"]["verdict"] == "fine"
    flows = pd.read_csv(again.run / "movement.csv")
    assert flows["customers"].sum() == 300
    assert [one["segment"] for one in again.record["segments"]] == [
        one["segment"] for one in first.record["segments"]
    ]
    assert again.record["sample"]["drawn"] < 300
