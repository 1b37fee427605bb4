"""A table of a few thousand customers: what each command and the page take, in and out of the results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from programs import ON_SAIL
from take_turns import list_problems
from turns import tabulate_turns, write_table

TRAIN, SPARK_ML, COMPARE, INIT, APP, DEMO = "train", "spark_ml", "compare", "init", "app", "demo"
COMMANDS = (TRAIN, COMPARE, INIT)
USUAL = (*(name + on for name in COMMANDS for on in ("", ON_SAIL)), APP + ON_SAIL, DEMO + ON_SAIL)
PROGRAMS = (*USUAL, SPARK_ML)
FOLDER = "small"
CALLED = {
    **{name: f"`custseg {name}`" for name in COMMANDS},
    SPARK_ML: "`custseg train`, `conf/spark_ml.yaml`",
    APP: "the page, a spreadsheet to segments",
    DEMO: "a clone to the report, `scripts/demo`",
}
HEADINGS = ("what", "on", "measured", "runs", "wall s", "min-max", "CPU s", "peak MiB")
INTRO = """\
Made by `./scripts/benchmark-small TABLE`, with `conf/marketing_campaign.yaml` as the recipe. A command is a
whole process. The page has no browser here: in a new process, once its start is over, the table is handed
to the code of the page as a spreadsheet, its proposal is taken as it is, and the time ends when the segments
are drawn; CPU time and memory are those of the whole process. The last one is a clone of this repository on
the same disk, with an empty home and an empty cache of packages, and `scripts/demo` in it, which downloads
what it needs and cuts its made table of 20,000 customers."""


def write_section(results: Path) -> list[str]:
    """The chapter of benchmarks/README.md; nothing where nothing was measured."""
    found = read_results(results)
    return ["## Small tables", "", INTRO, "", *map(write_table_of, found)] if found else []


def read_results(results: Path) -> list[dict[str, Any]]:
    """What was kept, by name."""
    return [json.loads(path.read_text()) for path in sorted((results / FOLDER).glob("*.json"))]


def write_table_of(result: dict[str, Any]) -> str:
    """One table: a row per command and engine, and the instructions of one run."""
    rows = []
    for program, runs in result["contenders"].items():
        ended = [run for run in runs if "problem" not in run]
        engine = "Sail" if program.endswith(ON_SAIL) else "Spark"
        measured = (runs[0]["date"], *tabulate_turns(ended))
        rows.append((CALLED[program.removesuffix(ON_SAIL)], engine, *measured))
    busiest = max((run["load_before"] for runs in result["contenders"].values() for run in runs), default=0)
    circumstances = f"load average before the busiest turn {busiest:.1f}, {result['machine']['cpu']}. "
    lines = [
        f"### {result['table']}, {result['rows']:,} customers",
        "",
        *write_table(HEADINGS, rows),
        "",
        f"- {result['date']}: {circumstances}{result['note']}".rstrip(),
        *(f"- {problem}" for problem in list_problems(result["contenders"])),
        *([f"- {_tell_instructions(result['instructions'])}"] if result["instructions"] else []),
    ]
    return "\n".join(lines) + "\n"


def _tell_instructions(counted: dict[str, Any]) -> str:
    return (
        f"`custseg train` on Sail ran {counted['instructions'] / 1e9:,.1f} billion instructions in all "
        f"processes, as {counted['by']} counts them ({counted['date']}): a figure that hardly depends on the "
        "machine."
    )


def save(result: dict[str, Any], results: Path) -> dict[str, Any]:
    """Keeps the result with what an older one of this machine holds beside it; returns what was kept."""
    path = results / FOLDER / f"{result['name']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    older = json.loads(path.read_text()) if path.exists() else {"machine": {}}
    kept = dict(result)
    if older["machine"].get("cpu") == result["machine"]["cpu"]:
        kept["contenders"] = {**older["contenders"], **result["contenders"]}
        kept["instructions"] = result["instructions"] or older["instructions"]
    kept["contenders"] = {name: kept["contenders"][name] for name in PROGRAMS if name in kept["contenders"]}
    path.write_text(json.dumps(kept, indent=1) + "\n")
    return kept
