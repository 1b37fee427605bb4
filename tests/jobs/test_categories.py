"""Categories that cut: from a table with all that they bring to labels, SQL, scores and the next night."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from sklearn.metrics import adjusted_rand_score

from custseg_spark.model import DIALECTS
from tests.jobs.conftest import LESS, Say, Train, labelled_by_a_run, labels, record

RECIPE: dict[str, Any] = {
    "input": {"id": "id"},
    "segment_by": {
        "spend": {"sql": "spend", "transform": "log1p"},
        "tier": {"category": "tier"},
        "region": {"category": "region", "keep": 2, "impute": "other", "weight": 0.7},
        "member": {"category": "member"},
        "plan": {"category": "plan", "order": ["S", "M", "L"]},
        "channel": {"category": "upper(channel)", "impute": "most_frequent"},
    },
    "segments": {"k": 3, "choose": "fixed"},
    "sweep": {"restarts": 3},
}


def make_mixed(customers: int = 400, seed: int = 0) -> pd.DataFrame:
    """Three groups by spend, tier and plan; levels spelt in two ways, missing ones, numbers, truths."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, size=customers, p=[0.5, 0.3, 0.2])
    tier = np.array(["Gold", "Silver", "it's\\Bronze"])[
        np.where(rng.random(customers) < 0.8, group, rng.integers(3))
    ]
    tier = np.where(rng.random(customers) < 0.1, np.char.lower(tier.astype(str)), tier).astype(object)
    tier[::29] = None
    channel = np.array(["web", "store"])[rng.integers(2, size=customers)].astype(object)
    channel[::31] = ""
    return pd.DataFrame(
        {
            "id": [f"{number:05d}" for number in range(customers)],
            "spend": np.round(np.array([20.0, 300.0, 4000.0])[group] * rng.lognormal(0, 0.15, customers), 2),
            "tier": tier,
            "region": pd.Series(rng.integers(1, 6, customers))
            .where(rng.random(customers) > 0.05)
            .astype("Int64"),
            "member": rng.random(customers) < 0.3,
            "plan": np.array(["S", "M", "L"])[np.minimum(group, rng.integers(1, 3, customers))],
            "channel": channel,
            "group": group,
        }
    )


def compute_points(table: pd.DataFrame, model: dict[str, Any]) -> np.ndarray:
    """The customers on the model scale, from the table itself: by the levels that model.json names, and
    nothing of its SQL."""
    plain = {
        "tier": table["tier"].str.casefold().fillna("missing"),
        "region": table["region"].astype("string").fillna("other"),
        "member": table["member"].map({True: "true", False: "false"}),
        "channel": table["channel"].str.upper().replace("", None),
    }
    plain["channel"] = plain["channel"].fillna(plain["channel"].mode()[0])
    columns = []
    for feature in model["features"]:
        name = feature["category"] or feature["name"]
        if name == "spend":
            value = np.log1p(table["spend"])
        elif name == "plan":
            value = table["plan"].map({"S": 0.0, "M": 1.0, "L": 2.0})
        else:
            own = [one["level"].casefold() for one in model["features"] if one["category"] == name]
            folded = plain[name].str.casefold()
            folded = folded.where(folded.isin(own), "other")
            value = (folded == feature["level"].casefold()).astype(float)
        columns.append((value - feature["centre"]) / feature["scale"])
    return np.column_stack(columns)


def test_labels_are_those_of_the_levels_and_the_same_everywhere(train: Train, spark: SparkSession) -> None:
    table = make_mixed()
    outcome = train(table, RECIPE)
    assert outcome.code == 0, outcome.err
    model = json.loads((outcome.run / "model.json").read_text())
    points, centres = compute_points(table, model), np.array(model["centres"])
    nearest = ((points[:, None, :] - centres) ** 2).sum(axis=2).argmin(axis=1)
    expected = pd.Series(np.array(model["ids"])[nearest], index=table["id"])
    assert (labels(outcome) == expected).all()
    found = labelled_by_a_run(spark, outcome, table, "id")
    assert found.agree()
    assert (found.by_model == expected).all()
    assert {path.stem for path in (outcome.run / "sql").iterdir()} == set(DIALECTS) - {"spark"}
    assert adjusted_rand_score(table["group"], expected) > 0.6


def test_a_category_weighs_as_a_number_does(train: Train) -> None:
    outcome = train(make_mixed(), RECIPE, *LESS)
    model = json.loads((outcome.run / "model.json").read_text())
    points = compute_points(make_mixed(), model)
    variance: dict[str, float] = {}
    for feature, own in zip(model["features"], points.var(axis=0, ddof=1), strict=True):
        name = feature["category"] or feature["name"]
        variance[name] = variance.get(name, 0.0) + own
    weights = {name: one.get("weight", 1.0) for name, one in RECIPE["segment_by"].items()}
    assert variance == pytest.approx({name: weight**2 for name, weight in weights.items()})


def test_customers_keep_the_level_that_they_count_as(train: Train) -> None:
    table = make_mixed()
    outcome = train(table, RECIPE, *LESS)
    written = pd.read_parquet(outcome.run / "customers").set_index("id").loc[table["id"]]
    kept = table["region"].astype("string").value_counts().index[:2]
    assert set(written["feature_region"]) == {*kept, "other"}
    assert (written["feature_tier"] == "missing").sum() == table["tier"].isna().sum()
    assert set(written["feature_tier"]) == {"Gold", "Silver", "it's\\Bronze", "missing"}
    assert not any("__" in column for column in written.columns)
    assert outcome.record["recipe"]["segment_by"]["tier"]["levels"]["Gold"] == ["Gold", "gold"]
    assert any("'Gold' and 'gold' are taken for one level" in told for told in outcome.record["warnings"])


