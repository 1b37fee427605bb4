"""The checked recipe with all its defaults, written the way people read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from custseg_spark.recipe import plain_yaml
from custseg_spark.recipe.features import OF_CATEGORIES, OF_NUMBERS, FeatureSection
from custseg_spark.recipe.models import Description, Outcome, Recipe, Rule
from custseg_spark.recipe.sections import Section

_SAID_ONLY_IF_SET: dict[type[Section], tuple[str, ...]] = {
    Rule: ("at_most",),
    FeatureSection: (
        "sql",
        "category",
        "weight",
        "unit",
        "label",
        "additive",
        "allow_protected",
        *OF_CATEGORIES,
    ),
    Description: ("sql", "rate", "unit", "label", "additive"),
    Outcome: ("unit", "label"),
}


def write_explained(recipe: Recipe) -> str:
    """The recipe as YAML with every default; `load` reads an equal recipe back from it."""
    document = recipe.model_dump(mode="json")
    rules = document["rules"].pop("named")
    entries = (rules, document["segment_by"], document["describe"], document["check"])
    for kind, named in zip(_SAID_ONLY_IF_SET, entries, strict=True):
        named.update({name: _drop_defaults(entry, kind) for name, entry in named.items()})
    document["rules"] |= rules
    return "\n".join(plain_yaml.write({key: value}) for key, value in document.items())


def _drop_defaults(entry: dict[str, Any], kind: type[Section]) -> Any:
    """Without the keys that would say their default; an expression alone stands for itself."""
    if entry.get("category") is not None:
        return _write_category(entry)
    defaults = _list_defaults(kind, _SAID_ONLY_IF_SET[kind])
    said = {key: value for key, value in entry.items() if key not in defaults or value != defaults[key]}
    return said["sql"] if list(said) == ["sql"] else said


def _write_category(entry: dict[str, Any]) -> dict[str, Any]:
    """Without the keys of numbers, and those of levels that would say their default; how many levels are kept
    is said where they are not given."""
    defaults = _list_defaults(FeatureSection, ("label", "allow_protected", "order", "levels", "other"))
    silent = {"sql", *OF_NUMBERS, *(["keep"] if entry["order"] or entry["levels"] else [])}
    silent -= {key for key in ("keep",) if entry["keep"] != FeatureSection.model_fields["keep"].default}
    silent -= {"words"} if entry["words"] else set()
    kept = {key: value for key, value in entry.items() if key not in silent}
    return {key: value for key, value in kept.items() if key not in defaults or value != defaults[key]}


def _list_defaults(kind: type[Section], keys: Iterable[str]) -> dict[str, Any]:
    """The defaults of a section's keys, as JSON has them."""
    defaults = {key: kind.model_fields[key].default for key in keys}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()}
