"""Outcomes of a table, and the columns that give one away: by their name, or by telling it almost by
themselves.

Segments are checked by an outcome, so nothing that carries it may cut or describe them: a classifier's
output on it makes a segment that is the outcome, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.wording import split_words

NAMES_OUTCOME = frozenset(
    ["churn", "churned", "churner", "churning", "attrition", "attrited", "exited", "defaulted", "defaulter",
     "unsubscribed", "abwanderung", "abgewandert", "kundigung", "gekundigt", "abandono", "abbandono",
     "resiliation", "desabonnement", "opzegging", "evasao", "cancelamento", "inadimplencia"]
)  # fmt: skip
"""Words that name an outcome wherever they stand: a column with one is an outcome, or carries it."""
_OUTCOME = NAMES_OUTCOME | frozenset(
    ["response", "responded", "responder", "target", "outcome", "converted", "conversion", "convert", "label",
     "cancelled", "canceled", "retained", "retention", "default", "risk", "subscribed", "subscribe",
     "renewed", "fraud", "delinquent", "lapsed", "quit", "impago", "cancelou", "resilie",
     "ziel", "zielvariable", "antwort", "objetivo", "respuesta", "riesgo",
     "cible", "reponse", "risque", "risposta", "rischio", "resposta", "risco", "risiko", "risico"]
)  # fmt: skip
"""Words that name an outcome where a column of two values has them in its name."""
_WHOLE = frozenset(
    ["y", "left", "lost", "won", "deposit", "award", "awarded", "bought", "purchased", "revenue", "baja",
     "fuga"]
)  # fmt: skip
"""Words that name one where they are the whole name."""
_GENERAL = frozenset(
    ["flag", "label", "value", "status", "is", "has", "was", "the", "customer", "client", "user", "target",
     "yes", "no", "last", "total", "outcome", "binary", "indicator"]
)  # fmt: skip
"""Words of an outcome's name that do not say what it is about."""

_ENDS = frozenset(
    ["active", "inactive", "closed", "expired", "lapsed", "cancelled", "canceled", "suspended", "dormant",
     "churned", "left", "lost", "success", "failure", "failed", "won", "paid", "default", "defaulted",
     "overdue", "delinquent", "stayed", "retained", "unsubscribed"]
)  # fmt: skip
"""Values that say how it ended with a customer, or how it stands."""

TELLS = 0.95
"""A column whose AUC for an outcome is this or more, either way, is taken for the outcome itself. Measured
over public customer tables (scripts/outcome-bound): what is known of customers beforehand reaches at most
.88 (a balance, for who is in default), and what was written down after the fact .99 and more (complaints of
those who left)."""
FEWEST = 30
"""Of fewer customers of either answer an AUC says little: chance alone gives .95 to one of many columns."""
_LEVELS = 20


def is_outcome(column: ColumnKind) -> bool:
    """Of two values, and named like the answer that segments are checked by; or a category that has such an
    answer among its values."""
    two = column.kind == "flag" or (column.kind in ("category", "number") and column.distinct == 2)
    whole = len(column.words) == 1 and column.words[0] in _WHOLE
    return bool((two and (whole or not _OUTCOME.isdisjoint(column.words))) or _find_answer(column))


def may_tell_outcome(column: ColumnKind) -> bool:
    """Whether a category says how it ended or stands with customers: by a word of its name that names an
    outcome, or by two of its values that do."""
    named = not (_OUTCOME - {"label", "default"} | {"outcome", "poutcome"}).isdisjoint(column.words)
    values = map(str, column.known.unique()) if column.kind == "category" else ()
    return named or sum(not _ENDS.isdisjoint(split_words(value)) for value in values) > 1


def find_outcomes(columns: Iterable[ColumnKind]) -> list[ColumnKind]:
    """The columns that say the answer that segments are checked by, each with the value that is counted: of
    two numbers, such as 1 and 2, the higher; of Stayed, Joined and Churned the last."""
    return [
        replace(column, counted=f"{column.values.max():.15g}")
        if column.kind == "number"
        else replace(column, counted=_find_answer(column) or column.counted)
        for column in columns
        if is_outcome(column)
    ]


def _find_answer(column: ColumnKind) -> str:
    """Of a category, the value that names an outcome; empty where none or several do."""
    if column.kind != "category":
        return ""
    named = [
        text for text in map(str, column.known.unique()) if not NAMES_OUTCOME.isdisjoint(split_words(text))
    ]
    return named[0] if len(named) == 1 else ""


