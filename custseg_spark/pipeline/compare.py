"""read -> check -> features -> sample -> sweep -> choose, and then other algorithms on the same sample."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from custseg_spark import clustering, evidence, features, report, runs
from custseg_spark.evidence import Compared, Comparison, Given
from custseg_spark.journal import Journal
from custseg_spark.pipeline import fit, intake
from custseg_spark.recipe import Recipe


@dataclass(frozen=True)
class ComparedRun:
    """What a comparison leaves: where, for how many segments, its rows, and what to prefer and why."""

    path: str
    k: int
    rows: tuple[Compared, ...]
    preferred: str
    why: str


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
        k, kmeans = _kmeans(spark, points, recipe, k, journal)
        facts.update(k=k)
    with journal.stage("compare") as facts:
        given = {"KMeans": kmeans}
        for name, labels, seconds in clustering.other_labels(spark, points, k, recipe.sweep.seed):
            given[name] = Given(labels, seconds)
        floor = recipe.segments.smallest_share
        found = evidence.compare(
            points,
            k,
            given,
            smallest_share=floor,
            eps=eps,
            min_samples=min_samples,
            seed=recipe.sweep.seed,
        )
        preferred, why = evidence.prefer(found.rows, floor)
        facts.update(preferred=preferred)
    with journal.stage("write"):
        table = pd.DataFrame([asdict(row) for row in found.rows])
        runs.write(f"{to}/comparison.csv", table.to_csv(index=False))
        runs.write(f"{to}/comparison.txt", why + "\n")
        _figures(spark, points, k, found, lambda name, png: runs.write(f"{to}/{name}", png))
    return ComparedRun(to, k, found.rows, preferred, why)


def _points(spark: SparkSession, recipe: Recipe, path: str, journal: Journal) -> NDArray[np.float64]:
    """The sample on the model scale, (n, d), exactly as `train` has it."""
    table, rows = intake.checked_ids(intake.intake(spark, recipe, path), recipe, path, journal)
    sample, counts = intake.sampled(table, recipe, rows, journal)
    sample = intake.judged(table, sample, counts, recipe, rows, journal)
    treatments = features.fit_treatments(sample.raw, table.expressions, recipe.segment_by, recipe.scale)
    return features.model_scale(features.treated(sample.raw, treatments), treatments)


def _kmeans(
    spark: SparkSession, points: NDArray[np.float64], recipe: Recipe, k: int | None, journal: Journal
) -> tuple[int, Given]:
    if k is None:
        partitions = fit.swept(spark, points, recipe, journal)
        k = fit.decided(points, partitions, recipe).choice.k
    begun = time.perf_counter()
    (partition,) = clustering.sweep(
        spark, points, [k], restarts=recipe.sweep.restarts, seed=recipe.sweep.seed, start=recipe.sweep.start
    )
    return k, Given(partition.labels, time.perf_counter() - begun)


def _figures(
    spark: SparkSession,
    points: NDArray[np.float64],
    k: int,
    found: Comparison,
    write: Callable[[str, bytes], None],
) -> None:
    plane = clustering.plane(spark, points)
    report.draw_comparison(
        report.ComparisonPictures(
            plane=plane.project(points[found.at]),
            labellings=found.labels,
            linkage=found.linkage,
            k=k,
            distances=found.density.distances,
            eps=found.density.eps,
            min_samples=found.density.min_samples,
        ),
        write,
    )
