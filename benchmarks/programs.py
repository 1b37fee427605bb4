"""The programs that are held against each other: how each is started, and what it found."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from features import list_features

HERE = Path(__file__).resolve().parent
OURS = "custseg"
SCORE = "score"
ON_SAIL = "-sail"
"""Behind the name of a program: on Sail instead of Spark."""
COPY = "plain_copy.py"
CONTENDERS = {
    "sklearn": "sklearn_pipeline.py", "minibatch": "minibatch_pipeline.py", "duckdb": "duckdb_sample.py",
    "textbook": "textbook.py", "copy": COPY, f"copy{ON_SAIL}": COPY,
}  # fmt: skip
PROGRAMS = (OURS, OURS + ON_SAIL, *CONTENDERS, SCORE, SCORE + ON_SAIL)
"""All that can be held against each other, in the order of the pages."""


@dataclass(frozen=True)
class Task:
    """One table and what is to be found in it; `parts` is what the copy is partitioned into."""

    table: Path
    features: int
    k: tuple[int, int]
    parts: int
    recipe: Path
    overrides: tuple[str, ...] = ()
    runs: Path = Path()
    """Where the run lies whose model scores."""


@dataclass(frozen=True)
class ProgramResult:
    """`rows` written, the chosen `k`, for each k the centres (k, d) after log1p, before scaling, and of our
    own the `stages` with the seconds that each took."""

    rows: int
    k: int
    centres: dict[int, np.ndarray]
    stages: dict[str, float] = field(default_factory=dict)


def write_recipe(features: int, k: tuple[int, int]) -> str:
    """The task as a recipe of ours; what it does not say is left at its default."""
    lines = ["input: {format: parquet, id: ID}", "segment_by:"]
    for feature in list_features(features):
        transform = ", transform: log1p" if feature.log1p else ""
        lines.append(f"  {feature.name}: {{sql: {' + '.join(feature.columns)}{transform}}}")
    return "\n".join([*lines, f"segments: {{k: [{k[0]}, {k[1]}]}}"]) + "\n"


def build_command(name: str, task: Task, output: Path) -> list[str]:
    """The program as a person would start it."""
    what, engine = name.removesuffix(ON_SAIL), ["--engine", "sail" if name.endswith(ON_SAIL) else "spark"]
    if what == OURS:
        start = [sys.executable, "-m", "custseg_spark.cli", "train", "--recipe", str(task.recipe)]
        sets = [word for override in task.overrides for word in ("--set", override)]
        return [*start, "--input", str(task.table), "--output", str(output), *engine, *sets]
    if what == SCORE:
        start = [sys.executable, "-m", "custseg_spark.cli", "score", "--output", str(task.runs)]
        return [*start, "--input", str(task.table), "--to", str(output), *engine]
    asked = ["--features", str(task.features), "--k", *map(str, task.k), "--parts", str(task.parts)]
    program = str(HERE / "contenders" / CONTENDERS[name])
    asked += engine if what == "copy" else []
    return [sys.executable, program, "--input", str(task.table), "--output", str(output), *asked]


def read_result(name: str, output: Path) -> ProgramResult:
    """What the program left in its output. Raises OSError or KeyError where it left nothing whole."""
    what = name.removesuffix(ON_SAIL)
    if what == SCORE:
        kept = output / "scores" / json.loads((output / "scores" / "latest.json").read_text())["run_id"]
        record = json.loads((kept / "score.json").read_text())
        return ProgramResult(
            _rows(kept / "customers") + _rows(kept / "quarantine"), len(record["segments"]), {}
        )
    if what != OURS:
        note = json.loads((output / "note.json").read_text())
        centres = {int(k): np.array(rows) for k, rows in note["centres"].items()}
        return ProgramResult(_rows(output), note["k"], centres)
    run = output / "runs" / json.loads((output / "latest.json").read_text())["run_id"]
    rows = _rows(run / "customers") + _rows(run / "quarantine")
    record = json.loads((run / "run.json").read_text())
    return ProgramResult(rows, record["k"], read_centres(run), record.get("seconds", {}))


def read_centres(run: Path) -> dict[int, np.ndarray]:
    """The centres of every candidate of a run of ours; of the chosen k alone where no others are kept.

    The chosen k's are the refined ones of model.json.
    """
    model: dict[str, Any] = json.loads((run / "model.json").read_text())
    kept = run / "sweep_centres.json"
    candidates: dict[str, Sequence[Sequence[float]]] = json.loads(kept.read_text()) if kept.exists() else {}
    scale = np.array([feature["scale"] for feature in model["features"]])
    centre = np.array([feature["centre"] for feature in model["features"]])
    candidates |= {str(len(model["centres"])): model["centres"]}
    return {int(k): np.array(rows) * scale + centre for k, rows in candidates.items()}


def _rows(directory: Path) -> int:
    return sum(pq.read_metadata(path).num_rows for path in directory.rglob("*.parquet"))
