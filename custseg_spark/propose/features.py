"""A number that customers could be cut by: a column of an unknown table, or a sum of columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.column_names import read_name
from custseg_spark.recipe import FeatureSection
from custseg_spark.sql.parse import quote_name
from custseg_spark.topics import AMOUNTS, COUNTS, LAST, PERIODS, RELATIVE, Topic, find_topic

_SKEWED = 0.75
_MOSTLY_KNOWN = 0.3
_FAR_OUT = 2.0
"""A highest value over this many times the 99.5th percentile is clipped there."""

_VALUE = AMOUNTS | {
    "charge",
    "charges",
    "basket",
    "premium",
    "clv",
    "cltv",
    "ltv",
    "paid",
    "donated",
    "donations",
}
"""Words beside those of spend for what a customer brought in."""
_NO_VALUE = RELATIVE | frozenset(
    ["credit", "loan", "limit", "balance", "bal", "due", "debt", "owed", "discount", "frequency", "trx",
     "claim", "claims", "hike", "increase", "delta", "diff", "cashback", "refund", "refunds", "tax"]
)  # fmt: skip
"""Words beside them that make it something else."""
_BOUGHT = frozenset(["purchase", "purchases", "order", "orders", "transactions", "bookings", "achats"])
_OFTEN = 0.2
_STATES = frozenset(["balance", "income", "salary", "months"])


@dataclass(frozen=True)
class ProposedFeature:
    """A numeric expression that could be a feature.

    `words`: of its name. `columns`: what it is made of. `values`: one per row, NaN where missing.
    """

    words: tuple[str, ...]
    sql: str
    columns: tuple[str, ...]
    values: pd.Series[Any]

    @cached_property
    def unit(self) -> str:
        """What it is counted in, where its columns' names all say it; money where purchases have fractions:
        nobody buys 2.5 times."""
        units = {read_name(column).unit for column in self.columns}
        unit, words = units.pop() if len(units) == 1 else "", {*self.words}
        if unit or find_topic(" ".join(self.words)) != "frequency" or not words & _BOUGHT or words & COUNTS:
            return unit
        return "money" if self._has_fractions and self.values.max() > 1 else ""

    @property
    def may_count(self) -> bool:
        """Whether its values could be how many there are of something, or a time: none is under zero, and
        only a time has fractions."""
        return bool(self.values.min() >= 0) and (self.words[0] in PERIODS or not self._has_fractions)

    @property
    def _has_fractions(self) -> bool:
        return bool((self.values.dropna() % 1 != 0).mean() > _OFTEN)

    @property
    def topic(self) -> Topic | None:
        """What it is about."""
        return find_topic(" ".join(self.words), self.unit)

    @cached_property
    def is_value(self) -> bool:
        """Named like what a customer brought in: spend, sales, charges; no ratio of it, no average, no
        debt."""
        words = {*self.words}
        if not _NO_VALUE.isdisjoint(words):
            return False
        named = not _VALUE.isdisjoint(words) or {"lifetime", "value"} <= words or words == {"purchases"}
        return named or self.topic == "spend"

    @property
    def rank(self) -> tuple[int, bool]:
        """Where its name stands among what mostly cuts well: value first, its total before its parts, then
        time since, then how often, then what somebody earns."""
        words = {*self.words}
        if self.is_value:
            return 0, "total" not in words
        if self.topic == "recency" or "since" in words:
            return 1, False
        is_frequency = self.topic in ("frequency", "channel", "deals") or "frequency" in words
        return 2 if is_frequency else 3 if words & _STATES else 4, False

    @property
    def is_column(self) -> bool:
        """Whether it is a column as it is, no sum and no days since a date."""
        return self.sql == quote_name(self.columns[0])

    @property
    def missing(self) -> float:
        """The share of rows without a value."""
        return float(self.values.isna().mean())

    @property
    def highest(self) -> float:
        return float(self.values.max())

    @property
    def far_out(self) -> float | None:
        """The 99.5th percentile, if the highest value lies far beyond it."""
        high = float(self.values.quantile(0.995))
        return high if high > 0 and self.highest > _FAR_OUT * high else None

    @property
    def is_skewed(self) -> bool:
        """Whether log1p evens it out: no value under zero, a long tail upwards, and less of it after."""
        values = self.values.dropna().astype(float).clip(upper=self.far_out)
        if values.min() < 0:
            return False
        before, after = pd.DataFrame({"as it is": values, "log1p": np.log1p(values)}).skew()
        return bool(before > _SKEWED and abs(after) < before)

    @property
    def section(self) -> FeatureSection:
        """What the recipe says of it, under segment_by."""
        low = 0.0 if self.is_skewed else None
        return FeatureSection(
            sql=self.sql,
            clip=(low, "p99.5" if self.far_out is not None else None),
            transform="log1p" if self.is_skewed else "none",
        )


def offer_column(column: ColumnKind) -> ProposedFeature:
    """A column as it is."""
    return ProposedFeature(column.words, quote_name(column.name), (column.name,), column.values)


def says_when_last(column: ColumnKind) -> bool:
    """Whether it is the date on which a customer last did something."""
    known = column.kind == "date" and column.is_nearly_clean and column.missing < _MOSTLY_KNOWN
    return known and not LAST.isdisjoint(column.words)


def offer_recency(column: ColumnKind) -> ProposedFeature:
    """The days from a date to the last one of the table."""
    days = (column.values.max().normalize() - column.values.dt.normalize()).dt.days.astype(float)
    return ProposedFeature(name_days_since(column), write_days_since(column), (column.name,), days)


def name_days_since(column: ColumnKind) -> tuple[str, ...]:
    """The words of the days since a date: last_order_date -> days, since, last, order."""
    return ("days", "since", *([word for word in column.words if word not in ("dt", "date")] or column.words))


def write_days_since(column: ColumnKind) -> str:
    """The days from a date to the last one of the table, as an expression."""
    return f"datediff(date '{column.values.max().date().isoformat()}', {quote_name(column.name)})"
