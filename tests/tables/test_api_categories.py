"""Categories from Python: as pandas and Spark have them, on tomorrow's table, and saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from sklearn.metrics import adjusted_rand_score

from custseg_spark import Category, Feature, SegmentationModel, Segmenter
from custseg_spark.errors import RecipeError

ROWS = 300
QUICK = {
    "segments.choose": "fixed",
    "sweep.restarts": 5,
    "evidence.bootstraps": 0,
    "evidence.gap": False,
    "evidence.prediction_strength": False,
    "evidence.structure": False,
}
GROUP = np.random.default_rng(0).integers(3, size=ROWS)
TIERS = np.choose(GROUP, ["Bronze", "Silver", "Gold"])


def make_customers(**columns: Any) -> pd.DataFrame:
    """Small spenders, and big ones whom only a category tells apart."""
    spend = np.where(GROUP == 0, 100, 1000) * np.random.default_rng(1).lognormal(0, 0.2, ROWS)
    return pd.DataFrame({"id": np.arange(ROWS), "spend": spend, **columns})


def make_segmenter(category: Category, k: int = 3) -> Segmenter:
    features: dict[str, Feature | Category] = {
        "spend": Feature("spend", transform="log1p", weight=1.5),
        "tier": category,
    }
    return Segmenter(id="id", k=k, features=features, settings=QUICK)


@pytest.fixture(scope="module")
def model(spark: SparkSession) -> SegmentationModel:
    return make_segmenter(Category("tier")).fit(make_customers(tier=TIERS))


def without_some(values: Any, missing: Any) -> pd.Series:
    return pd.Series(
        np.where(np.arange(ROWS) % 10 == 0, missing, np.asarray(values, dtype=object)), dtype=object
    )


COLUMNS = {
    "category": pd.Categorical(TIERS),
    "category without some": pd.Categorical(without_some(TIERS, None)),
    "ordered": pd.Categorical(TIERS, categories=["Bronze", "Silver", "Gold"], ordered=True),
    "category of numbers": pd.Categorical(GROUP),
    "whole numbers": GROUP,
    "Int64 without some": pd.array(GROUP, dtype="Int64").take(
        np.where(np.arange(ROWS) % 10, np.arange(ROWS), -1), allow_fill=True
    ),
    "text with None": without_some(TIERS, None),
    "text with NaN": without_some(TIERS, np.nan),
    "string": pd.array(TIERS, dtype="string"),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_any_kind_of_pandas_is_a_category(spark: SparkSession, kind: str) -> None:
    table = make_customers(tier=COLUMNS[kind])
    model = make_segmenter(Category("tier")).fit(table)
    known = table["tier"].notna().to_numpy()
    labels = model.labels_.loc[table["id"]].to_numpy()
    assert adjusted_rand_score(GROUP[known], labels[known]) > 0.95
    labelled = model.transform(table)
    assert (labelled["segment"].to_numpy() == labels).all()
    pd.testing.assert_frame_equal(labelled[list(table.columns)], table)


@pytest.mark.parametrize("missing", [None, np.nan])
def test_truths_are_a_category_of_two_levels(spark: SparkSession, missing: Any) -> None:
    table = make_customers(gold=GROUP == 2, maybe=without_some([bool(one) for one in GROUP == 2], missing))
    labels = make_segmenter(Category("gold")).fit(table).labels_
    assert adjusted_rand_score(GROUP, labels.loc[table["id"]]) > 0.95
    assert make_segmenter(Category("maybe", impute="most_frequent")).fit(table).k_ == 3


def test_a_level_that_nobody_had_is_placed_by_the_rest(model: SegmentationModel) -> None:
    table = make_customers(tier=TIERS)
    strange = table.assign(tier=pd.Series("Titanium", table.index).where(table["id"] % 3 == 0))
    labelled = model.transform(strange)
    assert labelled["segment"].notna().all()
    assert labelled["tier"].iloc[0] == "Titanium"
    small = table["spend"] < 400
    assert labelled.loc[small, "segment"].nunique() == 1, "by spend"


def test_a_saved_model_knows_its_levels(
    model: SegmentationModel, spark: SparkSession, tmp_path: Path
) -> None:
    model.save(str(tmp_path / "m"))
    loaded = SegmentationModel.load(str(tmp_path / "m"))
    table = make_customers(tier=without_some(TIERS, None))
    pd.testing.assert_frame_equal(loaded.transform(table), model.transform(table))
    frame = loaded.transform(spark.createDataFrame(table))
    by_id = {row["id"]: row["segment"] for row in frame.collect()}
    assert [by_id[one] for one in table["id"]] == loaded.transform(table)["segment"].tolist()


def test_weight_order_and_levels_reach_the_recipe() -> None:
    ordered = make_segmenter(Category("tier", weight=0.5, order=["Bronze", "Silver", "Gold"])).recipe
    assert ordered.segment_by["tier"].order == ("Bronze", "Silver", "Gold")
    assert ordered.segment_by["tier"].impute == "median"
    assert (ordered.segment_by["spend"].weight, ordered.segment_by["tier"].weight) == (1.5, 0.5)
    given = make_segmenter(
        Category("kids", keep=3, levels={"none": [0], "some": [1, 2]}, label="children")
    ).recipe
    assert given.segment_by["tier"].levels == {"none": ("0",), "some": ("1", "2")}
    assert (given.segment_by["tier"].impute, given.segment_by["tier"].keep) == ("level", 3)


def test_a_heavy_category_decides_and_a_light_one_does_not(spark: SparkSession) -> None:
    rng = np.random.default_rng(5)
    table = make_customers(city=rng.choice(["a", "b"], ROWS))
    big = (table["spend"] > 400).to_numpy()

    def agree(weight: float) -> tuple[float, float]:
        labels = make_segmenter(Category("city", weight=weight), k=2).fit(table).labels_.loc[table["id"]]
        return adjusted_rand_score(big, labels), adjusted_rand_score(table["city"], labels)

    np.testing.assert_allclose(agree(0.1), (1, 0), atol=0.1)
    np.testing.assert_allclose(agree(10), (0, 1), atol=0.1)


def test_what_is_no_category_is_told_what_to_write() -> None:
    with pytest.raises(RecipeError, match=r"segment_by.tier.keep: found 0"):
        make_segmenter(Category("tier", keep=0))
    with pytest.raises(RecipeError, match="the expression gives double") as wrong:
        make_segmenter(Category("part")).fit(make_customers(part=np.linspace(0, 1, ROWS)))
    assert "cast(part as bigint)" in wrong.value.remedy
