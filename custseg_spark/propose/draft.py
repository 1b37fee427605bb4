"""Sorting an unknown table's columns into the sections of a recipe: few cut, many describe."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from custseg_spark.features import VALUE
from custseg_spark.propose.categories import OfferedCategory, name_category
from custseg_spark.propose.choose_features import choose_features
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.features import ProposedFeature, name_days_since
from custseg_spark.propose.identity import Identity, find_identity, is_coded, list_counting
from custseg_spark.propose.name_words import skip_marks
from custseg_spark.propose.outcomes import find_outcome_words
from custseg_spark.recipe import LABELS
from custseg_spark.wording import join_few, split_words

_MOST_DESCRIPTIONS = 30
_MOST_NAMED = 4


@dataclass(frozen=True)
class DeclaredType:
    """What `input.types` says of a column, and what a person should know of it."""

    kind: str | dict[str, Any] | None
    remark: str


@dataclass(frozen=True)
class Draft:
    """What goes where. Keys are names fit for a recipe; of `left` and `remarks`, columns of the table.

    `categories`: those that cut; `further`: those that could. `dropped`: columns that are not read. `left`:
    why a column is in no section. `sums`: of columns, described as one. `remarks`: why a described column
    does not cut. `tried`: how the features were found. `notices`: what a person must know before the recipe
    is used, a sentence each.
    """

    identity: Identity
    features: dict[str, ProposedFeature]
    categories: dict[str, OfferedCategory]
    further: dict[str, OfferedCategory]
    sums: dict[str, ProposedFeature]
    described: dict[str, ColumnKind]
    checked: dict[str, ColumnKind]
    protected: tuple[str, ...]
    dropped: tuple[str, ...]
    left: dict[str, str]
    remarks: dict[str, str]
    types: dict[str, DeclaredType]
    tried: str
    notices: tuple[str, ...]


def draft_recipe(columns: Sequence[ColumnKind], rows: int, asked: str | None = None) -> Draft:
    """Sort a table's columns into the sections of a recipe; `rows`: of the table. `asked`: the id that a
    person named."""
    identity = find_identity(columns, rows, asked)
    named = [column for column in columns if column is not identity.column]
    written = _list_written(named)
    counting = list_counting(named, rows)
    others = [column for column in named if column.name not in {*counting, *written}]
    choice = choose_features(others)
    parts = {part for one in (*choice.features, *choice.sums) for part in one.columns}
    left = counting | {**choice.left}
    offered = {*parts, *(one.name for one in choice.categories)}
    left |= {one.name: why for one in others if one.name not in {*offered, *left} and (why := _explain(one))}
    protected = tuple(column.name for column in others if column.is_protected and column.name not in left)
    alone = {one.columns[0] for one in choice.features if len(one.columns) == 1}
    alone |= {one.name for one in choice.categories if one.is_live}
    checked = [outcome for outcome in choice.outcomes if outcome.name not in {*left, *protected}]
    apart = {*left, *protected, *alone, *choice.hidden, *(outcome.name for outcome in checked)}
    free = [column for column in others if column.name not in apart]
    described, further = free[:_MOST_DESCRIPTIONS], free[_MOST_DESCRIPTIONS:]
    left |= {column.name: "one description too many" for column in further}
    used = (
        parts | {one.name for one in choice.categories} | {column.name for column in (*described, *checked)}
    )
    taken = {*LABELS, "_".join(split_words(identity.name))}
    live = [one for one in choice.categories if one.is_live]
    return Draft(
        identity=identity,
        features={_choose_name(one.words, taken): one for one in choice.features},
        categories={_choose_name(one.column.words, taken): one for one in live},
        sums={_choose_name(one.words, taken): one for one in choice.sums},
        described={_choose_name(_name_description(column), taken): column for column in described},
        checked={_choose_name(_name_outcome(column), taken): column for column in checked},
        further={
            _choose_name(name_category(one.column), taken): one
            for one in choice.categories
            if not one.is_live
        },
        protected=protected,
        dropped=written,
        left=left,
        remarks={name: why for name, why in choice.remarks.items() if name not in left},
        types=_declare_types(others, used, protected),
        tried=choice.tried,
        notices=(
            *identity.notices,
            *_tell_written(written),
            *choice.notices,
            *(ask_reading(column) for column in others if column.ambiguous and column.name not in left),
        ),
    )


def _list_written(columns: Sequence[ColumnKind]) -> tuple[str, ...]:
    """The columns that a run would write itself, or an earlier one did."""
    names = [column.name for column in columns]
    is_scored = {*LABELS} <= {name.lower() for name in names}
    return tuple(name for name in names if name.lower() in LABELS or (is_scored and name.startswith(VALUE)))


def _tell_written(names: Sequence[str]) -> list[str]:
    """That these are not read; nothing where there are none."""
    what, them = ("a column of this name", "it") if len(names) == 1 else ("columns of these names", "them")
    told = (
        f"{join_few(names, _MOST_NAMED)}: a run writes {what} itself, so the table's own is not read "
        f"(privacy.drop): rename {them} to keep {them}."
    )
    return [told] if names else []


def _declare_types(
    columns: Sequence[ColumnKind], used: Collection[str], protected: Collection[str]
) -> dict[str, DeclaredType]:
    """The types of the columns that are `used`. What must not decide is shown of every row, so none may be
    lost for a value of another kind."""
    types = {}
    for column in columns:
        is_mixed = column.name in protected and not column.is_nearly_clean
        is_whole = column.declared == "int" and column.is_clean  # undeclared, an age of 19 may end as 19.0
        is_told = column.name in protected and (is_whole or isinstance(column.declared, dict))
        if is_mixed or is_told or (column.declared and column.name in used):
            types[column.name] = DeclaredType(
                "string" if is_mixed else column.declared,
                column.misfits if is_mixed else _explain_type(column),
            )
    return types


def _explain_type(column: ColumnKind) -> str:
    """What a person should know of how a column's text is read; empty where there is nothing."""
    notes = [f"{column.ambiguous}: choose" if column.ambiguous else "", column.misfits]
    if column.text is not None and column.kind == "number" and "%" in column.text.example:
        notes.append(f"{column.text.example} is {column.text.read(column.text.example):g}")
    if column.kind == "date" and column.text is not None and "yyyy" not in (column.text.pattern or "yyyy"):
        last = column.known.max()
        if last > pd.Timestamp.now("UTC"):
            notes.append(f"its last day is {last:%Y-%m-%d}: a year of two digits is taken for 1969 to 2068")
    return "; ".join(filter(None, notes))


