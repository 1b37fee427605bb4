"""A run, from a table to what it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession
from sklearn.metrics import adjusted_rand_score

from custseg_spark import cli
from custseg_spark.steps import draw_sample
from tests.corpus import sheets
from tests.jobs.conftest import RECIPE, FirstRun, Train, labels, planted


def test_planted_segments_are_found_and_written(first_run: FirstRun) -> None:
    table = planted()
    outcome = first_run()
    assert outcome.code == 0, outcome.err
    found = labels(outcome)
    assert len(found) == len(table)
    assert adjusted_rand_score(table.set_index("id")["group"].sort_index(), found) > 0.95


def test_a_run_leaves_what_the_design_says(train: Train) -> None:
    three = {**RECIPE["segment_by"], "years": "age"}  # a picture in three dimensions takes three features
    outcome = train(planted(), {**RECIPE, "segment_by": three})
    for name in (
        "customers",
        "quarantine",
        "model",
        "model.json",
        "sweep.csv",
        "profile.csv",
        "report.html",
        "summary.json",
        "run.json",
    ):
        assert (outcome.run / name).exists(), name
    for name in ("pca_2d", "pca_3d", "elbow", "silhouette", "sizes"):
        assert (outcome.run / "plots" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    record = outcome.record
    assert record["status"] == "done"
    assert record["rows"]["read"] == record["rows"]["accepted"] + record["rows"]["quarantined"] == 300
    assert 2 <= record["k"] <= 4
    assert [segment["size"] for segment in record["segments"]] == list(
        labels(outcome).value_counts().sort_index()
    )
    sweep = pd.read_csv(outcome.run / "sweep.csv")
    assert list(sweep["k"]) == [2, 3, 4]
    assert list(sweep["chosen"]) == [k == record["k"] for k in (2, 3, 4)]


def test_the_answer_stands_at_the_end_of_standard_output(first_run: FirstRun) -> None:
    outcome = first_run()
    assert "3 segments" in outcome.out
    for segment in outcome.record["segments"]:
        assert segment["name"] in outcome.out
    assert f"runs/{outcome.latest}/report.html" in outcome.out
    assert "sweep" in outcome.err, "log lines go to standard error"
    assert "INFO" not in outcome.out
    choice = outcome.record["choice"]
    assert isinstance(choice["close"], bool)
    assert [other["k"] for other in choice["runners_up"]] != []
    for other in choice["runners_up"]:
        assert f"not {other['k']}: {other['why']}" in outcome.out


def test_a_segment_of_all_customers_under_the_floor_is_warned_of(train: Train) -> None:
    outcome = train(planted(), RECIPE, "--set", "segments={k: 3, choose: fixed, smallest_share: 0.3}")
    (warning,) = [line for line in outcome.record["warnings"] if "smallest_share" in line]
    smallest = min(segment["share"] for segment in outcome.record["segments"])
    assert f"({smallest:.2%})" in warning
    assert warning in outcome.out


def test_a_recipe_that_cuts_by_an_outcome_is_warned_of(train: Train) -> None:
    table = planted().assign(churned=lambda found: (found["group"] == 2).astype(int))
    table["model_p_churn"] = 0.8 * table["churned"] + table["spend"].rank(pct=True) / 10
    features = {"spend": "spend", "activity": "model_p_churn"}
    outcome = train(
        table, {**RECIPE, "segment_by": features, "check": {"lost": "churned", "answered": "answered"}}
    )
    assert outcome.code == 0, outcome.err
    (warning,) = [line for line in outcome.record["warnings"] if "outcome" in line]
    assert warning.startswith(
        "segment_by.spend tells lost almost by itself (AUC 1.00); "
        "segment_by.activity: model_p_churn carries an outcome in its name (churn): segments that are cut by"
    )


def test_segment_0_has_the_highest_value_of_order_by(first_run: FirstRun) -> None:
    profile = pd.read_csv(first_run().run / "profile.csv")
    assert profile["mean_spend"].is_monotonic_decreasing


@pytest.mark.spark_only("PipelineModel.load")
def test_the_loaded_pipeline_model_labels_the_raw_table_alike(train: Train, spark: SparkSession) -> None:
    table = planted()
    table.loc[::17, "spend"] = None
    outcome = train(table)
    model = PipelineModel.load(str(outcome.run / "model"))
    raw = spark.createDataFrame(table.assign(spend=table["spend"].astype(float)))
    loaded = (
        model.transform(raw).select("id", "segment", "segment_name").toPandas().set_index("id").sort_index()
    )
    assert (loaded["segment"] == labels(outcome)).all()
    names = [segment["name"] for segment in outcome.record["segments"]]
    assert [names[segment] for segment in loaded["segment"]] == list(loaded["segment_name"])


def test_order_and_partitioning_change_nothing(train: Train, tmp_path: Path) -> None:
    """Also where the sample is a part of the table: it is drawn by the id alone."""
    table = planted(3000)
    recipe = {**RECIPE, "sweep": {"restarts": 2, "sample": 1000}}
    first = train(table, recipe)
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for part, rows in enumerate(range(0, 3000, 500)):
        piece = table.sample(frac=1, random_state=7).iloc[rows : rows + 500]
        piece.to_csv(shuffled / f"{part}.csv", index=False)
    second = train(shuffled, recipe)
    assert second.latest != first.latest
    pd.testing.assert_series_equal(labels(first), labels(second))
    assert not first.record["sample"]["whole"]


def test_missing_values_are_imputed_and_clipped_values_are_kept_in_bounds(train: Train) -> None:
    table = planted()
    table.loc[0, "spend"] = None
    table.loc[1, "visits"] = 10_000
    recipe = {
        **RECIPE,
        "segment_by": {**RECIPE["segment_by"], "visits": {"sql": "visits", "clip": [None, 50]}},
    }
    outcome = train(table, recipe)
    customers = pd.read_parquet(outcome.run / "customers").set_index("id")
    assert customers.loc["00000", "feature_spend"] == pytest.approx(table["spend"].median())
    assert customers.loc["00001", "feature_visits"] == 50
    assert customers.loc["00001", "visits"] == 10_000, "the input column stays as it was"


def test_only_the_asked_columns_are_written(train: Train) -> None:
    outcome = train(planted(), {**RECIPE, "output": {"columns": ["age"]}})
    assert set(pd.read_parquet(outcome.run / "customers").columns) == {
        "id", "age", "feature_spend", "feature_visits", "segment", "segment_name", "distance_to_centre",
    }  # fmt: skip


def test_spark_ml_and_the_driver_reach_the_same_cost(train: Train) -> None:
    table = planted(1500)
    driver, spark = (
        pd.read_csv(train(table, RECIPE, "--set", f"sweep.by={by}").run / "sweep.csv")
        for by in ("driver", "spark_ml")
    )
    assert spark["cost"].to_numpy() == pytest.approx(driver["cost"].to_numpy(), rel=0.01)
    # one by the closed form, one by Spark's ClusteringEvaluator
    assert spark["silhouette"][1] == pytest.approx(driver["silhouette"][1], abs=1e-6)


@pytest.mark.spark_only("plans as they were executed")
def test_the_scans_of_the_input_do_not_depend_on_k(
    train: Train, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted from outside: the executed plans that read the input's files, of a table that is not copied."""
    monkeypatch.setattr(draw_sample, "COPIED_UP_TO", 0)
    table = planted(2500)
    counted = []
    for upper in (3, 8):
        before = _executions(spark)
        segments = {"k": [2, upper], "choose": "silhouette"}
        outcome = train(table, {**RECIPE, "segments": segments, "sweep": {"restarts": 1, "sample": 1000}})
        plans = _plans(spark, since=before)
        counted.append(sum("customers.csv" in plan for plan in plans))
        assert outcome.record["scans"]["total"] == counted[-1]
    assert counted[0] == counted[1] <= 6


