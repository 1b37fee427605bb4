"""The results of scripts/benchmark-orders, in and out of the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from programs import ON_SAIL
from take_turns import list_problems
from turns import find_median, list_runs, tabulate_turns, write_table

OURS, PLAIN = "custseg rfm", "plain groupBy"
PROGRAMS = (OURS, PLAIN, OURS + ON_SAIL, PLAIN + ON_SAIL)
FOLDER = "orders"
HEADINGS = (
    "program",
    "on",
    "runs",
    "wall s",
    "min-max",
    "CPU s",
    "peak MiB",
    "customers written",
    "x groupBy",
)
INTRO = """\
Made by `./scripts/benchmark-orders`: `custseg rfm` against a job on the same engine that
[groups the same sales by customer](contenders/order_groupby.py) and writes the same columns, without scores,
derived columns and the counts of what was left out. Whole processes, in turns, on lines of
`scripts/make_orders`."""


def write_markdown(result: dict[str, Any]) -> str:
    """One size: a row per program and engine."""
    rows = []
    for name in result["contenders"]:
        ended = list_runs(result, name)
        written = ", ".join(sorted({f"{run['customers']:,}" for run in ended}))
        on = ON_SAIL if name.endswith(ON_SAIL) else ""
        mine, plain = find_median(result, name), find_median(result, PLAIN + on)
        times = f"{mine / plain:.2f}" if mine and plain else ""
        called = (name.removesuffix(ON_SAIL), "Sail" if on else "Spark")
        rows.append((*called, *tabulate_turns(ended), written, times))
    busiest = max(run["load_before"] for runs in result["contenders"].values() for run in runs)
    load = f"load average before the busiest turn {busiest:.1f}"
    memory = f"{result['bytes'] / 1e6:,.0f} MB of Parquet; driver memory {result['driver_memory']}"
    lines = [
        f"### {result['rows']:,} order lines to {result['customers']:,} customers",
        "",
        *write_table(HEADINGS, rows),
        "",
        f"- {result['date']}: {memory}, {load}. {result['note']}".rstrip(),
        *(f"- {problem}" for problem in list_problems(result["contenders"])),
    ]
    return "\n".join(lines) + "\n"


def read_results(results: Path) -> list[dict[str, Any]]:
    """What was kept, by size."""
    found = [json.loads(path.read_text()) for path in (results / FOLDER).glob("*.json")]
    return sorted(found, key=lambda result: (result["rows"], result["name"]))


def write_section(results: Path) -> list[str]:
    """The chapter of benchmarks/README.md; nothing where nothing was measured."""
    found = read_results(results)
    return ["## Order lines to customers", "", INTRO, "", *map(write_markdown, found)] if found else []


def save(result: dict[str, Any], results: Path) -> None:
    """The size's JSON in place of an older one."""
    (results / FOLDER).mkdir(parents=True, exist_ok=True)
    (results / FOLDER / f"{result['name']}.json").write_text(json.dumps(result, indent=1) + "\n")
