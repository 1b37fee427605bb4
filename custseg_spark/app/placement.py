"""One customer placed by a run's model: the segment, how sure, and what speaks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from custseg_spark import segments
from custseg_spark.app.run_view import RunView
from custseg_spark.engine.session_settings import keep_settings
from custseg_spark.errors import DataError
from custseg_spark.features import VALUE
from custseg_spark.model import SCALED, Model, add_stages, build_scaled_stages

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Kind = Literal["whole", "number", "yes or no", "date", "text"]
MOST_VALUES = 40
"""A text column of no more different values than this is offered as a list."""
SURE = ((0.05, "on the border"), (0.25, "rather"), (0.5, "clearly"), (1.01, "very clearly"))
"""Margins under which a customer is placed so."""


@dataclass(frozen=True)
class Entry:
    """One input of the model: what the form asks for, and what the training customers had.

    `low`, `middle`, `high`: of numbers and dates; None where the run knows nothing of the column. `whole`:
    these are the ends; else, where the run keeps no such column, eight of ten customers lie between them.
    `values`: of a text column, the commonest first.
    """

    column: str
    type: str
    kind: Kind
    low: Any = None
    middle: Any = None
    high: Any = None
    values: tuple[str, ...] = ()
    whole: bool = True

    @property
    def digits(self) -> int:
        """Decimals that a number is shown with: three digits of how far customers lie apart, at least two."""
        apart = abs(self.high - self.low) if self.low is not None else 0.0
        return max(2, min(10, 2 - math.floor(math.log10(apart)))) if apart > 0 else 2


@dataclass(frozen=True)
class Reason:
    """How much a feature speaks for the segment against the next one: the difference of the squared distances
    to both centres along it (model scale), and the customer's value and both segments' usual ones."""

    feature: str
    unit: str
    weight: float
    value: float
    own: float
    other: float


@dataclass(frozen=True)
class Placement:
    """Where a customer belongs. `next`: id and name of the nearest other segment. `margin`: 0 on the border
    to it, 1 on the centre."""

    segment: int
    name: str
    next: tuple[int, str]
    margin: float
    reasons: tuple[Reason, ...]

    @property
    def sure(self) -> str:
        """The margin in words."""
        return next(word for bound, word in SURE if self.margin < bound)


def list_entries(run: RunView) -> tuple[Entry, ...]:
    """The inputs of a run's model, in the order of its columns."""
    found = (_build_entry(name, kind, run.sample.get(name)) for name, kind in run.model.columns.items())
    return tuple(_fill_range(run, entry) if entry.column not in run.sample else entry for entry in found)


@keep_settings
def place_customer(spark: SparkSession, run: RunView, values: Mapping[str, Any]) -> Placement:
    """The customer with these values (None: missing) under the run's model. Raises DataError for values that
    the model can't place."""
    model = run.model
    row = _compute_features(spark, model, values)
    known = [row[f"{VALUE}{t.name}"] for t in model.features]
    lacking = [t.name for t, value in zip(model.features, known, strict=True) if value is None]
    if lacking:
        raise DataError(f"without {', '.join(lacking)} this customer can't be placed", "fill it in")
    point = np.array([row[f"{SCALED}{i}"] for i in range(len(model.features))], dtype=np.float64)
    if not np.isfinite(point).all():
        raise DataError("these values give no number for every feature", "check them against the hints")
    squared = (point - np.array(model.centres)) ** 2
    distances = squared.sum(axis=1)
    first, second = (
        (int(i) for i in np.argsort(distances, kind="stable")[:2]) if len(distances) > 1 else (0, 0)
    )
    own, other = float(np.sqrt(distances[first])), float(np.sqrt(distances[second]))
    usual = run.profile.set_index("segment")
    reasons = [
        Reason(
            t.name, t.unit, float(squared[second, i] - squared[first, i]), float(known[i]),
            *(float(usual[f"mean_{t.name}"][model.ids[place]]) for place in (first, second)),
        )
        for i, t in enumerate(model.features)
    ]  # fmt: skip
    reasons.sort(key=lambda reason: -reason.weight)
    margin = 1 - own / other if other > 0 else 0.0
    following = (model.ids[second], model.names[second])
    return Placement(model.ids[first], model.names[first], following, margin, tuple(reasons))


def list_unseen(found: Sequence[Entry], values: Mapping[str, Any]) -> list[str]:
    """The columns whose value no training customer had: what is said of them is a guess."""
    return [
        entry.column
        for entry in found
        if (value := values.get(entry.column)) is not None
        and entry.low is not None
        and entry.whole
        and not entry.low <= value <= entry.high
    ]


def _compute_features(spark: SparkSession, model: Model, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one row through the model's own steps: its expressions are Spark's to say."""
    from pyspark.sql import functions as F

    columns = [
        F.lit(_begin_day(values.get(name)) if kind == "timestamp" else values.get(name))
        .cast(kind)
        .alias(name)
        for name, kind in model.columns.items()
    ]
    row = spark.range(1).select(*columns)
    found: Mapping[str, Any] = (
        add_stages(row, [*model.raw_stages(), *build_scaled_stages(model.features)]).collect()[0].asDict()
    )
    return found


def _begin_day(day: Any) -> datetime | None:
    """When the day begins in UTC."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _build_entry(name: str, type_: str, known: pd.Series[Any] | None) -> Entry:
    kind = _find_kind(type_)
    values = pd.Series(dtype=object) if known is None else known.dropna()
    if values.empty or kind == "yes or no":
        return Entry(name, type_, kind)
    if kind == "text":
        counts = values.astype(str).value_counts()
        return Entry(name, type_, kind, values=tuple(counts.index) if len(counts) <= MOST_VALUES else ())
    if kind == "date":
        days = pd.to_datetime(values).dt.date
        ordered = sorted(days)
        return Entry(name, type_, kind, ordered[0], ordered[len(ordered) // 2], ordered[-1])
    numbers = values.astype(float)
    low, middle, high = float(numbers.min()), float(numbers.median()), float(numbers.max())
    if kind == "whole":
        return Entry(name, type_, kind, int(low), round(middle), int(high))
    return Entry(name, type_, kind, low, middle, high)


def _fill_range(run: RunView, entry: Entry) -> Entry:
    """An entry of a column that the run does not keep, with the range of the feature or description that is
    this column and nothing else, as baseline.json has it."""
    content = run.read_file("baseline.json")
    if content is None or entry.kind not in ("whole", "number"):
        return entry
    baseline = segments.Baseline.from_json(content.decode())
    described = run.record.recipe.get("describe") or {}
    sql = {t.name: t.sql for t in run.model.features}
    sql |= {name: str(one.get("sql")) for name, one in described.items()}
    for known in (*baseline.features, *baseline.descriptions):
        alone = sql.get(known.column, "").strip("`").lower() == entry.column.lower()
        if alone and known.edges and known.levels is None:
            low, middle, high = known.edges[0], known.edges[len(known.edges) // 2], known.edges[-1]
            if entry.kind == "whole":
                low, middle, high = math.floor(low), round(middle), math.ceil(high)
            return replace(entry, low=low, middle=middle, high=high, whole=False)
    return entry


def _find_kind(type_: str) -> Kind:
    if type_ in ("tinyint", "smallint", "int", "bigint"):
        return "whole"
    if type_ in ("float", "double") or type_.startswith("decimal"):
        return "number"
    if type_ in ("date", "timestamp", "timestamp_ntz"):
        return "date"
    return "yes or no" if type_ == "boolean" else "text"
