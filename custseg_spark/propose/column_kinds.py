"""What the columns of a table look like, from its first rows: ids, amounts, flags, dates, outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from custseg_spark.data.text_types import (
    BLANKS,
    NEARLY_ALL,
    NO_HABITS,
    Habits,
    TextType,
    infer_type,
)
from custseg_spark.propose.column_names import read_name
from custseg_spark.propose.habits import find_habits, may_settle
from custseg_spark.propose.name_words import ID, ID_FIRST, PEOPLE, PERSONAL, split_name
from custseg_spark.propose.protected import is_protected
from custseg_spark.recipe import plain_yaml
from custseg_spark.topics import MEASURES

Kind = Literal["empty", "constant", "number", "flag", "category", "date", "text", "nested"]

MOST_LEVELS = 12
"""Up to this many values a text is a category."""
_FEW_ROWS = 30
_LONG = 10**8
_LAST_YEAR = 2060
_LONGEST = 30
"""Signs of a value that are shown in a comment."""
_NOT = {"boolean": "neither true nor false", "date": "no date"}

_YES = frozenset(["yes", "y", "true", "t", "oui", "ja", "si", "sí", "sì", "sim"])
_NO = frozenset(["no", "n", "false", "f", "non", "nein", "nee", "não", "nao"])


@dataclass(frozen=True)
class ColumnKind:
    """One column of a table, as its first rows show it.

    `values`: one per row, as floats (number, flag), times (date) or text, missing where there is none.
    `declared`: what `input.types` should say of it; None where the table's own type is enough.
    `fit`, `misfit`: of text, the share of the known values that are of the kind, and the first that is not.
    """

    name: str
    kind: Kind
    values: pd.Series[Any]
    missing: float
    distinct: int
    declared: str | dict[str, Any] | None = None
    counted: str | None = None
    """Of a category and of a flag that is text: the value that is counted."""
    fit: float = 1.0
    misfit: str = ""
    bounds: tuple[float, float] | None = None
    """Of numbers: the lowest and the highest of the whole table, where more than `values` is known."""
    ambiguous: str = ""
    """Of text: another way to read it that fits as well, in words with an example."""
    text: TextType | None = None
    """What the text was read as, where it was."""

    @property
    def span(self) -> tuple[float, float]:
        """Of numbers: the lowest and the highest."""
        return self.bounds or (float(self.values.min()), float(self.values.max()))

    @property
    def is_clean(self) -> bool:
        """Whether every known value is of the kind."""
        return self.fit == 1

    @property
    def is_nearly_clean(self) -> bool:
        """Whether so few values are of another kind that their rows may go to the quarantine."""
        return self.fit >= NEARLY_ALL

    @property
    def misfits(self) -> str:
        """How many values are of another kind, with one of them, for a comment; empty if none is."""
        if self.is_clean:
            return ""
        kind = "boolean" if self.declared == "boolean" else self.kind
        example = plain_yaml.inline(self.misfit[:_LONGEST])
        return (
            f"{100 * (1 - self.fit):.2g}% of its values are {_NOT.get(kind, 'no number')}, such as {example}"
        )

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the name, without its unit: MntWines -> mnt, wines."""
        return split_name(read_name(self.name).plain)

    @cached_property
    def known(self) -> pd.Series[Any]:
        """The values without those that are missing."""
        return self.values.dropna()

    @cached_property
    def is_whole(self) -> bool:
        """Whether no number of it has a fraction; a text is none."""
        numbers = pd.to_numeric(self.known, errors="coerce").dropna()
        return bool((numbers == numbers.round()).all())

    @property
    def is_year(self) -> bool:
        """Whether it holds calendar years: by its name, or by whole numbers of the last and this century."""
        if self.kind != "number" or self.known.empty:
            return False
        low, high = self.span
        named = "year" in self.words and low >= 1850 and high <= 2150
        return named or (self.is_whole and low >= 1900 and high <= _LAST_YEAR)

    @property
    def is_running(self) -> bool:
        """Whether each row has a whole number of its own, not called a measure, and few between them are left
        out or all are as long as a phone's: the number of a row, an id, a rank."""
        is_unique = self.known.is_unique and self.distinct >= len(self.known) > 1
        if self.kind != "number" or not (is_unique and self.is_whole and MEASURES.isdisjoint(self.words)):
            return False
        low, high = self.span
        if low >= _LONG:
            return len(f"{low:.0f}") == len(f"{high:.0f}")
        return high - low < self.distinct * (1 if self.distinct < _FEW_ROWS else 2)

    @cached_property
    def is_protected(self) -> bool:
        """Whether it says, by its name or its levels, what must not decide how a person is treated."""
        return is_protected(self.words, map(str, self.known.unique()) if self.kind == "category" else ())

    @property
    def is_personal(self) -> bool:
        """Named like something that says who a person is."""
        return self.kind in ("text", "category") and not PERSONAL.isdisjoint(self.words)

    @property
    def is_id_like(self) -> bool:
        """Named like an id, or different in nearly every row without being a measure."""
        if self.kind == "number":
            is_person = len(self.words) == 1 and self.words[0] in PEOPLE
            return is_person or not (ID.isdisjoint(self.words[-1:]) and ID_FIRST.isdisjoint(self.words[:1]))
        named = not ID.isdisjoint(self.words)
        return self.kind == "text" and (named or self.distinct > 0.95 * len(self.values))


