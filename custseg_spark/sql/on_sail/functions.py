"""A function of the table on values: which of its signatures fits, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from custseg_spark.sql.on_sail.casts import cast, read_constant, round_double
from custseg_spark.sql.on_sail.function_table import FUNCTIONS, OTHER_NAMES, Signature
from custseg_spark.sql.on_sail.types import (
    INTEGERS,
    UnlikeError,
    find_element,
    is_decimal,
    is_number,
    read_decimal,
    write_decimal,
)
from custseg_spark.sql.on_sail.values import Value, fill, is_positive, require_exact

_FAR = 1_000_000
"""Days or months that can be added to any day."""
_CASED = re.compile(r"\b(upper|lower)\(")
"""What Spark passes over in upper(lower(x)), which not all letters come back from."""


def _whole(value: Value, least: int, most: int) -> Value | None:
    known = value.constant
    fits = value.type in INTEGERS and isinstance(known, int) and least <= known <= most
    return cast(value, "int") if fits else None


def _as_text(value: Value) -> Value | None:
    plain = value.type in (*INTEGERS, "string", "boolean", "date", "void") or is_decimal(value.type)
    return cast(value, "string") if plain else None


def _as_day(value: Value) -> Value | None:
    if isinstance(value.constant, str):
        return read_constant(value.constant, "date")
    return cast(value, "date") if value.type in ("date", "timestamp_ntz", "void") else None


def _of_type(*kinds: str) -> Callable[[Value], Value | None]:
    return lambda value: value if value.type in kinds else None


_FITS: Mapping[str, Callable[[Value], Value | None]] = {
    "number": lambda v: cast(v, "double") if is_number(v.type) or v.type == "void" else None,
    "positive": lambda v: cast(v, "double") if is_positive(v) else None,
    "double": _of_type("double"),
    "integer": _of_type(*INTEGERS),
    "decimal": lambda v: v if is_decimal(v.type) else None,
    "int": _of_type("int"),
    "bigint": _of_type("bigint"),
    "epoch": lambda v: v if v.sql == "DATE '1970-01-01'" else None,
    "text": _as_text,
    "string": _of_type("string"),
    "uncased": lambda v: None if _CASED.search(v.sql) else _as_text(v),
    "literal": lambda v: v if v.constant is not None and v.type in ("string", "int") else None,
    "place": lambda v: _whole(v, -_FAR, _FAR) if v.constant != 0 else None,
    "natural": lambda v: _whole(v, 1, _FAR),
    "count": lambda v: _whole(v, 0, _FAR),
    "days": lambda v: _whole(v, -_FAR, _FAR),
    "day": _as_day,
    "date": _of_type("date"),
    "time": _of_type("timestamp_ntz"),
    "timestamp": _of_type("timestamp"),
    "array": lambda v: v if v.type.startswith("array<") else None,
}
"""What an argument may be -> the argument as the function is given it, None where it is something else."""


def call(name: str, arguments: Sequence[Value]) -> Value:
    """A function of the table, of the first signature that fits. Raises UnlikeError where none does."""
    known = OTHER_NAMES.get(name, name)
    for signature in FUNCTIONS.get(known, ()):
        if len(signature.takes) != len(arguments):
            continue
        fitted = [_FITS[word](value) for word, value in zip(signature.takes, arguments, strict=True)]
        if all(value is not None for value in fitted):
            if known in ("floor", "ceil"):
                require_exact(known, *arguments)
            return _write(signature, [value for value in fitted if value is not None])
    raise UnlikeError(f"{name}({', '.join(value.type for value in arguments)})")


def _write(signature: Signature, arguments: Sequence[Value]) -> Value:
    kind = signature.gives
    if kind == "0":
        kind = arguments[0].type
    elif kind == "element":
        kind = find_element(arguments[0].type)
    return Value(f"({fill(signature.template, *[value.sql for value in arguments])})", kind)


def round_whole(name: str, value: Value) -> Value:
    """floor and ceil: a decimal stays one."""
    if not is_decimal(value.type):
        return call(name, [value])
    digits, scale = read_decimal(value.type)
    if scale == 0:
        return value
    kind = write_decimal(digits - scale + 1, 0)
    return Value(f"CAST({name}({value.sql}) AS {kind.upper()})", kind)


def join_texts(values: Sequence[Value]) -> Value:
    """concat and ||, of what Spark writes as text on the way."""
    texts = [_as_text(value) for value in values]
    if not values or any(text is None for text in texts):
        raise UnlikeError(f"concat({', '.join(value.type for value in values)})")
    return Value(f"concat({', '.join(text.sql for text in texts if text is not None)})", "string")


def round_number(value: Value, places: Value | None) -> Value:
    """round, to a number of decimal places that is written out."""
    at = 0 if places is None else places.constant
    what = f"round({value.type}{'' if places is None else f', {places.type}'})"
    if not isinstance(at, int) or isinstance(at, bool) or abs(at) > 15:
        raise UnlikeError(what)
    if value.type == "double":
        return round_double(value, at)
    if value.type in INTEGERS and at >= 0:
        return value
    if not is_decimal(value.type) or at < 0:
        raise UnlikeError(what)
    digits, scale = read_decimal(value.type)
    kept = min(at, scale)
    kind = write_decimal(digits - scale + kept + 1, kept)
    return Value(f"CAST(round({value.sql}, {at}) AS {kind.upper()})", kind)
