"""Types as Spark's simpleString has them, and the one that two of them are brought to (Spark 4, ANSI).

Beside Spark's own there is CLOCK: a moment that was made by the session's clock, which differs between
sessions; it means something only once it is cast to a day or to a TIMESTAMP_NTZ again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce

INTEGERS = ("tinyint", "smallint", "int", "bigint")
FLOATS = ("float", "double")
CLOCK = "clock"
_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 20}
_NAMES = {
    "byte": "tinyint", "short": "smallint", "integer": "int", "long": "bigint", "real": "float",
    "decimal": "decimal(10,0)", "timestamp_ltz": "timestamp",
}  # fmt: skip
_MOST_DIGITS = 38
_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


class UnlikeError(Exception):
    """What has no translation: its text names the function or operator with its operands' types."""


class MissingColumnError(UnlikeError):
    """A name that is no column's: its text."""


def read_type(written: str) -> str:
    """A type as simpleString writes it, of the one that a cast names."""
    kind = written.lower().replace(", ", ",")
    return _NAMES.get(kind, kind)


def is_decimal(kind: str) -> bool:
    """Whether the type is a decimal of any size."""
    return kind.startswith("decimal")


def is_number(kind: str) -> bool:
    """Whether the type is a number of any kind."""
    return kind in INTEGERS or kind in FLOATS or is_decimal(kind)


def read_decimal(kind: str) -> tuple[int, int]:
    """Precision and scale of a decimal, or of the least one that holds every integer of the type."""
    if kind in _DIGITS:
        return _DIGITS[kind], 0
    found = _DECIMAL.fullmatch(kind)
    if found is None:
        raise UnlikeError(f"decimal of {kind}")
    return int(found[1]), int(found[2])


def write_decimal(precision: int, scale: int) -> str:
    """The decimal type; raises UnlikeError where 38 digits do not hold it and Spark gives up some."""
    if precision > _MOST_DIGITS:
        raise UnlikeError(f"decimal of {precision} digits")
    return f"decimal({precision},{scale})"


def find_common(what: str, kinds: Iterable[str]) -> str:
    """The type that values of all these types are brought to; `what` is named where there is none."""
    return reduce(lambda one, other: _find_wider(what, one, other), kinds, "void")


def _find_wider(what: str, one: str, other: str) -> str:
    pair = {one, other}
    if len(pair) == 1 or one == "void":
        return other
    if other == "void":
        return one
    if pair <= set(INTEGERS):
        return max(pair, key=INTEGERS.index)
    if is_number(one) and is_number(other):
        if pair & set(FLOATS):
            return "double"
        (digits, scale), (more, behind) = read_decimal(one), read_decimal(other)
        scale, whole = max(scale, behind), max(digits - scale, more - behind)
        return write_decimal(whole + scale, scale)
    if pair == {"date", "timestamp_ntz"}:
        return "timestamp_ntz"
    raise UnlikeError(f"{what} of {one} and {other}")


def find_element(kind: str) -> str:
    """The type of an array's elements."""
    return kind[len("array<") : -1]


def find_field(kind: str, name: str) -> tuple[str, str]:
    """A struct's field as it is spelled, and its type; the case of `name`, which may have any signs, says
    nothing.

    >>> find_field("struct<a:int,Price, net:array<string>,c:date>", "price, net")
    ('Price, net', 'array<string>')
    """
    for found in re.finditer(f"(?<=[<,]){re.escape(name)}:", kind, re.IGNORECASE):
        if kind.startswith("struct<"):
            return found[0][:-1], _take_type(kind[found.end() :])
    raise UnlikeError(f"field {name} of {kind}")


def _take_type(text: str) -> str:
    """The type that the text begins with."""
    depth = 0
    for at, sign in enumerate(text):
        if depth == 0 and sign in ",>":
            return text[:at]
        depth += (sign in "<(") - (sign in ">)")
    return text
