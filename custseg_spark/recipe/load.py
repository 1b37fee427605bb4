"""From a YAML file and overrides to a checked recipe; every problem told at once, by its key path."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import fsspec
from pydantic import ValidationError

from custseg_spark.errors import RecipeError
from custseg_spark.recipe import plain_yaml
from custseg_spark.recipe.checks import find_problems
from custseg_spark.recipe.models import Recipe
from custseg_spark.recipe.order_recipe import OrderRecipe, find_order_problems
from custseg_spark.recipe.problems import list_problems
from custseg_spark.recipe.reader_options import refuse_misspelt
from custseg_spark.recipe.sections import Section

log = logging.getLogger("custseg")
_NAMED = ("rules", "segment_by", "describe", "check", "leave_out", "favourites", "aggregates")
"""Sections whose keys are names that the user gives; each may be an expression alone."""
_ALL_KEYS = "every key is in docs/recipe.md"
_WHICH = "--recipe takes the YAML file that custseg init writes, --input the table"
_CHECKS: Mapping[type[Section], tuple[Callable[[Any], list[RecipeError]], str]] = {
    Recipe: (find_problems, _ALL_KEYS),
    OrderRecipe: (find_order_problems, "every key is in docs/orders.md"),
}
Checked = TypeVar("Checked", Recipe, OrderRecipe)


def load(path: str, overrides: Sequence[str] = ()) -> Recipe:
    """The recipe at a path or URI, with overrides such as `segments.k=[2, 6]` laid over it.

    Raises RecipeError: no such file, not YAML (with line and column), or every problem of the keys
    and expressions, one line each.
    """
    document = _read_document(path, overrides)
    recipe = _check(Recipe, document, f"{path}: ")
    refuse_misspelt(recipe.input.options, recipe.input.format, f"{path}: input.options")
    if "start" in (document.get("sweep") or {}):
        log.warning("%s: sweep.start is called sweep.by now: write by: %s", path, recipe.sweep.by)
    return recipe


def load_orders(path: str, overrides: Sequence[str] = ()) -> OrderRecipe:
    """The order recipe at a path or URI, with overrides such as `as_of=2011-06-01`. Raises like `load`."""
    recipe = _check(OrderRecipe, _read_document(path, overrides), f"{path}: ")
    refuse_misspelt(recipe.input.options, recipe.input.format, f"{path}: input.options")
    return recipe


def parse(document: dict[str, Any]) -> Recipe:
    """The recipe that a mapping, as read from YAML, stands for. Raises RecipeError like `load`."""
    return _check(Recipe, _take_mapping(document, "the recipe"))


def change(recipe: Checked, changes: Mapping[str, Any]) -> Checked:
    """The recipe with other values under these key paths, such as `input.filter`: the one way to change it.

    It is checked like one that was read. Raises RecipeError like `load`.
    """
    document = recipe.model_dump(exclude_unset=True)
    for path, value in changes.items():
        _put(document, path.split("."), value, path)
    return _check(type(recipe), document)


def _read_document(path: str, overrides: Sequence[str]) -> dict[str, Any]:
    """What the file says, with the overrides laid over it."""
    document = _take_mapping(plain_yaml.read(_read_text(path), path), path)
    for override in overrides:
        _lay_over(document, override)
    return document


def _read_text(path: str) -> str:
    try:
        with fsspec.open(path, "rb") as file:
            return str(file.read(), "utf-8")
    except UnicodeDecodeError as problem:
        if b"\0" in problem.object or problem.object.startswith(b"PK"):
            raise RecipeError(f"{path}: is no text, so no recipe", _WHICH) from None
        line = problem.object.count(b"\n", 0, problem.start) + 1
        raise RecipeError(f"{path}: is not UTF-8 text at line {line}", "save the recipe as UTF-8") from None
    except FileNotFoundError:
        raise RecipeError(
            f"{path}: there is no such recipe",
            "give the path of one, or make one with custseg init TABLE",
        ) from None
    except (OSError, ValueError, ImportError) as problem:
        raise RecipeError(
            f"{path}: the recipe can't be read: {problem}", "check the path and your rights on it"
        ) from None


def _take_mapping(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        kinds = {type(None): "nothing", str: "text", list: "a list"}
        raise RecipeError(
            f"{path}: a recipe is a mapping of keys, found {kinds.get(type(value), 'a value')}",
            _WHICH if isinstance(value, str) else "start from custseg init TABLE, or see docs/recipe.md",
        )
    return {key: entry for key, entry in value.items() if entry is not None}


def _check(model: type[Checked], document: dict[str, Any], source: str = "") -> Checked:
    """The recipe; or the one RecipeError that tells all problems of its keys, and if there are none, of what
    they must agree on."""
    find, all_keys = _CHECKS[model]
    _refuse_other_kind(model, document, source)
    try:
        recipe = model.model_validate(document)
        problems = find(recipe)
    except ValidationError as error:
        problems = list_problems(error, model)
    if not problems:
        return recipe
    what = source + problems[0].what
    if len(problems) > 1:
        what = f"{source}{len(problems)} problems\n" + "\n".join(f"  {problem.what}" for problem in problems)
    remedies = {problem.remedy for problem in problems if problem.remedy}
    raise RecipeError(what, remedies.pop() if len(remedies) == 1 else all_keys)


def _refuse_other_kind(model: type[Section], document: Mapping[str, Any], source: str) -> None:
    """Raises RecipeError where a command that takes one kind of recipe is given one of the other."""
    if model is Recipe and "lines" in document and "segment_by" not in document:
        raise RecipeError(
            f"{source}this is a recipe for order lines: it has lines and no segment_by",
            "custseg rfm takes it, and makes the customer table that custseg train takes",
        )
    if model is OrderRecipe and "segment_by" in document and "lines" not in document:
        raise RecipeError(
            f"{source}this is a recipe for a customer table: it has segment_by and no lines",
            "custseg train takes it; of order lines docs/orders.md has a recipe",
        )


def _lay_over(document: dict[str, Any], override: str) -> None:
    """Set one `key.path=value` in the document; missing mappings on the way are made.

    null takes a named entry away: `describe.income=null`.
    """
    path, separator, text = override.partition("=")
    keys = [quoted or bare for quoted, bare in re.findall(r"`([^`]*)`|([^.`]+)", path.strip())]
    if not separator or not keys:
        raise RecipeError(
            f"--set {override}: is not key.path=value", "write for example --set segments.k=[2,6]"
        )
    _put(document, keys, plain_yaml.read(text, f"--set {override}"), f"--set {override}")


def _put(document: dict[str, Any], keys: Sequence[str], value: Any, where: str) -> None:
    """Set the value at a path of keys; an expression alone on the way gets its long form."""
    *parents, last = keys
    named = len(keys) > 1 and keys[0] in _NAMED
    place: Any = document
    for depth, key in enumerate(parents):
        at = _find_position(place, key, where)
        inner = place[at] if isinstance(place, list) else place.get(at)
        if inner is None:
            inner = {}
        elif isinstance(inner, str) and named and depth == 1:
            inner = {"sql": inner}
        elif not isinstance(inner, dict | list):
            raise RecipeError(f"{where}: {key} is {inner!r}, which has no keys inside", _ALL_KEYS)
        place[at] = inner
        place = inner
    if value is None and named and len(keys) == 2 and isinstance(place, dict):
        place.pop(last, None)
    else:
        place[_find_position(place, last, where)] = value


def _find_position(place: Any, key: str, where: str) -> Any:
    """The key of a mapping as it is, of a list as a number."""
    if not isinstance(place, list):
        return key
    if not key.isdigit() or int(key) >= len(place):
        raise RecipeError(
            f"{where}: {key!r} is not a position in a list of {len(place)}", "positions count from 0"
        )
    return int(key)
