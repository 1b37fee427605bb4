"""Which columns of an unknown table could cut: few, continuous, not saying the same thing twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.sql.parse import quote_name

MOST_FEATURES = 5
REDUNDANT = 0.7
"""Two columns whose ranks correlate more than this say the same: half of one is told by the other."""
_CONTINUOUS = 10
"""Fewer distinct values than this are a code or a small count, which is described."""
_MOSTLY_ONE_VALUE = 0.6
_SKEWED = 0.75
_FAR_OUT = 2.0
"""A highest value over this many times the 99.5th percentile is clipped there."""

MONEY = frozenset(
    ["mnt", "amt", "amount", "amounts", "spend", "spent", "spending", "sales", "revenue", "monetary",
     "turnover", "balance", "charges", "basket"]
)  # fmt: skip
RECENCY = frozenset(["recency", "since", "inactive", "dormant"])
_PREFERRED = (
    MONEY,
    RECENCY,
    frozenset(["frequency", "orders", "order", "purchases", "transactions", "visits"]),
    frozenset(["tenure", "months", "income", "salary"]),
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
    def rank(self) -> int:
        """Where its name stands among what mostly cuts well; money first, then time since."""
        return next(
            (place for place, known in enumerate(_PREFERRED) if known & {*self.words}), len(_PREFERRED)
        )

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


def choose_candidates(columns: Sequence[ColumnKind]) -> tuple[list[ProposedFeature], dict[str, str]]:
    """The candidates to cut by, best first, and of each column that could cut but does not, why.

    Sums of columns that share a name and a unit come before their parts. Of two candidates that say
    the same (see REDUNDANT) the first stays. Where nothing is continuous, small counts
    are taken.
    """
    totals = list(_add_up_columns(columns))
    continuous = [column for column in columns if _is_continuous(column)]
    if not continuous and not totals:
        continuous = [column for column in columns if column.kind == "number" and _may_cut(column)]
    taken: list[ProposedFeature] = []
    remarks: dict[str, str] = {}
    for total in sorted(totals, key=lambda one: one.rank):
        if not _explain_pass(total, taken):
            taken.append(total)
            remarks |= {part: f"part of {'_'.join(total.words)}" for part in total.columns}
    singles = [_offer(column) for column in continuous if column.name not in remarks]
    for candidate in sorted(singles, key=lambda one: one.rank):
        why = _explain_pass(candidate, taken)
        if why:
            remarks[candidate.columns[0]] = why
        else:
            taken.append(candidate)
    return sorted(taken, key=lambda one: one.rank), remarks


def _explain_pass(candidate: ProposedFeature, taken: Sequence[ProposedFeature]) -> str:
    for other in taken:
        both = pd.concat([other.values, candidate.values], axis=1)
        rho = both.corr(method="spearman", min_periods=3).to_numpy()[0, 1]  # NaN where one is constant
        if abs(rho) > REDUNDANT:
            return f"says the same as {'_'.join(other.words)} (rank correlation {rho:.2f})"
    return "could cut as well" if len(taken) == MOST_FEATURES else ""


def _measure_skew(values: NDArray[np.float64]) -> float:
    """The third standardised moment; 0 for values that are all the same."""
    spread = values.std()
    return float((((values - values.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0


def _offer(column: ColumnKind) -> ProposedFeature:
    return ProposedFeature(column.words, quote_name(column.name), (column.name,), column.values)


def _may_cut(column: ColumnKind) -> bool:
    named = column.is_protected or column.is_outcome or column.is_id_like or column.is_year
    return column.is_nearly_clean and not named and not column.ambiguous


def _is_continuous(column: ColumnKind) -> bool:
    if column.kind != "number" or column.distinct < _CONTINUOUS or not _may_cut(column):
        return False
    commonest = column.values.value_counts(normalize=True).iloc[0]
    return column.missing < 0.5 and bool(commonest < _MOSTLY_ONE_VALUE)


def _add_up_columns(columns: Sequence[ColumnKind]) -> Iterator[ProposedFeature]:
    """Three or more amounts under one name (MntWines, MntFruits, ...) or counts of one thing as one sum."""
    groups: dict[tuple[str, ...], list[ColumnKind]] = {}
    for column in columns:
        if column.kind == "number" and column.is_clean and _may_cut(column) and column.values.min() >= 0:
            groups.setdefault(_find_shared_words(column.words), []).append(column)
    for words, members in groups.items():
        if not words or len(members) < 3 or any({"total", "sum", "all"} & {*m.words} for m in members):
            continue
        terms = [f"coalesce({quote_name(m.name)}, 0)" if m.missing else quote_name(m.name) for m in members]
        values = pd.concat([m.values.fillna(0) for m in members], axis=1).sum(axis=1)
        yield ProposedFeature((*words, "total"), " + ".join(terms), tuple(m.name for m in members), values)


def _find_shared_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that say what is added up; none where the name does not say it."""
    if len(words) < 2:
        return ()
    if words[0] in MONEY:
        return words[:1]
    if words[-1] in MONEY:
        return words[-1:]
    return (words[0], words[-1]) if words[0] in COUNTS and len(words) > 2 else ()
