"""read -> check -> features -> sample -> sweep -> choose, and then other algorithms on the same sample."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyspark.sql import SparkSession

from custseg_spark import data, journal, runs
from custseg_spark.api.training import count_table
from custseg_spark.clustering import Partition
from custseg_spark.commands import keep_session
from custseg_spark.evidence import ComparisonRow, DbscanSettings
from custseg_spark.recipe import Recipe, change
from custseg_spark.results import CountedTable, EvenSample, TreatedSample
from custseg_spark.steps import choose_k
from custseg_spark.steps.check_rows import check_rows
from custseg_spark.steps.compare_algorithms import compare_algorithms, draw_comparison_figures, order_segments
from custseg_spark.steps.draw_even_sample import draw_even_sample
from custseg_spark.steps.settle_levels import settle_levels
from custseg_spark.steps.treat_features import treat_features


@dataclass(frozen=True)
class ComparisonResult:
    """What a comparison leaves: where, for how many segments, its rows, and what to prefer and why."""

    path: str
    k: int
    rows: tuple[ComparisonRow, ...]
    preferred: str
    why: str


@dataclass(frozen=True)
class CompareSettings:
    """What is asked of a comparison. `k`: segments for the algorithms that take a number; chosen as the
    recipe says if null."""

    k: int | None = None
    dbscan: DbscanSettings = field(default_factory=DbscanSettings)


@keep_session
def compare(
    spark: SparkSession,
    recipe: Recipe,
    path: str,
    to: str,
    settings: CompareSettings | None = None,
) -> ComparisonResult:
    """Hold other algorithms against KMeans on the recipe's sample; comparison.csv, comparison.txt and figures
    are written into `to`. Raises the errors of errors.py.
    """
    settings = settings or CompareSettings()
    with journal.stage("sample") as facts:
        counted = count_table(spark, recipe, path)
        check_rows(counted)
        counted = settle_levels(counted)
        recipe = counted.recipe
        treated = treat_features(spark, counted)
        facts.update(customers=len(treated.points))
    with journal.stage("sweep") as facts:
        even, kmeans = _find_partition(spark, counted, treated, settings.k)
        points = even.treated.points  # (n, d) on the model scale, exactly as `train` has it
        facts.update(k=kmeans.k)
    with journal.stage("compare") as facts:
        others = compare_algorithms(spark, points, kmeans, recipe, settings.dbscan)
        facts.update(preferred=others.preferred)
    with journal.stage("write"):
        runs.write_file(f"{to}/comparison.csv", data.write_csv(others.table))
        runs.write_file(f"{to}/comparison.txt", others.why + "\n")
        plane = choose_k.fit_plane(spark, points, recipe)
        ids = order_segments(kmeans, recipe)
        for name, drawn in draw_comparison_figures(others, plane, points, ids).items():
            runs.write_file(f"{to}/{name}", drawn.light)
    return ComparisonResult(to, kmeans.k, others.found.rows, others.preferred, others.why)


def keep_deciding_evidence(recipe: Recipe) -> Recipe:
    """The recipe without the evidence that its method does not choose by."""
    method, asked = recipe.segments.choose, recipe.evidence
    deciding = {
        "evidence.bootstraps": asked.bootstraps if method == "evidence" else 0,
        "evidence.gap": asked.gap and method == "gap",
        "evidence.prediction_strength": False,
        "evidence.further": False,
    }
    return change(recipe, deciding)


def _find_partition(
    spark: SparkSession, counted: CountedTable, treated: TreatedSample, k: int | None
) -> tuple[EvenSample, Partition]:
    """The partition that a run of the recipe has for k, or for the k that it chooses, and of what it is one.

    Its restarts grow from those of fewer segments: so the sweep goes from the recipe's lowest k up to this
    one, or from one less where k is under them all.
    """
    recipe = counted.recipe
    if k is None:
        even = draw_even_sample(counted, treated, choose_k.sweep_k(spark, treated, recipe))
        decided = choose_k.choose_k(even.treated, even.partitions, keep_deciding_evidence(recipe))
        return even, decided.partition
    lowest = recipe.segments.range[0]
    ks = range(lowest if k >= lowest else max(2, k - 1), k + 1)
    even = draw_even_sample(counted, treated, choose_k.sweep_k(spark, treated, recipe, ks))
    return even, even.partitions[-1]
