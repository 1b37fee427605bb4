"""How each command and the page are started on a small table, and what is looked for when they have ended."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from programs import ON_SAIL
from small_page import APP, COMPARE, DEMO, INIT, SPARK_ML, TRAIN
from take_turns import ROOT, Turn, take_turn

CLONE = 'git clone --quiet "$0" "$1" && cd "$1" && ./scripts/demo'
OF_AN_ENVIRONMENT = ("CUSTSEG_", "VIRTUAL_ENV", "PYTHON", "UV", "XDG_")


@dataclass(frozen=True)
class SmallTask:
    """A table, the same as a spreadsheet for the page, its recipe, and where outputs go."""

    table: Path
    sheet: Path
    recipe: Path
    work: Path


def run_small(name: str, task: SmallTask) -> Turn:
    """A turn of one command, checked for what it leaves: whole-process figures, but for the page, whose
    seconds are those of the visit."""
    output, log = task.work / "output" / name, task.work / f"{name}.log"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    what = name.removesuffix(ON_SAIL)
    environment = build_bare_environment(output) if what == DEMO else build_environment()
    turn = take_turn(build_command(name, task, output), log, environment)
    if "problem" not in turn:
        try:
            turn |= _read_output(what, output)
        except (OSError, ValueError, KeyError, StopIteration) as problem:
            turn["problem"] = f"left no whole output: {problem!r}"
    shutil.rmtree(output, ignore_errors=True)
    return turn


def build_command(name: str, task: SmallTask, output: Path) -> list[str]:
    """The command as a person would start it."""
    what, engine = name.removesuffix(ON_SAIL), ["--engine", "sail" if name.endswith(ON_SAIL) else "spark"]
    custseg = [sys.executable, "-m", "custseg_spark.cli", TRAIN if what == SPARK_ML else what]
    recipe = ROOT / "conf" / "spark_ml.yaml" if what == SPARK_ML else task.recipe
    of = ["--recipe", str(recipe), "--input", str(task.table)]
    visit = [sys.executable, str(ROOT / "benchmarks" / "app_visit.py"), "--input", str(task.sheet)]
    train = [*custseg, *of, "--output", str(output), *engine]
    return {
        TRAIN: train,
        SPARK_ML: train,
        COMPARE: [*custseg, *of, "--to", str(output), *engine],
        INIT: [*custseg, str(task.table), "--to", str(output / "recipe.yaml"), *engine],
        APP: [*visit, "--kept", str(output / "visit.json"), *engine],
        DEMO: ["bash", "-c", CLONE, str(ROOT), str(output / "clone")],
    }[what]


def build_environment() -> dict[str, str]:
    """That of whoever starts this, with our own code first."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def build_bare_environment(home: Path) -> dict[str, str]:
    """That of somebody who was never here: an empty home, an empty cache of packages, no environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_AN_ENVIRONMENT)}
    folder = str(Path(sys.executable).parent)  # of the environment that this runs in
    places = [place for place in kept["PATH"].split(os.pathsep) if place != folder]
    (home / "home").mkdir()
    empty = {"HOME": str(home / "home"), "UV_CACHE_DIR": str(home / "cache")}
    return {**kept, **empty, "PATH": os.pathsep.join(places)}


def _read_output(what: str, output: Path) -> Turn:
    """What a turn found: the stages of a training, the seconds of a visit."""
    if what == APP:
        visited: Turn = json.loads((output / "visit.json").read_text())
        return visited
    if what in (TRAIN, SPARK_ML):
        run = output / "runs" / json.loads((output / "latest.json").read_text())["run_id"]
        record = json.loads((run / "run.json").read_text())
        return {"k": record["k"], "stages": record["seconds"]}
    wanted = {COMPARE: "comparison.csv", INIT: "recipe.yaml", DEMO: "clone/out/*/runs/*/report.html"}[what]
    next(output.glob(wanted))
    return {}
