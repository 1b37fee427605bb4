"""profile -> report: how many customers will change their segment without changing themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custseg_spark import clustering, features
from custseg_spark.results import TrainingResult
from custseg_spark.segments import find_days, find_topic
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.wording import format_percent

IDLE_DAYS = 30
LEAST_TOLD = 0.005
"""Where fewer change either way, nothing is said."""
_STEPS = {7.0: 4.0, 30.4375: 1.0}
"""What 30 days are in a unit of so many days that they are no whole number of: 4 weeks, 1 month."""


@dataclass(frozen=True)
class ForeseenChanges:
    """Shares of the sample whose segment would be another: `by_purchase`, if all bought today; `by_waiting`,
    if nobody bought for IDLE_DAYS, None where recency is counted in no time that the table names. `columns`:
    the features of recency, as people call them."""

    columns: tuple[str, ...]
    by_purchase: float
    by_waiting: float | None

    @property
    def sentence(self) -> str:
        """The caution; empty where hardly anybody changes."""
        if max(self.by_purchase, self.by_waiting or 0.0) < LEAST_TOLD:
            return ""
        said = (
            f"Segments by {' and '.join(self.columns)} change by themselves: a purchase moves "
            f"{_write_share(self.by_purchase, ' of customers')} to another segment at once"
        )
        if self.by_waiting is None:
            return f"{said}."
        return f"{said}, and {IDLE_DAYS} days without one move {_write_share(self.by_waiting)}."


def foresee_changes(result: TrainingResult) -> ForeseenChanges | None:
    """What becomes of the segments by the passing of time alone; None where recency does not cut.

    Recency is moved as the table has it, before it is filled and clipped, and everything else left as it is:
    the model's own treatment and centres then give the segment. A purchase sets it to the sample's lowest
    value, or 0 where that is under zero; what it adds to spend and orders is not known and not added.
    """
    fitted, raw = result.segmentation, result.sample.raw
    recency = [
        column
        for column in fitted.profile.shown
        if column.role == "feature"
        and not column.category
        and find_topic(column.label or column.name, column.unit) == "recency"
    ]
    if not recency:
        return None
    lowest = {column.name: max(0.0, float(np.nanmin(raw[column.name]))) for column in recency}
    by_purchase = _measure_changed(result, raw.assign(**lowest).astype(float))
    steps = {column.name: _find_step(column) for column in recency}
    waiting = None
    if np.isfinite([*steps.values()]).all():
        later = {name: raw[name].astype(float) + step for name, step in steps.items()}
        waiting = _measure_changed(result, raw.assign(**later))
    return ForeseenChanges(tuple(column.text for column in recency), by_purchase, waiting)


def _write_share(share: float, of: str = "") -> str:
    return f"{format_percent(share)}{of}" if share else "nobody"


def _find_step(column: ReportColumn) -> float:
    """IDLE_DAYS in the column's unit; NaN where it is no time, or one of which that is no month."""
    day = find_days(column)
    return _STEPS.get(day, IDLE_DAYS / day if day <= 1 else np.nan)


def _measure_changed(result: TrainingResult, raw: pd.DataFrame) -> float:
    """The share of the sample that other values, a column per feature, put into another segment."""
    fitted = result.segmentation
    values = features.apply_treatments(raw, fitted.model.features)
    points = features.to_model_scale(values, fitted.model.features)
    labels = clustering.find_nearest(points, np.array(fitted.model.centres))
    return float((labels != fitted.labels).mean())
