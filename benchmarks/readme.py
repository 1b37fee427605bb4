"""benchmarks/README.md, made from the results of both benchmarks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orders_page
import page
from bars import judge_bars
from turns import write_table

HERE = Path(__file__).resolve().parent


def save(results: Path) -> None:
    """The page anew, beside the results."""
    (results.parent / "README.md").write_text(write_readme(results))


def write_readme(results: Path) -> str:
    """How it is measured, on what, how the bars stand, every scenario, and the order lines."""
    scenarios = [json.loads(path.read_text()) for path in results.glob("*.json")]
    scenarios.sort(key=lambda r: (*(r["scenario"][key] for key in ("rows", "features", "k")), r["name"]))
    notes = HERE / "notes.md"
    lines = ["# Benchmark", "", (HERE / "method.md").read_text().strip(), ""]
    bars = write_table(("rows", "against", "bar", "stands at", "turns", "reached"), judge_bars(scenarios))
    lines += ["## The bars", "", *bars, ""]
    lines += [notes.read_text().strip(), ""] if notes.exists() else []
    lines += ["## The machine", "", *_list_machines(scenarios), ""]
    lines += [page.write_markdown(scenario) for scenario in scenarios]
    lines += orders_page.write_section(results)
    return "\n".join(lines).rstrip() + "\n"


def _list_machines(scenarios: Sequence[dict[str, Any]]) -> list[str]:
    lines: dict[str, None] = {}
    for scenario in scenarios:
        m = scenario["machine"]
        versions = ", ".join(f"{package} {number}" for package, number in m["versions"].items())
        text = f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB; {m['system']}; Python {m['python']}; "
        lines[f"- {text}{m['java']}; {versions}."] = None
    return list(lines)
