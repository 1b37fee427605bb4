"""One customer placed by a run's model: the segment, how sure, and what speaks for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark import segments
from custseg_spark.app.run_view import RunView
from custseg_spark.engine.session_settings import keep_settings
from custseg_spark.errors import DataError
from custseg_spark.features import VALUE, list_places
from custseg_spark.model import SCALED, Model, add_stages, build_scaled_stages
from custseg_spark.recipe import OTHER_LEVEL

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Kind = Literal["whole", "number", "yes or no", "date", "text"]
_KINDS: dict[str, Kind] = {
    "tinyint": "whole", "smallint": "whole", "int": "whole", "bigint": "whole",
    "float": "number", "double": "number", "decimal": "number",
    "date": "date", "timestamp": "date", "timestamp_ntz": "date", "boolean": "yes or no",
}  # fmt: skip
MOST_VALUES = 40
"""A text column of no more different values than this is offered as a list."""
SURE = ((0.05, "on the border"), (0.25, "rather"), (0.5, "clearly"), (1.01, "very clearly"))
"""Margins under which a customer is placed so."""


@dataclass(frozen=True)
class Entry:
    """One input of the model: what the form asks for, and what the training customers had.

    `low`, `middle`, `high`: of numbers and dates; None where the run knows nothing of the column. `whole`:
    these are the ends; else, where the run keeps no such column, eight of ten customers lie between them.
    `values`: of a text column, and of one that is a category, the commonest first.
    """

    column: str
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
    to both centres along it (model scale), and the customer's value and both segments' usual ones. Of a
    category it is that of all its levels, the value is 1 for the customer's `level`, usual are its shares."""

    feature: str
    weight: float
    value: float
    own: float
    other: float
    level: str = ""


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
    found = []
    for name, type_ in run.model.columns.items():
        entry = Entry(name, _KINDS.get(type_.partition("(")[0], "text"))
        kept = name in run.sample
        filled = _fill_entry(entry, run.sample[name].dropna()) if kept else _find_range(run, entry)
        levels = _find_levels(run, name)
        found.append(Entry(name, entry.kind, values=levels) if levels else filled)
    return tuple(found)


def _find_levels(run: RunView, column: str) -> tuple[str, ...]:
    """The values of a category that is this column and nothing else, the commonest level first; () where none
    is, or where they are too many to choose from."""
    for section in (run.record.recipe.get("segment_by") or {}).values():
        category = str(section.get("category") or "").strip("`").lower()
        if category == column.lower():
            values = [value for some in section["levels"].values() for value in some]
            values += [value for value in section["other"] or () if value not in values]
            return tuple(value for value in values if value)[:MOST_VALUES]
    return ()


@keep_settings
def place_customer(spark: SparkSession, run: RunView, values: Mapping[str, Any]) -> Placement:
    """The customer with these values (None: missing) under the run's model. Raises DataError for values that
    the model can't place."""
    model = run.model
    row = _compute_features(spark, model, values)
    known = [row[f"{VALUE}{t.name}"] for t in model.features]
    parts = [t.category or t.name for t in model.features]
    lacking = dict.fromkeys(name for name, value in zip(parts, known, strict=True) if value is None)
    if lacking:
        raise DataError(f"without {', '.join(lacking)} this customer can't be placed", "fill it in")
    point = np.array([row[f"{SCALED}{i}"] for i in range(len(model.features))], dtype=np.float64)
    if not np.isfinite(point).all():
        raise DataError("these values give no number for every feature", "check them against the hints")
    squared = (point - np.array(model.centres)) ** 2
    distances = squared.sum(axis=1)
    first, second = np.argsort(distances, kind="stable")[:2].tolist()
    own, other = np.sqrt(distances[[first, second]]).tolist()
    usual = run.profile.set_index("segment").loc[[model.ids[first], model.ids[second]]]
    weights = squared[second] - squared[first]
    reasons = sorted(_weigh_reasons(model, weights, known, usual), key=lambda reason: -reason.weight)
    margin = 1 - own / other if other > 0 else 0.0
    following = (model.ids[second], model.names[second])
    return Placement(model.ids[first], model.names[first], following, margin, tuple(reasons))


def _weigh_reasons(
    model: Model, weights: NDArray[np.float64], known: Sequence[float], usual: pd.DataFrame
) -> Iterator[Reason]:
    """What speaks for a segment and what against it, by feature; of a category by the level the customer has.

    `weights` (d,), and the customer's values of the d features; `usual`: of both segments, a row each.
    """
    for name, places in list_places(model.features).items():
        told = max(places, key=lambda place: known[place]) if len(places) > 1 else places[0]
        t = model.features[told]
        means = (
            usual[f"mean_{t.name}"].astype(float).tolist() if f"mean_{t.name}" in usual else [math.nan] * 2
        )
        level = t.level if known[told] else OTHER_LEVEL if t.category else ""
        if t.category and not known[told]:  # a level that the model does not know is nowhere usual
            means = [0.0, 0.0]
        own, other = means
        yield Reason(name, float(weights[places].sum()), float(known[told]), own, other, level)


def list_unseen(found: Sequence[Entry], values: Mapping[str, Any]) -> list[str]:
    """The columns whose value no training customer had: what is said of them is a guess."""
    asked = ((one, values.get(one.column)) for one in found if one.whole and one.low is not None)
    return [one.column for one, value in asked if value is not None and not one.low <= value <= one.high]


def _compute_features(spark: SparkSession, model: Model, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one row through the model's own steps: its expressions are Spark's to say."""
    from pyspark.sql import functions as F

    columns = []
    for name, kind in model.columns.items():
        value = values.get(name)
        if kind == "timestamp" and value is not None:  # the day begins in UTC
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        columns.append(F.lit(value).cast(kind).alias(name))
    stages = [*model.raw_stages(), *build_scaled_stages(model.features)]
    found: dict[str, Any] = add_stages(spark.range(1).select(*columns), stages).collect()[0].asDict()
    return found


def _fill_entry(entry: Entry, values: pd.Series[Any]) -> Entry:
    """The entry with what the training customers had, the missing ones left out."""
    if values.empty or entry.kind == "yes or no":
        return entry
    if entry.kind == "text":
        counts = values.astype(str).value_counts()
        return replace(entry, values=tuple(counts.index)) if len(counts) <= MOST_VALUES else entry
    if entry.kind == "date":
        days = sorted(pd.to_datetime(values).dt.date)
        return replace(entry, low=days[0], middle=days[len(days) // 2], high=days[-1])
    return _set_range(entry, values.astype(float).agg(["min", "median", "max"]).tolist())


def _find_range(run: RunView, entry: Entry) -> Entry:
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
            ends = (known.edges[0], known.edges[len(known.edges) // 2], known.edges[-1])
            return replace(_set_range(entry, ends), whole=False)
    return entry


def _set_range(entry: Entry, numbers: Sequence[float]) -> Entry:
    low, middle, high = numbers
    if entry.kind == "whole":
        low, middle, high = math.floor(low), round(middle), math.ceil(high)
    return replace(entry, low=low, middle=middle, high=high)
