"""labels -> ids: which segments of a new run are those of the live run, and which ids were ever given."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from custseg_spark import runs, segments
from custseg_spark.results import SampleInLiveRun, SegmentIds
from custseg_spark.schema import NEWER


def assign_ids(
    labels: NDArray[np.int64],
    k: int,
    known: SampleInLiveRun | None,
    used: Collection[int],
) -> SegmentIds:
    """The ids of k new segments: those of the live run where they continue, else never used ones.

    `labels` (n,): positions of the sampled customers' segments. `used`: ids that were ever given. Where there
    is no live run that can be followed, all of them are new: 0 to k-1 where none was given before.
    """
    if known is None:
        fresh = max(used, default=-1) + 1
        return SegmentIds(tuple(range(fresh, fresh + k)), {}, ())
    live = known.live.model
    both = (known.then != segments.NOBODY) & (known.now != segments.NOBODY)
    now, then = (
        segments.cross_tabulate(labelled[both], labels[both], live.ids, k)
        for labelled in (known.now, known.then)
    )
    matched = segments.match_segments(now, live.ids, set(used), then)
    return SegmentIds(matched.ids, {i: live.name_of(i) for i in matched.continuing_ids}, matched.events)


def read_ids_used(output: str) -> set[int]:
    """Every segment id that a run under `output` ever gave: kept in its run.json, so that ids outlive runs
    that are pruned."""
    used: set[int] = set()
    for listed in runs.list_runs(output):
        if listed.record is not None:
            used |= set(listed.record.ids_used)
        elif listed.problem is not None and listed.problem.code == NEWER:
            raise listed.problem  # which ids it gave can't be told
    return used
