"""The parts of clustering on Spark, each against plain numpy."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from sklearn.metrics import adjusted_rand_score

from custseg_spark import clustering
from custseg_spark.clustering import spark_ml
from custseg_spark.clustering.sample import HASH
from custseg_spark.errors import DataError
from custseg_spark.features import Treatment
from custseg_spark.model import Model, add_stages
from custseg_spark.recipe import Sweep, parse
from custseg_spark.steps.treat_features import treat_features
from tests.tables.saved import load_pipeline


def cloud(customers: int = 400, features: int = 3, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(customers, features))


@pytest.mark.spark_only("Spark ML")
@pytest.mark.parametrize("features", [2, 3, 6])
def test_the_plane_is_that_of_spark_mls_pca(spark: SparkSession, features: int) -> None:
    """Two standardised features load alike on each axis: the sign must not hang on their last digits."""
    points = cloud(500, features) @ cloud(features, features, seed=5)
    points = 3.0 + (points - points.mean(axis=0)) / points.std(axis=0, ddof=1)
    ours, theirs = clustering.fit_plane(points), spark_ml.fit_plane(spark, points)
    assert ours.loadings == pytest.approx(theirs.loadings, abs=1e-9)
    assert ours.explained == pytest.approx(theirs.explained, abs=1e-12)
    assert ours.project(points) == pytest.approx(theirs.project(points), abs=1e-8)


@pytest.mark.spark_only("Spark ML")
def test_the_scale_of_spark_ml_is_that_of_the_driver(spark: SparkSession) -> None:
    """Whether the sweep is Spark ML's or not, and a robust scale is the driver's always."""
    raw = pd.DataFrame(np.exp(3 * cloud(400, 2)), columns=["spend", "visits"])
    raw.loc[::9, "spend"] = np.nan

    def fit(by: str, scale: str) -> tuple[Treatment, ...]:
        cut = {"spend": {"sql": "spend", "transform": "log1p", "clip": [None, "p99"]}, "visits": "visits"}
        recipe = parse({"input": {"id": "id"}, "segment_by": cut, "scale": scale, "sweep": {"by": by}})
        table = SimpleNamespace(expressions={"spend": "spend", "visits": "visits"})
        counted = SimpleNamespace(
            recipe=recipe,
            table=table,
            sample=SimpleNamespace(raw=raw, places=np.arange(400), weights=None),
            rows=400,
        )
        return treat_features(spark, counted).treatments  # type: ignore[arg-type]

    def numbers(treatments: tuple[Treatment, ...]) -> list[tuple[float, float]]:
        return [(t.centre, t.scale) for t in treatments]

    assert numbers(fit("spark_ml", "standard")) == [
        pytest.approx(one, rel=1e-12) for one in numbers(fit("driver", "standard"))
    ]
    assert fit("spark_ml", "robust") == fit("driver", "robust")


@pytest.mark.spark_only("Spark ML")
@pytest.mark.parametrize("name", spark_ml.ALGORITHMS)
def test_the_algorithms_of_spark_ml_cut_what_lies_apart(spark: SparkSession, name: str) -> None:
    truth = np.arange(180) % 3
    points = cloud(180, 2) * 0.3 + np.array([[-6.0, 0], [6, 0], [0, 9]])[truth]
    labels, seconds = spark_ml.cluster(spark, name, 3, points, 1)
    assert (labels.shape, labels.dtype, seconds > 0) == ((180,), np.dtype(np.int64), True)
    assert adjusted_rand_score(truth, labels) == 1


@pytest.mark.spark_only("Spark ML")
def test_kmeans_of_a_comparison_is_the_cheapest_start(spark: SparkSession) -> None:
    points = cloud(200, 2)
    with spark_ml.cache_points(spark, points) as frame:
        fits = [spark_ml.build_kmeans(7, 3 + i).fit(frame) for i in range(spark_ml.STARTS)]
    costs = [fit.summary.trainingCost for fit in fits]
    assert np.argmin(costs) > 0
    best = clustering.find_nearest(points, spark_ml.read_centres(fits[int(np.argmin(costs))]))
    assert adjusted_rand_score(best, spark_ml.cluster(spark, "KMeans", 7, points, 3)[0]) == 1


@pytest.mark.spark_only("Spark ML")
def test_the_clock_runs_while_spark_ml_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def last(seconds: float, gives: object = None) -> Any:
        def pass_by(*_: object, **__: object) -> Any:
            now[0] += seconds
            return gives

        return pass_by

    labels = SimpleNamespace(toPandas=last(1000, pd.DataFrame({"row": [1, 0], "prediction": [1, 0]})))
    model = SimpleNamespace(
        transform=lambda _: SimpleNamespace(select=lambda *_: labels), summary=SimpleNamespace(trainingCost=1)
    )
    frame = nullcontext(SimpleNamespace(count=last(100), select=lambda _: None))
    estimator = SimpleNamespace(fit=last(3, model))
    monkeypatch.setattr(spark_ml, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr(spark_ml, "cache_points", last(10, frame))
    monkeypatch.setattr(spark_ml, "ALGORITHMS", dict.fromkeys(spark_ml.ALGORITHMS, lambda **_: estimator))
    for name in spark_ml.ALGORITHMS:
        found, seconds = spark_ml.cluster(None, name, 2, np.eye(2), 1)  # type: ignore[arg-type]
        assert (found.tolist(), seconds) == ([0, 1], 3.0), name


def test_the_nearest_centre_in_sql_is_the_nearest(spark: SparkSession) -> None:
    points, centres = cloud(), cloud(6, seed=4)
    frame = spark.createDataFrame(pd.DataFrame(points, columns=["a", "b", "c"]))
    found = add_stages(frame, clustering.build_nearest_stages(["a", "b", "c"], centres)).toPandas()
    assert list(found["segment"]) == list(clustering.find_nearest(points, centres))


def test_a_tie_goes_to_the_lower_segment(spark: SparkSession) -> None:
    stages = clustering.build_nearest_stages(["a"], np.array([[1.0], [-1.0]]))
    assert add_stages(spark.createDataFrame([(0.0,)], "a double"), stages).collect()[0]["segment"] == 0


def test_refinement_ends_where_lloyd_ends(spark: SparkSession) -> None:
    points = np.vstack([cloud(300), cloud(300) + 6])
    frame = spark.createDataFrame(pd.DataFrame(points, columns=["a", "b", "c"]))
    start = np.array([[1.0, 1, 1], [5, 5, 5]])
    settings = Sweep(refine=5, tolerance=1e-6)
    found = clustering.refine(frame, ["a", "b", "c"], start, [F.max("a").alias("top")], settings)
    assert found.centres == pytest.approx(np.stack([points[:300].mean(axis=0), points[300:].mean(axis=0)]))
    assert found.passes == 2, "one step to the means, one pass that finds nothing left to gain"
    assert [row["_size"] for row in found.rows] == [300, 300]
    assert found.rows[0]["top"] == points[:300, 0].max(), "measured under the centres that are returned"
    residuals = points - np.repeat(found.centres, 300, axis=0)
    assert found.cost == pytest.approx((residuals**2).sum())


def test_no_step_is_taken_that_gains_less_than_the_tolerance(spark: SparkSession) -> None:
    points = cloud(300)
    frame = spark.createDataFrame(pd.DataFrame(points, columns=["a", "b", "c"]))
    start = points.mean(axis=0, keepdims=True) + 0.001
    found = clustering.refine(frame, ["a", "b", "c"], start, [], Sweep(refine=5, tolerance=1e-3))
    assert (found.passes, found.centres.tolist()) == (1, start.tolist())


def test_the_sample_is_drawn_by_the_id_alone(spark: SparkSession) -> None:
    customers = spark.range(20_000)
    one = clustering.filter_sample(customers, F.col("id"), 1000, 20_000, seed=1).select("id", HASH).toPandas()
    turned = customers.repartition(7).orderBy(F.desc("id"))
    other = clustering.filter_sample(turned, F.col("id").cast("string"), 1000, 20_000, seed=1).toPandas()
    assert set(one["id"].astype(str)) == set(other["id"].astype(str))
    assert 950 < len(one) < 1150
    another = clustering.filter_sample(customers, F.col("id"), 1000, 20_000, seed=2).toPandas()
    assert len(set(one["id"]) & set(another["id"])) < 150


def test_more_segments_than_distinct_points_are_refused(spark: SparkSession) -> None:
    points = np.repeat(cloud(3), 50, axis=0)
    with pytest.raises(DataError, match="3 distinct points"):
        clustering.sweep(spark, points, range(2, 6), Sweep(restarts=1, seed=1))


def test_names_with_quotes_and_backslashes_survive(spark: SparkSession, engine: str, tmp_path: Path) -> None:
    names = ("It's \\ big", 'a "quoted" one')
    spend = Treatment("spend", "spend", "", "none", 0.0, None, None, 0.0, 1.0)
    model = Model("id", {"spend": "double"}, (spend,), ((5.0,), (1.0,)), (0, 1), names, "spend")
    assert Model.from_json(model.to_json()) == model
    raw = spark.createDataFrame([("a", 6.0), ("b", 0.5), ("c", None)], "id string, spend double")
    labelled = model.label(add_stages(raw, model.raw_stages()), ["id"]).toPandas()
    assert list(labelled["segment_name"]) == [names[0], names[1], names[1]]
    assert list(labelled["distance_to_centre"]) == [1.0, 0.5, 1.0]
    if engine == "sail":
        return
    loaded = load_pipeline(model, tmp_path).transform(raw).toPandas()
    assert list(loaded["segment_name"]) == list(labelled["segment_name"])
    assert set(loaded.columns) == {"id", "spend", "feature_spend", "segment", "segment_name"}
