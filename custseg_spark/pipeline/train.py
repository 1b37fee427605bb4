"""Read, check, features, sample, sweep, choose, refine, label, profile, report, publish."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession

from custseg_spark import clustering, data, features, report, runs
from custseg_spark.journal import Journal
from custseg_spark.pipeline import fit, follow, identity, intake, lake, leave, page, sampling
from custseg_spark.pipeline.compare import others_in_a_run
from custseg_spark.pipeline.fit import Decision, Fitted
from custseg_spark.pipeline.follow import Followed
from custseg_spark.recipe import Recipe
from custseg_spark.session import carried
from custseg_spark.session_settings import keep_settings


@dataclass(frozen=True)
class Trained:
    """A whole run: where it is and what a person wants to know of it."""

    run: runs.Run
    decision: Decision
    fitted: Fitted
    followed: Followed | None
    quality: data.Quality
    warnings: tuple[str, ...]
    is_live: bool

    @property
    def live(self) -> dict[str, Any] | None:
        """The run held against the live one, as run.json has it; None where there was none."""
        return None if self.followed is None else leave.against(self.followed)


@keep_settings
def train(
    spark: SparkSession, recipe: Recipe, path: str, output: str, journal: Journal, *, promote: bool = False
) -> Trained:
    """Make a run of `recipe` on the table at `path`, and publish it under `output` when it is whole.

    The first run goes live; a later one is a candidate, held against the live run, until it is promoted:
    here and now with `promote`. Raises the errors of errors.py; then nothing is published, and what was
    written of the run says so.
    """
    run = runs.begin(output)
    try:
        return _trained(spark, recipe, path, run, journal, promote)
    except Exception as problem:
        leave.failure(run, recipe, path, problem)
        raise


def _trained(
    spark: SparkSession, recipe: Recipe, path: str, run: runs.Run, journal: Journal, promote: bool
) -> Trained:
    with journal.stage("read") as facts:
        opened = intake.opened(spark, recipe, path)
        live = follow.opened(run.output, opened.frame.columns, journal)
        table = intake.laid(opened, recipe, live.expressions if live else None)
        table, rows = intake.checked_ids(table, recipe, path, journal)
        facts.update(input=path, format=table.format, rows=rows)
    with journal.stage("check") as facts:
        sample, counts = sampling.sampled(table, recipe, rows, journal)
        leave.quarantine(run, table, counts, journal)
        sample = sampling.judged(table, sample, counts, recipe, rows, journal)
        facts.update(
            accepted=sample.quality.accepted, quarantined=sample.quality.quarantined, sample=len(sample.raw)
        )
    with journal.stage("features") as facts:
        treatments = features.fit_treatments(sample.raw, table.expressions, recipe.segment_by, recipe.scale)
        values = features.treated(sample.raw, treatments)
        points = features.model_scale(values, treatments)
        facts.update(features=",".join(recipe.segment_by), scale=recipe.scale)
    with journal.stage("sweep") as facts:
        partitions = fit.swept(spark, points, recipe, journal)
        facts.update(k=f"{partitions[0].k}..{partitions[-1].k}", restarts=recipe.sweep.restarts)
    with journal.stage("choose") as facts, ThreadPoolExecutor(2) as beside:
        # Spark does these while Python gathers evidence.
        projecting = beside.submit(carried(spark, clustering.plane), spark, points)
        looking = beside.submit(follow.seen, spark, live, sample, recipe) if live else None
        decision = fit.decided(points, partitions, recipe)
        plane, seen = projecting.result(), looking.result() if looking else None
        others = others_in_a_run(spark, points, decision, recipe)
        facts.update(method=decision.choice.method, chosen=decision.choice.k)
    with journal.stage("refine") as facts:
        described, centres = values.join(sample.described), decision.partition.centres
        identify = identity.identity(live, seen, run.output)
        fitted = fit.fitted(table, recipe, treatments, points, described, centres, identify, journal)
        sampling.unchanged(sample.quality.accepted, sum(fitted.sizes))
        followed = follow.followed(live, seen, sample, fitted, recipe, journal)
        facts.update(passes=fitted.passes, gain=f"{fitted.gain:.1e}")
    with ThreadPoolExecutor(1) as beside:
        written = beside.submit(leave.customers, spark, run, table, fitted, recipe, journal)
        leave.tables(run, decision, fitted)
        leave.compared(run, others)
        leave.thread(run, follow.baseline(recipe, sample.raw, fitted), followed)
        with journal.stage("report"):
            figures = page.figures(plane, decision, fitted, followed, others, recipe)
            leave.figures(run, figures.light)
        with journal.stage("model"):
            leave.model(spark, run, fitted, journal)
        written.result()
    told = page.page_of(run, recipe, path, sample, decision, fitted, followed, others, figures, journal)
    run.write("report.html", report.render(told))
    run.write("summary.json", runs.as_json(report.summary(told)))
    goes_live = promote or recipe.promote == "always" or runs.live(run.output) is None
    if goes_live:  # a candidate's labels are nobody's yet: the lake keeps those of the live run
        lake.publish(
            spark, run, run.run_id, intake.kept(table.columns, recipe), recipe.publish, None, journal
        )
    with journal.stage("publish"):
        leave.record(run, recipe, path, table, sample, decision, fitted, followed, journal)
        runs.publish(run)
        if promote or recipe.promote == "always":
            runs.promote(run, "asked for by train" if promote else "promote: always")
    is_live = runs.live(run.output) == run
    return Trained(run, decision, fitted, followed, sample.quality, tuple(journal.warnings), is_live)
