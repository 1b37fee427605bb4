"""The bars: what was promised, and where each stands in the results at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from programs import OURS, SCORE

Result = dict[str, Any]
FEATURES, RANGE = 4, [2, 10]


def _result(
    results: Sequence[Result], rows: int, k: Sequence[int] = RANGE, memory: str | None = None
) -> Result | None:
    """The plain scenario of this size: 4 features, as many files as the maker gives; the one with the most
    turns and then programs, of those with that driver memory if one is given."""
    for result in sorted(results, key=_turns, reverse=True):
        if memory is not None and result["settings"]["driver_memory"] != memory:
            continue
        asked = result["scenario"]
        plain = asked["features"] == FEATURES and "files" not in result["name"]
        if plain and asked["rows"] == rows and list(asked["k"]) == list(k):
            return result
    return None


def _turns(result: Result) -> tuple[int, int]:
    return len(result["contenders"].get(OURS, [])), len(result["contenders"])


def middle(result: Result | None, program: str, what: str = "seconds") -> float | None:
    """The median over the contender's whole runs; None where it has none."""
    runs = result["contenders"].get(program, []) if result else []
    whole = [run[what] for run in runs if "problem" not in run]
    return median(whole) if whole else None


def _over(mine: float | None, theirs: float | None) -> float | None:
    return mine / theirs if mine is not None and theirs else None


def _against(results: Sequence[Result], rows: int, program: str) -> float | None:
    result = _result(results, rows)
    return _over(middle(result, OURS), middle(result, program))


def _wider(results: Sequence[Result]) -> float | None:
    wide = _result(results, 10_000_000, [2, 20])
    return _over(middle(wide, OURS), middle(_alike(results, wide), OURS))


def _memory(results: Sequence[Result]) -> float | None:
    large = _result(results, 100_000_000)
    ten = middle(_alike(results, large), OURS, "peak_mib")
    return _over(middle(large, OURS, "peak_mib"), ten)


def _alike(results: Sequence[Result], other: Result | None) -> Result | None:
    """The plain scenario of ten million with the driver memory of another one."""
    return _result(results, 10_000_000, memory=other["settings"]["driver_memory"]) if other else None


def _score(results: Sequence[Result]) -> float | None:
    """Wherever score and copy took turns at ten million rows."""
    for result in results:
        score, copy = middle(result, SCORE), middle(result, "copy")
        if result["scenario"]["rows"] == 10_000_000 and score is not None:
            return _over(score, copy)
    return None


def _worst_cost(results: Sequence[Result]) -> float | None:
    """Over every plain scenario that has a reference."""
    ratios = [
        ratio
        for result in results
        if result["reference"] and result["reference"]["starts"] >= 10
        for run in result["contenders"].get(OURS, [])
        for ratio in run.get("cost_ratios", {}).values()
    ]
    return max(ratios, default=None)


Bar = tuple[str, str, float, Callable[[Sequence[Result]], float | None]]
BARS: tuple[Bar, ...] = (
    ("1 million", "scikit-learn, time", 1.3, lambda r: _against(r, 1_000_000, "sklearn")),
    ("1 million", "textbook Spark loop, time", 0.167, lambda r: _against(r, 1_000_000, "textbook")),
    ("10 million", "scikit-learn, time", 0.6, lambda r: _against(r, 10_000_000, "sklearn")),
    ("10 million", "plain Spark copy, time", 2.0, lambda r: _against(r, 10_000_000, "copy")),
    ("100 million", "plain Spark copy, time", 1.5, lambda r: _against(r, 100_000_000, "copy")),
    ("100 million", "itself at 10 million, peak memory", 1.1, _memory),
    ("10 million, custseg score", "plain Spark copy, time", 1.3, _score),
    ("10 million", "itself, k = 2..20 over k = 2..10, time", 1.3, _wider),
    ("all", "best of 10 full-data starts, worst cost at any k", 1.005, _worst_cost),
)


def standing(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A row per bar: rows, against, bar, where it stands, and whether it is reached."""
    rows = []
    for size, against, most, found in BARS:
        ratio, digits = found(results), 4 if 1 < most < 1.01 else 2
        stands = "not measured" if ratio is None else f"{ratio:.{digits}f}"
        reached = "" if ratio is None else "yes" if ratio <= most else "no"
        rows.append((size, against, f"at most {most:.4g}", stands, reached))
    return rows
