"""`sweep: {by: spark_ml}` against Spark ML by hand, and against the default way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import clustering
from custseg_spark.recipe import Sweep
from tests.support import campaign

pytestmark = pytest.mark.spark_only("Spark ML")
TABLES = ("marketing_campaign", "published_value_engagement", "published_elbow_six", "planted", "50,000 rows")
KS, BY_HAND = (2, 4, 5), 5
"""scripts/spark-ml-costs asks every k from 2 to 10."""


@pytest.fixture(params=TABLES)
def features(request: pytest.FixtureRequest, shared_data: Path) -> pd.DataFrame:
    if request.param in ("planted", "50,000 rows"):
        rng = np.random.default_rng(11)
        rows = 50_000 if request.param == "50,000 rows" else 2_000
        segment = rng.choice(5, rows, p=[0.3, 0.25, 0.2, 0.15, 0.1])
        places = rng.uniform(-9.0, 9.0, (5, 4)) if rows == 2_000 else rng.uniform(-2.0, 2.0, (5, 4))
        return pd.DataFrame(
            100.0 + 10.0 * (places[segment] + rng.normal(size=(rows, 4))), columns=["x0", "x1", "x2", "x3"]
        )
    table = pd.read_csv(shared_data / "marketing_campaign.csv", sep="\t")
    build: Callable[[pd.DataFrame], pd.DataFrame] = getattr(campaign, f"build_{request.param}")
    return build(table)


def sweep_by_hand(spark: SparkSession, features: pd.DataFrame, k: int) -> tuple[np.ndarray, float]:
    """The centres (k, d) of the best of three starts, and their silhouette."""
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.evaluation import ClusteringEvaluator
    from pyspark.ml.feature import StandardScaler, VectorAssembler

    table = spark.createDataFrame(features.reset_index(drop=True)).coalesce(1)
    table = VectorAssembler(inputCols=[*map(str, features)], outputCol="raw").transform(table)
    scaler = StandardScaler(inputCol="raw", outputCol="features", withMean=True, withStd=True)
    scaled = scaler.fit(table).transform(table).select("features")
    models = [KMeans(k=k, seed=seed, initSteps=5, maxIter=50).fit(scaled) for seed in (42, 43, 44)]
    best = min(models, key=lambda model: model.summary.trainingCost)
    silhouette = ClusteringEvaluator().evaluate(best.transform(scaled))
    return np.array(best.clusterCenters()), silhouette


def test_it_is_what_spark_ml_finds_and_costs_no_more_than_the_default(
    spark: SparkSession, features: pd.DataFrame
) -> None:
    points = campaign.standardise(features)
    swept = clustering.sweep(spark, points, KS, Sweep(by="spark_ml"))
    centres, silhouette = sweep_by_hand(spark, features, BY_HAND)
    same = next(cut for cut in swept if cut.k == BY_HAND)
    assert same.centres == pytest.approx(centres, abs=1e-9)
    assert same.silhouette == pytest.approx(silhouette, abs=1e-9)
    assert len(same.costs) == 3
    dearer = {
        one.k: one.cost / default.cost - 1
        for one, default in zip(swept, clustering.sweep(spark, points, KS, Sweep()), strict=True)
    }
    assert max(dearer.values()) < 0.01, dearer


def test_thirty_starts_reach_the_cost_of_the_default(spark: SparkSession, shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "marketing_campaign.csv", sep="\t")
    points = campaign.standardise(campaign.build_published_value_engagement(table))
    swept = clustering.sweep(spark, points, [7], Sweep(by="spark_ml", restarts=30))
    for cut, default in zip(swept, clustering.sweep(spark, points, [7], Sweep()), strict=True):
        assert abs(cut.cost / default.cost - 1) < 1e-3


def test_nothing_stays_in_the_engines_memory(spark: SparkSession) -> None:
    points = np.random.default_rng(1).normal(size=(300, 2))
    storage = spark.sparkContext._jsc.sc()
    held = len(storage.getRDDStorageInfo())
    clustering.sweep(spark, points, [2, 3], Sweep(by="spark_ml", restarts=1))
    assert len(storage.getRDDStorageInfo()) == held
