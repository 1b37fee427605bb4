"""The checked recipe with all its defaults, written the way people read it."""

from __future__ import annotations

from typing import Any

from custseg_spark.recipe import plain_yaml
from custseg_spark.recipe.models import Description, FeatureSection, Outcome, Recipe, Rule
from custseg_spark.recipe.sections import Section

_SAID_ONLY_IF_SET: dict[type[Section], tuple[str, ...]] = {
    Rule: ("at_most",),
    FeatureSection: ("unit", "label", "additive", "allow_protected"),
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
    defaults = {key: kind.model_fields[key].default for key in _SAID_ONLY_IF_SET[kind]}
    said = {key: value for key, value in entry.items() if key not in defaults or value != defaults[key]}
    return said["sql"] if list(said) == ["sql"] else said
