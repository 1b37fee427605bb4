"""read -> check -> label -> publish: customers labelled by the very model of a run, with nothing fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import Column, SparkSession

from custseg_spark import data, journal, runs, segments
from custseg_spark.commands import keep_session
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import InputChangedError
from custseg_spark.recipe import Recipe
from custseg_spark.results import CustomerTable, LiveRun
from custseg_spark.steps import (
    check_rows,
    draw_sample,
    drift_sample,
    live_run,
    load_for_scoring,
    load_table,
    write_run,
)
from custseg_spark.steps.describe_engine import describe_engine
from custseg_spark.steps.explain_cast import explain_engine_errors
from custseg_spark.steps.load_for_scoring import Tonight
from custseg_spark.steps.publish_run import LabelledDay, publish_to_lake, refuse_catalog


@dataclass(frozen=True)
class ScoreResult:
    """A whole score: where it is (`kept`), by which run, and what a person wants to know of it.

    sizes: customers per segment id. drift: since that run.
    """

    kept: runs.Run
    live: LiveRun
    sizes: Mapping[int, int]
    quality: data.Quality
    drift: segments.Drift
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class ScoreSettings:
    """What is asked of a score.

    `columns`: of the input, kept beside the labels; those that the run's recipe keeps if null. `day`: of the
    lake; the score's own in UTC if null. `source`: keys of the recipe's `input` that are others for this
    table, such as `options` and `filter`.
    """

    columns: Sequence[str] | None = None
    day: str | None = None
    source: Mapping[str, Any] | None = None


@keep_session
def score(
    spark: SparkSession,
    run: runs.Run,
    path: str,
    to: str,
    settings: ScoreSettings | None = None,
) -> ScoreResult:
    """Label the table at `path` with a run's model, and publish it under `to` when it is whole.

    One scan of the table; one more, when rows are rejected, to write them, and one over the ids with
    `unique: exact`. Where the live run's recipe says `publish`, the lake gets the labels of that day; a run
    that is not live scores for whoever asks, not for the lake.

    Args:
        spark: Any Spark 4 session; its settings are left as they were found.
        run: The run whose model labels.
        path: The customer table, as `train` reads one.
        to: Where scores are kept.
        settings: What is asked of this score beside its run's own recipe.

    Returns:
        Where the score is, its sizes, the quality of the table, and drift since the run.

    Raises:
        CustsegError: One of errors.py; then nothing is published.
    """
    with write_run.keep_run(to, path, kind="scores") as kept:
        return _score_table(spark, kept, live_run.read_live_run(run), path, settings or ScoreSettings())


def _score_table(
    spark: SparkSession,
    kept: runs.Run,
    live: LiveRun,
    path: str,
    settings: ScoreSettings,
) -> ScoreResult:
    if runs.find_live(live.run.output) == live.run:
        refuse_catalog(spark, load_for_scoring.read_recipe(live).publish)
    tonight = Tonight(columns=settings.columns, source=settings.source)
    table, recipe = load_for_scoring.load_for_scoring(spark, live, path, tonight)
    counts, sample = _label_customers(kept, live, table, recipe, path)
    with journal.stage("check"):
        write_run.write_quarantine(kept, table, counts)
        quality = check_rows.judge_rows(table, counts, recipe)
    with journal.stage("drift") as facts:
        sizes = _count_customers(spark, kept, quality.accepted)
        sample = drift_sample.complete_drift_sample(sample, table, recipe, quality.accepted)
        drift = _measure_drift(live, table, recipe, sample, sizes)
        facts.update(verdict=drift.verdict)
        if drift.verdict != "fine":
            journal.warn(f"drift: {drift.verdict}: {'; '.join(drift.reasons)}")
    if runs.find_live(live.run.output) == live.run:
        trained = load_for_scoring.read_recipe(live)
        written = load_table.list_kept_columns(table.columns, recipe)  # with --columns those of it
        shared = [name for name in load_table.list_kept_columns(table.columns, trained) if name in written]
        day = settings.day or runs.find_day(kept.run_id)  # one that the recipe names is that of its own run
        publish_to_lake(spark, kept, trained.publish, shared, LabelledDay(day, live.run.run_id))
    with journal.stage("publish"):
        kept.write("drift.json", runs.to_json(write_run.build_drift_record(drift)))
        warnings = (*quality.warnings, *journal.current().warnings)
        result = ScoreResult(kept, live, sizes, quality, drift, warnings)
        kept.write_record(_build_record(result, path))
        runs.publish_run(kept)
    return result


def _count_customers(spark: SparkSession, kept: runs.Run, accepted: int) -> dict[int, int]:
    """Customers per segment, as they were written. Raises InputChangedError where they are not as many as
    were accepted, which an engine that observes no pass counts in another one."""
    sizes = write_run.count_written(spark, kept)
    if (written := sum(sizes.values())) != accepted:
        raise InputChangedError(f"{written:,} customers were written where {accepted:,} were accepted")
    return sizes


def _label_customers(
    kept: runs.Run,
    live: LiveRun,
    table: CustomerTable,
    recipe: Recipe,
    path: str,
) -> tuple[dict[str, int], Any]:
    """Write the labelled customers; gives the counts of the contract, and the sample for drift as far as the
    same scan brought it."""
    with journal.stage("label") as facts:
        sample: list[Column] = []  # on Sail, which observes no pass, it is drawn when all is counted
        if not is_sail(table.frame.sparkSession):
            rows = drift_sample.estimate_table_rows(table, path, recipe)
            sample = [drift_sample.aggregate_drift_sample(table, recipe, rows)]
        accepted, observed = draw_sample.observe_contract(table, *sample)
        columns = [data.quote(name) for name in load_table.list_kept_columns(table.columns, recipe)]
        with explain_engine_errors(f"writing {kept.at('customers')}", table, recipe, of_run=True):
            data.write_customers(live.model.score(accepted, columns), kept.at("customers"), "segment")
            counts = draw_sample.read_observation(observed, table, *sample)
        drawn = counts.pop(drift_sample.SAMPLE, None)
        facts.update(customers=counts[data.ACCEPTED])
    journal.scan("label and write")
    return counts, drawn


def _measure_drift(
    live: LiveRun, table: CustomerTable, recipe: Recipe, sample: Sequence[Any], sizes: Mapping[int, int]
) -> segments.Drift:
    described = pd.DataFrame([tuple(row) for row in sample], columns=list(table.described))
    _, distances = live_run.label_by_model(live.model, described)
    return live_run.measure_drift(live, described, sizes, distances, recipe)


def _build_record(result: ScoreResult, path: str) -> runs.ScoreRecord:
    model = result.live.model
    return runs.ScoreRecord(
        score_id=result.kept.run_id,
        run_id=result.live.run.run_id,
        input=path,
        **describe_engine(journal.current().engine),
        rows=runs.RowCounts.model_validate(result.quality),
        segments=tuple(
            runs.SegmentSize(segment=i, name=model.name_of(i), size=result.sizes.get(i, 0)) for i in model.ids
        ),
        drift=runs.DriftRecord.model_validate(result.drift),
        warnings=result.warnings,
        seconds=journal.current().seconds,
        scans=journal.current().count_scans(),
    )
