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
from custseg_spark.recipe.sections import Sweep


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
    def sizes(self) -> tuple[int, ...]:
        """(k,) customers of each segment."""
        return tuple(int(row["_size"]) for row in self.rows)

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
) -> Refinement:
    """At most `settings.refine` Lloyd steps from `centres` (k, d), each one scan of `frame`.

    Every pass labels all customers, and measures the `aggregates` of each segment beside the means of
    `columns` (the model scale). It is the last one when moving the centres to those means would save less
    than `settings.tolerance` of the cost: the centres then stay, so that its aggregates are those of the
    result.
    """
    for step in range(settings.refine + 1):
        rows = _measure_pass(frame, columns, centres, aggregates)
        sizes = np.array([row["_size"] for row in rows], dtype=np.float64)
        means = np.array([row["_means"] for row in rows], dtype=np.float64)
        cost = float(sum(row["_cost"] for row in rows))
        gain = float((sizes * ((means - centres) ** 2).sum(axis=1)).sum() / cost) if cost > 0 else 0.0
        if gain < settings.tolerance or step == settings.refine:
            break
        centres = means
    return Refinement(centres, tuple(rows), step + 1, cost, gain, tuple(range(len(rows))))


def _measure_pass(
    frame: DataFrame, columns: Sequence[str], centres: NDArray[np.float64], aggregates: Sequence[Column]
) -> list[dict[str, Any]]:
    """The aggregates by segment, in order of the centres; an empty segment keeps its centre as its mean."""
    labelled = add_stages(frame, build_nearest_stages(columns, centres))
    found = labelled.groupBy("segment").agg(
        F.count(F.lit(1)).alias("_size"),
        F.sum(SQUARED).alias("_cost"),
        *[F.sum(column).alias(f"_sum{j}") for j, column in enumerate(columns)],
        *aggregates,
    )
    rows = {row["segment"]: row.asDict() for row in found.collect()}
    for row in rows.values():
        row["_means"] = [row.pop(f"_sum{j}") / row["_size"] for j in range(len(columns))]
    nobody = {"_size": 0, "_cost": 0.0}
    return [rows.get(i, {**nobody, "_means": centre}) for i, centre in enumerate(centres)]
