"""Casts, by the kinds of type from and to which: what Sail is given in their place.

They give null where the value does not fit, as TRY_CAST does. What is not in the table differs, or depends on
the clock of the session.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from custseg_spark.sql.on_sail.function_table import SECONDS
from custseg_spark.sql.on_sail.types import CLOCK, FLOATS, INTEGERS, UnlikeError, is_decimal, read_decimal
from custseg_spark.sql.on_sail.values import Value, fill, require_exact, write_null, write_number, write_text

_BLANK = r"[\\x00-\\x20\\x7f]*"
_DAY_WITH_TIME = f"(?s)^{_BLANK}([+-]?[0-9]{{4,7}}-[0-9]{{1,2}}-[0-9]{{1,2}})[ T].*$"
_DAY = f"^{_BLANK}([^\\\\x00-\\\\x20\\\\x7f]*){_BLANK}$"
_DAY_FORM = f"(?s)^{_BLANK}[+-]?[0-9]{{4,7}}(-[0-9]{{1,2}}(-[0-9]{{1,2}}([ T].*)?)?)?{_BLANK}$"
_READ_DAY = (
    f"CASE WHEN {{0}} RLIKE '{_DAY_FORM}' THEN coalesce(TRY_CAST({{0}} AS DATE),"
    f" TRY_CAST(regexp_replace(regexp_replace({{0}}, '{_DAY_WITH_TIME}', '$1'), '{_DAY}', '$1') AS DATE)) END"
)
"""Spark passes over blanks around a day, and over a time behind it; Sail takes slashes."""
_READ_DOUBLE = (
    "coalesce(TRY_CAST({0} AS DOUBLE),"
    f" TRY_CAST(regexp_replace({{0}}, '([0-9][.]?)[dDfF]({_BLANK})$', '$1$2') AS DOUBLE))"
)
"""As Java does, Spark takes the letter of a type behind a number."""
_TRUE, _FALSE = (
    f"^{_BLANK}({words}){_BLANK}$"
    for words in ("[tT]|[tT][rR][uU][eE]|[yY]|[yY][eE][sS]|1", "[fF]|[fF][aA][lL][sS][eE]|[nN]|[nN][oO]|0")
)
_READ_TRUTH = f"CASE WHEN {{0}} RLIKE '{_TRUE}' THEN TRUE WHEN {{0}} RLIKE '{_FALSE}' THEN FALSE END"
_PLAIN = "TRY_CAST({0} AS {1})"
_NARROW = f"nullif({_PLAIN}, NULL)"
"""A cast that changes values, of which Sail would undo a bare one beside a constant: of 2.50 it says that
CAST(2.50 AS INT) = 2 is 2.50 = 2.00."""
_OVER_THE_TOP = (
    "CASE WHEN {0} = 9223372036854775808D THEN 9223372036854775807 ELSE TRY_CAST({0} AS BIGINT) END"
)
_WHOLE_PART = "floor(abs({0}) {1})"
ROUND = (
    f"CASE WHEN abs({{0}}) {{1}} < 4503599627370496D THEN ({_WHOLE_PART}"
    f" + CASE WHEN abs({{0}}) >= ({_WHOLE_PART} + 0.5D) {{2}} THEN 1D ELSE 0D END)"
    " {2} * CASE WHEN {0} < 0D THEN -1D ELSE 1D END + 0D ELSE {0} END"
)
"""A double rounded to a place: {1} brings the place before the point, {2} brings it back. Half up of the
digits that it is written with, as Spark does, which are those of the decimal that is nearest to it."""

_DIGITS = "replace(replace(substring_index({1}, 'e', 1), '.', ''), '-', '')"
_EXPONENT = "TRY_CAST(substring_index({1}, 'e', -1) AS INT)"
_WRITTEN_OUT = (
    "CASE WHEN {1} RLIKE 'e' THEN concat(CASE WHEN {0} < 0D THEN '-' ELSE '' END,"
    f" CASE WHEN {_EXPONENT} < 0 THEN concat('0.', repeat('0', - {_EXPONENT} - 1), {_DIGITS})"
    f" ELSE rpad({_DIGITS}, {_EXPONENT} + 1, '0') END) ELSE {{1}} END"
)
"""The text {1} of a double {0} without an exponent."""

_CASTS = {
    **{(whole, to): _PLAIN for whole in INTEGERS
       for to in (*INTEGERS, *FLOATS, "decimal", "string", "boolean")},
    **{("decimal", to): _PLAIN for to in (*INTEGERS, *FLOATS, "decimal", "string")},
    ("decimal", "boolean"): "({0} <> 0)",
    **{(real, to): _PLAIN for real in FLOATS for to in (*FLOATS, "tinyint", "smallint", "int", "boolean")},
    ("float", "bigint"): _OVER_THE_TOP.replace("{0} =", "CAST({0} AS DOUBLE) ="),
    ("double", "bigint"): _OVER_THE_TOP,
    **{("boolean", to): _PLAIN for to in (*INTEGERS, *FLOATS, "string")},
    ("boolean", "decimal"): "TRY_CAST(CAST({0} AS INT) AS {1})",
    **{("string", to): _PLAIN for to in (*INTEGERS, "timestamp_ntz", "timestamp")},
    ("string", "double"): _READ_DOUBLE,
    ("string", "boolean"): _READ_TRUTH,
    ("string", "date"): _READ_DAY,
    ("date", "string"): _PLAIN,
    ("date", "timestamp_ntz"): _PLAIN,
    ("timestamp_ntz", "date"): _PLAIN,
    ("timestamp_ntz", "string"): _PLAIN,
    (CLOCK, "date"): _PLAIN,
    (CLOCK, "timestamp_ntz"): _PLAIN,
    ("int", "timestamp"): _PLAIN,
    ("timestamp", "bigint"): SECONDS,
    ("timestamp", "double"): "(CAST(unix_micros({0}) AS DOUBLE) / 1000000D)",
}  # fmt: skip
"""(from, to) -> what is written of the value and the type."""


def cast(value: Value, kind: str) -> Value:
    """The value as that type; null where it does not fit. Raises UnlikeError."""
    if value.type == kind:
        return value
    if value.type == "void":
        return write_null(kind)
    if value.constant is not None and (known := _cast_constant(value, kind)) is not None:
        return known
    if kind in INTEGERS or is_decimal(kind) or (kind == "string" and is_decimal(value.type)):
        require_exact(f"cast as {kind}", value)
    if is_decimal(kind) and value.type in FLOATS:
        return _round_to_decimal(value, kind)
    template = _CASTS.get((_name(value.type), _name(kind)))
    if template is None:
        raise UnlikeError(f"cast({value.type} as {kind})")
    if template == _PLAIN and _is_narrower(value.type, kind):
        return narrow(value.sql, kind)
    tame = kind in FLOATS and value.type not in (*FLOATS, "string")
    return Value(f"({fill(template, value.sql, kind.upper())})", kind, tame=tame)


def narrow(sql: str, kind: str) -> Value:
    """A number as an integer or decimal that has not all its values; null where it does not fit."""
    return Value(fill(_NARROW, sql, kind.upper()), kind)


def _is_narrower(kind: str, to: str) -> bool:
    """Whether there are integers or decimals of the one type that the other does not have."""
    if not all(one in INTEGERS or is_decimal(one) for one in (kind, to)):
        return False
    (digits, scale), (kept, places) = read_decimal(kind), read_decimal(to)
    is_cut_off = is_decimal(kind) and to in INTEGERS
    return is_cut_off or scale > places or digits - scale > kept - places


def round_double(value: Value, places: int) -> Value:
    """A double rounded half up to so many decimal places (under zero: to tens, hundreds)."""
    power = f"{float(10 ** abs(places))!r}D"
    there, back = (f"* {power}", f"/ {power}") if places >= 0 else (f"/ {power}", f"* {power}")
    return Value(f"({fill(ROUND, value.sql, there, back)})", "double", tame=value.tame)


def _name(kind: str) -> str:
    return "decimal" if is_decimal(kind) else kind


def _round_to_decimal(value: Value, kind: str) -> Value:
    """Spark goes by the digits that a double is written with: up to 2 ** 52 of the last place arithmetic
    finds them, beyond it its text has them."""
    double, places = cast(value, "double"), read_decimal(kind)[1]
    rounded = f"TRY_CAST({round_double(double, places).sql} AS {kind.upper()})"
    text = fill(_WRITTEN_OUT, double.sql, f"CAST({double.sql} AS STRING)")
    is_near = f"abs({double.sql}) * {float(10**places)!r}D < 4503599627370496D"
    return Value(f"(CASE WHEN {is_near} THEN {rounded} ELSE TRY_CAST({text} AS {kind.upper()}) END)", kind)


def _cast_constant(value: Value, kind: str) -> Value | None:
    """A constant of the other type, where that is plain to see; None for all others."""
    known = value.constant
    if isinstance(known, str):
        return read_constant(known, kind)
    if isinstance(known, bool) or known is None:
        return None
    if kind in FLOATS and kind != "float":
        return write_number(known, kind)
    if (
        kind in INTEGERS
        and isinstance(known, int)
        and -(1 << 31) <= known < 1 << 31
        and kind in ("int", "bigint")
    ):
        return write_number(known, kind)
    if is_decimal(kind) and isinstance(known, int | Decimal):
        precision, scale = read_decimal(kind)
        exact = Decimal(known)
        if exact == round(exact, scale) and abs(exact) < Decimal(10) ** (precision - scale):
            return write_number(exact, kind)
    if kind == "string" and isinstance(known, int):
        return write_text(str(known))
    return None


def read_literal_as(text: str, kind: str) -> Value:
    """A plain CAST of a literal, which ends a job on Spark where it does not fit. Raises UnlikeError then."""
    known = read_constant(text, kind)
    if known is None:
        raise UnlikeError(f"cast({text!r} as {kind})")
    return known


def read_constant(text: str, kind: str) -> Value | None:
    """A day, a time or a number that a literal writes plainly; None for all other texts."""
    try:
        if kind == "date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return Value(f"DATE '{date.fromisoformat(text)}'", kind)
        if kind == "timestamp_ntz" and re.fullmatch(
            r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}:\d{2}([.]\d{1,6})?)?", text, re.ASCII
        ):
            return Value(f"TIMESTAMP_NTZ '{datetime.fromisoformat(text).isoformat(' ')}'", kind)
        if kind == "timestamp" and re.fullmatch(
            r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}([.]\d{1,6})?Z", text, re.ASCII
        ):
            return Value(f"TIMESTAMP '{text}'", kind)
    except ValueError:
        return None
    if kind in ("int", "bigint") and re.fullmatch(r"-?[0-9]{1,9}", text):
        return write_number(int(text), kind)
    if kind == "double" and re.fullmatch(r"-?[0-9]{1,15}([.][0-9]{1,15})?", text):
        return write_number(float(text), kind)
    return None
