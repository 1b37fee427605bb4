"""Operators: arithmetic that gives null where Spark's does, comparisons, and truths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from custseg_spark.sql.on_sail.casts import cast, narrow, read_constant
from custseg_spark.sql.on_sail.terms import FOLD, combine_terms
from custseg_spark.sql.on_sail.types import (
    FLOATS,
    INTEGERS,
    UnlikeError,
    find_common,
    is_decimal,
    is_number,
    read_decimal,
    write_decimal,
)
from custseg_spark.sql.on_sail.values import (
    Value,
    fill,
    negate,
    require_exact,
    write_null,
    write_number,
    write_truth,
)

_NAN = "CAST('NaN' AS DOUBLE)"
_SIGNS = {"try_add": "+", "try_subtract": "-", "try_multiply": "*", "try_mod": "%", "try_divide": "/"}
_NARROW = ("tinyint", "smallint")
_COMPARED = ("string", "boolean", "date", "timestamp_ntz", "timestamp")
_MODULO = "CASE WHEN {1} = -1 THEN {0} - {0} ELSE try_mod({0}, {1}) END"
_DIVISOR = "nullif({0}, 0)"
_BEHIND_DIVIDEND = 4
"""Digits that a quotient of decimals has more than its dividend, on Sail."""
_MOST_DIGITS = 38


def compute(name: str, left: Value, right: Value) -> Value:
    """`try_add`, `try_subtract`, `try_multiply`, `try_divide` and `try_mod` of two numbers."""
    kinds = f"{name}({left.type}, {right.type})"
    if "void" in (left.type, right.type) or not (is_number(left.type) and is_number(right.type)):
        raise UnlikeError(kinds)
    if {left.type, right.type} & set(FLOATS):
        return _compute_doubles(name, left, right)
    if is_decimal(left.type) or is_decimal(right.type):
        return _compute_decimals(name, fit_decimal(left, right), fit_decimal(right, left), kinds)
    return (
        _compute_doubles(name, left, right) if name == "try_divide" else _compute_integers(name, left, right)
    )


def divide_whole(left: Value, right: Value) -> Value:
    """DIV of whole numbers, null for the divisor zero; where it can't be too large."""
    if not (left.type in INTEGERS and right.type in INTEGERS) or left.type == "bigint":
        raise UnlikeError(f"{left.type} div {right.type}")
    return Value(f"({cast(left, 'bigint').sql} DIV nullif({cast(right, 'bigint').sql}, 0))", "bigint")


def turn_sign(value: Value) -> Value:
    """A minus before a number."""
    if value.type in FLOATS or is_decimal(value.type):
        return negate(value) or Value(f"(- {value.sql})", value.type)
    return negate(value) or compute("try_subtract", write_number(0, "int"), value)


def _compute_integers(name: str, left: Value, right: Value) -> Value:
    kind = find_common(name, (left.type, right.type))
    if name in FOLD and kind not in _NARROW:
        return combine_terms(name, cast(left, kind), cast(right, kind), kind)
    wide = "int" if kind in _NARROW else kind
    one, other = cast(left, wide).sql, cast(right, wide).sql
    template = _MODULO if name == "try_mod" else f"{name}({{0}}, {{1}})"
    made = fill(template, one, other)
    return narrow(made, kind) if kind in _NARROW else Value(f"({made})", kind)


def _compute_doubles(name: str, left: Value, right: Value) -> Value:
    if name != "try_divide" and left.type == right.type == "float":
        raise UnlikeError(f"{name}(float, float)")
    one, other = cast(left, "double"), cast(right, "double")
    if name not in ("try_divide", "try_mod"):
        return Value(f"({one.sql} {_SIGNS[name]} {other.sql})", "double")
    if name == "try_mod":
        require_exact("%", one, other)
    divisor = f"nullif({other.sql}{'' if other.tame else ' + 0D'}, 0D)"
    return Value(f"({one.sql} {_SIGNS[name]} {divisor})", "double")


def fit_decimal(value: Value, other: Value) -> Value:
    """A whole number beside a decimal as a decimal: a literal as one of its own digits."""
    if not is_decimal(other.type) or value.type not in INTEGERS:
        return value
    known = value.constant
    counted = value.literal and isinstance(known, int)
    digits = len(str(abs(int(known or 0)))) if counted else read_decimal(value.type)[0]
    return cast(value, write_decimal(digits, 0))


def _compute_decimals(name: str, left: Value, right: Value, kinds: str) -> Value:
    """Where 38 digits hold every result: else Spark rounds, or gives null."""
    (digits, scale), (more, behind) = read_decimal(left.type), read_decimal(right.type)
    whole = max(digits - scale, more - behind)
    if name == "try_multiply":
        kind = write_decimal(digits + more + 1, scale + behind)
    elif name in ("try_add", "try_subtract"):
        kind = write_decimal(whole + max(scale, behind) + 1, max(scale, behind))
    elif name == "try_mod":
        require_exact("%", left, right)
        write_decimal(whole + max(scale, behind), max(scale, behind))
        kind = write_decimal(min(digits - scale, more - behind) + max(scale, behind), max(scale, behind))
    else:
        return _divide_decimals(left, right, kinds)
    divisor = fill(_DIVISOR, right.sql) if name == "try_mod" else right.sql
    return Value(f"CAST(({left.sql} {_SIGNS[name]} {divisor}) AS {kind.upper()})", kind)


