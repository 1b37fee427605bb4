"""Refinement: Lloyd steps over all rows from the chosen candidate's centres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from custseg_spark.clustering.label import SQUARED, add_stages, build_nearest_stages
from custseg_spark.clustering.sample import WEIGHT
from custseg_spark.recipe.sections import Sweep

SQUARED_WEIGHT = "_squared_weight"


@dataclass(frozen=True)
class Refinement:
    """Centres (k, d) on the model scale that hold for all customers, and what their last pass measured.

    `rows`: the aggregates of each segment, in the order of the centres. `passes`: scans of the table.
    `cost`: over all rows. `gain`: the share of the cost that one more step would have saved at least.
    `order` (k,): which of the centres that it began with each came from.
    """

    centres: NDArray[np.float64]
    rows: tuple[dict[str, Any], ...]
    passes: int
    cost: float
    gain: float
    order: tuple[int, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """(k,) rows of each segment."""
        return tuple(int(row["_size"]) for row in self.rows)

    @property
    def weights(self) -> tuple[float, ...]:
        """(k,) how many customers the rows of each segment stand for: each for itself, unless weighted."""
        return tuple(row[WEIGHT] for row in self.rows)

    @property
    def is_weighted(self) -> bool:
        return any(SQUARED_WEIGHT in row for row in self.rows)

    def count_rows(self) -> tuple[tuple[int, ...], tuple[float, ...]] | None:
        """(k + 1,) the rows of each segment and of all, and how many of equal weight say as much: (sum w)^2 /
        sum w^2 (Kish 1965, Survey Sampling, 11.7). None where rows have no weights."""
        if not self.is_weighted:
            return None
        first, second = (
            np.array([row.get(name, 0.0) for row in self.rows]) for name in (WEIGHT, SQUARED_WEIGHT)
        )
        first, second = (np.append(sums, sums.sum()) for sums in (first, second))
        effective = first**2 / np.where(second > 0, second, 1.0)
        return (*self.counts, sum(self.counts)), tuple(effective.tolist())

    def reorder(self, positions: Sequence[int]) -> Refinement:
        """The same, with the centre that stands at the first of the `positions` first."""
        rows = tuple(self.rows[i] for i in positions)
        order = tuple(self.order[i] for i in positions)
        return replace(self, centres=self.centres[list(positions)], rows=rows, order=order)


def refine(
    frame: DataFrame,
    columns: Sequence[str],
    centres: NDArray[np.float64],
    aggregates: Sequence[Column],
    settings: Sweep,
    *,
    weighted: bool = False,
) -> Refinement:
    """At most `settings.refine` Lloyd steps from `centres` (k, d), each one scan of `frame`.

    Every pass labels all customers, and measures the `aggregates` of each segment beside the means of
    `columns` (the model scale). It is the last one when moving the centres to those means would save less
    than `settings.tolerance` of the cost: the centres then stay, so that its aggregates are those of the
    result. `weighted`: a row counts as often as its WEIGHT says, in the cost too.
    """
    for step in range(settings.refine + 1):
        rows = _measure_pass(frame, columns, centres, aggregates, weighted)
        sizes = np.array([row[WEIGHT] for row in rows], dtype=np.float64)
        means = np.array([row["_means"] for row in rows], dtype=np.float64)
        cost = float(sum(row["_cost"] for row in rows))
        gain = float((sizes * ((means - centres) ** 2).sum(axis=1)).sum() / cost) if cost > 0 else 0.0
        if gain < settings.tolerance or step == settings.refine:
            break
        centres = means
    return Refinement(centres, tuple(rows), step + 1, cost, gain, tuple(range(len(rows))))


def _measure_pass(
    frame: DataFrame,
    columns: Sequence[str],
    centres: NDArray[np.float64],
    aggregates: Sequence[Column],
    weighted: bool,
) -> list[dict[str, Any]]:
    """The aggregates by segment, in order of the centres; an empty segment keeps its centre as its mean."""
    weight = F.col(WEIGHT)
    sums = {"_cost": F.col(SQUARED), **{f"_sum{j}": F.col(column) for j, column in enumerate(columns)}}
    if weighted:
        sums = {WEIGHT: weight, SQUARED_WEIGHT: weight * weight} | {
            name: weight * one for name, one in sums.items()
        }
    labelled = add_stages(frame, build_nearest_stages(columns, centres))
    found = labelled.groupBy("segment").agg(
        F.count(F.lit(1)).alias("_size"),
        *[F.sum(one).alias(name) for name, one in sums.items()],
        *aggregates,
    )
    rows = {row["segment"]: row.asDict() for row in found.collect()}
    for row in rows.values():
        row.setdefault(WEIGHT, row["_size"])
        row["_means"] = [row.pop(f"_sum{j}") / row[WEIGHT] for j in range(len(columns))]
    nobody = {"_size": 0, WEIGHT: 0, "_cost": 0.0}
    return [rows.get(i, {**nobody, "_means": centre}) for i, centre in enumerate(centres)]
