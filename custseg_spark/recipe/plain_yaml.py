"""YAML as people mean it: text, numbers, true and false, null, lists and mappings, nothing else.

PyYAML follows YAML 1.1, where a column named `no` is false, `1e-3` is text, `010` is eight and
`2024-01-31` is a date object. These follow the core schema of YAML 1.2, where they are the text
`no`, a number, ten and text. Why not ruamel.yaml: docs/decisions/libraries.md.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import yaml

from custseg_spark.errors import RecipeError

_TAG = "tag:yaml.org,2002:"
_SCALARS = {
    "null": "~|null|Null|NULL|",
    "bool": "true|True|TRUE|false|False|FALSE",
    "int": "[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    "merge": "<<",
}
_RESOLVERS = {None: [(_TAG + tag, re.compile(f"(?:{pattern})$")) for tag, pattern in _SCALARS.items()]}
"""What is none of these is text; None: whatever sign the scalar begins with."""


class _Loader(yaml.SafeLoader):
    """Builds no objects; a key that stands twice in one mapping is refused."""

    yaml_implicit_resolvers = _RESOLVERS


class _Dumper(yaml.SafeDumper):
    """Writes what `_Loader` reads: long text stays on its line."""

    yaml_implicit_resolvers = _RESOLVERS

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _construct_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _construct_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    known: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == f"{_TAG}merge":
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            told = "a list or mapping can't be a key"
        elif (key := loader.construct_object(key_node, deep=True)) in known:
            told = f"key {key!r} stands twice"
        else:
            known.add(key)
            continue
        raise yaml.constructor.ConstructorError(None, None, told, key_node.start_mark)
    return loader.construct_mapping(node, deep=True)


def _represent_list(dumper: yaml.SafeDumper, items: Any) -> yaml.SequenceNode:
    plain = not any(isinstance(item, list | dict) for item in items)
    return dumper.represent_sequence(f"{_TAG}seq", items, flow_style=plain or None)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Text with line breaks or signs that don't print goes in double quotes, where nothing is folded."""
    return dumper.represent_scalar(f"{_TAG}str", text, style=None if text.isprintable() else '"')


_Loader.add_constructor(f"{_TAG}int", _construct_int)
_Loader.add_constructor(f"{_TAG}map", _construct_mapping)
_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(list, _represent_list)
_Dumper.add_representer(tuple, _represent_list)
_write = functools.partial(yaml.dump, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)


def read(text: str, source: str) -> Any:
    """The value that a YAML text stands for; `source` names it in errors.

    Raises RecipeError with line and column for text that is not YAML, that repeats a key, or that
    asks for an object.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        at = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        told, remedy = _explain(problem.problem or problem.context or "unexpected text")
        raise RecipeError(f"{source}: is not a readable recipe{at}: {told}", remedy) from None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        told = str(problem).splitlines()[0]
        raise RecipeError(f"{source}: is not YAML: {told}", "save the recipe as plain UTF-8 text") from None


def write(value: Any) -> str:
    """YAML that `read` gives back equal: keys in the order given, lists of plain values on one line."""
    return str(_write(value))


def inline(value: Any) -> str:
    """The same on one line: `{sql: Recency, words: [recent, null, quiet]}`."""
    return str(_write(value, default_flow_style=True)).removesuffix("\n...\n").strip()


def fold(value: Any, indent: int) -> str:
    """The same on as many lines as it takes, those after the first `indent` signs in."""
    text = str(_write(value, default_flow_style=True, width=100 - indent)).removesuffix("\n...\n").strip()
    return text.replace("\n", "\n" + " " * indent)


def _explain(told: str) -> tuple[str, str]:
    """What PyYAML tells in our words, and what to do."""
    if "could not determine a constructor" in told:
        return (
            f"it asks for an object ({told.rsplit(' ', 1)[-1]})",
            "a recipe holds text, numbers, true, false, null, lists and mappings only",
        )
    if "stands twice" in told:
        return told, "keep one of the two"
    if r"'\t'" in told:
        return "a tab stands where blanks should", "indent with blanks: YAML takes no tabs"
    if told.startswith("expected ',' or"):
        return told, "a bracket or brace that is opened above may not be closed"
    return told, 'text that holds ": " or " #", or begins with one of `@%&*!|>[]{}, goes in quotes'
