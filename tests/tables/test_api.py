"""From Python: a table in, segments out, as a notebook and a `pyspark.ml` Pipeline have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.ml import Estimator, Model, Pipeline
from pyspark.sql import SparkSession
from sklearn.metrics import adjusted_rand_score

from custseg_spark import Feature, SegmentationModel, Segmenter, data, runs
from custseg_spark.api import model_files
from custseg_spark.engine.choose import find_engine
from custseg_spark.errors import DataError, RecipeError, RunError

LABELS = ["segment", "segment_name", "distance_to_centre", "margin"]
SETTINGS = {"evidence.bootstraps": 3, "evidence.structure": False, "segment_by.spend.unit": "euros"}


def make_customers(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Three heaps of customers, and which one each is in."""
    rng = np.random.default_rng(seed)
    heap = rng.integers(3, size=rows)
    spend = np.exp(np.array([2, 4, 6])[heap] + rng.normal(0, 0.2, rows))
    recency = np.array([10.0, 50.0, 90.0])[heap] + rng.normal(0, 4, rows)
    return pd.DataFrame({"id": np.arange(rows), "spend": spend, "recency": recency, "heap": heap})


def make_segmenter(**given: object) -> Segmenter:
    features = {"spend": Feature("spend", transform="log1p"), "recency": "recency"}
    return Segmenter(id="id", k=(2, 4), features=features, settings=SETTINGS, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return make_customers()


@pytest.fixture(scope="module")
def model(spark: SparkSession, customers: pd.DataFrame) -> SegmentationModel:
    return make_segmenter().fit(customers)


def test_planted_segments_are_found(model: SegmentationModel, customers: pd.DataFrame) -> None:
    truth = customers.set_index("id")["heap"]
    assert adjusted_rand_score(truth.loc[model.labels_.index], model.labels_) == 1
    assert model.k_ == 3
    assert model.why_.startswith("3 segments")
    assert model.scores_["k"].tolist() == [2, 3, 4]
    assert model.profile_["size"].sum() == len(customers)
    assert (model.quality_.read, model.quality_.quarantined) == (400, 0)


def test_customers_are_labelled_as_the_sample_was(model: SegmentationModel, customers: pd.DataFrame) -> None:
    labelled = model.transform(customers)
    assert list(labelled.columns) == [*customers.columns, *LABELS]
    pd.testing.assert_series_equal(
        labelled.set_index("id")["segment"].loc[model.labels_.index], model.labels_, check_index_type="equiv"
    )
    again = model.transform(labelled)
    pd.testing.assert_frame_equal(again, labelled)


def test_a_pandas_table_keeps_its_index_and_types(model: SegmentationModel) -> None:
    table = make_customers(rows=50, seed=3).convert_dtypes().sample(frac=1, random_state=0)
    table.loc[7, ["id", "heap"]] = pd.NA
    labelled = model.transform(table)
    pd.testing.assert_frame_equal(labelled[list(table.columns)], table)
    assert (labelled.groupby("heap")["segment"].nunique() == 1).all()


def test_a_customer_that_the_model_can_not_place_gets_no_segment(spark: SparkSession) -> None:
    segmenter = Segmenter(
        id="id",
        k=2,
        features={"spend": Feature("spend", impute="quarantine"), "recency": "recency"},
        settings={"evidence.bootstraps": 0, "evidence.structure": False, "rules.max_quarantined": 0.1},
    )
    table = make_customers()
    table.loc[7, "spend"] = None
    model = segmenter.fit(table)
    assert model.quality_.by_reason == {"spend: missing": 1}
    assert [row["reasons"] for row in model.rejected_.collect()] == [["spend: missing"]]
    labelled = model.transform(table)
    assert labelled.loc[[7], LABELS].isna().all(axis=None)
    assert labelled["segment"].notna().sum() == len(table) - 1


def test_it_is_an_estimator_in_a_pipeline(spark: SparkSession, customers: pd.DataFrame) -> None:
    segmenter, frame = make_segmenter(), spark.createDataFrame(customers)
    assert isinstance(segmenter, Estimator)
    fitted = Pipeline(stages=[segmenter]).fit(frame)
    assert isinstance(fitted.stages[0], Model)
    assert set(LABELS) < set(fitted.transform(frame).columns)


def test_a_saved_model_is_the_same(model: SegmentationModel, customers: pd.DataFrame, tmp_path: Path) -> None:
    model.save(str(tmp_path / "m"))
    loaded = SegmentationModel.load(str(tmp_path / "m"))
    pd.testing.assert_frame_equal(loaded.transform(customers), model.transform(customers))
    pd.testing.assert_frame_equal(loaded.profile_, model.profile_)
    assert (loaded.k_, loaded.why_, loaded.quality_) == (model.k_, model.why_, model.quality_)
    assert loaded.plot("map").png == model.plot("map").png
    assert loaded.to_sql("duckdb") == model.to_sql("duckdb")
    with pytest.raises(RunError, match="has a model already"):
        model.save(str(tmp_path / "m"))
    with pytest.raises(RunError, match="was read from files"):
        _ = loaded.rejected_


def test_what_it_shows(model: SegmentationModel, tmp_path: Path) -> None:
    assert model.plot("sizes").png.startswith(b"\x89PNG")
    assert all(name in model._repr_html_() for name in model.profile_["name"])
    assert "<html" in Path(model.report(str(tmp_path / "page.html"))).read_text()
    with pytest.raises(RecipeError, match="there is no figure 'nap'") as told:
        model.plot("nap")
    assert "map" in told.value.remedy
    with pytest.raises(RecipeError, match="no dialect"):
        model.to_sql("cobol")
    with pytest.raises(RecipeError, match="there is no figure 'movement'") as told:
        model.plot("movement")
    assert told.value.remedy.startswith("there are: boxes, elbow, ")


def test_nothing_is_drawn_to_refuse_a_name_or_to_show_itself(
    model: SegmentationModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_files, "start_figures", None)
    fresh = SegmentationModel(model_files.FittedFiles(model._result))
    with pytest.raises(RecipeError, match="there is no figure 'siluette'") as told:
        fresh.plot("siluette")
    assert told.value.remedy == "did you mean 'silhouette'?"
    assert {"model.json", "report.html", "summary.json"} < set(fresh._files.names)
    assert all(name in fresh._repr_html_() for name in model.profile_["name"])


def test_every_figure_has_a_name(model: SegmentationModel) -> None:
    drawn = [name.removeprefix("plots/").removesuffix(".png") for name in model._files.figures]
    assert drawn
    assert set(drawn) < set(model_files.ALL_FIGURES)


def test_it_says_what_it_is(model: SegmentationModel, spark: SparkSession) -> None:
    assert repr(make_segmenter()) == "Segmenter(id='id', k=(2, 4), features=['spend', 'recency'])"
    names = model.profile_["name"].tolist()
    assert repr(model) == (
        f"SegmentationModel(k=3, segments={names}, features=['spend', 'recency'], "
        f"engine='{find_engine(spark).title}')"
    )


def test_segments_keep_their_ids_and_names(model: SegmentationModel, tmp_path: Path) -> None:
    """Tomorrow's customers spend more: in their own order the segments would get other names."""
    tomorrow = make_customers(seed=1).assign(recency=lambda t: 100 - t["recency"])
    tomorrow["spend"] = make_customers(seed=1)["spend"]
    followed = make_segmenter().fit(make_customers(seed=1), live=model)
    assert followed.movement_["customers"].sum() == 400
    with pytest.raises(RunError, match="no live model was followed"):
        _ = model.movement_
    assert followed.profile_["name"].tolist() == model.profile_["name"].tolist()
    assert followed.as_live_run().model.ids == model.as_live_run().model.ids
    model.publish(str(tmp_path))
    candidate = followed.publish(str(tmp_path))
    assert runs.find_live(str(tmp_path)) != candidate
    assert SegmentationModel.promote(str(tmp_path), candidate.run_id, "seen") == candidate
    assert runs.read_history(str(tmp_path))[-1]["why"] == "seen"
    assert runs.find_live(str(tmp_path)) == candidate
    other = make_segmenter().fit(tomorrow, live=model)
    assert not set(other.as_live_run().model.ids) <= set(model.as_live_run().model.ids)


def test_a_published_model_is_a_run(
    model: SegmentationModel, customers: pd.DataFrame, tmp_path: Path, spark: SparkSession
) -> None:
    run = model.publish(str(tmp_path), customers)
    assert runs.find_live(str(tmp_path)) == run
    record = run.read_record()
    assert (record.k, record.input, record.rows.accepted) == (3, "dataframe", 400)
    labelled = data.read_written(spark, run.at("customers")).select("id", "segment").toPandas()
    expected = model.transform(customers)[["id", "segment"]]
    assert labelled.set_index("id")["segment"].sort_index().tolist() == expected["segment"].tolist()
    loaded = SegmentationModel.load(str(tmp_path))
    assert loaded.as_live_run().customers == run.at("customers")
    with pytest.raises(DataError, match="customers were written where 400 were measured"):
        model.publish(str(tmp_path / "other"), make_customers(rows=300))
    again = model.publish(str(tmp_path), customers)
    later = again.read_record()
    assert (later.scans, later.warnings) == (record.scans, record.warnings)
    with pytest.raises(RunError, match="was not held against the live run"):
        SegmentationModel.promote(str(tmp_path), again.run_id)
    assert runs.find_live(str(tmp_path)) == run


def test_a_bad_argument_gets_the_error_of_a_recipe() -> None:
    with pytest.raises(
        RecipeError, match=r"segment_by.spend.transform: found 'log2'; it takes none or log1p"
    ):
        Segmenter(id="id", features={"spend": Feature("spend", transform="log2")})
    with pytest.raises(RecipeError, match="segments: k is upside down: 5 is over 2"):
        Segmenter(id="id", features={"spend": "spend"}, k=(5, 2))
    with pytest.raises(RecipeError, match="a table is a Spark or pandas DataFrame; found list"):
        make_segmenter().fit([1, 2])  # type: ignore[arg-type]


def test_a_recipe_file_makes_the_same_segmenter(tmp_path: Path) -> None:
    made = make_segmenter()
    file = tmp_path / "recipe.yaml"
    file.write_text(
        "input: {id: id}\nsegments: {k: [2, 4]}\n"
        "segment_by: {spend: {sql: spend, transform: log1p, unit: euros}, recency: recency}\n"
        "evidence: {bootstraps: 3, structure: false}\n"
    )
    assert Segmenter.from_recipe(file).recipe == made.recipe
    assert Segmenter.from_recipe(made.recipe, {"segments.k": 3}).recipe.segments.k == 3
