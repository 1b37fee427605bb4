"""The functions that mean the same on Sail, with the types of their arguments and what is written of them.

A function that is not here, or is given other types, runs on Spark. Each line was held against Spark over
tables of edge values (scripts/engines-equal draws such tables and expressions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SECONDS = "(unix_micros({0}) - pmod(unix_micros({0}), CAST(1000000 AS BIGINT))) DIV CAST(1000000 AS BIGINT)"
"""Whole seconds since 1970, of a moment before it too: Sail's own cut a part of one off."""


@dataclass(frozen=True)
class Signature:
    """`takes`: what each argument must be, in the words of `functions._FITS`. `gives`: the type; "0" is that
    of the first argument, "element" that of its elements. `template`: Sail's SQL of the arguments."""

    takes: tuple[str, ...]
    gives: str
    template: str


def _line(takes: str, gives: str, template: str) -> Signature:
    return Signature(tuple(takes.split()), gives, template)


_NAN_STAYS = "CASE WHEN isnan({0}) THEN {0} ELSE %s END"
_LN = _line("number", "double", _NAN_STAYS % "ln({0})")
_LOG1P = (
    "CASE WHEN isnan({0}) THEN {0} WHEN {0} > 1D THEN ln(1D + {0}) WHEN {0} > -1D THEN"
    " CASE WHEN 1D + {0} = 1D THEN {0} ELSE ln(1D + {0}) * ({0} / ((1D + {0}) - 1D)) END END"
)
"""To the last places for small numbers too (Kahan); Sail's own takes the logarithm of 1 + x."""
_RINT = (
    "CASE WHEN {0} > 0D AND {0} < 4503599627370496D THEN ({0} + 4503599627370496D) - 4503599627370496D"
    " WHEN {0} < 0D AND {0} > -4503599627370496D THEN - ((4503599627370496D - {0}) - 4503599627370496D)"
    " ELSE {0} END"
)
"""To the even one of two neighbours: there are no doubles with a fraction beyond 2 ** 52."""
_MONDAY = "((dayofweek({0}) + 5) % 7)"
_AS_INT = "CAST(%s AS INT)"
_POWER = [
    _line("number positive", "double", "power({0}, {1})"),
    _line("positive number", "double", "power({0}, {1})"),
]
"""Zero to a power under zero ends a job of Sail's."""


def _of_day(name: str) -> list[Signature]:
    return [_line("day", "int", f"{name}({{0}})")]


def _of_text(name: str, takes: str = "text") -> list[Signature]:
    return [_line(takes, "string", f"{name}({{0}})")]


