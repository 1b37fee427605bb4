"""The parts of clustering on Spark, each against plain numpy."""

import numpy as np
import pandas as pd
import pytest
from pyspark.ml.functions import vector_to_array
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from custseg_spark import clustering
from custseg_spark.clustering.models import vectors
from custseg_spark.clustering.sample import HASH
from custseg_spark.errors import DataError
from custseg_spark.features import Treatment
from custseg_spark.model import Model, add_stages


def cloud(customers: int = 400, features: int = 3, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(customers, features))


@pytest.mark.parametrize("k", [2, 5, 17])
def test_given_centres_become_a_spark_model(spark: SparkSession, k: int) -> None:
    centres = cloud(k)
    model, order = clustering.fixed_centres(spark, centres, "features", "prediction")
    assert np.array(model.clusterCenters()) == pytest.approx(centres[order], abs=1e-12)


def test_a_given_scale_becomes_a_spark_model(spark: SparkSession) -> None:
    scaler = clustering.fixed_scaler(spark, [1.0, -20.0], [0.5, 300.0], "features", "scaled")
    scaled = scaler.transform(vectors(spark, np.array([[2.0, 580.0]]), "features"))
    assert scaled.select(vector_to_array("scaled")).first()[0] == pytest.approx([2.0, 2.0])


def test_the_nearest_centre_in_sql_is_the_nearest(spark: SparkSession) -> None:
    points, centres = cloud(), cloud(6, seed=4)
    frame = spark.createDataFrame(pd.DataFrame(points, columns=["a", "b", "c"]))
    found = add_stages(frame, clustering.build_nearest_stages(["a", "b", "c"], centres)).toPandas()
    assert list(found["segment"]) == list(clustering.find_nearest(points, centres))


def test_a_tie_goes_to_the_lower_segment(spark: SparkSession) -> None:
    stages = clustering.build_nearest_stages(["a"], np.array([[1.0], [-1.0]]))
    assert add_stages(spark.createDataFrame([(0.0,)], "a double"), stages).first()["segment"] == 0


def test_refinement_ends_where_lloyd_ends(spark: SparkSession) -> None:
    points = np.vstack([cloud(300), cloud(300) + 6])
    frame = spark.createDataFrame(pd.DataFrame(points, columns=["a", "b", "c"]))
    start = np.array([[1.0, 1, 1], [5, 5, 5]])
    found = clustering.refine(
        frame, ["a", "b", "c"], start, [F.max("a").alias("top")], steps=5, tolerance=1e-6
    )
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
    found = clustering.refine(frame, ["a", "b", "c"], start, [], steps=5, tolerance=1e-3)
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
        clustering.sweep(spark, points, range(2, 6), restarts=1, seed=1)


def test_names_with_quotes_and_backslashes_survive(spark: SparkSession) -> None:
    names = ("It's \\ big", 'a "quoted" one')
    spend = Treatment("spend", "spend", "", "none", 0.0, None, None, 0.0, 1.0)
    model = Model("id", {"spend": "double"}, (spend,), ((5.0,), (1.0,)), (0, 1), names, "spend")
    assert Model.from_json(model.to_json()) == model
    raw = spark.createDataFrame([("a", 6.0), ("b", 0.5), ("c", None)], "id string, spend double")
    labelled = model.label(add_stages(raw, model.raw_stages()), ["id"]).toPandas()
    assert list(labelled["segment_name"]) == [names[0], names[1], names[1]]
    assert list(labelled["distance_to_centre"]) == [1.0, 0.5, 1.0]
    loaded = model.pipeline_model(spark).transform(raw).toPandas()
    assert list(loaded["segment_name"]) == list(labelled["segment_name"])
    assert set(loaded.columns) == {"id", "spend", "feature_spend", "segment", "segment_name"}