def look_at_columns(head: pd.DataFrame) -> list[ColumnKind]:
    """Every column of a table's first rows, in its order. What one column leaves open of day and month, or of
    the sign before a fraction, the others may tell."""
    named = {str(name): values for name, values in head.items()}
    columns = [look_at_column(name, values) for name, values in named.items()]
    habits = find_habits([column.text for column in columns if column.text is not None])
    return [
        _infer_column(column.name, named[column.name], habits)
        if column.text is not None and may_settle(habits, column.text)
        else column
        for column in columns
    ]


def look_at_column(name: str, values: pd.Series[Any]) -> ColumnKind:
    """What one column looks like; text is read as numbers or dates where nearly all of it is."""
    known = values.dropna()
    if known.empty:
        return _build_column(name, "empty", values)
    if known.head(100).map(lambda value: isinstance(value, list | dict | set | tuple | np.ndarray)).any():
        return ColumnKind(name, "nested", values, 0.0, 0)
    types = set(known.map(type))
    if types <= {bool, np.bool_}:
        return _build_column(name, "flag", values.map({True: 1.0, False: 0.0}).astype(float), counted="true")
    if pd.api.types.is_numeric_dtype(values) or types <= {Decimal, int, float}:
        days = _read_compact_days(known)
        return (
            _infer_column(name, days.reindex(values.index))
            if days is not None
            else _classify_numbers(name, values)
        )
    if pd.api.types.is_datetime64_any_dtype(values) or all(issubclass(kind, date) for kind in types):
        return _build_column(name, "date", pd.to_datetime(values, errors="coerce", utc=True))
    return _infer_column(name, values)


def _read_compact_days(known: pd.Series[Any]) -> pd.Series[Any] | None:
    """Numbers such as 20200416 as text, where nearly all may be days; None where they are numbers."""
    numbers = pd.to_numeric(known, errors="coerce").astype(float)
    if not ((numbers == numbers.round()) & numbers.between(19_000_101, 21_001_231)).all():
        return None
    texts = numbers.astype("int64").astype(str).astype(object)
    return texts if infer_type(texts).name == "date" else None


def _classify_numbers(name: str, values: pd.Series[Any], **found: Any) -> ColumnKind:
    numbers = pd.to_numeric(values, errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)
    kind: Kind = "flag" if set(numbers.dropna().unique()) <= {0.0, 1.0} else "number"
    return _build_column(name, kind, numbers, **found)


def _infer_column(name: str, values: pd.Series[Any], habits: Habits = NO_HABITS) -> ColumnKind:
    """A column of text, with its values read where they are numbers, truths or dates."""
    texts, as_read = _strip(values), values.astype("string").astype(object)
    found = infer_type(as_read, habits)
    if found.name == "string":
        return _classify_texts(name, texts)
    is_known = [isinstance(text, str) and not found.is_missing(text) for text in texts]
    known = as_read[is_known]
    read = pd.Series([found.read(text) for text in known], known.index, dtype=object)
    fits = {"fit": found.fit, "misfit": found.misfit, "ambiguous": found.ambiguous, "text": found}
    if found.name in ("date", "timestamp"):
        moments = pd.to_datetime(read, errors="coerce", utc=True).reindex(texts.index)
        return _build_column(name, "date", moments, declared=found.declared, **fits)
    numbers = read.astype(float).reindex(texts.index)
    if found.name == "boolean":
        return _build_column(name, "flag", numbers, declared="boolean", counted="true", **fits)
    column = _classify_numbers(name, numbers, declared=found.declared, **fits)
    # an id may be a number in most rows alone: what is none tells rows apart as well
    misfits = {text for text, value in zip(known, read, strict=True) if value is None}
    return replace(column, distinct=column.distinct + len(misfits))


def _classify_texts(name: str, texts: pd.Series[Any]) -> ColumnKind:
    """A flag of two words such as yes and no, a category of few values, or text."""
    counts = texts.value_counts()
    if len(counts) < 2:
        return _build_column(name, "constant", texts)
    yes = [text for text in counts.index if text.lower() in _YES]
    if len(counts) == 2 and len(yes) == 1 and {text.lower() for text in counts.index} & _NO:
        flags = texts.map({text: float(text == yes[0]) for text in counts.index})
        return _build_column(name, "flag", flags.astype(float), declared="string", counted=yes[0])
    kind: Kind = "category" if len(counts) <= MOST_LEVELS and len(counts) <= len(texts) / 2 else "text"
    counted = counts.index[-1] if len(counts) == 2 else counts.index[0]
    return _build_column(name, kind, texts, declared="string", counted=str(counted))


def _build_column(name: str, kind: Kind, values: pd.Series[Any], **found: Any) -> ColumnKind:
    distinct = int(values.nunique())
    if distinct < 2:
        kind = "constant" if distinct else "empty"
    missing = float(values.isna().mean()) if len(values) else 1.0
    return ColumnKind(name, kind, values, missing, distinct, **found)


def _strip(values: pd.Series[Any]) -> pd.Series[Any]:
    texts = values.astype("string").str.strip(BLANKS)
    return texts.mask(texts == "").astype(object)
