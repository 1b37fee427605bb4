"""read -> check -> features -> sample -> sweep -> choose, and then other algorithms on the same sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from custseg_spark import clustering, data, evidence, features, report, runs
from custseg_spark.clustering import Partition
from custseg_spark.evidence import Compared, Comparison, Given
from custseg_spark.journal import Journal
from custseg_spark.pipeline import fit, intake, sampling
from custseg_spark.pipeline.fit import Decision
from custseg_spark.recipe import Recipe
from custseg_spark.report import page
from custseg_spark.report.tables import Column, Table
from custseg_spark.session_settings import keep_settings


@dataclass(frozen=True)
class ComparedRun:
    """What a comparison leaves: where, for how many segments, its rows, and what to prefer and why."""

    path: str
    k: int
    rows: tuple[Compared, ...]
    preferred: str
    why: str


@keep_settings
def compare(
    spark: SparkSession,
    recipe: Recipe,
    path: str,
    to: str,
    journal: Journal,
    *,
    k: int | None = None,
    eps: float | None = None,
    min_samples: int | None = None,
) -> ComparedRun:
    """Hold other algorithms against KMeans on the recipe's sample; comparison.csv, comparison.txt and figures
    are written into `to`.

    `k`: segments for the algorithms that take a number, chosen as the recipe says if not given. `eps` and
    `min_samples` are DBSCAN's. Raises the errors of errors.py.
    """
    with journal.stage("sample") as facts:
        points = _points(spark, recipe, path, journal)
        facts.update(customers=len(points))
    with journal.stage("sweep") as facts:
        kmeans = _kmeans(spark, points, recipe, k, journal)
        facts.update(k=kmeans.k)
    with journal.stage("compare") as facts:
        others = held_against(spark, points, kmeans, recipe, eps=eps, min_samples=min_samples)
        facts.update(preferred=others.preferred)
    with journal.stage("write"):
        runs.write(f"{to}/comparison.csv", data.csv_text(others.table))
        runs.write(f"{to}/comparison.txt", others.why + "\n")
        plane = clustering.plane(spark, points)
        draw_others(others, plane, points, lambda name, png: runs.write(f"{to}/{name}", png))
    return ComparedRun(to, kmeans.k, others.found.rows, others.preferred, others.why)


@dataclass(frozen=True)
class Others:
    """Other algorithms beside KMeans on one sample, cut into k where they take a number."""

    k: int
    found: Comparison
    preferred: str
    why: str

    @property
    def table(self) -> pd.DataFrame:
        """comparison.csv: one row per algorithm."""
        return pd.DataFrame([asdict(row) for row in self.found.rows])


def held_against(
    spark: SparkSession,
    points: NDArray[np.float64],
    kmeans: Partition,
    recipe: Recipe,
    *,
    eps: float | None = None,
    min_samples: int | None = None,
) -> Others:
    """The other algorithms on `points` (n, d), held against KMeans, and which of them to prefer.

    Each is redrawn as often as the recipe's evidence.bootstraps say.
    """
    k = kmeans.k
    given = {"KMeans": Given(kmeans.labels, kmeans.seconds)}
    for name, labels, seconds in clustering.other_labels(spark, points, k, recipe.sweep.seed):
        given[name] = Given(labels, seconds)
    floor, seed = recipe.segments.smallest_share, recipe.sweep.seed
    found = evidence.compare(
        points,
        k,
        given,
        smallest_share=floor,
        eps=eps,
        min_samples=min_samples,
        redraws=recipe.evidence.bootstraps,
        seed=seed,
    )
    return Others(k, found, *evidence.prefer(found.rows, floor))


def others_in_a_run(
    spark: SparkSession, points: NDArray[np.float64], decision: Decision, recipe: Recipe
) -> Others | None:
    """The same for the partition that a run has chosen; None unless the recipe asks for it."""
    if not recipe.evidence.compare:
        return None
    return held_against(spark, points, decision.partition, recipe)


def _points(spark: SparkSession, recipe: Recipe, path: str, journal: Journal) -> NDArray[np.float64]:
    """The sample on the model scale, (n, d), exactly as `train` has it."""
    table, rows = intake.checked_ids(intake.intake(spark, recipe, path), recipe, path, journal)
    sample, counts = sampling.sampled(table, recipe, rows, journal)
    sample = sampling.judged(table, sample, counts, recipe, rows, journal)
    treatments = features.fit_treatments(sample.raw, table.expressions, recipe.segment_by, recipe.scale)
    return features.model_scale(features.treated(sample.raw, treatments), treatments)


def _kmeans(
    spark: SparkSession, points: NDArray[np.float64], recipe: Recipe, k: int | None, journal: Journal
) -> Partition:
    """The partition that a run of the recipe has for k, or for the k that it chooses.

    Its restarts grow from those of fewer segments: so the sweep goes from the recipe's lowest k up to this
    one, or from one less where k is under them all.
    """
    if k is None:
        return fit.chosen(points, fit.swept(spark, points, recipe, journal), recipe).partition
    lowest = recipe.segments.range[0]
    ks = range(lowest if k >= lowest else max(2, k - 1), k + 1)
    return fit.swept_over(spark, points, ks, recipe, journal)[-1]


def draw_others(
    others: Others, plane: clustering.Plane, points: NDArray[np.float64], write: Callable[[str, bytes], None]
) -> list[str]:
    """Draw the comparison; gives the names of its figures."""
    found = others.found
    return report.draw_comparison(
        report.ComparisonPictures(
            plane=plane.project(points[found.at]),
            labellings=found.labels,
            linkage=found.linkage,
            k=others.k,
            distances=found.density.distances,
            eps=found.density.eps,
            min_samples=found.density.min_samples,
        ),
        write,
    )


def others_section(others: Others) -> page.Section:
    """What the page says of the other algorithms."""
    heads = (
        Column("Algorithm", "text"), Column("Segments"), Column("Noise", "percent"),
        Column("Silhouette (Euclidean)", "decimal"), Column("Smallest segment", "percent"),
        Column("Stability", "decimal", "lowest mean Jaccard of a segment when the data is redrawn"),
        Column("Agreement", "decimal", "adjusted Rand index against KMeans"), Column("Seconds", "decimal"),
    )  # fmt: skip
    rows = tuple(
        (
            row.algorithm, row.segments, row.noise_share, row.silhouette_euclidean, row.smallest_share,
            row.stability, row.adjusted_rand, row.seconds,
        )
        for row in others.found.rows
    )  # fmt: skip
    return page.Section(
        "Other algorithms", (others.why,), (Table(heads, rows),),
        ("comparison.png", "dendrogram.png", "k_distance.png"),
    )  # fmt: skip
