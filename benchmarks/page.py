"""Scenarios as tables: one for the terminal, and a section of the page for all results of a scenario."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from programs import ON_SAIL, OURS, PROGRAMS
from rich.table import Table
from take_turns import list_problems
from turns import Result, find_median, list_runs, tabulate_turns, write_table

HEADINGS = (
    "program", "measured", "runs", "wall s", "min-max", "CPU s", "peak MiB", "k", "worst cost ratio",
    f"x {OURS}", f"x {OURS}{ON_SAIL}",
)  # fmt: skip
Newest = Mapping[str, Result]
"""For each program the newest result that holds a turn of it."""


def name_scenario(rows: int, features: int, k: Sequence[int], files: int = 0, label: str = "") -> str:
    """The name of a scenario's files, such as 1M-rows_4-features_k2-10."""
    parts = [f"{format_size(rows)}-rows", f"{features}-features", f"k{k[0]}-{k[1]}"]
    return "_".join(parts + [f"{files}-files"] * bool(files) + [label] * bool(label))


def format_size(rows: int) -> str:
    """20000000 as 20M."""
    return f"{rows // 1_000_000}M" if rows % 1_000_000 == 0 else f"{rows}"


@dataclass(frozen=True)
class Section:
    """A scenario with all its results: of each program the `newest` turns, and the newest of those whose
    costs were held against a reference."""

    newest: Newest
    referred: Newest


def group_scenarios(results: Sequence[Result]) -> list[Section]:
    """Every scenario once, by size."""
    groups: dict[tuple[Any, ...], list[Result]] = {}
    for result in sorted(results, key=lambda result: (result["date"], result["name"])):
        asked, settings = result["scenario"], result["settings"]
        key = (asked["rows"], asked["features"], *asked["k"], asked["files"], *settings["set"])
        groups.setdefault(key, []).append(result)
    return [_gather(groups[key]) for key in sorted(groups)]


def _gather(results: Sequence[Result]) -> Section:
    referred = [result for result in results if result["reference"]]
    return Section(_take_newest(results), _take_newest(referred))


def _take_newest(results: Sequence[Result]) -> Newest:
    """`results`: the oldest first."""
    newest = {program: result for result in results for program, runs in result["contenders"].items() if runs}
    return {program: newest[program] for program in PROGRAMS if program in newest}


def list_old_results(results: Sequence[Result]) -> list[str]:
    """The names of results of which the page shows nothing any more."""
    sections = group_scenarios(results)
    parts = (part for section in sections for part in (section.newest, section.referred))
    shown = {result["name"] for part in parts for result in part.values()}
    return sorted({result["name"] for result in results} - shown)


def tabulate_runs(section: Section) -> list[tuple[str, ...]]:
    """A row per program, in the order of HEADINGS; medians over its whole runs. A program is held against
    ours where both took turns."""
    return [_tabulate(program, section) for program in section.newest]


def _tabulate(program: str, section: Section) -> tuple[str, ...]:
    result = section.newest[program]
    ended = list_runs(result, program)
    weighed = list_runs(section.referred.get(program), program)
    ratios = [ratio for run in weighed for ratio in run.get("cost_ratios", {}).values()]
    ks = ", ".join(map(str, sorted({run["k"] for run in ended})))
    middle, sides = find_median(result, program), [find_median(result, OURS + on) for on in ("", ON_SAIL)]
    return (
        *(program, result["date"], *tabulate_turns(ended), "" if program.startswith("copy") else ks),
        f"{max(ratios):.4f}" if ratios else "",
        *(f"{middle / ours:.2f}" if middle and ours else "" for ours in sides),
    )


def build_table(result: Result) -> Table:
    """The summary of one result for a terminal."""
    grid = Table(*HEADINGS, title=result["name"])
    for row in tabulate_runs(group_scenarios([result])[0]):
        grid.add_row(*row)
    return grid


def write_section(section: Section) -> str:
    """The section of one scenario: times, memory by program, cost ratio per k, how it was measured."""
    newest, referred = section.newest, section.referred
    results = {result["name"]: result for result in (*newest.values(), *referred.values())}.values()
    first = next(iter(newest.values()))
    asked = first["scenario"]
    files = f"{asked['bytes'] / 1e6:,.0f} MB of Parquet in {asked['files']:,} files"
    sets = "".join(f"; `--set {one}`" for one in first["settings"]["set"])
    lines = [
        f"## {asked['rows']:,} rows, {asked['features']} features, k = {asked['k'][0]}..{asked['k'][1]}"
        + (f", in {asked['files']:,} files" if asked["files"] > max(1, asked["rows"] // 10**6) else ""),
        "",
        f"{files}{sets}.",
        "",
        *write_table(HEADINGS, tabulate_runs(section)),
        "",
        *_tabulate_memory(newest),
        "",
        *_tabulate_costs(referred),
    ]
    for result in results:
        lines += _tell_circumstances(result)
    return "\n".join([*lines, *(f"- {problem}" for problem in _list_problems(newest))]) + "\n"


def _tell_circumstances(result: Result) -> list[str]:
    load = max(run["load_before"] for runs in result["contenders"].values() for run in runs)
    memory, note = result["settings"]["driver_memory"], result["settings"]["note"]
    said = f"driver memory {memory}, load average before the busiest turn {load:.1f}"
    return [f"- {result['date']}: {said}, {result['machine']['cpu']}. {note}".rstrip()]


def _list_problems(newest: Newest) -> list[str]:
    return list_problems({program: result["contenders"][program] for program, result in newest.items()})


def _tabulate_memory(newest: Newest) -> list[str]:
    rows = []
    for program, result in newest.items():
        peaks: dict[str, float] = {}
        for run in result["contenders"][program]:
            for process, peak in run["peak_mib_by_program"].items():
                peaks[process] = max(peaks.get(process, 0.0), peak)
        largest = sorted(peaks.items(), key=lambda pair: -pair[1])
        rows.append((program, ", ".join(f"{process} {peak:,.0f}" for process, peak in largest if peak > 50)))
    return write_table(("program", "peak of its largest processes, MiB"), rows)


def _tabulate_costs(referred: Newest) -> list[str]:
    """Cost over all rows at each k, the worst run of each program, over the best of the reference."""
    if not referred:
        return []
    best = max(referred.values(), key=lambda result: str(result["date"]))["reference"]
    ks = list(best["costs"])
    rows = []
    for program, result in referred.items():
        ratios = [run.get("cost_ratios", {}) for run in result["contenders"][program]]
        if any(ratios):
            worst = [max((r[k] for r in ratios if k in r), default=None) for k in ks]
            rows.append((program, *("" if ratio is None else f"{ratio:.4f}" for ratio in worst)))
    intro = f"The best squared silhouette over all rows is at k = {best['k']}."
    costs = f"Cost over all rows, worst run, over the best of {best['starts']} full-data scikit-learn starts:"
    return [intro, "", *([costs, "", *write_table(("k", *ks), rows), ""] if rows else [])]


def save(result: Result, results: Path) -> None:
    """The result's JSON, in place of an older one of the same name."""
    results.mkdir(parents=True, exist_ok=True)
    (results / f"{result['name']}.json").write_text(json.dumps(result, indent=1) + "\n")
