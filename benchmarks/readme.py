"""benchmarks/README.md, made from the results of all benchmarks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bars
import growth_page
import orders_page
import small_page
from machine import write_machine
from page import group_scenarios, list_old_results, write_section
from stands import Results
from take_turns import say
from turns import write_table

HERE = Path(__file__).resolve().parent


def save(results: Path) -> None:
    """The page anew, beside the results; of which results it shows nothing any more is told."""
    (results.parent / "README.md").write_text(write_readme(results))
    for name in list_old_results(read_scenarios(results)):
        say(f"{name}.json is superseded: newer results hold all its programs")


def read_scenarios(results: Path) -> list[dict[str, Any]]:
    """The scenarios that were kept."""
    return [json.loads(path.read_text()) for path in sorted(results.glob("*.json"))]


def write_readme(results: Path) -> str:
    """How it is measured, how the bars stand, on what, small tables, every scenario, order lines, growth."""
    scenarios, small = read_scenarios(results), small_page.read_results(results)
    orders, growth = orders_page.read_results(results), growth_page.read_results(results)
    notes = HERE / "notes.md"
    lines = ["# Benchmark", "", (HERE / "method.md").read_text().strip(), ""]
    judged = bars.judge_bars(Results(scenarios, small, orders))
    lines += ["## The bars", "", *write_table(bars.HEADINGS, judged), ""]
    lines += [notes.read_text().strip(), ""] if notes.exists() else []
    groups = group_scenarios(scenarios)
    shown = [result for section in groups for result in section.newest.values()]
    lines += ["## The machine", "", *_list_machines([*shown, *small, *orders, *growth]), ""]
    lines += small_page.write_section(results)
    lines += map(write_section, groups)
    lines += orders_page.write_section(results)
    lines += growth_page.write_section(results)
    return "\n".join(lines).rstrip() + "\n"


def _list_machines(results: Sequence[dict[str, Any]]) -> list[str]:
    """Every machine once, with the days on which it was measured on."""
    days: dict[str, set[str]] = {}
    for result in results:
        if result["machine"]:
            days.setdefault(write_machine(result["machine"]), set()).add(result["date"])
    ordered = sorted(days.items(), key=lambda pair: max(pair[1]), reverse=True)
    return [f"- {', '.join(sorted(dates))}: {machine}." for machine, dates in ordered]
