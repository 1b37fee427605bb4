"""What is found: the choice of k, the segments, and everything that a run is written from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark import clustering, data, segments
from custseg_spark.clustering import Partition, Refinement
from custseg_spark.evidence import Candidate, Choice, Comparison, Structure
from custseg_spark.journal import Journal
from custseg_spark.model import Model
from custseg_spark.recipe import Recipe
from custseg_spark.results.live import LiveComparison
from custseg_spark.results.table import CountedTable, CustomerTable, Sample


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
class Segmentation:
    """The model and its segments, by ascending id: without a live run to follow, in order of the recipe's
    `order_by`, highest first.

    `refined`: their centres over all rows, and which centre of the chosen partition each came from. `labels`
    (n,): positions of the sampled customers' segments. `events`: what became of the live run's segments.
    `sample`: a row per sampled customer, each feature in its unit, everything that describes, and `segment`.
    `points` (n, d): the sample on the model scale.
    """

    model: Model
    profile: segments.Profile
    refined: Refinement
    labels: NDArray[np.int64]
    events: tuple[segments.Event, ...]
    sample: pd.DataFrame
    points: NDArray[np.float64]

    @property
    def sizes(self) -> tuple[int, ...]:
        """(k,) customers of each segment, from all rows; where these have weights what they stand for,
        rounded."""
        return tuple(map(round, self.refined.weights))

    def list_sizes(self) -> tuple[Iterable[Any], ...]:
        """(k,) each of ids, names, sizes, shares of all, and the rows where customers have weights."""
        weights, counts = self.refined.weights, self.refined.counts
        shares = [weight / sum(weights) for weight in weights]
        rows = counts if self.refined.is_weighted else [None] * len(counts)
        return self.model.ids, self.model.names, self.sizes, shares, rows

    def jaccards(self, chosen: Candidate) -> tuple[float, ...]:
        """(k,) how much of each segment comes back in redraws; empty where it was not asked."""
        return tuple(chosen.jaccards[i] for i in self.refined.order) if chosen.jaccards else ()


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
class SparkMlCheck:
    """The chosen k by Spark ML's StandardScaler, one KMeans and ClusteringEvaluator on the `rows` of the
    sample.

    `silhouette`: squared Euclidean, as the run says it; `silhouette_by_spark_ml`: of the same segments by
    ClusteringEvaluator. `cost`, a sum of squared distances: of the run's segments, and `cost_of_spark_ml`: of
    those that its KMeans finds. `adjusted_rand`: of both. `why` it agrees or does not, in a sentence.
    """

    rows: int
    silhouette: float
    silhouette_by_spark_ml: float
    cost: float
    cost_of_spark_ml: float
    adjusted_rand: float
    agrees: bool
    why: str


@dataclass(frozen=True)
class TrainingResult:
    """All that fitting finds: what a SegmentationModel is made of, and what a run is written from.

    `drawn`: the sample of `segmentation`: of customers with weights, those that were drawn by them.
    `sampled`: the segmentation with every sampled customer as its sample. `baseline`: what later nights are
    held against. `since_live`: what became of the live run's segments. `spark_ml`: the chosen k by Spark ML
    alone; null where the engine has none. `plane`: what the sample is drawn on. `ids_used`: every segment id
    that was ever given.
    """

    counted: CountedTable
    quality: data.Quality
    decision: Decision
    segmentation: Segmentation
    drawn: Sample
    sampled: Segmentation
    baseline: segments.Baseline
    since_live: LiveComparison | None
    others: AlgorithmComparison | None
    spark_ml: SparkMlCheck | None
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
        """In which each customer stands for as many as any other."""
        return self.drawn

    @property
    def model(self) -> Model:
        return self.segmentation.model

    @property
    def replication(self) -> str | None:
        """What the segments repeat, in a sentence; None where the best ones were looked for."""
        asked = self.recipe.sweep
        if asked.order != "file":
            return None
        starts = "one start" if asked.restarts == 1 else f"{asked.restarts} starts"
        scale = {"population": "population standard deviation", "standard": "sample standard deviation"}
        scaled = scale.get(self.recipe.scale, "interquartile range")
        return (
            f"a replication: {starts} of scikit-learn's KMeans with random_state {asked.seed}, on the rows "
            f"in the order of their file, scaled by the {scaled}; better segments may exist"
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know, in the order in which it was found."""
        return (*self.quality.warnings, *self.journal.warnings)


@dataclass(frozen=True)
class RunFigures:
    """PNG by file name, for light pages and for dark ones."""

    light: dict[str, bytes]
    dark: dict[str, bytes]
