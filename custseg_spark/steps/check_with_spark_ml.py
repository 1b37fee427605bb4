"""choose -> refine: the chosen number of segments once more, by Spark ML alone."""

from __future__ import annotations

from pyspark.sql import SparkSession

from custseg_spark import clustering, features, journal
from custseg_spark.engine.choose import is_sail
from custseg_spark.recipe import Recipe
from custseg_spark.results import Decision, SparkMlCheck, TreatedSample
from custseg_spark.steps.treat_features import remove_scale

ROWS = 5_000
BETTER = 0.02
"""By how much more silhouette Spark ML's segments make somebody look."""


def check_with_spark_ml(
    spark: SparkSession, treated: TreatedSample, decision: Decision, recipe: Recipe
) -> SparkMlCheck | None:
    """What StandardScaler, KMeans and ClusteringEvaluator make of the chosen k on ROWS of the sample.

    None where the engine has no Spark ML, and where the sweep was Spark ML's anyway.
    """
    if is_sail(spark) or recipe.sweep.by == "spark_ml":
        return None
    from sklearn.metrics import adjusted_rand_score

    from custseg_spark.clustering import spark_ml

    chosen = decision.partition
    points = treated.points[:ROWS]
    if recipe.scale == "standard":
        values = features.to_model_scale(treated.values[:ROWS], remove_scale(treated.treatments))
        means, deviations = spark_ml.fit_scale(spark, values)
        points = (values - means) / deviations
    with spark_ml.cache_points(spark, points) as frame:
        (centres,) = spark_ml.fit_restarts(frame, chosen.k, 1, recipe.sweep.seed)
    own, theirs = chosen.labels[:ROWS], clustering.find_nearest(points, centres)
    silhouettes = spark_ml.measure_silhouettes(spark, points, {0: own, 1: theirs})
    found = SparkMlCheck(len(points), silhouettes[0], silhouettes[1], adjusted_rand_score(own, theirs))
    if found.of_spark_ml > found.silhouette + BETTER:
        journal.warn(
            f"Spark ML's KMeans finds {chosen.k} segments with a better silhouette ({found.of_spark_ml:.3f}, "
            f"not {found.silhouette:.3f}): try more restarts, or sweep.by: spark_ml"
        )
    return found
