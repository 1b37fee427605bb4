"""What values of JSON are, together, as Spark finds it: the kind of a column from all that stands in it.

A kind is a word for a scalar, ("array", kind of the items) or ("struct", {name: kind}).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import pyarrow as pa

from custseg_spark.errors import NeedsSparkError

Kind = str | tuple[str, Any]
NULL, BOOLEAN, LONG, BIG, DOUBLE, STRING = "null", "boolean", "long", "big", "double", "string"
_NUMBERS = (LONG, BIG, DOUBLE)
_LONGEST = 10**38
"""From here on a whole number is no decimal of Spark's, and becomes a double."""
_ARROW: Mapping[str, pa.DataType] = {
    BOOLEAN: pa.bool_(),
    LONG: pa.int64(),
    DOUBLE: pa.float64(),
    STRING: pa.string(),
    NULL: pa.string(),
}


def find_kind(value: Any) -> Kind:
    """The kind of one value."""
    if isinstance(value, dict):
        return "struct", {name: find_kind(one) for name, one in value.items()}
    if isinstance(value, list):
        none: Kind = NULL
        return "array", reduce(merge, map(find_kind, value), none)
    if isinstance(value, int) and not isinstance(value, bool):
        return LONG if -(2**63) <= value < 2**63 else BIG if abs(value) < _LONGEST else DOUBLE
    return {type(None): NULL, bool: BOOLEAN, float: DOUBLE}.get(type(value), STRING)


def merge(one: Kind, other: Kind) -> Kind:
    """The kind that holds values of both.

    >>> merge("long", "double"), merge("null", "boolean"), merge("long", "boolean")
    ('double', 'boolean', 'string')
    """
    if one == other or other == NULL:
        return one
    if one == NULL:
        return other
    if one in _NUMBERS and other in _NUMBERS:
        return max(one, other, key=_NUMBERS.index)
    if isinstance(one, tuple) and isinstance(other, tuple) and one[0] == other[0]:
        return one[0], merge(one[1], other[1]) if one[0] == "array" else merge_members(one[1], other[1])
    return STRING


def merge_members(one: Mapping[str, Kind], other: Mapping[str, Kind]) -> dict[str, Kind]:
    """The kinds of the members of two objects, by name."""
    return {name: merge(one.get(name, NULL), other.get(name, NULL)) for name in {**one, **other}}


def find_arrow_type(kind: Kind, name: str) -> pa.DataType | None:
    """The type of a column of that kind; null where nothing stands in it: Spark leaves out objects that have
    no members. Raises NeedsSparkError for a kind that only Spark reads."""
    if isinstance(kind, str):
        if kind == BIG:
            raise NeedsSparkError(f"{name} holds whole numbers of over 64 bits: Spark alone reads them")
        return _ARROW[kind]
    if kind[0] == "array":
        item = find_arrow_type(kind[1], f"{name}[]")
        return pa.list_(item) if item is not None else None
    kinds = {one: find_arrow_type(kind[1][one], f"{name}.{one}") for one in sorted(kind[1])}
    fields = [pa.field(one, found) for one, found in kinds.items() if found is not None]
    return pa.struct(fields) if fields else None


def fit(value: Any, kind: pa.DataType, write: Callable[[], str]) -> Any:
    """The value as one of that type. `write`: its text, where it is none and the column holds text."""
    if value is None:
        return None
    if pa.types.is_floating(kind):
        return float(value)
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else write()
    if pa.types.is_list(kind):
        return [fit(one, kind.value_type, write) for one in value]
    if pa.types.is_struct(kind):
        return {one.name: fit(value.get(one.name), one.type, write) for one in kind}
    return value
