"""sample -> compare: other algorithms held against KMeans, their figures and their part of the page."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from custseg_spark import clustering, evidence
from custseg_spark.clustering import Partition
from custseg_spark.evidence import ComparisonSettings, DbscanSettings, Labelling, Maker
from custseg_spark.recipe import Recipe
from custseg_spark.report.figures import Printed, draw
from custseg_spark.report.plots.data import ComparisonPictures
from custseg_spark.results import AlgorithmComparison
from custseg_spark.steps.name_segments import order_centres


def compare_algorithms(
    spark: SparkSession,
    points: NDArray[np.float64],
    kmeans: Partition,
    recipe: Recipe,
    dbscan: DbscanSettings | None = None,
) -> AlgorithmComparison:
    """The other algorithms on `points` (n, d), held against KMeans, and which of them to prefer.

    Where the sweep is Spark ML's, so are KMeans, BisectingKMeans and GaussianMixture here, in every redraw.
    Each is redrawn as often as the recipe's evidence.bootstraps say.
    """
    k = kmeans.k
    floor, seed = recipe.segments.smallest_share, recipe.sweep.seed
    settings = ComparisonSettings(floor, recipe.evidence.bootstraps, seed, dbscan or DbscanSettings())
    here = _build_spark_ml_makers(spark, k) if recipe.sweep.by == "spark_ml" else {}
    found = evidence.compare(points, k, kmeans.labels, settings, here)
    return AlgorithmComparison(k, found, *evidence.prefer(found.rows, floor))


def _build_spark_ml_makers(spark: SparkSession, k: int) -> dict[str, Maker]:
    from custseg_spark.clustering import spark_ml

    def make(name: str, points: NDArray[np.float64], seed: int) -> Labelling:
        return Labelling(*spark_ml.cluster(spark, name, k, points, seed))

    return {name: partial(make, name) for name in spark_ml.ALGORITHMS}


def order_segments(kmeans: Partition, recipe: Recipe) -> NDArray[np.int64]:
    """(n,) the id that each customer's segment has in a first run of the recipe: 0 has the highest
    `order_by`."""
    by = list(recipe.features).index(recipe.order_by)
    sizes = np.bincount(kmeans.labels, minlength=kmeans.k).tolist()
    ids = np.argsort(order_centres(kmeans.centres, sizes, by))
    return np.asarray(ids[kmeans.labels], dtype=np.int64)


def draw_comparison_figures(
    others: AlgorithmComparison,
    plane: clustering.Plane,
    points: NDArray[np.float64],
    segments: NDArray[np.int64],
) -> dict[str, Printed]:
    """The figures of the comparison by file name. `segments` (n,): the ids of the points' segments, whose
    colours the groups of the algorithms get."""
    found = others.found
    pictures = ComparisonPictures(
        plane=plane.project(points[found.at]),
        labellings=found.labels,
        linkage=found.linkage,
        k=others.k,
        distances=found.density.distances,
        eps=found.density.eps,
        min_samples=found.density.min_samples,
        segments=segments[found.at],
    )
    return draw(pictures)
