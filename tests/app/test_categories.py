"""A run that categories cut, in the app: what it shows of them, and where it places a customer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from custseg_spark.app import downloads
from custseg_spark.app.placement import list_entries, list_unseen, place_customer
from custseg_spark.app.run_view import RunView
from custseg_spark.app.visit import Upload, Visit
from custseg_spark.commands.train import train
from custseg_spark.recipe import parse
from tests.app.test_pages import open_page, read_text
from tests.jobs.test_page_of_categories import RECIPE, draw_customers


@pytest.fixture(scope="module")
def mixed(spark: SparkSession) -> Upload:
    """Customers by spend, region, tier in order, and a newsletter, with the run that was made of them."""
    brought = Visit().bring("segment", "mixed.csv", draw_customers(400).to_csv(index=False).encode())
    recipe = parse({**RECIPE, "input": {"path": "mixed.csv", "id": "id"}})
    made = train(spark, recipe, str(brought.file), brought.make_output())
    brought.known |= {"published": RunView(made.run, "mixed"), "recipe": recipe}
    return brought


@pytest.fixture(scope="module")
def run(mixed: Upload) -> RunView:
    found: RunView = mixed.known["published"]
    return found


def test_the_sample_on_the_model_scale_is_where_the_run_put_it(run: RunView) -> None:
    apart = ((run.points[:, None] - np.array(run.model.centres)[None]) ** 2).sum(axis=2)
    assert (np.array(run.model.ids)[apart.argmin(axis=1)] == run.sample["segment"].astype(int)).all()
    assert run.axes[0].shape == (400, 3)


def test_numbers_are_columns_and_categories_are_told_by_their_levels(run: RunView) -> None:
    assert {"spend", "tier"} <= set(run.columns)
    assert not {"region", "region__north"} & set(run.columns)
    assert run.categories["region"] == "feature_region"
    assert list(run.categories.values()).count("feature_region") == 1
    assert [one.feature for one in run.summary.decides].count("region") == 1


def test_every_customer_is_placed_where_the_run_put_it(spark: SparkSession, run: RunView) -> None:
    entries = list_entries(run)
    region = next(one for one in entries if one.column == "region")
    assert {"North", "R0", "R1"} == set(region.values[:3])
    assert "" not in region.values
    assert next(one for one in entries if one.column == "tier").values == ("Bronze", "Silver", "Gold")
    for _, row in run.sample.groupby("segment").head(2).iterrows():
        values = {one.column: row[one.column] for one in entries}
        values = {name: None if value != value else value for name, value in values.items()}
        answer = place_customer(spark, run, values)
        assert answer.segment == int(row["segment"])
        assert [one.feature for one in answer.reasons].count("region") == 1
        reason = next(one for one in answer.reasons if one.feature == "region")
        assert reason.level == row["feature_region"]
        usual = run.profile.set_index("segment")["mean_region__" + reason.level.lower()]
        assert (reason.own, reason.other) == pytest.approx((usual[answer.segment], usual[answer.next[0]]))
        assert list_unseen(entries, values) == []


def test_a_level_that_the_model_does_not_know_is_other(spark: SparkSession, run: RunView) -> None:
    values = {"spend": 300.0, "region": "Atlantis", "tier": "Silver", "newsletter": 1}
    reason = next(one for one in place_customer(spark, run, values).reasons if one.feature == "region")
    assert reason.level == "other"


def test_predict_asks_for_a_category_by_its_levels(
    mixed: Upload, run: RunView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spark: SparkSession
) -> None:
    from custseg_spark.app.settings import SETTINGS

    monkeypatch.setattr(SETTINGS, "output", str(tmp_path / "out"))
    downloads.save_candidate(run, mixed, mixed.known["recipe"], str(tmp_path / "out"))
    found = open_page("predict").run()
    assert not found.exception
    region = next(one for one in found.selectbox if one.label == "region")
    assert region.options[:2] == ["not known", "R0"] or "North" in region.options[:3]
    region.set_value("North")
    found.run()
    assert not found.exception
    assert "What speaks for it" in read_text(found)


def test_a_category_can_be_looked_at(mixed: Upload, run: RunView, monkeypatch: pytest.MonkeyPatch) -> None:
    from custseg_spark.app import plotly_charts

    drawn = plotly_charts.draw_shares(run.sample, run.categories["region"], run.names)
    assert {"North", "other", "missing"} <= set(drawn.data[0].x)
