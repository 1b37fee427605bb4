"""A whole run, told to MLflow: parameters, scores, figures, the model."""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from custseg_spark import runs
from custseg_spark.errors import RecipeError, RunError

FIGURES = (
    "pca_2d", "pca_3d", "pair", "sizes", "shares", "heatmap", "boxes", "elbow", "silhouette", "evidence",
)  # fmt: skip
FILES = ("model.json", "segments.sql", "profile.csv", "sweep.csv", "report.html", "run.json")
_LONGEST = 500
"""Signs of a parameter: what every MLflow store takes."""


def track_run(run: runs.Run, experiment: str) -> str:
    """Tell the tracking server that MLFLOW_TRACKING_URI names (MLflow's own store where it names none) of a
    whole run; gives MLflow's id of it.

    Parameters: the recipe, flat. Metrics: rows, k, the scores of the chosen k, size and share by segment.
    Artifacts: figures, tables, the page, and the model as model.json, as SQL and, under `model`, as the
    PipelineModel that Spark ML loads. A run is told once: asked again, the id is that of before. Raises
    RecipeError without mlflow, RunError where the store fails.
    """
    try:
        import mlflow
        from mlflow.exceptions import MlflowException
    except ImportError:
        raise RecipeError("mlflow is not installed", "pip install 'custseg_spark[mlflow]'") from None
    record = run.read_record()
    tags = {"custseg_run": run.run_id, "custseg_path": run.path, "input": record.input, "why": record.why}
    try:
        mlflow.set_experiment(experiment)
        found = mlflow.search_runs(
            filter_string=f"tags.custseg_run = '{run.run_id}'", output_format="list", max_results=1
        )
        if found:
            return str(found[0].info.run_id)
        with mlflow.start_run(run_name=run.run_id, tags=tags) as told:
            mlflow.log_params({name: str(value)[:_LONGEST] for name, value in _flatten(record.recipe)})
            mlflow.log_metrics(dict(_list_metrics(record)))
            with tempfile.TemporaryDirectory() as directory:
                for name, content in _read_files(run):
                    file = Path(directory) / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
                mlflow.log_artifacts(directory)
            return str(told.info.run_id)
    except MlflowException as problem:
        raise RunError(f"MLflow: {str(problem).splitlines()[0]}", "check MLFLOW_TRACKING_URI") from problem


def _flatten(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The recipe's settings by key path; lists and what is not set stay out of the way."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _flatten(entry, f"{path}.{key}" if path else re.sub(r"[^\w. /-]", "_", str(key)))
    elif value is not None and value != []:
        yield path, value


def _list_metrics(record: runs.RunRecord) -> Iterator[tuple[str, float]]:
    for name in ("read", "accepted", "quarantined"):
        yield f"rows_{name}", float(getattr(record.rows, name))
    for name, score in record.scores.items():
        if isinstance(score, int | float) and math.isfinite(score):
            yield name, float(score)
    for one in record.segments:
        yield f"segment_{one.segment}_size", float(one.size)
        yield f"segment_{one.segment}_share", one.share
    yield "seconds", sum(record.seconds.values())


def _read_files(run: runs.Run) -> Iterator[tuple[str, bytes]]:
    """The small files that this run has, by name."""
    model = [f"model/{name}" for name in runs.list_below(run.at("model"))]
    for name in (*FILES, *(f"plots/{figure}.png" for figure in FIGURES), *model):
        content = runs.read_file(run.at(name))
        if content is not None:
            yield name, content
