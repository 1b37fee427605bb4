"""Where a key stands in a recipe: looked up in the JSON schema of its model."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
NAMES = "names"
"""What the schema of a free mapping calls the keys that are known of it."""
_DEEPEST = 5
_MANY = 2
"""More places than this are no hint."""
_NEAR_HERE, _NEAR_ELSEWHERE = 0.6, 0.8
"""How alike two keys are, as difflib measures it, of which one is taken for the other."""


def resolve_reference(schema: Schema, root: Schema) -> Schema:
    """The schema that a reference, or a choice between one and null, stands for."""
    choices = [one for one in schema.get("anyOf", schema.get("allOf", ())) if one.get("type") != "null"]
    if len(choices) == 1:
        return resolve_reference(choices[0], root)
    if "$ref" in schema:
        return resolve_reference(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    return schema


def suggest_key(wanted: str, fields: Iterable[str], root: Schema) -> str:
    """Where a key that its section does not have was most likely meant to stand: another one of the section's
    `fields`, or a key path of the recipe whose schema is `root`; empty if nothing is near.

    A key that is written alike elsewhere comes first, then the nearest; of equally near ones the section's.
    """
    near = [(_measure_likeness(wanted, field), field) for field in fields]
    here, field = max(near, key=lambda one: one[0], default=(0.0, ""))
    places = [(_measure_likeness(wanted, path[-1]), ".".join(path)) for path in list_places(root)]
    elsewhere = max((likeness for likeness, _ in places), default=0.0)
    if elsewhere >= _NEAR_ELSEWHERE and elsewhere > here:
        found = [place for likeness, place in places if likeness == elsewhere]
        return " or ".join(map(repr, found[:_MANY]))
    return repr(field) if here >= _NEAR_HERE else ""


def list_places(root: Schema) -> list[tuple[str, ...]]:
    """The path of every key in a recipe, the shortest first; what a person gives a name to is `<name>`."""
    return sorted(_walk(root, (), root), key=len)


def _walk(schema: Schema, path: tuple[str, ...], root: Schema) -> Iterator[tuple[str, ...]]:
    plain = resolve_reference(schema, root)
    if len(path) > _DEEPEST:
        return
    for choice in plain.get("anyOf", ()):
        yield from _walk(choice, path, root)
    for key, inner in plain.get("properties", {}).items():
        if (*path, key) == ("rules", "named"):  # a recipe has the names themselves under rules
            yield from _walk(inner, path, root)
            continue
        yield (*path, key)
        yield from _walk(inner, (*path, key), root)
    for key in plain.get(NAMES, ()):
        yield (*path, key)
    named = [*plain.get("patternProperties", {}).values(), plain.get("additionalProperties")]
    for inner in named:
        if isinstance(inner, Mapping):
            yield from _walk(inner, (*path, "<name>"), root)


def _measure_likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.strip().casefold(), other.casefold()).ratio()
