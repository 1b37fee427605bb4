"""A cold JVM loads classes and compiles while it is asked: for a small table that is most of the time."""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from custseg_spark.engine.scratch_folders import make_scratch_folder

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def warm_spark(spark: SparkSession) -> None:
    """Let Spark do, beside the first plans of a command, what it will be asked for later. What goes wrong
    with it, such as where the session ends meanwhile, is nobody's."""

    def warm() -> None:
        with suppress(Exception):
            do_once(spark)

    threading.Thread(target=warm, name="warming Spark", daemon=True).start()


def do_once(spark: SparkSession) -> None:
    """A scan, sums, a Parquet file, a fit of Spark ML, of a few rows."""
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.evaluation import ClusteringEvaluator
    from pyspark.ml.feature import StandardScaler, VectorAssembler
    from pyspark.sql import functions as F

    rows = spark.range(16).selectExpr("id", "cast(id % 2 as string) as half", "cast(id as double) as x")
    rows.filter("x >= 0").groupBy("half").agg(F.count("*"), F.sum("x"), F.max("id")).toPandas()
    folder = make_scratch_folder()
    place = (Path(folder) / "rows").as_uri()
    try:
        rows.write.partitionBy("half").parquet(place)
        spark.read.parquet(place).groupBy("half").count().collect()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    points = VectorAssembler(inputCols=["x"], outputCol="features").transform(rows)
    StandardScaler(inputCol="features", outputCol="scaled").fit(points)
    ClusteringEvaluator().evaluate(KMeans(k=2, maxIter=2, seed=1).fit(points).transform(points))
