"""The bars: what was promised, and where each stands in the results at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from programs import ON_SAIL, OURS, SCORE
from turns import Result, find_median, list_runs

FEATURES, RANGE = 4, [2, 10]


def _result(
    results: Sequence[Result],
    rows: int,
    k: Sequence[int] = RANGE,
    memory: str | None = None,
    programs: Sequence[str] = (OURS,),
) -> Result | None:
    """The plain scenario of this size: 4 features, as many files as the maker gives; the one with the most
    turns and then programs, of those that hold these and have that driver memory if one is given."""
    for result in sorted(results, key=_turns, reverse=True):
        if memory is not None and result["settings"]["driver_memory"] != memory:
            continue
        if not set(programs) <= set(result["contenders"]):
            continue
        asked = result["scenario"]
        plain = asked["features"] == FEATURES and "files" not in result["name"]
        if plain and asked["rows"] == rows and list(asked["k"]) == list(k):
            return result
    return None


def _turns(result: Result) -> tuple[int, int]:
    return max(map(len, result["contenders"].values())), len(result["contenders"])


Side = tuple[Result | None, str]
Stand = tuple[float, int]
"""Where a bar stands, and the turns it rests on: the fewer of both sides."""


def _over(mine: Side, theirs: Side, what: str = "seconds") -> Stand | None:
    one, other = find_median(*mine, what), find_median(*theirs, what)
    if one is None or not other:
        return None
    return one / other, min(len(list_runs(*mine)), len(list_runs(*theirs)))


def _against(results: Sequence[Result], rows: int, program: str, on: str = "") -> Stand | None:
    result = _result(results, rows, programs=(OURS + on, program))
    return _over((result, OURS + on), (result, program))


def _wider(results: Sequence[Result]) -> Stand | None:
    wide = _result(results, 10_000_000, [2, 20])
    return _over((wide, OURS), (_alike(results, wide), OURS))


def _memory(results: Sequence[Result]) -> Stand | None:
    large = _result(results, 100_000_000)
    return _over((large, OURS), (_alike(results, large), OURS), "peak_mib")


def _alike(results: Sequence[Result], other: Result | None) -> Result | None:
    """The plain scenario of ten million with the driver memory of another one."""
    return _result(results, 10_000_000, memory=other["settings"]["driver_memory"]) if other else None


def _score(results: Sequence[Result], on: str = "") -> Stand | None:
    """Wherever score and copy took turns at ten million rows, most often."""
    score, copy = SCORE + on, f"copy{on}"
    held = [result for result in results if result["scenario"]["rows"] == 10_000_000]
    held = [result for result in held if list_runs(result, score) and list_runs(result, copy)]
    best = max(held, key=lambda result: len(list_runs(result, score)), default=None)
    return _over((best, score), (best, copy))


def _referred(results: Sequence[Result]) -> list[Result]:
    """Scenarios whose costs were held against ten full-data starts or more."""
    return [result for result in results if result["reference"] and result["reference"]["starts"] >= 10]


def _worst_cost(results: Sequence[Result]) -> Stand | None:
    turns = [run.get("cost_ratios", {}) for result in _referred(results) for run in list_runs(result, OURS)]
    ratios = [ratio for turn in turns for ratio in turn.values()]
    return (max(ratios), len(turns)) if ratios else None


def _other_k(results: Sequence[Result]) -> Stand | None:
    """How many turns chose another k than the best silhouette over all rows does."""
    turns = [
        run["k"] != result["reference"]["k"]
        for result in _referred(results)
        for run in list_runs(result, OURS)
    ]
    return (float(sum(turns)), len(turns)) if turns else None


Bar = tuple[str, str, float, Callable[[Sequence[Result]], Stand | None]]
BARS: tuple[Bar, ...] = (
    ("1 million", "scikit-learn, time", 1.3, lambda r: _against(r, 1_000_000, "sklearn")),
    ("1 million", "textbook Spark loop, time", 0.167, lambda r: _against(r, 1_000_000, "textbook")),
    ("10 million", "scikit-learn, time", 0.6, lambda r: _against(r, 10_000_000, "sklearn")),
    ("10 million", "plain Spark copy, time", 2.0, lambda r: _against(r, 10_000_000, "copy")),
    ("100 million", "plain Spark copy, time", 1.5, lambda r: _against(r, 100_000_000, "copy")),
    ("100 million", "itself at 10 million, peak memory", 1.1, _memory),
    ("10 million, custseg score", "plain Spark copy, time", 1.3, _score),
    ("10 million", "itself, k = 2..20 over k = 2..10, time", 1.3, _wider),
    ("1 million, on Sail", "scikit-learn, time", 1.0, lambda r: _against(r, 1_000_000, "sklearn", ON_SAIL)),
    (
        "10 million, on Sail",
        "scikit-learn, time",
        0.45,
        lambda r: _against(r, 10_000_000, "sklearn", ON_SAIL),
    ),
    (
        "10 million, on Sail",
        "plain Spark copy, time",
        0.8,
        lambda r: _against(r, 10_000_000, "copy", ON_SAIL),
    ),
    ("10 million, custseg score on Sail", "plain copy on Sail, time", 2.0, lambda r: _score(r, ON_SAIL)),
    (
        "100 million, on Sail",
        "plain copy on Sail, time",
        3.0,
        lambda r: _against(r, 100_000_000, f"copy{ON_SAIL}", ON_SAIL),
    ),
    ("those with a reference", "best of 10 full-data starts, worst cost at any k", 1.005, _worst_cost),
    ("those with a reference", "turns that chose another k than all rows do", 0, _other_k),
)


def judge_bars(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A row per bar: rows, against, bar, where it stands, turns, and whether it is reached."""
    rows: list[tuple[str, ...]] = []
    for size, against, most, found in BARS:
        stand, digits = found(results), 4 if 1 < most < 1.01 else 2 if most else 0
        if stand is None:
            rows.append((size, against, f"at most {most:.4g}", "not measured", "", ""))
            continue
        ratio, turns = stand
        reached = "yes" if ratio <= most else "no"
        rows.append((size, against, f"at most {most:.4g}", f"{ratio:.{digits}f}", str(turns), reached))
    return rows
