"""profile -> report: values of a column that lie far outside the others, and what they do to its means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.report.far_values import FarValues, find_far_values, is_code
from custseg_spark.results import TrainingResult
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.wording import format_number, join_few

MOST_TOLD = 3
"""Different values that are told of a column."""
LEAST_MOVED, LEAST_SHIFT = 0.05, 0.001
"""The shares by which a segment's mean and that of all customers move that are told: a value that `clip`
bounds hardly moves any."""


@dataclass(frozen=True)
class FarColumn:
    """What is said of a column's values far outside: `sentence` among the cautions, `cell` beside it."""

    sentence: str
    cell: str


def tell_far_values(result: TrainingResult) -> dict[str, FarColumn]:
    """Column -> what is said of it, for each column shown that has values far outside the others.

    Looked for in the sample, of features before they are filled and clipped. Means are those of the values
    that the page's means are made of, with these customers and without them. Of fewer customers than
    `privacy.min_cell` neither their values nor their number nor a mean without them is told.
    """
    told = {}
    with np.errstate(over="ignore", invalid="ignore"):  # sums of numbers near the largest there are
        for column, raw, shown in _list_values(result):
            if found := find_far_values(raw):
                told[column.name] = _write(column, found, shown, result)
    return told


def _list_values(
    result: TrainingResult,
) -> Iterator[tuple[ReportColumn, NDArray[np.float64], NDArray[np.float64]]]:
    """Each column of which the profile has figures, as it was found and as it is shown, a value per sampled
    customer: a date, a text and a level have none."""
    fitted = result.segmentation
    measured = fitted.profile.everyone.columns
    for column in fitted.profile.shown:
        if column.category or column.rate or column.name not in measured:
            continue
        if column.in_sample not in fitted.sample:
            continue
        numbers = pd.to_numeric(fitted.sample[column.in_sample], errors="coerce")
        shown = numbers.to_numpy(dtype=np.float64)
        raw = result.sample.raw[column.name] if column.role == "feature" else numbers
        yield column, raw.to_numpy(dtype=np.float64), shown


def _write(
    column: ReportColumn, found: FarValues, shown: NDArray[np.float64], result: TrainingResult
) -> FarColumn:
    fewest = result.recipe.privacy.min_cell
    where = "" if result.sample.whole else " in the sample"
    if found.count < fewest:
        few = f"fewer than {fewest} far outside"
        return FarColumn(f"{column.text}: fewer than {fewest} values lie far outside the others{where}.", few)
    values = [(value, count) for value, count in found.values if count >= fewest]
    listed = join_few((_write_value(value, count) for value, count in values), MOST_TOLD)
    counted = "one value lies" if found.count == 1 else f"{found.count:,} values lie"
    said = f"{column.text}: {counted} far outside the others{where}{f', {listed}' if listed else ''}"
    if fewest < 2:
        low, high = (format_number(end) for end in found.others)
        said += f" (these go from {low} to {high})"
    means = _compare_means(found.rows, shown, result)
    return FarColumn(
        f"{said}.{f' Without {means}.' if means else ''}",
        f"{found.count:,} far outside{f': {listed}' if listed else ''}",
    )


def _compare_means(rows: NDArray[np.bool_], shown: NDArray[np.float64], result: TrainingResult) -> str:
    """`it the mean is 51,959 and not 52,237, of “Big spenders” 68,100 and not 75,300`; empty where none
    moves enough."""
    fitted, fewest = result.segmentation, result.recipe.privacy.min_cell
    known = np.isfinite(shown)
    told = []
    pair = _write_pair(shown[known], shown[known & ~rows])
    if pair and _measure_shift(shown[known], shown[known & ~rows]) > LEAST_SHIFT:
        told.append(f"the mean is {pair}")
    moved = []
    for position, name in enumerate(fitted.model.names):
        own = known & (fitted.labels == position)
        apart, rest = int((own & rows).sum()), own & ~rows
        if apart < max(1, fewest) or int(rest.sum()) < max(1, fewest):
            continue
        if (shift := _measure_shift(shown[own], shown[rest])) > LEAST_MOVED:
            moved.append((shift, name, _write_pair(shown[own], shown[rest])))
    if moved:
        _, name, pair = max(moved)
        told.append(f"of “{name}” {pair}" if told else f"the mean of “{name}” is {pair}")
    one = "it" if int(rows.sum()) == 1 else "them"
    return f"{one} {', '.join(told)}" if told else ""


def _measure_shift(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """How far the mean moves, as a share of what it is afterwards."""
    old, new = float(before.mean()), float(after.mean())
    return abs(old - new) / abs(new) if new else float(old != new)


def _write_pair(before: NDArray[np.float64], after: NDArray[np.float64]) -> str:
    """`51,959 and not 52,237`; empty where both are written the same, or one is no number."""
    if not len(after) or not np.isfinite([before.sum(), after.sum()]).all():
        return ""
    old, new = format_number(float(before.mean())), format_number(float(after.mean()))
    return f"{new} and not {old}" if old != new else ""


def _write_value(value: float, count: int) -> str:
    often = f" ({count:,} times)" if count > 1 else ""
    return f"{format_number(value)}{often}{', perhaps a code' if is_code(value) else ''}"