def ask_reading(column: ColumnKind) -> str:
    """What a person must say of a column whose text can be read in two ways."""
    if column.kind == "date":
        return (
            f"{column.name}: {column.ambiguous}: check that day and month are not swapped under input.types"
        )
    return f"{column.name}: {column.ambiguous}: it cuts nothing until input.types says which"


def _explain(column: ColumnKind) -> str:
    if column.kind in ("empty", "constant"):
        alike = "no value" if column.kind == "empty" else "the same value in every row"
        return alike if column.distinct < 2 else "the same in nearly every row"
    if column.kind == "nested":
        return "holds lists or structures: write expressions over their parts"
    if column.is_protected:
        return ""
    if column.is_personal:
        return "says who a person is"
    if column.is_id_like and (column.kind == "number" or is_coded(column)):
        return "an id or a code"
    if column.kind == "text":
        return f"text of {column.distinct:,} different values"
    return column.misfits


def _name_description(column: ColumnKind) -> tuple[str, ...]:
    """The words of what is described: the days since a date, the share of a category's value."""
    if column.kind == "date":
        return name_days_since(column)
    return (*column.words, *split_words(column.counted or "")) if column.kind == "category" else column.words


def _name_outcome(column: ColumnKind) -> tuple[str, ...]:
    """The words of an outcome, with its value where that alone says what it is: status, churned."""
    by_value = find_outcome_words(split_words(column.counted or "")) and not find_outcome_words(column.words)
    return _name_description(column) if by_value else column.words


def _choose_name(words: tuple[str, ...], taken: set[str]) -> str:
    """A name fit for a recipe that is not taken, whatever the case; from now on it is."""
    plain = "_".join(skip_marks(words))
    plain = plain if plain[:1].isalpha() else f"column_{plain}"
    numbered = (f"{plain}_{number}" for number in itertools.count(2))
    name = next(name for name in itertools.chain([plain], numbered) if name not in taken)
    taken.add(name)
    return name
