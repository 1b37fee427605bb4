"""What the programs of a benchmark took in their turns, as figures and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

Result = dict[str, Any]


def list_runs(result: Result | None, program: str) -> list[dict[str, Any]]:
    """The contender's turns that ended well."""
    runs = result["contenders"].get(program, []) if result else []
    return [run for run in runs if "problem" not in run]


def find_median(result: Result | None, program: str, what: str = "seconds") -> float | None:
    """The median over the contender's whole turns; None where it has none."""
    found = [run[what] for run in list_runs(result, program)]
    return median(found) if found else None


def tabulate_turns(ended: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """How many ended well, and their medians: wall time, its range, CPU time, peak memory."""
    if not ended:
        return ("0", "failed", "", "", "")
    seconds = [run["seconds"] for run in ended]
    return (
        *(str(len(ended)), f"{median(seconds):.1f}", f"{min(seconds):.1f}-{max(seconds):.1f}"),
        f"{median(run['cpu_seconds'] for run in ended):.1f}",
        f"{median(run['peak_mib'] for run in ended):,.0f}",
    )


def write_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table in Markdown."""
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]
