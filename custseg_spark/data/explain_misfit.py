"""A value that does not fit the type of its column: where it stands, and the key that mends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from custseg_spark.data.text_types import ISO, TextType, infer_type
from custseg_spark.recipe import plain_yaml
from custseg_spark.recipe.column_types import ColumnType, DateType, NumberType

_LONGEST = 40


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
    proposed = infer_type(head[name])
    place = next((at for at, text in enumerate(head[name]) if _is_misfit(text, kind, proposed)), None)
    if place is None:
        return None
    text = str(head[name].iloc[place])
    shown = repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
    told = f"{name} is {shown} in row {place + 1:,} below the header"
    if not isinstance(proposed.declared, dict):
        return told, ""
    return told, f"declare how it is written: {write_type(name, proposed.declared)}"


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


def _is_misfit(text: object, kind: ColumnType | None, proposed: TextType) -> bool:
    """Whether a text says something, and nothing of the type that its column has."""
    if not isinstance(text, str) or not text.strip():
        return False
    if isinstance(kind, NumberType | DateType):
        own = TextType("number", kind.form)
        return not own.is_missing(text) and own.read(text) is None
    if kind in ("int", "double", "boolean"):
        return TextType(kind).read(text) is None
    plain = TextType(proposed.name if proposed.written is None else "double")
    return plain.read(text) is None
