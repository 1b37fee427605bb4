"""What is wrong with a recipe's keys, in its own words: key path, what was found, what goes there.

pydantic tells where and of which kind an error is; the model's JSON schema tells what goes there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from custseg_spark.errors import RecipeError, find_nearest_name
from custseg_spark.recipe.key_places import Schema, resolve_reference, suggest_key
from custseg_spark.recipe.value_hints import suggest_value

_BOUND = "max_quarantined"
_PLAIN = {
    "integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false",
    "null": "null",
}  # fmt: skip
_LIMITS = {"minimum": "from", "exclusiveMinimum": "over", "maximum": "to", "exclusiveMaximum": "under"}


def list_problems(error: ValidationError, model: type[BaseModel]) -> list[RecipeError]:
    """One problem per wrong key of a `model`, in the order of its keys; a union gives one line."""
    keys = _Keys(model.model_json_schema())
    problems: dict[str, tuple[int, RecipeError]] = {}
    for detail in error.errors(include_url=False):
        where, problem = keys.explain(detail)
        depth = len(detail["loc"])  # of the branches of a union, the one that found the whole value
        if where not in problems or depth < problems[where][0]:
            problems[where] = depth, problem
    return [problem for _, problem in problems.values()]


class _Keys:
    """The keys of a recipe as the JSON schema of its model has them."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def explain(self, detail: ErrorDetails) -> tuple[str, RecipeError]:
        """The key path of one of pydantic's errors, and the problem in words."""
        kind, loc = detail["type"], detail["loc"]
        of_parent = kind in ("extra_forbidden", "invalid_key", "missing")
        path, schema = self._follow(loc[:-1] if of_parent else loc)
        where = ".".join(path)
        plain = self._resolve(schema)
        if of_parent and (fields := plain.get("properties")):
            where = ".".join([*path, str(loc[-1])])
            told = (
                f"is missing; it takes {self._describe(fields[loc[-1]])}"
                if kind == "missing"
                else f"unknown key; {self._suggest(str(loc[-1]), fields)}"
            )
            return where, RecipeError(f"{where}: {told}")
        if kind == "value_error" and "anyOf" not in plain:
            told = str(detail["ctx"]["error"])
            return where, RecipeError(f"{where}: {told}" if where else told)
        if loc[-1:] == ("[key]",):
            return f"{where}[key]", _explain_name(where, kind, loc[-2])
        found = detail["input"]
        told = f"{where}: found {_shorten(found)}; it takes {self._describe(schema)}"
        return where, RecipeError(told, _suggest_bound(path) or suggest_value(found, schema, self._schema))

    def _follow(self, loc: Iterable[Any]) -> tuple[list[str], Schema]:
        """Key path and schema of the place, or of the union on the way of which it names a branch."""
        path: list[str] = []
        schema = self._schema
        for step in loc:
            inner = self._enter(schema, step)
            if inner is None:
                break
            schema = inner
            if step != "named" or path != ["rules"]:
                path.append(str(step))
        return path, schema

    def _enter(self, schema: Schema, step: Any) -> Any:
        plain = self._resolve(schema)
        if "properties" in plain:
            return plain["properties"].get(step)
        if step == "[key]" or "type" not in plain:
            return None
        if "prefixItems" in plain:
            return plain["prefixItems"][step]
        names = plain.get("patternProperties", {}).values()
        return plain.get("items") or next(iter(names), plain.get("additionalProperties"))

    def _resolve(self, schema: Schema) -> Schema:
        return resolve_reference(schema, self._schema)

    def _suggest(self, key: str, fields: Schema) -> str:
        near = suggest_key(key, fields, self._schema)
        return f"did you mean {near}?" if near else f"here stand {', '.join(fields)}"

    def _describe(self, schema: Schema) -> str:
        """What a key takes, in words."""
        if "anyOf" in schema:
            return _join_choices(map(self._describe, schema["anyOf"]))
        plain = self._resolve(schema)
        if "const" in plain or "enum" in plain:
            return _join_choices(plain.get("enum") or [plain["const"]])
        if "named" in plain.get("properties", ()):
            return self._describe(plain["properties"]["named"])
        if "properties" in plain:
            alone = "an expression or " if "sql" in plain["properties"] else ""
            return f"{alone}a mapping with {', '.join(plain['properties'])}"
        if plain["type"] == "object":
            return f"a mapping of names to {self._describe(self._enter(plain, ''))}"
        if plain["type"] == "array":
            many = f" of {len(plain['prefixItems'])}" if "prefixItems" in plain else ""
            return f"a list{many} (each {self._describe(self._enter(plain, 0))})"
        if plain.get("format") == "date":
            return "a date such as 2011-12-10"
        limits = [f" {word} {plain[limit]}" for limit, word in _LIMITS.items() if limit in plain]
        return _PLAIN[plain["type"]] + "".join(limits)


def _explain_name(where: str, kind: str, name: object) -> RecipeError:
    if kind == "string_pattern_mismatch":
        return RecipeError(
            f"{where}: is no name that can be used",
            "names begin with a letter and hold letters, digits and underscores",
        )
    wanted = "a whole number" if kind.startswith("int") else "text; put it in quotes"
    return RecipeError(f"{where}: found {_shorten(name)} as a key, which is {wanted}")


def _suggest_bound(path: Sequence[str]) -> str:
    """A rule that is none may be the bound on all of them, misspelled."""
    misspelled = len(path) == 2 and path[0] == "rules" and path[1] != _BOUND
    return f"did you mean rules.{_BOUND}?" if misspelled and find_nearest_name(path[1], [_BOUND]) else ""


def _shorten(value: Any) -> str:
    text = json.dumps(value) if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _join_choices(choices: Iterable[str]) -> str:
    *others, last = dict.fromkeys(map(str, choices))
    return f"{', '.join(others)} or {last}" if others else last
