"""choose -> refine: the chosen number of segments once more, by Spark ML alone."""

from __future__ import annotations

from pyspark.sql import SparkSession

from custseg_spark import clustering, features, journal
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.session import activate_session
from custseg_spark.recipe import Recipe
from custseg_spark.results import Decision, SparkMlCheck, TreatedSample
from custseg_spark.steps.treat_features import remove_scale

SAME_SILHOUETTE = 1e-6
CHEAPER = 1e-3
"""A cost of Spark ML's that is lower by more than this share means that better segments were missed."""


def check_with_spark_ml(
    spark: SparkSession, treated: TreatedSample, decision: Decision, recipe: Recipe
) -> SparkMlCheck | None:
    """What StandardScaler, one KMeans and ClusteringEvaluator make of the chosen k on the same sample.

    None where it is not asked for, where the engine has no Spark ML, and where the sweep was Spark ML's
    anyway.
    """
    if is_sail(spark) or recipe.sweep.by == "spark_ml" or not recipe.evidence.spark_ml:
        return None
    from sklearn.metrics import adjusted_rand_score

    from custseg_spark.clustering import spark_ml

    activate_session(spark)  # it runs beside other work
    chosen, points = decision.partition, treated.points
    if recipe.scale == "standard":
        values = features.to_model_scale(treated.values, remove_scale(treated.treatments))
        with spark_ml.cache_points(spark, values) as frame:
            means, deviations = spark_ml.fit_scale(frame)
        points = (values - means) / deviations
    with spark_ml.cache_points(spark, points, {"prediction": chosen.labels}) as frame:
        silhouette = float(spark_ml.build_evaluator().evaluate(frame))
        model = spark_ml.build_kmeans(chosen.k, recipe.sweep.seed).fit(frame.select("features"))
        centres = spark_ml.read_centres(model)
    theirs = clustering.find_nearest(points, centres)
    cost = float(((points - centres[theirs]) ** 2).sum())
    found = judge_agreement(
        chosen.k, len(points), (decision.candidate.silhouette, silhouette), (chosen.cost, cost),
        adjusted_rand_score(chosen.labels, theirs),
    )  # fmt: skip
    if not found.agrees:
        journal.warn(found.why)
    return found


def judge_agreement(
    k: int,
    rows: int,
    silhouettes: tuple[float, float],
    costs: tuple[float, float],
    adjusted_rand: float,
) -> SparkMlCheck:
    """Whether Spark ML agrees, by the silhouettes of our segments, as we say it and as ClusteringEvaluator
    does, and by the costs, ours and that of its own KMeans."""
    said, evaluated = silhouettes
    cheaper = 1 - costs[1] / costs[0] if costs[0] > 0 else 0.0
    same, as_good = abs(said - evaluated) <= SAME_SILHOUETTE, cheaper <= CHEAPER
    if not same:
        why = (
            f"its ClusteringEvaluator gives the {k} segments a silhouette of {evaluated:.6f}, not {said:.6f}"
        )
    else:
        why = f"its ClusteringEvaluator gives the {k} segments the same silhouette ({said:.3f})"
    beside = f"adjusted Rand index {adjusted_rand:.2f}"
    if not as_good:
        why += f", but one KMeans of its own is cheaper by {cheaper:.1%} ({beside}): raise sweep.restarts"
    elif cheaper < -CHEAPER:
        why += f", and one KMeans of its own is a poorer start, dearer by {-cheaper:.1%} ({beside})"
    else:
        why += f", and one KMeans of its own reaches the same cost ({beside})"
    agrees = same and as_good
    told = f"Spark ML {'agrees' if agrees else 'does not agree'}: {why}"
    return SparkMlCheck(rows, said, evaluated, *costs, adjusted_rand, agrees, told)
