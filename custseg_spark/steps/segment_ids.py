"""labels -> ids: which segments of a new run are those of the live run, and which ids were ever given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from custseg_spark import runs, segments
from custseg_spark.results import LiveRun, SampleInLiveRun, SegmentIds


def assign_ids(
    live: LiveRun | None, known: SampleInLiveRun | None, output: str
) -> Callable[[NDArray[np.int64], int], SegmentIds]:
    """What finds the ids of new segments: those of the live run where they continue, else never used ones.

    Where there is no live run that can be followed, all of them are new: 0 to k-1 under an output without
    runs, else what follows the highest id that any of its runs gave.
    """

    def found(labels: NDArray[np.int64], k: int) -> SegmentIds:
        used = _read_ids_used(output)
        if live is None or known is None:
            fresh = max(used, default=-1) + 1
            return SegmentIds(tuple(range(fresh, fresh + k)), {}, ())
        both = (known.then != segments.NOBODY) & (known.now != segments.NOBODY)
        now, then = (
            segments.cross_tabulate(labelled[both], labels[both], live.model.ids, k)
            for labelled in (known.now, known.then)
        )
        matched = segments.match_segments(now, live.model.ids, used, then)
        return SegmentIds(matched.ids, {i: live.model.name_of(i) for i in matched.kept}, matched.events)

    return found


def list_ids_used(output: str, ids: tuple[int, ...]) -> list[int]:
    """Every segment id that a run under `output` ever gave, with those of a new run: kept in its run.json, so
    that they outlive runs that are pruned."""
    return sorted(_read_ids_used(output) | set(ids))


def _read_ids_used(output: str) -> set[int]:
    used: set[int] = set()
    for listed in runs.list_runs(output):
        used |= set(listed.known.get("ids_used", ()))
    return used