def _executions(spark: SparkSession) -> int:
    """The number of the last execution; the session forgets old ones, so they can't be counted."""
    found = spark._jsparkSession.sharedState().statusStore().executionsList()
    return max((found.apply(i).executionId() for i in range(found.size())), default=-1)


def _plans(spark: SparkSession, since: int) -> list[str]:
    found = spark._jsparkSession.sharedState().statusStore().executionsList()
    executions = [found.apply(i) for i in range(found.size())]
    return [one.physicalPlanDescription() for one in executions if one.executionId() > since]


@pytest.mark.spark_only("jobs as they were started")
def test_explain_runs_no_job_and_writes_nothing(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str], shared_data: Path
) -> None:
    spark.sparkContext.setJobGroup("explain", "counted")
    table = shared_data / "marketing_campaign.csv"
    code = cli.main(["train", "--recipe", "conf/marketing_campaign.yaml", "--input", str(table), "--explain"])
    assert code == 0
    assert list(spark.sparkContext.statusTracker().getJobIdsForGroup("explain")) == []
    said = capsys.readouterr().out
    assert "smallest_share: 0.05" in said
    assert "feature_recency: Recency\n" in said
    assert "segment_name: string" in said
    assert "Income: bigint, or double where a number has a fraction\n" in said


def test_the_recipe_from_init_trains_as_it_is(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted().drop(columns="group").to_csv(tmp_path / "customers.csv", sep=";", index=False)
    recipe = tmp_path / "recipe.yaml"
    assert cli.main(["init", str(tmp_path / "customers.csv"), "--to", str(recipe)]) == 0
    assert cli.main(["train", "--recipe", str(recipe), "--output", str(tmp_path / "out")]) == 0
    assert "segments" in capsys.readouterr().out
    assert json.loads((tmp_path / "out" / "latest.json").read_text())["run_id"]
    assert cli.main(["init", str(tmp_path / "customers.csv"), "--to", str(recipe)]) == 2, (
        "nothing is overwritten"
    )


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_init_looks_at_the_numbers_of_a_workbook(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    table = planted().drop(columns="group")
    file = tmp_path / f"customers.{ending}"
    if ending == "xlsx":
        table.to_excel(file, index=False)
    else:
        write = {"xls": sheets.old_book, "ods": sheets.open_document}[ending]
        file.write_bytes(write([list(table.columns), *table.astype(object).values.tolist()]))
    assert cli.main(["init", str(file)]) == 0
    assert "sql: spend" in capsys.readouterr().out


def test_what_init_proposes_of_columns_with_odd_values_costs_no_more_rows_than_it_says(
    spark: SparkSession, tmp_path: Path
) -> None:
    """A word for a missing number is declared as one; what is no number goes to the quarantine."""
    table = planted().drop(columns="group").astype(str)
    table["age"] = table["age"].where(table.index % 10 != 3, "unknown")
    table["basket"] = [f"{20 + i % 37}.5" if i % 10 else "n/a" for i in range(len(table))]
    table["seen"] = [f"2024-01-{1 + i % 28:02d} 10:{i % 60:02d}:00" for i in range(len(table))]
    table["member"] = ["True" if i % 3 else "false" for i in range(len(table))]
    table.loc[7, "spend"] = "12 or 13"
    table.to_csv(tmp_path / "customers.csv", index=False)
    recipe = tmp_path / "recipe.yaml"
    assert cli.main(["init", str(tmp_path / "customers.csv"), "--to", str(recipe)]) == 0
    proposed = recipe.read_text()
    for line in (
        "    spend: double  # 0.33% of its values are no number, such as 12 or 13\n",
        "    age: {number: {missing: [unknown]}}\n",
        "    basket: {number: {missing: [n/a]}}\n",
        "  member: cast(member as int)  # one of two values\n",
        "    member: boolean\n",
        "datediff(date '2024-01-28', seen)\n",
    ):
        assert line in proposed
    assert cli.main(["train", "--recipe", str(recipe), "--output", str(tmp_path / "out")]) == 0
    run = json.loads((tmp_path / "out" / "latest.json").read_text())["run_id"]
    rows = json.loads((tmp_path / "out" / "runs" / run / "run.json").read_text())["rows"]
    assert (rows["read"], rows["accepted"], rows["quarantined"]) == (300, 299, 1)