FUNCTIONS: Mapping[str, Sequence[Signature]] = {
    "sqrt": [_line("number", "double", "sqrt({0})")],
    "exp": [_line("number", "double", "exp({0})")],
    "expm1": [_line("number", "double", "expm1({0})")],
    "ln": [_LN],
    "log": [_LN],
    "log10": [_line("number", "double", _NAN_STAYS % "log10({0})")],
    "log2": [_line("number", "double", _NAN_STAYS % "log2({0})")],
    "log1p": [_line("number", "double", _LOG1P)],
    "power": _POWER,
    "pow": _POWER,
    "cbrt": [_line("number", "double", "cbrt({0})")],
    "rint": [_line("number", "double", _RINT)],
    "degrees": [_line("number", "double", "degrees({0})")],
    "pi": [_line("", "double", "pi()")],
    "abs": [
        _line("double", "0", "abs({0})"),
        _line("decimal", "0", "abs({0})"),
        _line("int", "0", "CASE WHEN {0} < 0 THEN try_multiply({0}, -1) ELSE {0} END"),
        _line("bigint", "0", "CASE WHEN {0} < 0 THEN try_multiply({0}, CAST(-1 AS BIGINT)) ELSE {0} END"),
    ],
    "sign": [_line("number", "double", "CASE WHEN {0} = 0D THEN {0} ELSE sign({0}) END")],
    "floor": [
        _line("double", "bigint", "floor(nanvl({0}, 0D))"),
        _line("integer", "bigint", "CAST({0} AS BIGINT)"),
    ],
    "ceil": [
        _line("double", "bigint", "ceil(nanvl({0}, 0D))"),
        _line("integer", "bigint", "CAST({0} AS BIGINT)"),
    ],
    "isnan": [_line("number", "boolean", "coalesce(isnan({0}), FALSE)")],
    "year": _of_day("year"),
    "month": _of_day("month"),
    "day": _of_day("day"),
    "dayofmonth": _of_day("dayofmonth"),
    "quarter": _of_day("quarter"),
    "dayofweek": _of_day("dayofweek"),
    "dayofyear": _of_day("dayofyear"),
    "weekofyear": _of_day("weekofyear"),
    "weekday": [_line("day", "int", _MONDAY)],
    "hour": [_line("time", "int", "hour({0})")],
    "minute": [_line("time", "int", "minute({0})")],
    "second": [_line("time", "int", "second({0})")],
    "datediff": [_line("day day", "int", _AS_INT % "datediff({0}, {1})")],
    "date_diff": [_line("day day", "int", _AS_INT % "datediff({0}, {1})")],
    "date_add": [
        _line("day days", "date", "date_add({0}, {1})"),
        _line("epoch int", "date", "date_add({0}, {1})"),
    ],
    "dateadd": [_line("day days", "date", "date_add({0}, {1})")],
    "date_sub": [_line("day days", "date", "date_sub({0}, {1})")],
    "add_months": [_line("day days", "date", "add_months({0}, {1})")],
    "months_between": [_line("date date", "double", "months_between({0}, {1})")],
    "last_day": [_line("day", "date", "last_day({0})")],
    "unix_date": [_line("date", "int", "unix_date({0})")],
    "unix_micros": [_line("timestamp", "bigint", "unix_micros({0})")],
    "unix_seconds": [_line("timestamp", "bigint", SECONDS)],
    "current_timestamp": [_line("", "timestamp", "current_timestamp()")],
    "current_date": [_line("", "date", "current_date()")],
    "upper": _of_text("upper", "uncased"),
    "ucase": _of_text("upper", "uncased"),
    "lower": _of_text("lower", "uncased"),
    "lcase": _of_text("lower", "uncased"),
    "trim": _of_text("trim"),
    "ltrim": _of_text("ltrim"),
    "rtrim": _of_text("rtrim"),
    "reverse": _of_text("reverse"),
    "length": [_line("text", "int", "length({0})")],
    "len": [_line("text", "int", "length({0})")],
    "char_length": [_line("text", "int", "length({0})")],
    "character_length": [_line("text", "int", "length({0})")],
    "ascii": [_line("text", "int", "ascii({0})")],
    "substring": [
        _line("text place", "string", "substring({0}, {1})"),
        _line("text count", "string", "substring({0}, {1})"),
        _line("text count count", "string", "substring({0}, {1}, {2})"),
    ],
    "left": [_line("text count", "string", "CAST(left({0}, {1}) AS STRING)")],
    "right": [_line("text count", "string", "CAST(right({0}, {1}) AS STRING)")],
    "replace": [
        _line("text text", "string", "replace({0}, {1}, '')"),
        _line("text text text", "string", "replace({0}, {1}, {2})"),
    ],
    "translate": [_line("text literal literal", "string", "translate({0}, {1}, {2})")],
    "repeat": [_line("text count", "string", "repeat({0}, {1})")],
    "lpad": [_line("text count literal", "string", "lpad({0}, {1}, {2})")],
    "rpad": [_line("text count literal", "string", "rpad({0}, {1}, {2})")],
    "split_part": [_line("text literal place", "string", "split_part({0}, {1}, {2})")],
    "substring_index": [_line("text literal place", "string", "substring_index({0}, {1}, {2})")],
    "instr": [_line("text text", "int", "instr({0}, {1})")],
    "locate": [_line("text text", "int", "locate({0}, {1})")],
    "startswith": [_line("text text", "boolean", "startswith({0}, {1})")],
    "endswith": [_line("text text", "boolean", "endswith({0}, {1})")],
    "contains": [_line("text text", "boolean", "contains({0}, {1})")],
    "md5": [_line("string", "string", "CAST(md5({0}) AS STRING)")],
    "sha2": [_line("string literal", "string", "sha2({0}, {1})")],
    "xxhash64": [_line(kind, "bigint", "xxhash64({0})") for kind in ("string", "int", "bigint")],
    "crc32": [_line("string", "bigint", "crc32({0})")],
    "levenshtein": [_line("text text", "int", "levenshtein({0}, {1})")],
    "pmod": [_line("int natural", "int", "pmod({0}, {1})")],
    "size": [_line("array", "int", "size({0})")],
    "cardinality": [_line("array", "int", "size({0})")],
    "get": [_line("array count", "element", "get({0}, {1})")],
    "try_element_at": [_line("array place", "element", "try_element_at({0}, {1})")],
}
"""Name -> signatures, of which the first that fits is taken."""
OTHER_NAMES = {"signum": "sign", "element_at": "try_element_at", "curdate": "current_date"}
