"""How cost grows, in and out of the page: a figure, its numbers, and what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import growth_figure
from growth import (
    AXES,
    BY_CORES,
    ON_ONE_CORE,
    Growth,
    Point,
    estimate_billion,
    estimate_share,
    list_points,
    tell_slope,
)
from take_turns import list_problems
from turns import write_table

FOLDER, FIGURE = "growth", "growth.png"
CORES = (16, 64)


def read_results(results: Path) -> list[Growth]:
    """What was kept, a result for each engine."""
    return [json.loads(path.read_text()) for path in sorted((results / FOLDER).glob("*.json"))]


def save(growth: Growth, results: Path) -> None:
    """One engine's result in place of an older one, and the figure of all beside the page."""
    (results / FOLDER).mkdir(parents=True, exist_ok=True)
    (results / FOLDER / f"{growth['name']}.json").write_text(json.dumps(growth, indent=1) + "\n")
    growth_figure.draw(read_results(results), results.parent / FIGURE)


def write_section(results: Path) -> list[str]:
    """The chapter of benchmarks/README.md; nothing where nothing was measured."""
    found = read_results(results)
    if not found:
        return []
    lines = [
        "## How cost grows",
        "",
        _introduce(found),
        "",
        f"![Time and peak memory by rows, features and k]({FIGURE})",
    ]
    for growth in found:
        lines += ["", f"### On {growth['engine']}", "", *_write_engine(growth)]
    return [*lines, ""]


def _introduce(found: Sequence[Growth]) -> str:
    base = found[0]["base"]
    return (
        "Made by `./scripts/benchmark-growth`: `custseg train` alone as a whole process, one size changed at "
        f"a time from {base['rows']:,} rows, {base['features']} features and k = 2..{base['k']} on."
    )


def _write_engine(growth: Growth) -> list[str]:
    tables = [(axis, list_points(growth, axis)) for axis in AXES]
    rows = [
        (axis.called, f"{point.at:,}", f"{point.seconds:.1f}", f"{point.mib:,.0f}")
        for axis, points in tables
        for point in points
    ]
    said = [f"- {sentence}" for axis, points in tables if (sentence := tell_slope(axis, points))]
    lines = [*write_table(("what grows", "to", "wall s", "peak MiB"), rows), "", *said]
    if len(tables[0][1]) > 1 and (growth["engine"], growth["machine"]["cores"]) == ("Sail", min(BY_CORES)):
        lines.append(f"- {_tell_billion(tables[0][1])}")
    loads = [turn["load_before"] for point in growth["points"] for turn in point["turns"]]
    memory, cpu = growth["driver_memory"], growth["machine"]["cpu"]
    turns = max(len(point["turns"]) for point in growth["points"])
    told = (
        f"{turns} turn{'s' * (turns > 1)} each, driver memory {memory}, load average before the busiest turn"
    )
    lines.append(f"- {growth['date']}: {told} {max(loads):.1f}, {cpu}. {growth['note']}".rstrip())
    named = {
        f"{p['rows']:,} rows, {p['features']} features, k to {p['k']}": p["turns"] for p in growth["points"]
    }
    return [*lines, *(f"- {problem}" for problem in list_problems(named))]


def _tell_billion(points: Sequence[Point]) -> str:
    """What a billion rows would take, and from what it is derived."""
    before, last = points[-2:]
    estimates = []
    for count in CORES:
        least, most = (seconds / 60 for seconds in estimate_billion(points, count))
        span = f"{least:.1f}" if most - least < 0.05 else f"{least:.1f} to {most:.1f}"
        estimates.append(f"{span} minutes on {count} cores")
    share = estimate_share(max(BY_CORES))[0]
    measured = ", ".join(f"{count} cores {seconds:.0f} s" for count, seconds in BY_CORES.items())
    return (
        f"**A billion rows** would take {' and '.join(estimates)}. This is derived, not measured: the slope "
        f"between {before.at:,} and {last.at:,} rows on these two cores is taken to go on, and what grows "
        "with rows to get faster with cores as 100 million rows did on another machine in an earlier "
        f"state ({measured}, of which {ON_ONE_CORE:.0f} s on one core): {share:.2f} of the time of two cores "
        f"on {max(BY_CORES)}. For {CORES[-1]} the least is u + v/cores fitted to these four, the most what "
        f"{max(BY_CORES)} cores take, as where the disk is the bound."
    )
