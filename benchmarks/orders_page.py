"""The results of scripts/benchmark-orders, in and out of the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from turns import find_median, list_runs, tabulate_turns, write_table

OURS, PLAIN = "custseg rfm", "plain groupBy"
BAR, BAR_AT = 1.5, 100_000_000
FOLDER = "orders"


def write_markdown(result: dict[str, Any]) -> str:
    """One size: a row per program, and where the bar stands."""
    size = f"{result['bytes'] / 1e6:,.0f} MB"
    heads = ("program", "runs", "wall s", "min-max", "CPU s", "peak MiB", "customers written")
    rows = []
    for name in result["contenders"]:
        ended = list_runs(result, name)
        written = ", ".join(sorted({f"{run['customers']:,}" for run in ended}))
        rows.append((name, *tabulate_turns(ended), written))
    lines = [
        f"### {result['rows']:,} order lines to {result['customers']:,} customers",
        "",
        f"{result['date']}; {size} of Parquet; driver memory {result['driver_memory']}",
        "",
        *write_table(heads, rows),
    ]
    ours, plain = find_median(result, OURS), find_median(result, PLAIN)
    if ours and plain:
        reached = "reached" if ours / plain <= BAR else "not reached"
        stands = reached if result["rows"] >= BAR_AT else f"for {BAR_AT:,} lines"
        lines += ["", f"{ours / plain:.2f} times the plain groupBy; the bar of {BAR} is {stands}."]
    busiest = max(run["load_before"] for runs in result["contenders"].values() for run in runs)
    lines += ["", f"Load average before the busiest run: {busiest:.1f}."]
    return "\n".join([*lines, *(["", result["note"]] if result["note"] else [])]) + "\n"


def write_section(results: Path) -> list[str]:
    """The chapter of benchmarks/README.md; nothing where nothing was measured."""
    found = [json.loads(path.read_text()) for path in (results / FOLDER).glob("*.json")]
    if not found:
        return []
    intro = (
        "Made by `./scripts/benchmark-orders`: `custseg rfm` against a Spark job that [groups the same sales "
        "by customer](contenders/order_groupby.py) and writes the same columns, without scores, derived "
        "columns and the counts of what was left out. Whole processes, in turns, on lines of "
        "`scripts/make_orders`."
    )
    ordered = sorted(found, key=lambda result: (result["rows"], result["name"]))
    return ["## Order lines to customers", "", intro, "", *map(write_markdown, ordered)]


def save(result: dict[str, Any], results: Path) -> None:
    """The size's JSON in place of an older one."""
    (results / FOLDER).mkdir(parents=True, exist_ok=True)
    (results / FOLDER / f"{result['name']}.json").write_text(json.dumps(result, indent=1) + "\n")
