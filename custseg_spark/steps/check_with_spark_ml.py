"""choose -> refine: the chosen number of segments once more, by Spark ML alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from custseg_spark import clustering, features, journal
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.session import activate_session
from custseg_spark.recipe import Recipe
from custseg_spark.results import Decision, EvenSample, SparkMlCheck, TreatedSample
from custseg_spark.steps.treat_features import remove_scale

SAME_SILHOUETTE = 1e-6
CHEAPER = 1e-3
"""A cost of Spark ML's that is lower by more than this share means that better segments were missed."""


def check_with_spark_ml(
    spark: SparkSession, even: EvenSample, decision: Decision, recipe: Recipe
) -> SparkMlCheck | None:
    """What StandardScaler, one KMeans and ClusteringEvaluator make of the chosen k on the same sample.

    Where customers have weights the scale is the run's, as StandardScaler knows none; the silhouette is of
    the customers who were drawn by them, as the run's is, and KMeans gets them as its weightCol. None where
    it is not asked for, where the engine has no Spark ML, and where the sweep was Spark ML's anyway.
    """
    if is_sail(spark) or recipe.sweep.by == "spark_ml" or not recipe.evidence.spark_ml:
        return None
    from sklearn.metrics import adjusted_rand_score

    from custseg_spark.clustering import spark_ml

    activate_session(spark)  # it runs beside other work
    chosen, treated, weights = decision.partition, even.treated, even.swept.weights
    points, labels, own = treated.points, chosen.labels, chosen.cost
    if recipe.scale == "standard" and weights is None:
        points = _scale_by_spark_ml(spark, treated, recipe)
    with spark_ml.cache_points(spark, points, {"prediction": labels}) as frame:
        silhouette = float(spark_ml.build_evaluator().evaluate(frame))
        if weights is None:
            centres = spark_ml.fit_centres(frame.select("features"), chosen.k, recipe.sweep.seed)
    if weights is not None:
        points = even.swept.points
        labels = clustering.find_nearest(points, chosen.centres)
        own = _measure_cost(points, chosen.centres[labels], weights)
        with spark_ml.cache_points(spark, points, {clustering.WEIGHT: weights}) as frame:
            centres = spark_ml.fit_centres(frame, chosen.k, recipe.sweep.seed, clustering.WEIGHT)
    theirs = clustering.find_nearest(points, centres)
    found = judge_agreement(
        chosen.k, len(points), (decision.candidate.silhouette, silhouette),
        (own, _measure_cost(points, centres[theirs], weights)), adjusted_rand_score(labels, theirs),
    )  # fmt: skip
    if not found.agrees:
        journal.warn(found.why)
    return found


def _scale_by_spark_ml(spark: SparkSession, treated: TreatedSample, recipe: Recipe) -> NDArray[np.float64]:
    """The points (n, d) on the scale of StandardScaler."""
    from custseg_spark.clustering import spark_ml

    values = features.to_model_scale(treated.values, remove_scale(treated.treatments))
    with spark_ml.cache_points(spark, values) as frame:
        means, deviations = spark_ml.fit_scale(frame)
    refitted = features.refit_scale(treated.treatments, means, deviations, recipe.features)
    return features.to_model_scale(treated.values, refitted)


def _measure_cost(
    points: NDArray[np.float64], own: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> float:
    """The sum of squared distances of the `points` (n, d) from their `own` centres (n, d)."""
    far = ((points - own) ** 2).sum(axis=1)
    return float((far if weights is None else far * weights).sum())


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
