"""One scenario: a table for the terminal, JSON and Markdown."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from programs import OURS
from rich.table import Table
from turns import find_median, list_runs, tabulate_turns, write_table

PACKAGES = ("pyspark", "pysail", "scikit-learn", "numpy", "pandas", "pyarrow")
HEADINGS = ("program", "runs", "wall s", "min-max", "CPU s", "peak MiB", "k", "worst cost ratio", f"x {OURS}")


def name_scenario(rows: int, features: int, k: Sequence[int], files: int = 0, label: str = "") -> str:
    """The name of a scenario's files, such as 1M-rows_4-features_k2-10."""
    parts = [f"{format_size(rows)}-rows", f"{features}-features", f"k{k[0]}-{k[1]}"]
    return "_".join(parts + [f"{files}-files"] * bool(files) + [label] * bool(label))


def format_size(rows: int) -> str:
    """20000000 as 20M."""
    return f"{rows // 1_000_000}M" if rows % 1_000_000 == 0 else f"{rows}"


def describe_machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "java": java.splitlines()[0] if java else "",
        "versions": {package: version(package) for package in PACKAGES},
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def tabulate_runs(result: dict[str, Any]) -> list[tuple[str, ...]]:
    """A row per contender, in the order of HEADINGS; medians over its whole runs."""
    rows = []
    ours = find_median(result, next(iter(result["contenders"])))
    for program in result["contenders"]:
        ended = list_runs(result, program)
        ratios = [ratio for run in ended for ratio in run.get("cost_ratios", {}).values()]
        ks = ", ".join(map(str, sorted({run["k"] for run in ended})))
        middle = find_median(result, program)
        rows.append(
            (
                *(program, *tabulate_turns(ended), "" if program.startswith("copy") else ks),
                f"{max(ratios):.4f}" if ratios else "",
                f"{middle / ours:.2f}" if middle and ours else "",
            )
        )
    return rows


def build_table(result: dict[str, Any]) -> Table:
    """The summary for a terminal."""
    grid = Table(*HEADINGS, title=result["name"])
    for row in tabulate_runs(result):
        grid.add_row(*row)
    return grid


def write_markdown(result: dict[str, Any]) -> str:
    """The page of one scenario: times, memory by program, cost ratio per k, problems."""
    asked, settings, best = result["scenario"], result["settings"], result["reference"]
    size = f"{asked['bytes'] / 1e6:,.0f} MB of Parquet in {asked['files']:,} files"
    lines = [
        f"## {asked['rows']:,} rows, {asked['features']} features, k = {asked['k'][0]}..{asked['k'][1]}",
        "",
        f"{result['date']}; {size}; driver memory {settings['driver_memory']}"
        + (f"; `--set {' '.join(settings['set'])}`" if settings["set"] else ""),
        "",
        *write_table(HEADINGS, tabulate_runs(result)),
    ]
    lines += ["", *_memory(result)]
    if best:
        lines += ["", *_costs(result, best)]
    turns = [(program, run) for program, runs in result["contenders"].items() for run in runs]
    problems = dict.fromkeys((program, run["problem"]) for program, run in turns if "problem" in run)
    lines += ["", *(f"- {program} failed: {problem}" for program, problem in problems)]
    busiest = max(run["load_before"] for _, run in turns)
    lines += ["", f"Load average before the busiest run: {busiest:.1f}."]
    if settings["note"]:
        lines += ["", settings["note"]]
    return "\n".join(lines) + "\n"


def _memory(result: dict[str, Any]) -> list[str]:
    rows = []
    for program, runs in result["contenders"].items():
        peaks: dict[str, float] = {}
        for run in runs:
            for process, peak in run["peak_mib_by_program"].items():
                peaks[process] = max(peaks.get(process, 0.0), peak)
        largest = sorted(peaks.items(), key=lambda pair: -pair[1])
        rows.append((program, ", ".join(f"{process} {peak:,.0f}" for process, peak in largest if peak > 50)))
    return write_table(("program", "peak of its largest processes, MiB"), rows)


def _costs(result: dict[str, Any], best: dict[str, Any]) -> list[str]:
    """Cost over all rows at each k, the worst run of each contender, over the best of the reference."""
    ks = list(best["costs"])
    rows = []
    for program, runs in result["contenders"].items():
        ratios = [run.get("cost_ratios", {}) for run in runs]
        if any(ratios):
            worst = [max((r[k] for r in ratios if k in r), default=None) for k in ks]
            rows.append((program, *("" if ratio is None else f"{ratio:.4f}" for ratio in worst)))
    intro = f"The best squared silhouette over all rows is at k = {best['k']}."
    costs = f"Cost over all rows, worst run, over the best of {best['starts']} full-data scikit-learn starts:"
    return [intro, *(["", costs, "", *write_table(("k", *ks), rows)] if rows else [])]


def save(result: dict[str, Any], results: Path) -> None:
    """The scenario's JSON and Markdown, in place of older ones."""
    results.mkdir(parents=True, exist_ok=True)
    (results / f"{result['name']}.json").write_text(json.dumps(result, indent=1) + "\n")
    (results / f"{result['name']}.md").write_text(write_markdown(result))