def find_giveaways(columns: Sequence[ColumnKind], outcomes: Sequence[ColumnKind]) -> dict[str, str]:
    """Of each column that carries an outcome and is none itself, why it is left out, by its name."""
    names = [outcome.words for outcome in outcomes]
    truths = [(outcome.name, read_truth(outcome)) for outcome in outcomes]
    found: dict[str, str] = {}
    named = {outcome.name for outcome in outcomes}
    for column in columns:
        if column.name in named or column.is_protected:
            continue
        if words := find_outcome_words(column.words, names):
            found[column.name] = f"carries an outcome in its name ({' '.join(words)})"
        elif told := find_told(column.values, truths):
            found[column.name] = f"tells {told}"
    return found


def find_outcome_words(words: Sequence[str], outcomes: Iterable[Sequence[str]] = ()) -> tuple[str, ...]:
    """The words of a name that are those of an outcome: one that names an outcome in every table, or all
    that say what one of the table's own `outcomes` is about; empty where it carries none."""
    always = tuple(word for word in words if word in NAMES_OUTCOME)
    if always:
        return always
    for outcome in outcomes:
        telling = tuple(word for word in outcome if word not in _GENERAL and len(word) > 1)
        if telling and {*telling} <= {*words}:
            return telling
    return ()


def read_truth(outcome: ColumnKind) -> pd.Series[Any]:
    """1 and 0 per row, missing where the outcome is not known."""
    values = outcome.values
    truth: pd.Series[Any]
    if outcome.kind == "flag":
        truth = values
    elif outcome.kind == "number":  # 1 and 2, or -1 and 1
        truth = values == values.max()
    else:
        truth = values.astype(str) == outcome.counted
    return truth.astype(float).where(values.notna())


def measure_telling(values: pd.Series[Any], truth: pd.Series[Any]) -> float:
    """How well a column alone tells who has an outcome: AUC from .5 to 1, nan where too few are known.

    The higher of two: the column's order where it has one, and the outcome's rate in each of its values (of
    many, in each twentieth), missing being one, as the other half of the rows has it.
    """
    known = truth.notna().to_numpy()
    answer = truth.to_numpy(float)[known] > 0
    if min(answer.sum(), (~answer).sum()) < FEWEST:
        return float("nan")
    values = values[known]
    rates = _measure_auc(_rate_levels(_code_levels(values), answer), answer)
    filled = values.notna().to_numpy()
    ordered = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)
    if not ordered or min(answer[filled].sum(), (~answer[filled]).sum()) < FEWEST:
        return rates
    by_order = _measure_auc(pd.to_numeric(values[filled]).to_numpy(float), answer[filled])
    return max(rates, by_order, 1 - by_order)


def find_told(values: pd.Series[Any], outcomes: Collection[tuple[str, pd.Series[Any]]]) -> str:
    """The first of the named outcomes that a column tells almost by itself, with its AUC; empty if it tells
    none."""
    for name, truth in outcomes:
        auc = measure_telling(values, truth)
        if auc >= TELLS:
            return f"{name} almost by itself (AUC {auc:.2f})"
    return ""


def _measure_auc(scores: Any, answer: np.ndarray[Any, Any]) -> float:
    """The area under the curve, from the ranks of those with the outcome (Mann and Whitney 1947): as
    scikit-learn's, which takes a second to load."""
    positives = int(answer.sum())
    above = float(pd.Series(scores).rank()[answer].sum()) - positives * (positives + 1) / 2
    return above / (positives * (len(answer) - positives))


def _code_levels(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """A code for each value, for each twentieth of many ordered ones, for the commonest of many texts; -1:
    missing."""
    if values.nunique() <= _LEVELS:
        return pd.factorize(values)[0]
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return (values.rank(pct=True) * _LEVELS).fillna(-1).to_numpy().astype(int)
    common = values.value_counts().index[:_LEVELS]
    return np.where(values.isna(), -1, pd.Index(common).get_indexer(values.astype(object)) + 1)


def _rate_levels(codes: np.ndarray[Any, Any], answer: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The outcome's rate in each row's level, taken from every second row for the others."""
    rates = np.empty(len(codes))
    odd = np.arange(len(codes)) % 2 == 1
    for own in (odd, ~odd):
        shifted, general = codes[~own] + 1, answer[~own].mean()
        size = codes.max() + 2
        counts = np.bincount(shifted, minlength=size)
        yes = np.bincount(shifted, weights=answer[~own], minlength=size)
        rates[own] = ((yes + general) / (counts + 1))[codes[own] + 1]
    return rates
