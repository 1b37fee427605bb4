"""Sorting an unknown table's columns into the sections of a recipe: few cut, many describe."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from custseg_spark.propose.choose_features import choose_features
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.features import COUNTS, ProposedFeature
from custseg_spark.propose.identity import Identity, find_identity, list_counting
from custseg_spark.wording import split_words

_MOST_DESCRIPTIONS = 30
_TAKEN = ("segment", "segment_name", "distance_to_centre")


@dataclass(frozen=True)
class Draft:
    """What goes where. Keys are names fit for a recipe; of `left` and `remarks`, columns of the table.

    `left`: why a column is in no section. `sums`: of columns, described as one. `remarks`: why a described
    column does not cut. `tried`: how the features were found. `type_remarks`: what a type in `types` does
    not fit. `notices`: what a person must know before the recipe is used, a sentence each.
    """

    identity: Identity
    features: dict[str, ProposedFeature]
    sums: dict[str, ProposedFeature]
    described: dict[str, ColumnKind]
    checked: dict[str, ColumnKind]
    protected: tuple[str, ...]
    left: dict[str, str]
    remarks: dict[str, str]
    types: dict[str, Any]
    type_remarks: dict[str, str]
    tried: str
    notices: tuple[str, ...]


def draft_recipe(columns: Sequence[ColumnKind], rows: int, asked: str | None = None) -> Draft:
    """Sort a table's columns into the sections of a recipe; `rows`: of the table. `asked`: the id that a
    person named."""
    identity = find_identity(columns, rows, asked)
    named = [column for column in columns if column is not identity.column]
    counting = list_counting(named, rows)
    others = [column for column in named if column.name not in counting]
    choice = choose_features(others)
    alone = {one.columns[0] for one in choice.features if len(one.columns) == 1}
    parts = {part for one in (*choice.features, *choice.sums) for part in one.columns}
    left = counting | {one.name: why for one in others if (why := _explain(one)) and one.name not in parts}
    left |= choice.left
    protected = tuple(column.name for column in others if column.is_protected and column.name not in left)
    # what must not decide is shown of every row, so none may be lost for a value of another kind
    mixed = {one.name: one.misfits for one in others if one.name in protected and not one.is_nearly_clean}
    free = [column for column in others if column.name not in {*left, *protected, *alone, *choice.hidden}]
    outcomes = {outcome.name: outcome for outcome in choice.outcomes}
    checked = [outcomes[column.name] for column in free if column.name in outcomes]
    described = [column for column in free if column.name not in outcomes]
    left |= {column.name: "one description too many" for column in described[_MOST_DESCRIPTIONS:]}
    described = described[:_MOST_DESCRIPTIONS]
    used = parts | {column.name for column in (*described, *checked)}
    taken = {*_TAKEN, "_".join(split_words(identity.name))}
    return Draft(
        identity=identity,
        features={_choose_name(one.words, taken): one for one in choice.features},
        sums={_choose_name(one.words, taken): one for one in choice.sums},
        described={_choose_name(_name_description(column), taken): column for column in described},
        checked={_choose_name(column.words, taken): column for column in checked},
        protected=protected,
        left=left,
        remarks={name: why for name, why in choice.remarks.items() if name not in left},
        types={
            column.name: column.declared
            for column in others
            if (column.declared and column.name in used)
            or (column.name in protected and isinstance(column.declared, dict))
        }
        | dict.fromkeys(mixed, "string"),
        type_remarks={column.name: _explain_type(column) for column in others} | mixed,
        tried=choice.tried,
        notices=(
            *identity.notices,
            *choice.notices,
            *(_ask(column) for column in others if column.ambiguous and column.name not in left),
        ),
    )


def _explain_type(column: ColumnKind) -> str:
    """What a person should know of how a column's text is read; empty where there is nothing."""
    notes = [f"{column.ambiguous}: choose" if column.ambiguous else "", column.misfits]
    if column.text is not None and column.kind == "number" and "%" in column.text.example:
        notes.append(f"{column.text.example} is {column.text.read(column.text.example):g}")
    return "; ".join(filter(None, notes))


def _ask(column: ColumnKind) -> str:
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
    if column.is_id_like:
        return "an id or a code"
    if column.kind == "text":
        return f"text of {column.distinct:,} different values"
    return column.misfits


def _name_description(column: ColumnKind) -> tuple[str, ...]:
    """The words of what is described: the days since a date, the share of a category's value."""
    if column.kind == "date":
        return ("days", "since", *(word for word in column.words if word not in ("dt", "date")))
    return (*column.words, *split_words(column.counted or "")) if column.kind == "category" else column.words


def _choose_name(words: Sequence[str], taken: set[str]) -> str:
    """A name fit for a recipe that is not taken, whatever the case; from now on it is."""
    marks = 0 if len(words) < 3 or words[0] not in COUNTS else 2 if words[1] in ("of", "de") else 1
    plain = "_".join(words[marks:])
    plain = plain if plain[:1].isalpha() else f"column_{plain}"
    numbered = (f"{plain}_{number}" for number in itertools.count(2))
    name = next(name for name in itertools.chain([plain], numbered) if name not in taken)
    taken.add(name)
    return name
