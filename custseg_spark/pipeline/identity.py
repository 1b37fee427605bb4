"""labels -> ids: which segments of a new run are those of the live run, and which ids were ever given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custseg_spark import runs, segments
from custseg_spark.pipeline.follow import Live, Seen


@dataclass(frozen=True)
class Identified:
    """The ids (k,) of a new run's segments by position, the names that continue, and what became of whom."""

    ids: tuple[int, ...]
    names: Mapping[int, str]
    events: tuple[segments.Event, ...]


def identity(
    live: Live | None, known: Seen | None, output: str
) -> Callable[[NDArray[np.int64], int], Identified]:
    """What finds the ids of new segments: those of the live run where they continue, else never used ones.

    Where there is no live run that can be followed, all of them are new: 0 to k-1 under an output without
    runs, else what follows the highest id that any of its runs gave.
    """

    def found(labels: NDArray[np.int64], k: int) -> Identified:
        used = _used(output)
        if live is None or known is None:
            fresh = max(used, default=-1) + 1
            return Identified(tuple(range(fresh, fresh + k)), {}, ())
        both = (known.then != segments.NOBODY) & (known.now != segments.NOBODY)
        now, then = (
            segments.contingency(labelled[both], labels[both], live.model.ids, k)
            for labelled in (known.now, known.then)
        )
        matched = segments.matched(now, live.model.ids, used, then)
        return Identified(matched.ids, {i: live.model.name_of(i) for i in matched.kept}, matched.events)

    return found


def ids_used(output: str, ids: tuple[int, ...]) -> list[int]:
    """Every segment id that a run under `output` ever gave, with those of a new run: kept in its run.json, so
    that they outlive runs that are pruned."""
    return sorted(_used(output) | set(ids))


def _used(output: str) -> set[int]:
    used: set[int] = set()
    for listed in runs.listed(output):
        used |= set(listed.known.get("ids_used", ()))
    return used
