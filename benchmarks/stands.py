"""Where something stands in the results at hand: times, ratios of times, memory, costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orders_page
import small_page
from page import group_scenarios
from programs import OURS
from take_turns import Turn
from turns import Result, find_median, list_runs

LEAST_SWEEP = 2.0
"""Seconds that evidence may take however short the sweep is."""

Stand = tuple[float, int]
"""Where a bar stands, and the turns it rests on: the fewest of the programs."""


@dataclass(frozen=True)
class Results:
    """Everything that is kept: scenarios of made tables, small tables, and order lines."""

    tables: Sequence[Result] = ()
    small: Sequence[Result] = ()
    orders: Sequence[Result] = ()


@dataclass(frozen=True)
class Size:
    """A plain scenario, with as many files as the maker gives; with one of these driver memories if any is
    given."""

    rows: int
    features: int = 4
    k: tuple[int, int] = (2, 10)
    memory: tuple[str, ...] = ()

    def find(self, results: Results, *programs: str) -> Result | None:
        """Of those that hold all programs the one with the most turns, and of these the newest."""
        held = [one for one in results.tables if self._fits(one) and _count_turns(one, *programs)]
        return max(held, key=lambda one: (_count_turns(one, *programs), one["date"]), default=None)

    def _fits(self, result: Result) -> bool:
        asked, settings = result["scenario"], result["settings"]
        plain = "files" not in result["name"] and not settings["set"]
        size = (asked["rows"], asked["features"], tuple(asked["k"]))
        remembered = not self.memory or settings["driver_memory"] in self.memory
        return plain and remembered and size == (self.rows, self.features, self.k)


def _count_turns(result: Result, *programs: str) -> int:
    return min(len(list_runs(result, program)) for program in programs)


def find_ratio(results: Results, on: str, size: Size, other: str, program: str = OURS) -> Stand | None:
    """The time of a program of ours over that of another one."""
    result = size.find(results, program + on, other)
    return _divide((result, program + on), (result, other))


def find_figure(results: Results, on: str, size: Size, figure: str = "seconds") -> Stand | None:
    """The time of ours, or another figure of its turns."""
    result = size.find(results, OURS + on)
    middle = find_median(result, OURS + on, figure)
    return (middle, len(list_runs(result, OURS + on))) if middle is not None else None


def find_between(results: Results, on: str, size: Size, other: Size, figure: str = "seconds") -> Stand | None:
    """A figure of ours at one size over itself at another one with the same driver memory."""
    result = size.find(results, OURS + on)
    if result is None:
        return None
    against = replace(other, memory=(result["settings"]["driver_memory"],)).find(results, OURS + on)
    return _divide((result, OURS + on), (against, OURS + on), figure)


def _divide(
    mine: tuple[Result | None, str], theirs: tuple[Result | None, str], figure: str = "seconds"
) -> Stand | None:
    one, other = find_median(*mine, figure), find_median(*theirs, figure)
    if one is None or not other:
        return None
    return one / other, min(len(list_runs(*mine)), len(list_runs(*theirs)))


def find_small(results: Results, on: str, program: str) -> Stand | None:
    """The time of a command on the small table that was measured last."""
    held = [result for result in results.small if list_runs(result, program + on)]
    result = max(held, key=lambda result: str(result["date"]), default=None)
    middle = find_median(result, program + on)
    return None if middle is None else (middle, len(list_runs(result, program + on)))


def find_orders(results: Results, on: str) -> Stand | None:
    """The time of rfm on 100 million lines over that of a plain groupBy on the same engine."""
    ours, plain = orders_page.OURS + on, orders_page.PLAIN + on
    held = [one for one in results.orders if (one["rows"], one["customers"]) == (100_000_000, 5_000_000)]
    result = max(held, key=lambda one: (_count_turns(one, ours, plain), one["date"]), default=None)
    return _divide((result, ours), (result, plain))


def find_worst_cost(results: Results, on: str) -> Stand | None:
    """The worst cost of ours at any k in any scenario, over the best of ten full-data starts."""
    turns = [run.get("cost_ratios", {}) for _, runs in _pair_turns(results, on) for run in runs]
    ratios = [ratio for turn in turns for ratio in turn.values()]
    return (max(ratios), len(turns)) if ratios else None


def count_other_k(results: Results, on: str) -> Stand | None:
    """How many turns chose another k than the best silhouette over all rows does."""
    turns = [
        run["k"] != result["reference"]["k"] for result, runs in _pair_turns(results, on) for run in runs
    ]
    return (float(sum(turns)), len(turns)) if turns else None


def find_evidence(results: Results, on: str) -> Stand | None:
    """The time of the evidence over that of the sweep, or over two seconds where the sweep takes less: the
    worst turn of all that say what their stages took."""
    turns = [run for _, runs in _list_newest(results, on) for run in runs]
    turns += [run for result in results.small for run in list_runs(result, small_page.TRAIN + on)]
    stages = [run["stages"] for run in turns if run.get("stages")]
    shares = [one["choose"] / max(one["sweep"], LEAST_SWEEP) for one in stages]
    return (max(shares), len(shares)) if shares else None


def _list_newest(results: Results, on: str) -> list[tuple[Result, list[Turn]]]:
    """The newest turns of ours in every scenario."""
    shown = [section.newest.get(OURS + on) for section in group_scenarios(results.tables)]
    return [(result, list_runs(result, OURS + on)) for result in shown if result]


def _pair_turns(results: Results, on: str) -> list[tuple[Result, list[Turn]]]:
    """The newest of those whose costs were held against ten full-data starts or more."""
    tables = [one for one in results.tables if one["reference"] and one["reference"]["starts"] >= 10]
    return _list_newest(replace(results, tables=tables), on)
