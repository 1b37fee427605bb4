"""label -> profile -> report -> publish: what a run leaves in its directory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession

from custseg_spark import data, journal, runs, segments
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import (
    CustsegError,
    DataError,
    InputChangedError,
    NeedsSparkError,
    RecipeError,
    RunError,
)
from custseg_spark.evidence import Candidate
from custseg_spark.model import DIALECTS, Model, build_pipeline_files, write_segments_sql
from custseg_spark.recipe import OrderRecipe, Recipe, find_columns_used
from custseg_spark.results import CustomerTable, Decision, LiveComparison, TrainingResult
from custseg_spark.statistics import count_effective
from custseg_spark.steps.describe_engine import describe_engine
from custseg_spark.steps.explain_cast import explain_engine_errors
from custseg_spark.steps.load_table import list_kept_columns
from custseg_spark.wording import join_words


@contextmanager
def keep_run(
    output: str, path: str, recipe: Recipe | OrderRecipe | None = None, kind: runs.Kind = "runs"
) -> Iterator[runs.Run]:
    """A new run's directory, for what is made of the table at `path`; after an error its record says what
    went wrong. Raises RunError where `output` can't be written, RecipeError where it lies in the table's
    directory."""
    _refuse_inside(output, path)
    run = runs.begin_run(output, kind)
    try:
        yield run
    except NeedsSparkError:  # it begins anew on Spark, or was not begun at all
        run.discard()
        raise
    except Exception as problem:
        told = _find_cause(problem, path)
        write_failure(run, path, told, recipe)
        if told is problem:
            raise
        raise told from problem


def _find_cause(problem: Exception, path: str) -> Exception:
    """Where a table's files went away, Sail misses its columns: then that is what is told."""
    known = journal.current()
    if isinstance(problem, DataError | RunError) or not known.engine or known.engine.name != "sail":
        return problem
    try:
        data.locate(path)
    except DataError:
        if "read" in known.seconds:
            return DataError(f"input {path} went away during the run", "run again once the table is still")
    return problem


def _refuse_inside(output: str, path: str) -> None:
    """Raises RecipeError where what is written would be read as customers the next time; folders that begin
    with _ or a dot are not read."""
    table, place = f"{runs.make_absolute(path)}/", f"{runs.make_absolute(output)}/"
    if place.startswith(table) and not place.removeprefix(table).startswith(("_", ".")):
        raise RecipeError(
            f"the output {output} lies in the input {path}",
            "name a directory beside the input: what lies in it is read as customers the next time",
        )


def write_quarantine(run: runs.Run, table: CustomerTable, counts: Mapping[str, int]) -> None:
    """Write the rejected rows, before the verdict on them: whoever mends the table wants to see them."""
    rejected = table.rejected
    if counts[data.ACCEPTED] == counts[data.ROWS]:
        rejected = rejected.limit(0)
    else:
        journal.scan("quarantine")
    with translate_engine_errors(f"writing {run.at('quarantine')}"):
        data.write_rows(rejected, run.at("quarantine"))


def write_customers(spark: SparkSession, run: runs.Run, result: TrainingResult) -> None:
    """Label every accepted customer and write them by segment.

    Raises DataError where other rows were written than were measured: the input changed meanwhile.
    """
    table, fitted = result.table, result.segmentation
    columns = list_kept_columns(table.columns, result.recipe)
    labelled = fitted.model.label(table.accepted, [data.quote(name) for name in columns])
    at = run.at("customers")
    with journal.stage("label") as facts, explain_engine_errors(f"writing {at}", table, result.recipe):
        data.write_customers(labelled, at, "segment")
        found = count_written(spark, run)
        facts.update(customers=sum(fitted.refined.counts))
    journal.scan("label and write")
    expected = {i: count for i, count in zip(fitted.model.ids, fitted.refined.counts, strict=True) if count}
    if found != expected:
        raise InputChangedError(
            f"{sum(found.values()):,} customers were written where {sum(expected.values()):,} were measured"
        )


def count_written(spark: SparkSession, run: runs.Run) -> dict[int, int]:
    """Customers per segment id, as they were written; without segments that nobody is in."""
    counts = data.read_written(spark, run.at("customers")).groupBy("segment").count().collect()
    return {int(row["segment"]): int(row["count"]) for row in counts}


def build_model_files(model: Model) -> dict[str, str | bytes]:
    """model.json, the SQL of each dialect that can say it, and the PipelineModel."""
    files: dict[str, str | bytes] = {"model.json": model.to_json()}
    lacking: dict[str, list[str]] = {}
    for dialect in DIALECTS:
        name = "segments.sql" if dialect == "spark" else f"sql/{dialect}.sql"
        try:
            files[name] = write_segments_sql(model, dialect)
        except RecipeError as untranslatable:
            why = untranslatable.what.removeprefix(f"segments.sql for {dialect}: ")
            lacking.setdefault(why, []).append(dialect)
    for why, dialects in lacking.items():
        journal.warn(f"segments.sql for {join_words(dialects)}: {why}")
    files |= {f"model/{name}": content for name, content in build_pipeline_files(model).items()}
    return files


