"""The checked recipe with all its defaults, written the way people read it."""

from __future__ import annotations

from typing import Any

from custseg_spark.recipe import plain_yaml
from custseg_spark.recipe.models import Recipe
from custseg_spark.recipe.section import Section

_SAID_ONLY_IF_SET = {
    "rules": ("at_most",),
    "segment_by": ("unit", "additive", "allow_protected"),
    "describe": ("sql", "rate", "unit", "additive"),
    "check": ("unit",),
}


def write_explained(recipe: Recipe) -> str:
    """The recipe as YAML with every default; `load` reads an equal recipe back from it."""
    document = recipe.model_dump(mode="json")
    rules = document["rules"]
    own = {key: value for key, value in rules.items() if key != "named"}
    document["rules"] = {**own, **rules["named"]}
    for section, keys in _SAID_ONLY_IF_SET.items():
        entries = recipe.rules.named if section == "rules" else getattr(recipe, section)
        for name, entry in entries.items():
            document[section][name] = _short(document[section][name], type(entry), keys)
    return "\n".join(plain_yaml.write({key: value}) for key, value in document.items())


def _short(entry: dict[str, Any], kind: type[Section], keys: tuple[str, ...]) -> Any:
    """Without the keys that would say their default; an expression alone stands for itself."""
    defaults = {key: kind.model_fields[key].default for key in keys}
    said = {key: value for key, value in entry.items() if key not in keys or value != defaults[key]}
    return said["sql"] if list(said) == ["sql"] else said
