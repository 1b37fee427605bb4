"""label -> profile -> report -> publish: what a run leaves in its directory."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pyspark
from pyspark.sql import SparkSession

from custseg_spark import __version__, data, journal, runs, segments
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import CustsegError, DataError, RecipeError
from custseg_spark.model import DIALECTS, write_segments_sql
from custseg_spark.recipe import Recipe, find_columns_used
from custseg_spark.results import (
    AlgorithmComparison,
    CustomerTable,
    Decision,
    LiveComparison,
    Sample,
    Segmentation,
)
from custseg_spark.steps.load_table import list_kept_columns
from custseg_spark.steps.segment_ids import list_ids_used


def write_quarantine(run: runs.Run, table: CustomerTable, counts: Mapping[str, int]) -> None:
    """Write the rejected rows, before the verdict on them: whoever mends the table wants to see them."""
    rejected = table.rejected
    if counts[data.ACCEPTED] == counts[data.ROWS]:
        rejected = rejected.limit(0)
    else:
        journal.scan("quarantine")
    with translate_engine_errors(f"writing {run.at('quarantine')}"):
        data.write_rows(rejected, run.at("quarantine"))


def write_customers(
    spark: SparkSession,
    run: runs.Run,
    table: CustomerTable,
    fitted: Segmentation,
    recipe: Recipe,
) -> None:
    """Label every accepted customer and write them by segment.

    Raises DataError where other rows were written than were measured: the input changed meanwhile.
    """
    labelled = fitted.model.label(
        table.accepted, [data.quote(name) for name in list_kept_columns(table.columns, recipe)]
    )
    with journal.stage("label") as facts, translate_engine_errors(f"writing {run.at('customers')}"):
        data.write_customers(labelled, run.at("customers"), "segment")
        found = count_written(spark, run)
        facts.update(customers=sum(fitted.sizes))
    journal.scan("label and write")
    expected = {segment: size for segment, size in zip(fitted.model.ids, fitted.sizes, strict=True) if size}
    if found != expected:
        raise DataError(
            f"{sum(found.values()):,} customers were written where {sum(expected.values()):,} were measured: "
            "the input changed during the run",
            "run again when the table is at rest, or point at a snapshot of it",
        )


def count_written(spark: SparkSession, run: runs.Run) -> dict[int, int]:
    """Customers per segment id, as they were written; without segments that nobody is in."""
    counts = data.read_written(spark, run.at("customers")).groupBy("segment").count().collect()
    return {int(row["segment"]): int(row["count"]) for row in counts}


def write_model(spark: SparkSession, run: runs.Run, fitted: Segmentation) -> None:
    """Write model.json, and the PipelineModel and the SQL that are made from it."""
    run.write("model.json", fitted.model.to_json())
    for dialect in DIALECTS:
        try:
            run.write(
                "segments.sql" if dialect == "spark" else f"sql/{dialect}.sql",
                write_segments_sql(fitted.model, dialect),
            )
        except RecipeError as untranslatable:
            journal.warn(untranslatable.what)
    with translate_engine_errors(f"writing {run.at('model')}"):
        fitted.model.pipeline_model(spark).save(run.at("model"))


def tabulate_sweep(decision: Decision) -> pd.DataFrame:
    """sweep.csv: a row per k, every score that was taken, and which k was chosen."""
    rows = []
    for candidate in decision.candidates:
        row = {name: value for name, value in asdict(candidate).items() if name != "jaccards"}
        rows.append({**row, "chosen": candidate.k == decision.choice.k})
    return pd.DataFrame(rows)


def write_tables(run: runs.Run, decision: Decision, fitted: Segmentation) -> None:
    """Write sweep.csv, profile.csv, and the centres of every k as the sample gave them (model scale)."""
    run.write("sweep.csv", data.write_csv(tabulate_sweep(decision)))
    run.write("profile.csv", data.write_csv(segments.tabulate_profile(fitted.profile)))
    centres = {str(partition.k): partition.centres.tolist() for partition in decision.partitions}
    run.write("sweep_centres.json", json.dumps(centres))


def write_comparison(run: runs.Run, others: AlgorithmComparison | None) -> None:
    """Write comparison.csv, where other algorithms were tried."""
    if others is not None:
        run.write("comparison.csv", data.write_csv(others.table))


def write_thread(run: runs.Run, baseline: segments.Baseline, followed: LiveComparison | None) -> None:
    """Write baseline.json, and where there is a live run movement.csv and drift.json."""
    run.write("baseline.json", baseline.to_json())
    if followed is not None:
        run.write("movement.csv", data.write_csv(followed.movement.flows))
        run.write("drift.json", runs.to_json(build_drift_record(followed.drift)))


def build_drift_record(found: segments.Drift) -> dict[str, Any]:
    """drift.json: the verdict, its reasons and its rule, and how each column moved."""
    return {"verdict": found.verdict, "reasons": found.reasons, "rule": segments.DRIFT_RULE, **asdict(found)}


def write_figures(run: runs.Run, drawn: Mapping[str, bytes]) -> None:
    """Write the figures into plots/."""
    for name, png in drawn.items():
        run.write(f"plots/{name}", png)


def write_record(
    run: runs.Run,
    recipe: Recipe,
    path: str,
    table: CustomerTable,
    sample: Sample,
    decision: Decision,
    fitted: Segmentation,
    followed: LiveComparison | None,
) -> None:
    """Write run.json: everything about the run that is not a table."""
    quality = sample.quality
    choice, everyone = decision.choice, sum(fitted.sizes)
    used = {column.lower() for column in find_columns_used(recipe)}
    run.record(
        {
            **_head(run, recipe, path, "done"),
            "format": table.format,
            "types": {name: kind for name, kind in table.types.items() if name.lower() in used},
            "rows": {
                "read": quality.read,
                "accepted": quality.accepted,
                "quarantined": quality.quarantined,
                "by_reason": quality.by_reason,
                "missing": sample.missing,
            },
            "sample": {"rows": len(sample.raw), "whole": sample.whole, "seed": recipe.sweep.seed},
            "k": choice.k,
            "why": choice.why,
            "choice": asdict(choice),
            "scores": {**asdict(decision.candidate), "cost_all_rows": fitted.cost},
            "structure": decision.structure and asdict(decision.structure),
            "segments": [
                {"segment": i, "name": name, "size": size, "share": size / everyone}
                for i, name, size in zip(fitted.model.ids, fitted.model.names, fitted.sizes, strict=True)
            ],
            "ids_used": list_ids_used(run.output, fitted.model.ids),
            "live": followed and build_live_record(followed),
            "warnings": [*quality.warnings, *journal.current().warnings],
            "seconds": journal.current().seconds,
            "scans": {"total": sum(journal.current().scans.values()), **journal.current().scans},
        }
    )


def build_live_record(followed: LiveComparison) -> dict[str, Any]:
    """What became of the live run's segments, in run.json."""
    moved = followed.movement
    return {
        "run_id": followed.live.run.run_id,
        "events": [asdict(event) for event in followed.events],
        "told": followed.told,
        "moved": {"share": moved.moved, "by_customers": moved.by_customers, "by_model": moved.by_model},
        "drift": {"verdict": followed.drift.verdict, "reasons": followed.drift.reasons},
    }


def write_failure(run: runs.Run, recipe: Recipe, path: str, problem: Exception) -> None:
    """Write a run.json that says what went wrong, where it can still be written."""
    write_failure_of(run, _head(run, recipe, path, "failed"), problem)


def write_failure_of(run: runs.Run, head: Mapping[str, Any], problem: Exception) -> None:
    """The same for a directory of any kind; `head` is what is known of it."""
    told = problem.what if isinstance(problem, CustsegError) else f"{type(problem).__name__}: {problem}"
    try:
        run.record({**head, "status": "failed", "run_id": run.run_id, "error": told})
    except CustsegError:
        return  # the output itself is what failed: the error that is under way says so


def _head(run: runs.Run, recipe: Recipe, path: str, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "run_id": run.run_id,
        "input": path,
        "recipe": recipe.model_dump(mode="json"),
        "versions": {
            "custseg_spark": __version__,
            "spark": pyspark.__version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
    }