def tabulate_sweep(decision: Decision) -> pd.DataFrame:
    """sweep.csv: a row per k, every score that was taken, and which k was chosen."""
    rows = []
    for candidate in decision.candidates:
        row = {name: value for name, value in _list_scores(candidate).items() if name != "jaccards"}
        rows.append({**row, "chosen": candidate.k == decision.choice.k})
    return pd.DataFrame(rows)


def _list_scores(candidate: Candidate) -> dict[str, Any]:
    return {name: value for name, value in vars(candidate).items() if name != "redraws"}


def build_tables(result: TrainingResult) -> dict[str, str]:
    """The small tables of a run: sweep.csv and the centres of every k as the sample gave them (model scale),
    profile.csv, baseline.json, and where there is something to tell comparison, movement and drift."""
    decision, live = result.decision, result.since_live
    centres = {str(partition.k): partition.centres.tolist() for partition in decision.partitions}
    files = {
        "sweep.csv": data.write_csv(tabulate_sweep(decision)),
        "profile.csv": data.write_csv(segments.tabulate_profile(result.segmentation.profile)),
        "sweep_centres.json": json.dumps(centres),
        "baseline.json": result.baseline.to_json(),
    }
    if result.others:
        files["comparison.csv"] = data.write_csv(result.others.table)
    if live:
        files["movement.csv"] = data.write_csv(live.movement.flows)
        files["drift.json"] = runs.to_json(build_drift_record(live.drift))
    return files


def build_drift_record(found: segments.Drift) -> dict[str, Any]:
    """drift.json: the verdict, its reasons and its rule, and how each column moved."""
    return {"verdict": found.verdict, "reasons": found.reasons, "rule": segments.DRIFT_RULE, **asdict(found)}


def write_files(run: runs.Run, files: Mapping[str, str | bytes]) -> None:
    """Write small files of a run by their names."""
    for name, content in files.items():
        run.write(name, content)


def build_record(run: runs.Run, result: TrainingResult) -> runs.RunRecord:
    """run.json of a whole run."""
    recipe, decision = result.recipe, result.decision
    fitted, structure = result.segmentation, decision.structure
    sampled = result.counted.sample
    used = {column.lower() for column in find_columns_used(recipe)}
    return runs.RunRecord(
        run_id=run.run_id,
        input=result.counted.source,
        recipe=recipe.model_dump(mode="json"),
        **describe_engine(result.journal.engine),
        format=result.table.format,
        types={name: kind for name, kind in result.table.types.items() if name.lower() in used},
        file=result.table.fingerprint or None,
        rows=runs.RunRows(
            **runs.RowCounts.model_validate(result.quality).model_dump(), missing=result.sample.missing
        ),
        sample=runs.SampleRecord(
            rows=len(sampled.raw),
            whole=sampled.whole,
            seed=recipe.sweep.seed,
            effective=None if sampled.weights is None else count_effective(sampled.weights),
            drawn=None if sampled.weights is None else len(result.drawn.raw),
        ),
        k=decision.choice.k,
        why=decision.choice.why,
        choice=runs.ChoiceRecord(**asdict(decision.choice)),
        scores={**_list_scores(decision.candidate), "cost_all_rows": fitted.refined.cost},
        structure=None if structure is None else runs.StructureRecord(**asdict(structure)),
        spark_ml=None if result.spark_ml is None else runs.SparkMlRecord(**asdict(result.spark_ml)),
        replication=result.replication,
        segments=tuple(
            runs.SegmentShare(segment=i, name=name, size=size, share=share, rows=rows)
            for i, name, size, share, rows in zip(*fitted.list_sizes(), strict=True)
        ),
        ids_used=tuple(sorted(result.ids_used)),
        live=None if result.since_live is None else build_live_record(result.since_live),
        warnings=result.warnings,
        seconds=result.journal.seconds,
        scans=result.journal.count_scans(),
    )


def build_live_record(followed: LiveComparison) -> runs.LiveRecord:
    """What became of the live run's segments, in run.json."""
    found, moved = followed.movement, None
    if followed.live.customers is not None:
        moved = runs.MovedRecord(share=found.moved, by_customers=found.by_customers, by_model=found.by_model)
    return runs.LiveRecord(
        run_id=followed.live.run.run_id,
        events=tuple(runs.EventRecord(**asdict(event)) for event in followed.events),
        told=followed.told,
        moved=moved,
        drift=runs.DriftRecord.model_validate(followed.drift),
    )


def write_failure(run: runs.Run, path: str, problem: Exception, recipe: Recipe | OrderRecipe | None) -> None:
    """Write a record that says what went wrong, where it can still be written."""
    told = problem.what if isinstance(problem, CustsegError) else f"{type(problem).__name__}: {problem}"
    asked = None if recipe is None else recipe.model_dump(mode="json")
    record = runs.FailedRecord(
        run_id=run.run_id,
        input=path,
        recipe=asked,
        **describe_engine(journal.current().engine),
        error=told,
    )
    with suppress(CustsegError):  # where the output itself is what failed, the error under way says so
        run.write_record(record)
