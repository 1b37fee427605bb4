"""labels -> ids: which segments of a new run are those of the live run, and which ids were ever given."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from custseg_spark import runs, segments
from custseg_spark.results import SampleInLiveRun
from custseg_spark.schema import NEWER


def assign_ids(
    labels: NDArray[np.int64],
    k: int,
    known: SampleInLiveRun | None,
    used: Collection[int],
) -> segments.Identity:
    """The ids of k new segments, those of the live run where they continue, else never used ones, and what
    became of the live run's.

    `labels` (n,): positions of the sampled customers' segments. `used`: ids that were ever given. Where there
    is no live run that can be followed, all of them are new: 0 to k-1 where none was given before.
    """
    if known is None:
        fresh = max(used, default=-1) + 1
        return segments.Identity(tuple(range(fresh, fresh + k)), ())
    live_ids = known.live.model.ids
    both = (known.then != segments.NOBODY) & (known.now != segments.NOBODY)
    now, then = (
        segments.cross_tabulate(labelled[both], labels[both], live_ids, k)
        for labelled in (known.now, known.then)
    )
    return segments.match_segments(now, live_ids, set(used), then)


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
