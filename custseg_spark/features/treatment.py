"""What is done to a feature's value: imputation, clipping, transform, scaling; as SQL, and on the driver.

The order is the one of docs/recipe.md: missing values are filled, then bounds are applied, then the
transform, then the scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.features.raw_columns import RAW, VALUE, write_raw_sql
from custseg_spark.sql.literals import write_literal

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Treatment:
    """One feature of a model: its expression and every number that was fitted for it.

    `fill`, `lower`, `upper` are in the feature's unit; null: customers without a value are
    quarantined, or no bound. `centre` and `scale` are in the transformed unit; the scale is the spread over
    the feature's weight. Of a level of a category, 1 or 0, `category` and `level` say which; both are empty
    for a number.
    """

    name: str
    sql: str
    unit: str
    transform: Literal["none", "log1p"]
    fill: float | None
    lower: float | None
    upper: float | None
    centre: float
    scale: float
    category: str = ""
    level: str = ""

    @property
    def raw_sql(self) -> str:
        """The value as the expression gives it: double, null where missing."""
        return write_raw_sql(self.sql)

    @property
    def value_sql(self) -> str:
        """`feature_<name>` from `_raw_<name>`: complete and within bounds, in the feature's unit; null where
        a value is missing that the model does not fill."""
        raw = f"{RAW}{self.name}"
        value = raw if self.fill is None else f"coalesce({raw}, {write_literal(self.fill)})"
        bounded = value
        if self.upper is not None:
            bounded = f"least({bounded}, {write_literal(self.upper)})"
        if self.lower is not None:
            bounded = f"greatest({bounded}, {write_literal(self.lower)})"
        if self.fill is None and bounded != value:  # least and greatest pass over nulls
            return f"CASE WHEN {raw} IS NULL THEN NULL ELSE {bounded} END"
        return bounded

    @property
    def transformed_sql(self) -> str:
        """The transformed value from `feature_<name>`."""
        value = f"{VALUE}{self.name}"
        return f"log1p({value})" if self.transform == "log1p" else value

    @property
    def model_sql(self) -> str:
        """The value on the model scale from `feature_<name>`."""
        return f"({self.transformed_sql} - {write_literal(self.centre)}) / {write_literal(self.scale)}"


def list_places(treatments: Sequence[Treatment]) -> dict[str, list[int]]:
    """Each feature with the places of its treatments: one of a number, those of all its levels of a
    category."""
    found: dict[str, list[int]] = {}
    for place, t in enumerate(treatments):
        found.setdefault(t.category or t.name, []).append(place)
    return found


def apply_treatments(raw: pd.DataFrame, treatments: Sequence[Treatment]) -> pd.DataFrame:
    """`feature_<name>` of each customer in its unit, complete and clipped; the columns in recipe order."""
    values = {
        f"{VALUE}{t.name}": clip_values(
            fill_missing(raw[t.name].to_numpy(dtype=np.float64), t.fill), t.lower, t.upper
        )
        for t in treatments
    }
    return pd.DataFrame(values, index=raw.index)


def to_model_scale(values: pd.DataFrame, treatments: Sequence[Treatment]) -> Values:
    """(n, d) on the model scale, from the treated values."""
    columns = [
        (transform_values(values[f"{VALUE}{t.name}"].to_numpy(), t.transform) - t.centre) / t.scale
        for t in treatments
    ]
    return np.column_stack(columns)


def fill_missing(raw: Values, fill: float | None) -> Values:
    return raw if fill is None else np.where(np.isnan(raw), fill, raw)


def clip_values(values: Values, lower: float | None, upper: float | None) -> Values:
    return values if lower is None and upper is None else np.clip(values, lower, upper)


def transform_values(values: Values, transform: Literal["none", "log1p"]) -> Values:
    return np.log1p(values) if transform == "log1p" else values
