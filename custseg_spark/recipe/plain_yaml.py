"""YAML as people mean it: text, numbers, true and false, null, lists and mappings, nothing else.

PyYAML follows YAML 1.1, where a column named `no` is false, `1e-3` is text, `010` is eight and
`2024-01-31` is a date object. These follow the core schema of YAML 1.2, where they are the text
`no`, a number, ten and text.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from custseg_spark.errors import RecipeError

_MERGE = "tag:yaml.org,2002:merge"
_WIDE = 1_000_000
_SCALARS = {
    "null": (r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    "bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    "int": (r"^[-+]?[0-9]+$", list("-+0123456789")),
    "float": (
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+0123456789."),
    ),
}


class _Loader(yaml.SafeLoader):
    """Builds no objects; a key that stands twice in one mapping is refused."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - that is how PyYAML wants it


class _Dumper(yaml.SafeDumper):
    """Writes what `_Loader` reads: long text stays on its line."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - that is how PyYAML wants it

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _list(dumper: yaml.SafeDumper, items: Any) -> yaml.SequenceNode:
    plain = not any(isinstance(item, list | dict) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=plain or None)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Text with line breaks or signs that don't print goes in double quotes, where nothing is folded."""
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(tuple, _list)
for _tag, (_pattern, _first) in _SCALARS.items():
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)
for _class in (_Loader, _Dumper):
    _class.add_implicit_resolver(_MERGE, re.compile(r"^<<$"), ["<"])


def _whole_number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == _MERGE:
            continue
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, list | dict):
            raise yaml.constructor.ConstructorError(
                None, None, "a list or mapping can't be a key", key_node.start_mark
            )
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"key {key!r} stands twice", key_node.start_mark
            )
        seen.add(key)
    loader.flatten_mapping(node)
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


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
        raise RecipeError(
            f"{source}: is not a readable recipe{at}: {_plainly(problem)}", _remedy(problem)
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        said = str(problem).splitlines()[0]
        raise RecipeError(f"{source}: is not YAML: {said}", "save the recipe as plain UTF-8 text") from None


def write(value: Any) -> str:
    """YAML that `read` gives back equal: keys in the order given, lists of plain values on one line."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDE))


def inline(value: Any) -> str:
    """The same on one line: `{sql: Recency, words: [recent, null, quiet]}`."""
    text = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDE, default_flow_style=True
    )
    return str(text).removesuffix("\n...\n").strip()


def _plainly(problem: yaml.MarkedYAMLError) -> str:
    said = problem.problem or problem.context or "unexpected text"
    if "could not determine a constructor" in said:
        return f"it asks for an object ({said.rsplit(' ', 1)[-1]})"
    return said


def _remedy(problem: yaml.MarkedYAMLError) -> str:
    said = _plainly(problem)
    if "stands twice" in said:
        return "keep one of the two"
    if "asks for an object" in said:
        return "a recipe holds text, numbers, true, false, null, lists and mappings only"
    return 'text that holds ": " or " #", or begins with one of `@%&*!|>[]{}, goes in quotes'
