"""What the steps hand on: frozen, whole when made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame

from custseg_spark import clustering, data, runs, segments
from custseg_spark.clustering import Partition
from custseg_spark.evidence import Candidate, Choice, Comparison, Structure
from custseg_spark.features import Treatment
from custseg_spark.journal import Journal
from custseg_spark.model import Model
from custseg_spark.recipe import Recipe

PREFIX = "[live]"
"""Of the columns of the sample that hold the live model's raw features."""


@dataclass(frozen=True)
class CustomerTable:
    """A customer table under its recipe: lazy, nothing read yet.

    `frame`: one row per row read, typed, with a `_raw_` column for each feature. `expressions`: safe
    SQL of each feature, as a model keeps it. `profiled`: what is shown per segment from all rows, name ->
    safe SQL that gives a number. `described`: what the sample carries besides, name -> safe SQL of any type.
    Days and hours of the last two are those of UTC.
    """

    frame: DataFrame
    checks: tuple[data.Check, ...]
    columns: tuple[str, ...]
    types: dict[str, str]
    expressions: dict[str, str]
    profiled: dict[str, str]
    described: dict[str, str]
    format: str

    @property
    def accepted(self) -> DataFrame:
        """The rows that keep the contract: one row per customer."""
        return data.keep_accepted(self.frame, self.checks)

    @property
    def rejected(self) -> DataFrame:
        """The other rows as read, plus their `reasons`."""
        return data.keep_rejected(self.frame, self.checks)


@dataclass(frozen=True)
class Sample:
    """The sampled customers, in an order that says nothing, and what the pass over all rows counted.

    `raw`: a column per feature in its unit, NaN where missing; `described`: the id and everything
    that describes; both one row per sampled customer. `reach`: who is in it. `missing`: of all rows, those
    without a value, by feature. `whole`: it is the whole table.
    """

    raw: pd.DataFrame
    described: pd.DataFrame
    reach: clustering.SampleRange
    missing: dict[str, int]
    whole: bool


@dataclass(frozen=True)
class CountedTable:
    """A customer table that was read once, from its first row to its last.

    `source`: its path, or what else it is called. `counts`: the rows that keep and break each check, not yet
    judged. `live`: the run to follow.
    """

    recipe: Recipe
    source: str
    table: CustomerTable
    rows: int
    sample: Sample
    counts: Mapping[str, int]
    live: LiveRun | None


@dataclass(frozen=True)
class TreatedSample:
    """The sampled customers as the features cut them: `values`, a column `feature_<name>` each in its unit;
    `points` (n, d) on the model scale."""

    treatments: tuple[Treatment, ...]
    values: pd.DataFrame
    points: NDArray[np.float64]


@dataclass(frozen=True)
class Decision:
    """Every k of the sweep with its scores, the one that was chosen and its partition of the sample.

    `structure`: the verdict on the chosen partition; None where it was switched off.
    """

    candidates: tuple[Candidate, ...]
    partitions: tuple[Partition, ...]
    choice: Choice
    structure: Structure | None

    @property
    def candidate(self) -> Candidate:
        return next(candidate for candidate in self.candidates if candidate.k == self.choice.k)

    @property
    def partition(self) -> Partition:
        return next(partition for partition in self.partitions if partition.k == self.choice.k)


@dataclass(frozen=True)
class RefinedCentres:
    """Centres (k, d) on the model scale that hold for all customers, those of the highest `order_by` first.

    `order` (k,): which centre of the chosen partition each came from. `totals` (k): what the last pass
    measured of each. `sizes` (k,): their customers. `cost`: over all rows. `gain`: the share of it that one
    more pass would have saved at least.
    """

    centres: NDArray[np.float64]
    order: tuple[int, ...]
    totals: tuple[Mapping[str, Any], ...]
    sizes: tuple[int, ...]
    cost: float
    passes: int
    gain: float


@dataclass(frozen=True)
class Segmentation:
    """The model and its segments, by ascending id: without a live run to follow, in order of the recipe's
    `order_by`, highest first.

    `sizes` (k,): customers of each segment, from all rows. `order` (k,): which centre of the chosen partition
    each segment came from. `labels` (n,): positions of the sampled customers' segments. `events`:
    what became of the live run's segments. `sample`: a row per sampled customer, each feature in its unit,
    everything that describes, and `segment`. `points` (n, d): the sample on the model scale. `cost`: over all
    rows.
    """

    model: Model
    profile: segments.Profile
    sizes: tuple[int, ...]
    order: tuple[int, ...]
    labels: NDArray[np.int64]
    events: tuple[segments.Event, ...]
    sample: pd.DataFrame
    points: NDArray[np.float64]
    cost: float
    passes: int
    gain: float

    def jaccards(self, chosen: Candidate) -> tuple[float, ...]:
        """(k,) how much of each segment comes back when the data is redrawn; empty where it was not asked."""
        return tuple(chosen.jaccards[i] for i in self.order) if chosen.jaccards else ()


@dataclass(frozen=True)
class SegmentIds:
    """The ids (k,) of a new run's segments by position, the names that continue, and what became of whom."""

    ids: tuple[int, ...]
    names: Mapping[int, str]
    events: tuple[segments.Event, ...]


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
    """The sampled customers as the live run has them.

    `then` (n,): segment in the live run's own table; `now` (n,): what its model says of them today, and
    `distances` to that centre; NOBODY where they were not there, or can't be labelled. `gone`: segments of
    customers of the live run who are no longer in the table. `share`: of the customers that were compared.
    """

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


@dataclass(frozen=True)
class AlgorithmComparison:
    """Other algorithms beside KMeans on one sample, cut into k where they take a number."""

    k: int
    found: Comparison
    preferred: str
    why: str

    @property
    def table(self) -> pd.DataFrame:
        """comparison.csv: one row per algorithm."""
        return pd.DataFrame([asdict(row) for row in self.found.rows])


@dataclass(frozen=True)
class TrainingResult:
    """All that fitting finds: what a SegmentationModel is made of, and what a run is written from.

    `baseline`: what later nights are held against. `since_live`: what became of the live run's segments.
    `plane`: what the sample is drawn on. `ids_used`: every segment id that was ever given.
    """

    counted: CountedTable
    quality: data.Quality
    decision: Decision
    segmentation: Segmentation
    baseline: segments.Baseline
    since_live: LiveComparison | None
    others: AlgorithmComparison | None
    plane: clustering.Plane
    ids_used: frozenset[int]
    journal: Journal

    @property
    def recipe(self) -> Recipe:
        return self.counted.recipe

    @property
    def table(self) -> CustomerTable:
        return self.counted.table

    @property
    def sample(self) -> Sample:
        return self.counted.sample

    @property
    def model(self) -> Model:
        return self.segmentation.model

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know, in the order in which it was found."""
        return (*self.quality.warnings, *self.journal.warnings)


@dataclass(frozen=True)
class RunFigures:
    """PNG by file name, for light pages and for dark ones."""

    light: dict[str, bytes]
    dark: dict[str, bytes]
