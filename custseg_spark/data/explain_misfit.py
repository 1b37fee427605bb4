"""A value that does not fit the type of its column: where it stands, and the key that mends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from custseg_spark.data.casts import WORDS
from custseg_spark.data.text_types import ISO, TextType, infer_type
from custseg_spark.recipe import plain_yaml
from custseg_spark.recipe.column_types import ColumnType, DateType, NumberType

_LONGEST = 40
_DAYS = ("date", "timestamp")
_PLAIN: tuple[dict[str, Any], ...] = ({"date": ISO}, {"number": {}})
"""What need not be declared."""
_READINGS = {
    "int": [TextType("int")],
    "double": [TextType("double")],
    "boolean": [TextType("boolean")],
    "timestamp": [TextType("timestamp"), TextType("date", DateType(date=ISO).form)],
    "date": [TextType("date", DateType(date=ISO).form)],
}


def explain_misfit(
    reason: str, head: pd.DataFrame | None, declared: Mapping[str, ColumnType]
) -> tuple[str, str] | None:
    """One value that `reason`, which a cast gives, rejects, with its place, and what to declare; None where
    the first rows show none.

    `head`: the first rows as text. `declared`: `input.types`.
    """
    found = [str(name) for name in head.columns if reason.startswith(f"{name}: ")] if head is not None else []
    if head is None or not found:
        return None
    name = max(found, key=len)
    kind = next((kind for other, kind in declared.items() if other.casefold() == name.casefold()), None)
    plain = next((plain for plain, word in WORDS.items() if f": not {word}" in reason), "date")
    place = next((at for at, text in enumerate(head[name]) if _is_misfit(text, kind, plain)), None)
    if place is None:
        return None
    text = str(head[name].iloc[place])
    shown = repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
    told = f"{name} is {shown} in row {place + 1:,} below the header"
    proposed = infer_type(head[name]).declared
    if isinstance(proposed, dict) and proposed not in _PLAIN:
        return told, f"declare how it is written: {write_type(name, proposed)}"
    if len(text) > _LONGEST or isinstance(kind, NumberType | DateType) or plain == "boolean":
        return told, ""  # whose own words for what is missing must stay
    missing = {"date": ISO, "missing": [text]} if plain in _DAYS else {"number": {"missing": [text]}}
    return told, f"mend the table, or say that it stands for a missing value: {write_type(name, missing)}"


def write_type(name: str, declared: str | dict[str, Any]) -> str:
    """The lines of a recipe that declare the column, as one."""
    return f"input: {{types: {plain_yaml.inline({name: declared})}}}"


def suggest_types(head: pd.DataFrame | None, declared: Mapping[str, ColumnType]) -> str:
    """What to declare of columns that hold numbers or dates as people write them and are not declared; empty
    where there are none. `head`: the first rows of the columns that are used."""
    known = {name.casefold() for name in declared}
    names = (
        [str(name) for name in head.columns if str(name).casefold() not in known] if head is not None else []
    )
    found = {name: infer_type(head[name]) for name in names} if head is not None else {}
    types = {
        name: one.declared
        for name, one in found.items()
        if isinstance(one.declared, dict) and one.declared != {"date": ISO}
    }
    return f"declare how they are written: input: {{types: {plain_yaml.inline(types)}}}" if types else ""


def _is_misfit(text: object, kind: ColumnType | None, plain: str) -> bool:
    """Whether a text says something, and nothing of the type that its column has: the declared `kind` of what
    people write, else the `plain` one."""
    if not isinstance(text, str) or not text.strip():
        return False
    if isinstance(kind, NumberType | DateType):
        own = TextType("number", kind.form)
        return not own.is_missing(text) and own.read(text) is None
    return all(reading.read(text) is None for reading in _READINGS[plain])
