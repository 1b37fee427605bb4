"""A customer table on its way to the sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from custseg_spark import clustering, data
from custseg_spark.clustering import Partition
from custseg_spark.features import Treatment, add_raw_columns, list_places
from custseg_spark.recipe import Recipe
from custseg_spark.recipe.column_types import DateType, NumberType
from custseg_spark.results.live import LiveRun
from custseg_spark.sql import find_instants, put_in_utc


@dataclass(frozen=True)
class CustomerTable:
    """A customer table under its recipe: lazy, nothing read yet.

    `frame`: one row per row read, typed, with a `_raw_` column for each feature. `expressions`: safe
    SQL of each feature, as a model keeps it. `profiled`: what is shown per segment from all rows, name ->
    safe SQL that gives a number. `described`: what the sample carries besides, name -> safe SQL of any type.
    Days and hours of the last two are those of UTC. `written`: of the columns that are read of text as people
    write it, how. `fingerprint`: of the file, where its rows were numbered. `may_be_whole`: the
    columns that are double though their first values are whole, until `settle_whole`.
    """

    frame: DataFrame
    checks: tuple[data.Check, ...]
    columns: tuple[str, ...]
    types: dict[str, str]
    expressions: dict[str, str]
    profiled: dict[str, str]
    described: dict[str, str]
    format: str
    written: Mapping[str, DateType | NumberType] = field(default_factory=dict)
    fingerprint: str = ""
    may_be_whole: tuple[str, ...] = ()

    @property
    def accepted(self) -> DataFrame:
        """The rows that keep the contract: one row per customer."""
        return data.keep_accepted(self.frame, self.checks)

    @property
    def rejected(self) -> DataFrame:
        """The other rows as read, plus their `reasons`."""
        return data.keep_rejected(self.frame, self.checks)

    def add_features(self, expressions: Mapping[str, str]) -> CustomerTable:
        """The table with these `expressions` as its features: columns for those that it lacks, in UTC."""
        to_utc = partial(put_in_utc, instants=find_instants(self.frame.schema))
        lacking = {name: to_utc(sql) for name, sql in expressions.items() if name not in self.expressions}
        frame = add_raw_columns(self.frame, lacking)
        return replace(self, frame=frame, expressions=dict(expressions))

    def copy_rows(self) -> CustomerTable:
        """The same table, computed: its rows, and what each check says of them, in a copy."""
        marks = {f"_kept{i}": check.ok for i, check in enumerate(self.checks)}
        checks = (replace(check, ok=F.col(mark)) for mark, check in zip(marks, self.checks, strict=True))
        return replace(self, frame=data.copy_frame(self.frame.withColumns(marks)), checks=tuple(checks))

    def aggregate_fractions(self) -> list[Column]:
        """What `settle_whole` needs to know, as aggregates of one pass."""
        numbers = {name: data.column(name) for name in self.may_be_whole}
        return [
            F.count_if(number.isNotNull() & ~data.is_whole(number)).alias(f"fractions_{name}")
            for name, number in numbers.items()
        ]

    def settle_whole(self, counts: Mapping[str, int]) -> CustomerTable:
        """The table with the columns of which no number has a fraction as bigint: 19 is written as 19."""
        whole = [name for name in self.may_be_whole if not counts[f"fractions_{name}"]]
        exact = {name: data.column(data.AS_READ).getField(name).try_cast("bigint") for name in whole}
        frame = self.frame
        if exact:  # over Spark Connect there must be one
            frame = frame.withColumns(
                {name: F.coalesce(read, data.column(name).try_cast("bigint")) for name, read in exact.items()}
            )
        types = {**self.types, **dict.fromkeys(whole, "bigint")}
        return replace(self, frame=frame, types=types, may_be_whole=())


@dataclass(frozen=True)
class Sample:
    """The sampled customers, in an order that says nothing, and what the pass over all rows counted.

    `raw`: a column per feature in its unit, NaN where missing; `levels`: of each category its value as text;
    `described`: the id and everything that describes; all one row per sampled customer. `reach`: who is in
    it. `missing`: of all rows, those without a value, by feature. `whole`: it is the whole table. `places`
    (n,): the numbers of their rows in the file; None unless the order counts. `weights` (n,): how many
    customers each stands for; None where each stands for itself.
    """

    raw: pd.DataFrame
    levels: pd.DataFrame
    described: pd.DataFrame
    reach: clustering.SampleRange
    missing: dict[str, int]
    whole: bool
    places: NDArray[np.int64] | None = None
    weights: NDArray[np.float64] | None = None

    def take(self, rows: NDArray[np.int64]) -> Sample:
        """The customers at these positions (m,), some perhaps more than once, each of whom stands for as many
        as any other."""
        frames = {name: getattr(self, name).iloc[rows] for name in ("raw", "levels", "described")}
        taken = {name: frame.reset_index(drop=True) for name, frame in frames.items()}
        reach = replace(self.reach, hashes=self.reach.hashes[rows])
        places = None if self.places is None else self.places[rows]
        return replace(self, **taken, reach=reach, places=places, whole=False, weights=None)


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
    `points` (n, d) on the model scale. `places` (n,): as of the Sample. `everyone`: lazily, all
    customers with the columns of `points` and an id to order them by; None but where the sweep takes all.
    `rows`: how many they are, about. `weights` (n,): as of the Sample, with a mean of 1.
    """

    treatments: tuple[Treatment, ...]
    values: pd.DataFrame
    points: NDArray[np.float64]
    places: NDArray[np.int64] | None
    everyone: DataFrame | None
    rows: int
    weights: NDArray[np.float64] | None = None

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """The columns of `points` of each feature, of a category those of all its levels."""
        return tuple(map(tuple, list_places(self.treatments).values()))

    @property
    def categories(self) -> tuple[tuple[int, ...], ...]:
        """Those of the categories alone."""
        return tuple(block for block in self.blocks if self.treatments[block[0]].category)

    def take(self, rows: NDArray[np.int64]) -> TreatedSample:
        """As `Sample.take`."""
        values = self.values.iloc[rows].reset_index(drop=True)
        places = None if self.places is None else self.places[rows]
        return replace(self, values=values, points=self.points[rows], places=places, weights=None)


@dataclass(frozen=True)
class EvenSample:
    """What evidence is gathered on, and what quartiles, names, rules and pictures come from: the drawn
    customers, the same as the features cut them, and the cuts of the sweep with their labels. Where no weight
    is asked, all of the sample. `swept`: the sample that was drawn from."""

    sample: Sample
    treated: TreatedSample
    partitions: Sequence[Partition]
    swept: TreatedSample
