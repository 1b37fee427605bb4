"""read, check, features, sample, sweep, choose, refine, structure, label, profile, report, publish."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from custseg_spark import clustering, data, journal, runs
from custseg_spark.clustering import Partition
from custseg_spark.engine.choose import require_spark
from custseg_spark.engine.run_on_engine import run_on_engine
from custseg_spark.errors import RecipeError
from custseg_spark.journal import carry_journal
from custseg_spark.recipe import Recipe
from custseg_spark.results import (
    CountedTable,
    CustomerTable,
    Decision,
    EvenSample,
    LiveRun,
    SampleInLiveRun,
    Segmentation,
    TrainingResult,
    TreatedSample,
)
from custseg_spark.steps import live_run
from custseg_spark.steps.check_rows import check_ids, check_rows
from custseg_spark.steps.check_with_spark_ml import check_with_spark_ml
from custseg_spark.steps.choose_k import choose_k, fit_plane, start_judgement, sweep_k
from custseg_spark.steps.compare_algorithms import compare_algorithms
from custseg_spark.steps.draw_even_sample import draw_even_sample
from custseg_spark.steps.draw_sample import copy_small_table, draw_sample
from custseg_spark.steps.file_order import read_places, refuse_unordered
from custseg_spark.steps.load_table import apply_recipe, list_kept_columns, open_table
from custseg_spark.steps.name_segments import settle_order
from custseg_spark.steps.profile_segments import profile_segments, take_sample
from custseg_spark.steps.publish_run import publish_to_lake, refuse_catalog
from custseg_spark.steps.refine_centres import list_measures, refine_centres
from custseg_spark.steps.segment_ids import assign_ids
from custseg_spark.steps.settle_levels import settle_levels
from custseg_spark.steps.treat_features import treat_features
from custseg_spark.steps.warn_of_categories import warn_of_categories
from custseg_spark.steps.write_report import build_page, start_figures, write_report
from custseg_spark.steps.write_run import (
    build_model_files,
    build_record,
    build_tables,
    write_customers,
    write_files,
)

T = TypeVar("T")


def run_on_table(dataset: DataFrame | pd.DataFrame, work: Callable[[SparkSession, DataFrame], T]) -> T:
    """What `work` gives of the table in its session; of a pandas one in the active session, or in one that is
    opened for it.

    Raises RecipeError for what is no table.
    """
    if isinstance(dataset, pd.DataFrame):
        return run_on_engine(None, lambda: lambda spark: work(spark, spark.createDataFrame(dataset)))
    if not isinstance(dataset, DataFrame):
        raise RecipeError(
            f"a table is a Spark or pandas DataFrame; found {type(dataset).__name__}",
            "read it first: spark.read.parquet(path), or pandas.read_csv(path)",
        )
    return work(dataset.sparkSession, dataset)


def read_table(
    spark: SparkSession, recipe: Recipe, source: str | DataFrame, live: LiveRun | None
) -> tuple[CustomerTable, int, LiveRun | None]:
    """A table under its recipe, its rows, and the live run where the table lets it be followed.

    `source`: a path, or a table that is open.
    """
    with journal.stage("read") as facts:
        opened = open_table(spark, recipe, source)
        live = live and live_run.follow_if_possible(live, opened.frame.columns)
        live = live and live_run.part_from_customers(live, opened.fingerprint)
        table, rows = check_ids(
            apply_recipe(opened, recipe, live.expressions if live else None), recipe, name_source(source)
        )
        facts.update(input=name_source(source), format=table.format, rows=rows)
    return table, rows, live


def name_source(source: str | DataFrame) -> str:
    """What a table is called."""
    return source if isinstance(source, str) else data.DATAFRAME


def count_table(
    spark: SparkSession, recipe: Recipe, source: str | DataFrame, live: LiveRun | None = None
) -> CountedTable:
    """Read a table once: its rows, the rows that break each check, and the sample. Nothing is judged yet.

    Raises NeedsSparkError where the sweep is to be Spark ML's, or a catalog's table to be filled, and the
    session has none.
    """
    if recipe.sweep.by == "spark_ml":
        require_spark(spark, "sweep: {by: spark_ml}")
    refuse_catalog(spark, recipe.publish)
    table, rows, live = read_table(spark, recipe, source, live)
    with journal.stage("check") as facts:
        if recipe.sweep.order == "file":
            refuse_unordered(recipe, source, table, rows)
        table = copy_small_table(table, recipe, rows)
        sample, counts = draw_sample(table, recipe, rows)
        if recipe.sweep.order == "file" and isinstance(source, str):
            sample = replace(sample, places=read_places(spark, recipe, source, sample))
        table = table.settle_whole(counts)
        accepted = counts[data.ACCEPTED]
        facts.update(accepted=accepted, quarantined=counts[data.ROWS] - accepted, sample=len(sample.raw))
    return CountedTable(recipe, name_source(source), table, rows, sample, counts, live)


def fit_table(spark: SparkSession, counted: CountedTable, ids_used: Collection[int]) -> TrainingResult:
    """Find the segments of a table that was counted. `ids_used`: those that no new segment may get.

    Raises DataError where the table breaks its contract, or can't be cut.
    """
    quality = check_rows(counted)
    with journal.stage("features") as facts:
        counted = settle_levels(counted)
        recipe, sample = counted.recipe, counted.sample
        treated = treat_features(spark, counted)
        facts.update(features=",".join(recipe.segment_by), scale=recipe.scale)
    even = _sweep(spark, counted, treated)
    with ThreadPoolExecutor(1) as beside:
        with journal.stage("choose") as facts:
            decision, known = _choose_and_label(spark, counted, even)
            points, kmeans = even.treated.points, decision.partition
            warn_of_categories(even.treated, decision, recipe)
            judging = start_judgement(even.treated, decision, recipe)
            checked = beside.submit(carry_journal(check_with_spark_ml), spark, even, decision, recipe)
            others = compare_algorithms(spark, points, kmeans, recipe) if recipe.evidence.compare else None
            facts.update(method=decision.choice.method, chosen=decision.choice.k)
        counted = settle_order(counted, points, kmeans.labels)
        segmentation = _refine_and_profile(counted, even, kmeans, known, ids_used)
        sampled = take_sample(segmentation, counted, treated) if even.treated is not treated else segmentation
        since_live = live_run.compare_with_live_run(known, sample, sampled, recipe) if known else None
        with journal.stage("structure") as facts:
            decision = judging()
            facts.update(found=decision.structure.kind if decision.structure else "not asked")
        spark_ml = checked.result()
    return TrainingResult(
        counted=counted,
        quality=quality,
        decision=decision,
        segmentation=segmentation,
        drawn=even.sample,
        sampled=sampled,
        baseline=live_run.build_baseline(recipe, sample.raw, sampled),
        since_live=since_live,
        others=others,
        spark_ml=spark_ml,
        plane=fit_plane(spark, points, recipe),
        ids_used=frozenset({*ids_used, *segmentation.model.ids}),
        journal=journal.current(),
    )


def _sweep(spark: SparkSession, counted: CountedTable, treated: TreatedSample) -> EvenSample:
    """A partition of the sample for every k, as evidence takes them."""
    recipe = counted.recipe
    with journal.stage("sweep") as facts:
        partitions = sweep_k(spark, treated, recipe)
        facts.update(k=f"{partitions[0].k}..{partitions[-1].k}", restarts=recipe.sweep.restarts)
        return draw_even_sample(counted, treated, partitions)


def _refine_and_profile(
    counted: CountedTable,
    even: EvenSample,
    kmeans: Partition,
    known: SampleInLiveRun | None,
    ids_used: Collection[int],
) -> Segmentation:
    """The chosen centres made to hold for all customers, with ids, names and figures."""
    with journal.stage("refine") as facts:
        measures = list_measures(counted, even.swept)
        refined = refine_centres(counted, even.swept, measures, kmeans.centres)
        labels = clustering.find_nearest(even.swept.points, refined.centres)
        identified = assign_ids(labels, kmeans.k, known, ids_used)
        facts.update(passes=refined.passes, gain=f"{refined.gain:.1e}")
        drawn = replace(counted, sample=even.sample)
        return profile_segments(drawn, even.treated, measures, refined, identified)


def _choose_and_label(
    spark: SparkSession, counted: CountedTable, even: EvenSample
) -> tuple[Decision, SampleInLiveRun | None]:
    """The chosen number of segments; and the sample as the live run has it, where there is one, labelled by
    the engine while Python gathers evidence."""
    with ThreadPoolExecutor(1) as beside:
        label = carry_journal(live_run.label_with_live_run)
        live, sample, recipe = counted.live, counted.sample, counted.recipe
        labelling = beside.submit(label, spark, live, sample, recipe) if live else None
        decision = choose_k(even.treated, even.partitions, recipe)
        return decision, labelling.result() if labelling else None


def publish_result(spark: SparkSession, run: runs.Run, result: TrainingResult, promote: bool = False) -> bool:
    """Write everything of a run, and name it as the newest when it is whole; gives whether it is live.

    `promote`: let it go live at once, though another one is.
    """
    recipe = result.recipe
    why = "asked for by train" if promote else "promote: always"
    promote = promote or recipe.promote == "always"
    with ThreadPoolExecutor(1) as beside:
        drawing = start_figures(result)
        written = beside.submit(carry_journal(write_customers), spark, run, result)
        write_files(run, build_tables(result))
        with journal.stage("model"):
            write_files(run, build_model_files(result.model))
        with journal.stage("report"):
            built = build_page(run, result)
            figures = drawing()
            write_files(run, {f"plots/{name}": png for name, png in figures.light.items()})
        written.result()
    write_files(run, write_report(built, figures))
    if promote or runs.find_live(run.output) is None:  # a candidate's labels are nobody's yet
        columns = list_kept_columns(result.table.columns, recipe)
        publish_to_lake(spark, run, recipe.publish, columns)
    with journal.stage("publish"):
        run.write_record(build_record(run, result))
        runs.publish_run(run)
        if promote:
            runs.promote_run(run, why)
    return runs.find_live(run.output) == run
