"""A number that customers could be cut by: a column of an unknown table, or a sum of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.recipe import FeatureSection
from custseg_spark.sql.parse import quote_name

_SKEWED = 0.75
_MOSTLY_KNOWN = 0.3
_FAR_OUT = 2.0
"""A highest value over this many times the 99.5th percentile is clipped there."""

MONEY = frozenset(
    ["mnt", "amt", "amount", "amounts", "spend", "spent", "spending", "sales", "revenue", "monetary",
     "turnover", "balance", "charges", "charge", "basket"]
)  # fmt: skip
RECENCY = frozenset(["recency", "since", "inactive", "dormant"])
_VALUE = (MONEY - {"balance"}) | frozenset(
    ["premium", "clv", "cltv", "gmv", "paid", "umsatz", "ausgaben", "depenses", "gasto", "gastos", "spesa",
     "ventas", "vendas"]
)  # fmt: skip
"""Words for what a customer brought in."""
_NO_VALUE = frozenset(
    ["chng", "change", "ratio", "rate", "score", "pct", "percent", "share", "index", "credit", "loan",
     "limit", "balance", "bal", "due", "debt", "owed", "discount", "avg", "average", "frequency", "trx",
     "claim", "claims", "hike", "growth", "increase", "delta", "diff", "cashback", "refund", "refunds",
     "tax"]
)  # fmt: skip
"""Words beside them that make it something else."""
_PREFERRED = (
    RECENCY,
    frozenset(["frequency", "orders", "order", "purchases", "transactions", "trans", "visits", "visit"]),
    frozenset(["balance", "income", "salary", "months"]),
)
_LAST = frozenset(
    ["last", "latest", "recent", "letzte", "letzter", "letztes", "dernier", "derniere", "ultima", "ultimo"]
)
COUNTS = frozenset(["num", "n", "nb", "no", "count", "cnt", "number"])


@dataclass(frozen=True)
class ProposedFeature:
    """A numeric expression that could be a feature.

    `words`: of its name. `columns`: what it is made of. `values`: one per row, NaN where missing.
    """

    words: tuple[str, ...]
    sql: str
    columns: tuple[str, ...]
    values: pd.Series[Any]

    @property
    def is_value(self) -> bool:
        """Named like what a customer brought in: spend, sales, charges; no ratio of it, no average, no
        debt."""
        words = {*self.words}
        if not _NO_VALUE.isdisjoint(words):
            return False
        return not _VALUE.isdisjoint(words) or {"lifetime", "value"} <= words or words == {"purchases"}

    @property
    def rank(self) -> tuple[int, bool]:
        """Where its name stands among what mostly cuts well: value first, its total before its parts, then
        time since, then how often."""
        if self.is_value:
            return 0, "total" not in self.words
        known = (place for place, words in enumerate(_PREFERRED, 1) if words & {*self.words})
        return next(known, len(_PREFERRED) + 1), False

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
        values = self.values.dropna().clip(upper=self.far_out).to_numpy(float)
        if values.min() < 0:
            return False
        before = _measure_skew(values)
        return before > _SKEWED and abs(_measure_skew(np.log1p(values))) < before

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
    return known and not _LAST.isdisjoint(column.words)


def offer_recency(column: ColumnKind) -> ProposedFeature:
    """The days from a date to the last one of the table."""
    last = column.values.max()
    words = ("days", "since", *(word for word in column.words if word not in ("dt", "date")))
    sql = f"datediff(date '{last.date().isoformat()}', {quote_name(column.name)})"
    days = (last.normalize() - column.values.dt.normalize()).dt.days.astype(float)
    return ProposedFeature(words, sql, (column.name,), days)


def _measure_skew(values: NDArray[np.float64]) -> float:
    """The third standardised moment; 0 for values that are all the same."""
    spread = values.std()
    return float((((values - values.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0
