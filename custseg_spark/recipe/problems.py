"""What is wrong with a recipe's keys, in its own words: key path, what was found, what goes there."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic.fields import FieldInfo

from custseg_spark.recipe.models import NAME, Rules

_BOUND = "max_quarantined"
_PLAIN = {
    int: "a whole number", float: "a number", str: "text", bool: "true or false", type(None): "null",
    date: "a date such as 2011-12-10",
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One line of what and where, and what to do if that can be said."""

    what: str
    remedy: str = ""


def list_problems(error: ValidationError, document: dict[str, Any], model: type[BaseModel]) -> list[Problem]:
    """One problem per wrong key of a `model`, in the order of its keys; a union gives one line."""
    problems: dict[str, Problem] = {}
    for detail in error.errors(include_url=False):
        path, problem = _problem(detail, document, model)
        problems.setdefault(path, problem)
    return list(problems.values())


def find_nearest_word(word: str, known: Iterable[str]) -> str | None:
    """The known word that is written most like this one, whatever the case; None if none is like it."""
    spelled = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), spelled, n=1, cutoff=0.6)
    return spelled[near[0]] if near else None


def _problem(detail: Any, document: dict[str, Any], model: type[BaseModel]) -> tuple[str, Problem]:
    place = _Place(model, document)
    kind = detail["type"]
    steps = list(detail["loc"])
    for step in steps[:-1] if kind in ("extra_forbidden", "invalid_key", "missing") else steps:
        if not place.enter(step):
            break
    if kind in ("extra_forbidden", "invalid_key") and place.is_section:
        return place.unknown(str(steps[-1]))
    if kind == "missing" and place.is_section:
        path = ".".join([*place.path, str(steps[-1])])
        return path, Problem(f"{path}: is missing; it takes {_takes(place.field(str(steps[-1])))}")
    path = ".".join(place.path)
    if kind == "value_error" and not place.in_union:
        return path + detail["msg"], Problem(
            f"{path}: {detail['ctx']['error']}" if path else str(detail["ctx"]["error"])
        )
    if steps[-1:] == ["[key]"] and kind == "string_pattern_mismatch":
        return path + "[key]", Problem(
            f"{path}: is no name that can be used",
            "names begin with a letter and hold letters, digits and underscores",
        )
    if steps[-1:] == ["[key]"]:
        text = "text; put it in quotes" if place.key is not int else "a whole number"
        return path + "[key]", Problem(f"{path}: found {_short(steps[-2])} as a key, which is {text}")
    return path, Problem(
        f"{path}: found {_short(place.value)}; it takes {_takes(place.annotation)}", place.hint()
    )


class _Place:
    """Where in the document and in the models an error's location stands."""

    def __init__(self, annotation: Any, value: Any) -> None:
        self.annotation = annotation
        self.value = value
        self.root = annotation
        self.path: list[str] = []
        self.in_union = False
        self.key: Any = str

    @property
    def is_section(self) -> bool:
        return isinstance(_bare(self.annotation), type) and issubclass(_bare(self.annotation), BaseModel)

    def field(self, name: str) -> Any:
        field: FieldInfo = _bare(self.annotation).model_fields[name]
        return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation

    def enter(self, step: str | int) -> bool:
        """Go one step down; False where the step names a branch of a union, which ends the way."""
        if step == "[key]":
            return True
        bare = _bare(self.annotation)
        if bare is Rules and step == "named":
            self.annotation = self.field("named")
            return True
        if self.is_section:
            self.annotation = self.field(str(step))
        elif get_origin(bare) is dict:
            self.key, self.annotation = get_args(bare)
        elif get_origin(bare) is tuple and isinstance(step, int):
            items = get_args(bare)
            self.annotation = items[0] if items[-1] is Ellipsis else items[step]
        else:
            self.in_union = True
            return False
        self.path.append(str(step))
        if isinstance(self.value, dict):
            self.value = self.value.get(step, self.value.get(str(step)))
        elif isinstance(self.value, list | tuple) and isinstance(step, int) and step < len(self.value):
            self.value = self.value[step]
        return True

    def unknown(self, key: str) -> tuple[str, Problem]:
        path = ".".join([*self.path, key])
        fields = list(_bare(self.annotation).model_fields)
        near = find_nearest_word(key, fields) or _elsewhere(key, self.root)
        known = f"did you mean {near!r}?" if near else f"here stand {', '.join(fields)}"
        return path, Problem(f"{path}: unknown key; {known}")

    def hint(self) -> str:
        if self.path[:1] == ["rules"] and len(self.path) == 2 and self.path[1] != _BOUND:
            return f"did you mean rules.{_BOUND}?" if find_nearest_word(self.path[1], [_BOUND]) else ""
        return ""


def _elsewhere(key: str, model: type[BaseModel]) -> str | None:
    """Where a key stands that was written in the wrong section: `k` -> segments.k."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel) and key in kind.model_fields:
            return f"{name}.{key}"
    return None


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _short(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _takes(annotation: Any) -> str:
    """What a key takes, in words."""
    bare, bounds = _bare(annotation), getattr(annotation, "__metadata__", ())
    origin, items = get_origin(bare), get_args(bare)
    if origin in (Union, types.UnionType):
        return _either([_takes(item) for item in items])
    if origin is Literal:
        return _either([str(item) for item in items])
    if origin is tuple:
        many = "" if items[-1] is Ellipsis else f" of {len(items)}"
        return f"a list{many} (each {_takes(items[0])})"
    if origin is dict:
        return f"a mapping of names to {_takes(items[1])}"
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        alone = "an expression or " if any(isinstance(bound, BeforeValidator) for bound in bounds) else ""
        return f"{alone}a mapping with {', '.join(bare.model_fields)}"
    return _PLAIN.get(bare, str(bare)) + _within(bounds)


def _within(bounds: Sequence[Any]) -> str:
    said = []
    for item in bounds:
        for bound in [item, *getattr(item, "metadata", [])]:
            if isinstance(bound, Ge):
                said.append(f"from {bound.ge}")
            elif isinstance(bound, Gt):
                said.append(f"over {bound.gt}")
            elif isinstance(bound, Le):
                said.append(f"to {bound.le}")
            elif isinstance(bound, Lt):
                said.append(f"under {bound.lt}")
            elif getattr(bound, "pattern", None) == NAME:
                said.append("of letters, digits and underscores")
    return "".join(f" {words}" for words in said)


def _either(choices: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(choices))
    return distinct[0] if len(distinct) == 1 else f"{', '.join(distinct[:-1])} or {distinct[-1]}"
