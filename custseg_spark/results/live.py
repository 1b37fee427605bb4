"""A live run as new ones are held against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custseg_spark import runs, segments
from custseg_spark.model import Model

PREFIX = "[live]"
"""Of the columns of the sample that hold the live model's raw features."""


@dataclass(frozen=True)
class LiveRun:
    """The run that scores today: its model, its run.json, its histograms, and where its customers are; None
    where they were not kept."""

    run: runs.Run
    model: Model
    record: runs.RunRecord
    baseline: segments.Baseline
    customers: str | None

    @property
    def expressions(self) -> dict[str, str]:
        """The live model's raw features, for the sample to carry: name -> SQL."""
        return {f"{PREFIX}{t.name}": t.raw_sql for t in self.model.features}


@dataclass(frozen=True)
class SampleInLiveRun:
    """The sampled customers as the run `live` has them.

    `then` (n,): segment in the live run's own table; `now` (n,): what its model says of them today, and
    `distances` to that centre; NOBODY where they were not there, or can't be labelled. `gone`: segments of
    customers of the live run who are no longer in the table. `share`: of the customers that were compared.
    """

    live: LiveRun
    then: NDArray[np.int64]
    now: NDArray[np.int64]
    distances: NDArray[np.float64]
    gone: NDArray[np.int64]
    share: float


@dataclass(frozen=True)
class LiveComparison:
    """A new run held against the live one."""

    live: LiveRun
    events: tuple[segments.Event, ...]
    told: tuple[str, ...]
    movement: segments.Movement
    drift: segments.Drift
