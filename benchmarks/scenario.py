"""One scenario: a made table, and the programs that segment it, each held against the same reference."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import page
import programs
import reference
from machine import describe_machine
from take_turns import ROOT, Turn, build_environment, say, take_turn, take_turns


@dataclass(frozen=True)
class Scenario:
    """A table of so many `rows` in `files` (0: one per million rows), how it is cut, the `programs` with
    `repeats` turns each, the full-data `starts` that costs are held against (0: none), and where tables and
    outputs are kept."""

    rows: int
    features: int
    k: tuple[int, int]
    programs: tuple[str, ...]
    work: Path
    driver_memory: str
    files: int = 0
    repeats: int = 3
    starts: int = 10
    overrides: tuple[str, ...] = ()
    label: str = ""
    note: str = ""


def make_table(asked: Scenario) -> Path:
    """The table of the scenario, made where it is not there yet. It holds no dirty rows: the other
    programs do not look for any, and every row is written by all."""
    width = f"-{asked.features}f" if asked.features > 8 else ""
    files = f"-{asked.files}files" if asked.files else ""
    table = asked.work / f"customers-{asked.rows}{width}{files}"
    if not table.exists():
        say(f"making {table}")
        wanted = ["--rows", str(asked.rows), "--features", str(asked.features), "--files", str(asked.files)]
        maker = [sys.executable, str(ROOT / "scripts" / "make_customers"), *wanted]
        subprocess.run([*maker, "--dirty", "0", "--output", str(table)], check=True, stdout=sys.stderr)
    return table


def find_reference(asked: Scenario, table: Path) -> dict[str, Any] | None:
    """The best costs at each k of the range, and the k that all rows would choose by them."""
    if not asked.starts:
        return None
    kept = table.with_name(f"{table.name}.best-of-{asked.starts}-{asked.features}f.json")
    found = json.loads(kept.read_text()) if kept.exists() else {"costs": {}}
    ks = [str(k) for k in range(asked.k[0], asked.k[1] + 1)]
    if not set(ks) <= set(found["costs"]):
        say(f"finding the best of {asked.starts} starts over all rows, k={asked.k[0]}..{asked.k[1]}")
        what = ["--input", table, "--features", asked.features, "--k", *asked.k, "--starts", asked.starts]
        program = [sys.executable, ROOT / "benchmarks" / "reference.py", *what, "--kept", kept]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "benchmarks" / "contenders")}
        subprocess.run(list(map(str, program)), check=True, env=environment)
        found = json.loads(kept.read_text())
    scores = {k: found["silhouettes"][k] for k in ks}
    chosen = int(max(scores, key=lambda k: scores[k]))
    return {**found, "costs": {k: found["costs"][k] for k in ks}, "silhouettes": scores, "k": chosen}


def run_program(name: str, task: programs.Task, asked: Scenario, best: Mapping[str, Any] | None) -> Turn:
    """A program's turn: measured, checked for having written every row, and its centres weighed."""
    output, log = asked.work / "output" / name, asked.work / f"{name}.log"
    shutil.rmtree(output, ignore_errors=True)
    output.parent.mkdir(exist_ok=True)
    environment = build_environment(asked.work, asked.driver_memory)
    turn = take_turn(programs.build_command(name, task, output), log, environment)
    try:
        found = None if "problem" in turn else programs.read_result(name, output)
    except (OSError, KeyError, ValueError) as problem:
        turn["problem"], found = f"left no whole output: {problem!r}", None
    if found and found.rows != asked.rows:
        turn["problem"] = f"wrote {found.rows:,} rows"
    if found:
        turn |= {"k": found.k, **({"stages": found.stages} if found.stages else {})}
    if found and best and found.centres:
        costs = reference.measure_costs(str(task.table), best, found.centres)
        turn["cost_ratios"] = {str(k): cost / best["costs"][str(k)] for k, cost in costs.items()}
    shutil.rmtree(output, ignore_errors=True)
    return turn


def run_scenario(asked: Scenario) -> dict[str, Any]:
    """Everything about one scenario, as it is kept in JSON."""
    asked.work.mkdir(parents=True, exist_ok=True)
    table = make_table(asked)
    best = find_reference(asked, table)
    recipe = asked.work / "recipe.yaml"
    recipe.write_text(programs.write_recipe(asked.features, asked.k))
    task = programs.Task(
        table, asked.features, asked.k, best["k"] if best else 5, recipe, asked.overrides, asked.work / "runs"
    )
    if {programs.SCORE, programs.SCORE + programs.ON_SAIL} & set(asked.programs):
        _train_for_score(task, asked)
    turns = take_turns(asked.programs, asked.repeats, lambda name: run_program(name, task, asked, best))
    sizes = [path.stat().st_size for path in table.iterdir()]
    size = {"rows": asked.rows, "features": asked.features, "k": asked.k, "files": len(sizes)}
    settings = {"driver_memory": asked.driver_memory, "set": list(asked.overrides), "note": asked.note}
    return {
        "name": page.name_scenario(asked.rows, asked.features, asked.k, asked.files, asked.label),
        "date": date.today().isoformat(),
        "scenario": {**size, "bytes": sum(sizes)},
        "settings": settings,
        "machine": describe_machine(),
        "reference": best,
        "contenders": turns,
    }


def _train_for_score(task: programs.Task, asked: Scenario) -> None:
    """The run whose model scores; not measured."""
    shutil.rmtree(task.runs, ignore_errors=True)
    with (asked.work / "runs.log").open("w") as log:
        program = programs.build_command(programs.OURS, task, task.runs)
        environment = build_environment(asked.work, asked.driver_memory)
        subprocess.run(program, check=True, env=environment, stdout=log, stderr=log)
