"""What a run leaves for later nights to be held against: histograms, sizes, distances."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter

from custseg_spark.errors import RunError
from custseg_spark.schema import find_version, tell_first

SCHEMA_VERSION = 3
_BINS = 10


@dataclass(frozen=True)
class Reference:
    """The live run's histogram of a column.

    edges: ascending; bin i holds values over edge i-1 and at most edge i, the last one those over all
    edges. Of a column of texts `levels` are its most frequent ones, a bin each, and one for all others.
    counts: customers per bin, and at the end those without a value. label: what people call the column,
    where its name does not say it.
    """

    column: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    levels: tuple[str, ...] | None = None
    label: str = ""

    def count(self, values: pd.Series[Any]) -> tuple[int, ...]:
        """(n,) values, null where missing -> customers in the same bins."""
        bins = len(self.edges if self.levels is None else self.levels) + 1
        if self.levels is None:
            known = np.searchsorted(self.edges, read_known_numbers(values), side="left")
        else:  # -1 for all others: the last bin
            known = pd.Index(self.levels).get_indexer(pd.Index(values.dropna().astype(str))) % bins
        return (*np.bincount(known, minlength=bins).tolist(), len(values) - len(known))


@dataclass(frozen=True)
class Baseline:
    """What a run leaves for later nights to be held against: histograms of its sample, customers per segment
    id from all rows, and the median distance to the own centre (model scale)."""

    features: tuple[Reference, ...]
    descriptions: tuple[Reference, ...]
    sizes: Mapping[int, int]
    distance: float

    __pydantic_config__ = ConfigDict(extra="forbid")

    def to_json(self) -> str:
        """The text of baseline.json."""
        record = {"schema_version": SCHEMA_VERSION, **asdict(self)}
        return json.dumps(record, ensure_ascii=False, allow_nan=False)

    @staticmethod
    def from_json(text: str) -> Baseline:
        """The baseline of a baseline.json. Raises RunError for a text that is none, and for one that a newer
        version wrote."""
        try:
            record = json.loads(text)
            find_version(record, "baseline.json", SCHEMA_VERSION)  # of what older ones lack, labels are empty
            record.pop("schema_version", None)
            return _BASELINES.validate_python(record)
        except (ValueError, AttributeError) as problem:
            raise RunError(
                f"baseline.json can't be read: {tell_first(problem)}",
                "score with a run that this version of custseg_spark wrote",
            ) from None


_BASELINES: TypeAdapter[Baseline] = TypeAdapter(Baseline)


def build_baseline(
    features: pd.DataFrame,
    descriptions: pd.DataFrame,
    sizes: Mapping[int, int],
    distances: NDArray[np.float64],
    labels: Mapping[str, str] | None = None,
) -> Baseline:
    """The baseline of a run: `features` and `descriptions` hold a row per sampled customer in their units,
    null where missing; `sizes` are of all customers; `distances` (n,) to the own centre; `labels`: what
    people call the columns, where their names do not say it."""
    of_features, of_descriptions = (
        tuple(build_reference(str(name), frame[name], (labels or {}).get(str(name), "")) for name in frame)
        for frame in (features, descriptions)
    )
    return Baseline(
        of_features,
        of_descriptions,
        dict(sizes),
        float(np.median(distances)) if len(distances) else 0.0,
    )


def read_known_numbers(values: pd.Series[Any]) -> NDArray[np.float64]:
    """The values that are known, as numbers; a date or a moment is days since 1 January of the year 1."""
    known = values.dropna()
    if len(known) and known.map(lambda value: isinstance(value, date)).all():
        return np.array([_count_days(value) for value in known], dtype=np.float64)
    return np.asarray(pd.to_numeric(known, errors="coerce").dropna(), dtype=np.float64)


def _count_days(moment: date) -> float:
    if not isinstance(moment, datetime):
        return moment.toordinal()
    of_day = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    return moment.toordinal() + of_day / timedelta(days=1)


def build_reference(column: str, given: pd.Series[Any], label: str = "") -> Reference:
    """The histogram of (n,) values (dates as days) in ten bins of equal share, fewer where a value is
    frequent; of texts, the counts of the ten most frequent (ties by the alphabet)."""
    if given.dropna().map(lambda value: isinstance(value, str)).any():
        counts = given.dropna().astype(str).value_counts().sort_index()
        levels = counts.sort_values(ascending=False, kind="stable").index[:_BINS]
        made = Reference(column, (), (), tuple(map(str, levels)), label)
    else:
        known, shares = read_known_numbers(given), np.arange(1, _BINS) / _BINS
        edges = np.unique(np.quantile(known, shares, method="inverted_cdf")) if len(known) else known
        if len(known) and known.min() == known.max():
            edges = np.array([np.nextafter(known[0], -math.inf), known[0]])  # so that both sides are seen
        made = Reference(column, tuple(edges.tolist()), (), None, label)
    return replace(made, counts=made.count(given))