def _divide_decimals(left: Value, right: Value, kinds: str) -> Value:
    """Sail cuts a quotient off four digits behind its dividend: where that is one digit more than Spark
    keeps, rounding it gives Spark's."""
    (digits, scale), (more, behind) = read_decimal(left.type), read_decimal(right.type)
    kept = max(6, scale + more + 1)
    kind = write_decimal(digits - scale + behind + kept, kept)
    padded = max(scale, kept + 1 - _BEHIND_DIVIDEND)
    if digits - scale + padded + _BEHIND_DIVIDEND + behind > _MOST_DIGITS:
        raise UnlikeError(kinds)
    dividend = f"CAST({left.sql} AS {write_decimal(digits - scale + padded, padded).upper()})"
    return narrow(f"({dividend} / {fill(_DIVISOR, right.sql)})", kind)


def compare(sign: str, left: Value, right: Value) -> Value:
    """=, <>, <, <=, >, >= and <=>."""
    if sign != "<=>" and "void" in (left.type, right.type):
        return write_null("boolean")
    if isinstance(left.constant, str) and isinstance(right.constant, str) and sign in ("=", "<>", "<=>"):
        return write_truth((left.constant == right.constant) == (sign != "<>"))
    if isinstance(left.constant, int) and isinstance(right.constant, int) and sign in ("=", "<>"):
        return write_truth((left.constant == right.constant) == (sign == "="))
    if sign in ("=", "<>", "<=>"):
        require_exact(sign, left, right)
    one, other = bring_together(f"{left.type} {sign} {right.type}", [left, right])
    return Value(f"({one.sql} {sign} {other.sql})", "boolean")


def bring_together(what: str, values: Sequence[Value]) -> list[Value]:
    """The values as they can be compared with each other."""
    literals = [value.constant if isinstance(value.constant, str) else None for value in values]
    others = {value.type for value, text in zip(values, literals, strict=True) if text is None}
    if len(others - {"void", "string"}) == 1 and "string" not in others:  # a day beside a literal of one
        kind = next(iter(others - {"void"}))
    else:
        sized = [
            next((fit_decimal(value, other) for other in values if is_decimal(other.type)), value)
            for value in values
        ]
        kind = find_common(what, [value.type for value in sized])
    if kind not in _COMPARED and not is_number(kind):
        raise UnlikeError(what)
    return [_order_nan(cast_implicitly(value, kind, what)) for value in values]


def cast_implicitly(value: Value, kind: str, what: str) -> Value:
    """The cast that Spark puts where types differ: of a text only where it is known to fit."""
    if value.type == "string" and kind != "string":
        known = read_constant(value.constant, kind) if isinstance(value.constant, str) else None
        if known is None:
            raise UnlikeError(what)
        return known
    return cast(value, kind)


def _order_nan(value: Value) -> Value:
    """Sail tells NaN of one sign from NaN of the other, and has one of them below all numbers."""
    if value.type == "float":
        value = cast(value, "double")
    if value.type != "double" or value.tame:
        return value
    return replace(value, sql=f"nanvl({value.sql}, {_NAN})")


def is_among(value: Value, listed: Sequence[Value]) -> Value:
    """IN."""
    if isinstance(value.constant, str) and all(isinstance(one.constant, str) for one in listed):
        return write_truth(value.constant in [one.constant for one in listed])
    require_exact("in", value, *listed)
    first, *others = bring_together(
        f"{value.type} in ({', '.join(one.type for one in listed)})", [value, *listed]
    )
    asked, *listed_sql = (_drop_sign_of_zero(one) for one in (first, *others))
    if all(one.constant is not None or one.type == "void" for one in listed):
        return Value(f"({asked} IN ({', '.join(listed_sql)}))", "boolean")
    same = " OR ".join(f"{asked} = {one}" for one in listed_sql)  # IN forgets a null that a row gives
    return Value(f"({same})", "boolean")


def _drop_sign_of_zero(value: Value) -> str:
    """Sail has -0.0 not in (0.0), though they are equal."""
    return value.sql if value.type != "double" or value.tame else f"{value.sql} + 0D"


def connect(sign: str, left: Value, right: Value) -> Value:
    """AND and OR; what is known already decides, or says nothing."""
    for one, other in ((left, right), (right, left)):
        if one.constant is not None and one.type == "boolean":
            return one if one.constant == (sign == "OR") else require_truth(sign, other)
    one, other = require_truth(sign, left), require_truth(sign, right)
    return Value(f"({one.sql} {sign} {other.sql})", "boolean")


def turn_round(value: Value) -> Value:
    """NOT."""
    if value.constant is not None and value.type == "boolean":
        return write_truth(not value.constant)
    return Value(f"(NOT {require_truth('not', value).sql})", "boolean")


def require_truth(what: str, value: Value) -> Value:
    """The value, which is a boolean or null."""
    if value.type not in ("boolean", "void"):
        raise UnlikeError(f"{what} of {value.type}")
    return cast(value, "boolean")


def test_null(value: Value) -> Value:
    """IS NULL."""
    if value.constant is not None:
        return write_truth(False)
    return Value(f"({value.sql} IS NULL)", "boolean")


def test_truth(value: Value, truth: bool) -> Value:
    """IS TRUE, IS FALSE."""
    return Value(f"({require_truth('is', value).sql} IS {str(truth).upper()})", "boolean")
