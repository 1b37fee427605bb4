"""Read, check, features, sample, sweep, choose, refine, label, profile, report, publish."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession

from custseg_spark import clustering, data, features, journal, report, runs
from custseg_spark.engine.session import carry_session
from custseg_spark.engine.session_settings import keep_settings
from custseg_spark.journal import carry_journal, keep_journal
from custseg_spark.recipe import Recipe
from custseg_spark.results import Decision, LiveComparison, Segmentation
from custseg_spark.steps import (
    choose_k,
    draw_sample,
    live_run,
    load_table,
    publish_run,
    segment_ids,
    write_report,
    write_run,
)
from custseg_spark.steps.compare_algorithms import compare_in_run


@dataclass(frozen=True)
class TrainResult:
    """A whole run: where it is and what a person wants to know of it."""

    run: runs.Run
    decision: Decision
    fitted: Segmentation
    followed: LiveComparison | None
    quality: data.Quality
    warnings: tuple[str, ...]
    is_live: bool

    @property
    def live(self) -> dict[str, Any] | None:
        """The run held against the live one, as run.json has it; None where there was none."""
        return None if self.followed is None else write_run.build_live_record(self.followed)


@keep_journal
@keep_settings
def train(
    spark: SparkSession, recipe: Recipe, path: str, output: str, *, promote: bool = False
) -> TrainResult:
    """Make a run of `recipe` on the table at `path`, and publish it under `output` when it is whole.

    The first run goes live; a later one is a candidate, held against the live run, until it is promoted:
    here and now with `promote`. Raises the errors of errors.py; then nothing is published, and what was
    written of the run says so.
    """
    run = runs.begin_run(output)
    try:
        return _train_run(spark, recipe, path, run, promote)
    except Exception as problem:
        write_run.write_failure(run, recipe, path, problem)
        raise


def _train_run(spark: SparkSession, recipe: Recipe, path: str, run: runs.Run, promote: bool) -> TrainResult:
    with journal.stage("read") as facts:
        opened = load_table.open_table(spark, recipe, path)
        live = live_run.open_live_run(run.output, opened.frame.columns)
        table = load_table.apply_recipe(opened, recipe, live.expressions if live else None)
        table, rows = load_table.check_ids(table, recipe, path)
        facts.update(input=path, format=table.format, rows=rows)
    with journal.stage("check") as facts:
        sample, counts = draw_sample.draw_sample(table, recipe, rows)
        write_run.write_quarantine(run, table, counts)
        sample = draw_sample.check_quality(table, sample, counts, recipe, rows)
        facts.update(
            accepted=sample.quality.accepted, quarantined=sample.quality.quarantined, sample=len(sample.raw)
        )
    with journal.stage("features") as facts:
        treatments = features.fit_treatments(sample.raw, table.expressions, recipe.segment_by, recipe.scale)
        values = features.apply_treatments(sample.raw, treatments)
        points = features.to_model_scale(values, treatments)
        facts.update(features=",".join(recipe.segment_by), scale=recipe.scale)
    with journal.stage("sweep") as facts:
        partitions = choose_k.sweep_k(spark, points, recipe)
        facts.update(k=f"{partitions[0].k}..{partitions[-1].k}", restarts=recipe.sweep.restarts)
    with journal.stage("choose") as facts, ThreadPoolExecutor(2) as beside:
        # Spark does these while Python gathers evidence.
        projecting = beside.submit(carry_session(spark, clustering.fit_plane), spark, points)
        looking = (
            beside.submit(carry_journal(live_run.label_with_live_run), spark, live, sample, recipe)
            if live
            else None
        )
        decision = choose_k.choose_k(points, partitions, recipe)
        plane, seen = projecting.result(), looking.result() if looking else None
        others = compare_in_run(spark, points, decision, recipe)
        facts.update(method=decision.choice.method, chosen=decision.choice.k)
    with journal.stage("refine") as facts:
        described, centres = values.join(sample.described), decision.partition.centres
        identify = segment_ids.assign_ids(live, seen, run.output)
        fitted = choose_k.fit_segments(table, recipe, treatments, points, described, centres, identify)
        draw_sample.refuse_change(sample.quality.accepted, sum(fitted.sizes))
        followed = live_run.compare_with_live_run(live, seen, sample, fitted, recipe)
        facts.update(passes=fitted.passes, gain=f"{fitted.gain:.1e}")
    with ThreadPoolExecutor(1) as beside:
        written = beside.submit(carry_journal(write_run.write_customers), spark, run, table, fitted, recipe)
        write_run.write_tables(run, decision, fitted)
        write_run.write_comparison(run, others)
        write_run.write_thread(run, live_run.build_baseline(recipe, sample.raw, fitted), followed)
        with journal.stage("report"):
            figures = write_report.draw_figures(plane, decision, fitted, followed, others, recipe)
            write_run.write_figures(run, figures.light)
        with journal.stage("model"):
            write_run.write_model(spark, run, fitted)
        written.result()
    told = write_report.build_page(run, recipe, path, sample, decision, fitted, followed, others, figures)
    run.write("report.html", report.render_page(told))
    run.write("summary.json", runs.to_json(report.build_summary(told)))
    goes_live = promote or recipe.promote == "always" or runs.find_live(run.output) is None
    if goes_live:  # a candidate's labels are nobody's yet: the lake keeps those of the live run
        publish_run.publish_to_lake(
            spark,
            run,
            run.run_id,
            load_table.list_kept_columns(table.columns, recipe),
            recipe.publish,
            None,
        )
    with journal.stage("publish"):
        write_run.write_record(run, recipe, path, table, sample, decision, fitted, followed)
        runs.publish_run(run)
        if promote or recipe.promote == "always":
            runs.promote_run(run, "asked for by train" if promote else "promote: always")
    is_live = runs.find_live(run.output) == run
    return TrainResult(
        run, decision, fitted, followed, sample.quality, tuple(journal.current().warnings), is_live
    )
