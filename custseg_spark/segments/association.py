"""How far the segments go along with a column they were not cut by: for protected columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.statistics import measure_eta_squared

Strength = Literal["none", "weak", "clear", "strong", "unknown"]

FEW_VALUES = 10
_BOUNDS: tuple[tuple[float, Strength], ...] = ((0.1, "none"), (0.3, "weak"), (0.5, "clear"))


@dataclass(frozen=True)
class Association:
    """How strongly a protected column goes with the segments, from the sample.

    measure: cramers_v for categories, eta for numbers; value: 0 (not at all) to 1 (entirely), NaN
    where the column has one value or none.
    """

    column: str
    measure: Literal["cramers_v", "eta"]
    value: float

    @property
    def strength(self) -> Strength:
        """none under .1, weak under .3, clear under .5, else strong (after Cohen 1988, chapter 7)."""
        if math.isnan(self.value):
            return "unknown"
        return next((word for bound, word in _BOUNDS if self.value < bound), "strong")


def measure_associations(sample: pd.DataFrame, columns: Sequence[str]) -> tuple[Association, ...]:
    """The association of each of `columns` with `segment` in the sample frame, the strongest first.

    Numbers with more than ten different values are measured by eta, all else by Cramer's V.
    """
    associations = [_measure(sample[["segment", column]].dropna(), column) for column in columns]
    return tuple(sorted(associations, key=lambda a: -a.value if not math.isnan(a.value) else 1.0))


def _measure(known: pd.DataFrame, column: str) -> Association:
    values, segments = known[column], known["segment"]
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.astype("int64")
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if is_number and values.nunique() > FEW_VALUES:
        return Association(column, "eta", math.sqrt(measure_eta_squared(values, segments)))
    return Association(column, "cramers_v", measure_cramers_v(pd.crosstab(segments, values).to_numpy()))


def measure_cramers_v(table: NDArray[np.int64]) -> float:
    """Cramer's V of a contingency table, with the bias of small samples taken out.

    Bergsma 2013, J. Korean Stat. Soc. 42, 323-328: V without it is above 0 even where nothing goes
    together. NaN for a table of fewer than two rows or columns.
    """
    rows, columns = table.shape
    total = float(table.sum())
    if rows < 2 or columns < 2 or total < 2:
        return math.nan
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    phi = float(((table - expected) ** 2 / expected).sum()) / total
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (total - 1))
    rows_left = rows - (rows - 1) ** 2 / (total - 1)
    columns_left = columns - (columns - 1) ** 2 / (total - 1)
    return min(1.0, math.sqrt(phi / (min(rows_left, columns_left) - 1)))