def test_a_level_that_the_run_did_not_know_is_other_counted_and_said(
    train: Train, say: Say, tmp_path: Any
) -> None:
    table = make_mixed()
    outcome = train(table, RECIPE, *LESS)
    later = table.copy()
    later.loc[:9, "tier"] = "Platinum"
    later.loc[:4, "plan"] = "XL"
    later.to_csv(tmp_path / "later.csv", index=False)
    code, _, err = say(
        "score", "--output", outcome.output, "--input", tmp_path / "later.csv", "--to", tmp_path / "to"
    )
    assert code == 0, err
    told = record(tmp_path / "to")["warnings"]
    assert "tier: a level that the run did not know: 10 of 400 rows, kept" in told
    assert "plan: a level that the run did not know: 5 of 400 rows, kept" in told
    model = json.loads((outcome.run / "model.json").read_text())
    without = later.assign(tier=later["tier"].replace("Platinum", "other"))
    without.loc[:4, "plan"] = "M" if table["plan"].map({"S": 0, "M": 1, "L": 2}).median() == 1 else "S"
    points = compute_points(without, model)
    nearest = ((points[:, None, :] - np.array(model["centres"])) ** 2).sum(axis=2).argmin(axis=1)
    kept = json.loads((tmp_path / "to" / "scores" / "latest.json").read_text())["run_id"]
    scored = (
        pd.read_parquet(tmp_path / "to" / "scores" / kept / "customers")
        .set_index("id")["segment"]
        .astype(int)
    )
    assert (scored.sort_index() == pd.Series(np.array(model["ids"])[nearest], index=later["id"])).all()
    again = train(
        later, {**RECIPE, "segment_by": {k: v for k, v in RECIPE["segment_by"].items() if k != "plan"}}, *LESS
    )
    assert any("'Platinum' (10)" in line for line in again.record["warnings"]), again.record["warnings"]


def test_drift_of_a_category_is_one_figure(train: Train, say: Say, tmp_path: Any) -> None:
    table = make_mixed()
    outcome = train(table, RECIPE, *LESS)
    baseline = json.loads((outcome.run / "baseline.json").read_text())
    assert [one["column"] for one in baseline["features"]] == list(RECIPE["segment_by"])
    later = table.assign(member=~table["member"])
    later.to_csv(tmp_path / "later.csv", index=False)
    assert (
        say("score", "--output", outcome.output, "--input", tmp_path / "later.csv", "--to", tmp_path / "to")[
            0
        ]
        == 0
    )
    drift = record(tmp_path / "to")["drift"]
    assert drift["verdict"] == "retrain"
    assert any(reason.startswith("member moved (") for reason in drift["reasons"])
    moved = {
        one["column"]: one["index"]
        for one in json.loads(next((tmp_path / "to" / "scores").glob("*/drift.json")).read_text())["features"]
    }
    p = table["member"].mean()
    assert moved["member"] == pytest.approx((1 - 2 * p) * 2 * np.log((1 - p) / p), rel=0.02)
    assert moved["tier"] < 0.01


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"tier": {"category": "id"}}, 3, "segment_by.tier: 400 different values"),
        ({"tier": {"category": "spend"}}, 2, "category: cast(spend as bigint)"),
        ({"tier": {"category": "date '2020-01-01'"}}, 2, "names no column"),
        (
            {"tier": {"category": "to_date(id)"}},
            2,
            "such as date_format(",
        ),
        ({"tier": {"category": "substr(id, 1, 1)"}}, 3, "all customers that have a value have the level '0'"),
        ({"plan": {"category": "plan", "order": ["S", "M"]}}, 3, "'L' ("),
        ({"tier": {"category": "tier", "clip": [0, 1]}}, 2, "clip is for numbers, and this is a category"),
        ({"tier": {"category": "tier", "sql": "tier"}}, 2, "give either sql or category"),
        ({"tier": {"category": "tier", "impute": "median"}}, 2, "impute of a category takes level"),
    ],
)
def test_what_is_no_category_is_told(train: Train, change: dict[str, Any], code: int, told: str) -> None:
    outcome = train(make_mixed(), {**RECIPE, "segment_by": {**RECIPE["segment_by"], **change}}, *LESS)
    assert outcome.code == code
    assert told in outcome.err
    assert len(outcome.err.strip().splitlines()) < 40


@pytest.mark.spark_only("Spark ML")
def test_spark_ml_finds_the_same_segments(train: Train) -> None:
    table, often = make_mixed(), ("--set", "sweep.restarts=20")
    by_default = train(table, RECIPE, *LESS, *often)
    record = by_default.record["spark_ml"]
    assert record["agrees"], record["why"]
    assert record["silhouette"] == pytest.approx(record["silhouette_by_spark_ml"], abs=1e-6)
    found = train(table, RECIPE, *LESS, *often, "--set", "sweep.by=spark_ml")
    assert adjusted_rand_score(labels(by_default), labels(found)) > 0.99
    scales = [
        [feature["scale"] for feature in json.loads((one.run / "model.json").read_text())["features"]]
        for one in (by_default, found)
    ]
    assert scales[0] == pytest.approx(scales[1])


def test_other_algorithms_are_compared_on_the_same_points(train: Train) -> None:
    outcome = train(make_mixed(), RECIPE, *LESS, "--set", "evidence.compare=true")
    assert outcome.code == 0, outcome.err
    compared = pd.read_csv(outcome.run / "comparison.csv").set_index("algorithm")
    assert compared.loc["KMeans", "segments"] == 3
    assert compared["adjusted_rand"].drop("KMeans").max() > 0.5
