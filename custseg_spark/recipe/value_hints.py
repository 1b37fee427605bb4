"""What was most likely meant by a value of a recipe that does not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from custseg_spark.errors import find_nearest_name
from custseg_spark.recipe.key_places import Schema, resolve_reference

_SPAN = re.compile(r"\s*(\d+)\s*(?:-|\.\.\.?|:|to)\s*(\d+)\s*")


def suggest_value(found: Any, schema: Schema, root: Schema) -> str:
    """What goes at the place of `found`, whose schema is `schema`, in a recipe of the schema `root`; empty if
    nothing comes to mind."""
    plain = resolve_reference(schema, root)
    choices = [resolve_reference(one, root) for one in plain.get("anyOf", [plain])]
    if isinstance(found, str):
        return _suggest_for_text(found, choices)
    if isinstance(found, list):
        return _suggest_for_list(found, choices)
    if isinstance(found, int | float) and (plain.get("minimum"), plain.get("maximum")) == (0, 1):
        return f"a share of {found:g} % is {found / 100:g}" if 1 < found <= 100 else ""
    return ""


def _suggest_for_text(found: str, choices: Sequence[Schema]) -> str:
    words = [word for one in choices for word in one.get("enum", ()) if isinstance(word, str)]
    for one in choices:
        if found in one.get("properties", ()):
            return f"write {{{found}: ...}}; docs/recipe.md says what goes there"
        if "path" in one.get("properties", ()):
            return f"write {{path: {found}, ...}}"
        if _takes_names(one):
            return f"give it a name: {{name: {found}}}"
        if len(one.get("prefixItems", ())) == 2 and (span := _SPAN.fullmatch(found)):
            return f"write [{span[1]}, {span[2]}]"
        if one.get("type") == "array" and "items" in one:
            return f"write [{found}]"
    near = find_nearest_name(found, words)
    return f"did you mean {near}?" if near else ""


def _suggest_for_list(found: Sequence[Any], choices: Sequence[Schema]) -> str:
    names = [name for name in found if isinstance(name, str) and name.isidentifier()]
    if any(map(_takes_names, choices)) and len(names) == len(found) > 0:
        written = ", ".join(f"{name}: {name}" for name in names[:3])
        return f"give each one a name: {{{written}{', ...' if len(names) > 3 else ''}}}"
    whole = all(isinstance(one, int) for one in found)
    if whole and len(found) > 2 and any(len(one.get("prefixItems", ())) == 2 for one in choices):
        return f"write [{min(found)}, {max(found)}], the lowest and the highest"
    return ""


def _takes_names(schema: Schema) -> bool:
    """Whether a mapping of names that the user gives goes there; `rules` is one beside its own keys."""
    return "patternProperties" in schema or "named" in schema.get("properties", ())
