"""Results as the benchmarks keep them, made up."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

MACHINE = {
    "cpu": "Abacus", "cores": 2, "memory_gib": 1.0, "system": "Linux", "python": "3", "java": "17",
    "versions": {"numpy": "2"},
}  # fmt: skip


def make_turns(middle: float, **facts: Any) -> list[dict[str, Any]]:
    """Three turns around a middle."""
    common = {"cpu_seconds": 1.0, "peak_mib": 1000.0, "peak_mib_by_program": {"java": 900.0}, "exit_code": 0}
    found = {"load_before": 0.1, "k": 5, "date": "2025-01-01", **facts}
    return [{"seconds": middle * factor, **common, **found} for factor in (0.5, 1, 10)]


def make_result(
    script: ModuleType, rows: int, seconds: Mapping[str, float], k: tuple[int, int] = (2, 10), **facts: Any
) -> dict[str, Any]:
    """A result as the benchmark keeps it, with three turns of each program, which hold these facts."""
    facts = {"cost_ratios": {"5": 1.001}, **facts}
    return {
        "name": script.page.name_scenario(rows, 4, k),
        "date": "2025-01-01",
        "scenario": {"rows": rows, "features": 4, "k": list(k), "files": 1, "bytes": 10},
        "settings": {"driver_memory": "4g", "set": [], "note": "The copy stops it."},
        "machine": MACHINE,
        "reference": {"starts": 10, "costs": {"5": 1.0}, "k": 5},
        "contenders": {name: make_turns(middle, **facts) for name, middle in seconds.items()},
    }
