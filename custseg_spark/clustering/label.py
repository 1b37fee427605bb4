"""The nearest centre as plain SQL: exact squared Euclidean distances, ties to the lower segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from custseg_spark.recipe.numbers import literal

Stage = dict[str, str]
"""Columns added in one step: name -> expression over the columns of the steps before."""
SQUARED = "_squared_distance"


def nearest_stages(columns: Sequence[str], centres: NDArray[np.float64]) -> list[Stage]:
    """The steps from `columns` (on the model scale, d of them) to `segment` (int, 0..k-1) and
    `distance_to_centre` (model scale) of the nearest of the `centres` (k, d)."""
    distances = {f"_d{i}": _squared_distance(columns, centre) for i, centre in enumerate(centres)}
    smallest = f"least({', '.join(distances)})" if len(distances) > 1 else "_d0"
    whens = " ".join(f"WHEN _d{i} = {SQUARED} THEN {i}" for i in range(len(centres) - 1))
    segment = f"CASE {whens} ELSE {len(centres) - 1} END" if whens else "0"
    return [distances, {SQUARED: smallest}, {"segment": segment, "distance_to_centre": f"sqrt({SQUARED})"}]


def _squared_distance(columns: Sequence[str], centre: NDArray[np.float64]) -> str:
    differences = [f"({column} - {literal(value)})" for column, value in zip(columns, centre, strict=True)]
    return " + ".join(f"{difference} * {difference}" for difference in differences)
