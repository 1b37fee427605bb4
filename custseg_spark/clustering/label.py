"""The nearest centre as plain SQL: exact squared Euclidean distances, ties to the earlier centre."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame

from custseg_spark.engine.expressions import add_columns
from custseg_spark.sql.literals import write_literal

Stage = dict[str, str]
"""Columns added in one step: name -> expression over the columns of the steps before."""
SQUARED = "_squared_distance"


def add_stages(frame: DataFrame, stages: Sequence[Stage]) -> DataFrame:
    """The frame with the columns of each step added, step by step."""
    for stage in stages:
        frame = add_columns(frame, stage)
    return frame


def build_nearest_stages(
    columns: Sequence[str], centres: NDArray[np.float64], ids: Sequence[int] | None = None
) -> list[Stage]:
    """The steps from `columns` (on the model scale, d of them) to `segment` (int) and
    `distance_to_centre` (model scale) of the nearest of the `centres` (k, d), whose `ids` are 0..k-1 unless
    given."""
    ids = range(len(centres)) if ids is None else ids
    distances = {f"_d{i}": _write_squared_distance(columns, centre) for i, centre in enumerate(centres)}
    smallest = f"least({', '.join(distances)})" if len(distances) > 1 else "_d0"
    whens = " ".join(f"WHEN _d{i} = {SQUARED} THEN {name}" for i, name in enumerate(ids[:-1]))
    segment = f"CASE {whens} ELSE {ids[-1]} END" if whens else str(ids[-1])
    return [distances, {SQUARED: smallest}, {"segment": segment, "distance_to_centre": f"sqrt({SQUARED})"}]


def build_margin_stage(ids: Sequence[int]) -> Stage:
    """The step that follows those of `nearest_stages`: `margin`, 1 - distance to the own centre over
    distance to the next; 0 on the border between two segments, 1 on a centre. It is the simplified
    silhouette of a customer (Hruschka, de Castro and Campello 2004, ICDM)."""
    others = ", ".join(f"if(segment = {name}, NULL, _d{i})" for i, name in enumerate(ids))
    following = f"least({others})" if len(ids) > 2 else f"coalesce({others})"  # least passes over nulls
    return {"margin": f"coalesce(1D - try_divide(distance_to_centre, sqrt({following})), 0D)"}


def _write_squared_distance(columns: Sequence[str], centre: NDArray[np.float64]) -> str:
    differences = [
        f"({column} - {write_literal(value)})" for column, value in zip(columns, centre, strict=True)
    ]
    return " + ".join(f"{difference} * {difference}" for difference in differences)
