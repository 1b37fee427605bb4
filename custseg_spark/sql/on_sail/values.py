"""A value of an expression: its SQL for Sail, its type on Spark, and what it is where that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from custseg_spark.sql.on_sail.types import FLOATS, INTEGERS, UnlikeError, is_decimal, write_decimal
from custseg_spark.sql.parse import quote_text

Constant = bool | int | float | Decimal | str
_CONTROLS = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-3][0-7]{2})|(.))", re.DOTALL)
_PIECE = re.compile(
    r"([rR]?)('(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|'[^']*'|\"[^\"]*\")\s*", re.DOTALL
)

_LAST_PLACE = re.compile(r"\b(ln|log10|log2|exp|expm1|power|cbrt|degrees|months_between|sum|avg)\(")
"""Functions whose last place the engines round each in their way."""
_MADE_OF_DOUBLE = "4503599627370496D"
"""What stands in the SQL of a decimal that was rounded of a double: exact up to 2 ** 52 of its last place."""


@dataclass(frozen=True)
class Value:
    """`sql` can stand anywhere in an expression. `constant`: what it always is; None where rows differ, and
    of NULL, whose type is void. `tame`: a double that is never NaN and never -0.0. `terms`: of a sum or a
    product of whole numbers its function, its terms that rows give, and those that are constants."""

    sql: str
    type: str
    constant: Constant | None = None
    tame: bool = False
    literal: bool = False
    """Whether it is a number as written, of which Spark counts the digits beside a decimal."""
    terms: tuple[str, tuple[str, ...], tuple[int, ...]] = ("", (), ())


_PLACE = re.compile(r"\{(\d)\}")


def fill(template: str, *pieces: str) -> str:
    """The template with a piece of SQL where it says {0}, {1}; other braces are those of patterns."""
    return _PLACE.sub(lambda place: pieces[int(place[1])], template)


NULL = Value("NULL", "void")
TRUE, FALSE = Value("TRUE", "boolean", True), Value("FALSE", "boolean", False)


def write_truth(truth: bool) -> Value:
    """The constant."""
    return TRUE if truth else FALSE


def write_null(kind: str) -> Value:
    """NULL of a type."""
    return NULL if kind == "void" else Value(f"CAST(NULL AS {kind.upper()})", kind, tame=True)


def write_text(text: str) -> Value:
    """A text as a literal that Sail reads as it is: with backslashes, no doubled quotes."""
    written = "".join(_CONTROLS.get(sign, sign) for sign in quote_text(text))
    return Value(written, "string", text)


def write_number(number: int | float | Decimal, kind: str) -> Value:
    """A number as a literal of that type."""
    if kind in FLOATS:
        number = float(number)
        plain = f"{number!r}D" if kind == "double" and "e" not in repr(number) and number >= 0 else ""
        tame = number == number and repr(number) != "-0.0"
        return Value(plain or f"CAST('{number!r}' AS {kind.upper()})", kind, number, tame)
    if is_decimal(kind):
        return Value(f"CAST('{number}' AS {kind.upper()})", kind, Decimal(number))
    if kind == "int" and number >= 0:
        return Value(str(number), kind, int(number))
    return Value(f"CAST({number} AS {kind.upper()})", kind, int(number))


def read_number(text: str) -> Value:
    """A number as Spark reads it: a whole one is int or bigint if it fits, one with a point is a decimal."""
    if re.fullmatch(r"[0-9]+", text):
        number = int(text)
        for kind, bits in (("int", 31), ("bigint", 63)):
            if number < 1 << bits:
                return write_number(number, kind)
        return write_number(Decimal(number), write_decimal(len(str(number)), 0))
    if re.search("[eE]", text):
        return write_number(float(text), "double")
    if not re.fullmatch(r"[0-9]*\.[0-9]*", text):
        raise UnlikeError(f"number {text}")
    exact = Decimal(text)
    _, digits, exponent = exact.as_tuple()
    scale = -int(exponent)
    return write_number(exact, write_decimal(max(len(digits), scale), scale))


def negate(value: Value) -> Value | None:
    """A number with a minus before it; None where it is no constant, and where Spark reads it otherwise."""
    number = value.constant
    if isinstance(number, bool | str) or number is None:
        return None
    if value.type in INTEGERS:
        made = write_number(-number, "int" if number == 1 << 31 else value.type)
        return replace(made, literal=value.literal)
    if value.type == "decimal(19,0)" and number == 1 << 63:
        return write_number(-int(number), "bigint")
    return write_number(-number, value.type)


def require_exact(what: str, *values: Value) -> None:
    """Raises UnlikeError for a number whose last place may differ, where that would make another value."""
    for value in values:
        last_place = value.type in FLOATS and _LAST_PLACE.search(value.sql)
        if last_place or (is_decimal(value.type) and _MADE_OF_DOUBLE in value.sql):
            raise UnlikeError(f"{what} of a {value.type} of which the last place differs")


def is_positive(value: Value) -> bool:
    """Whether it is a constant above zero."""
    return value.constant is not None and not isinstance(value.constant, str) and value.constant > 0


def read_text(written: str) -> str:
    """What a string literal says, as Spark 4 reads it: quotes doubled or with backslashes, pieces beside each
    other, raw ones."""
    text, at = "", 0
    while at < len(written):
        piece = _PIECE.match(written, at)
        if piece is None:
            raise UnlikeError(f"text {written}")
        quote, inner = piece[2][0], piece[2][1:-1]
        text += inner if piece[1] else _unescape(inner.replace(quote * 2, "\\" + quote))
        at = piece.end()
    return text


def _unescape(inner: str) -> str:
    def read(found: re.Match[str]) -> str:
        short, long, octal, sign = found.groups()
        if short or long:
            return chr(int(short or long, 16))
        return chr(int(octal, 8)) if octal else _ESCAPES.get(sign, sign)

    return _ESCAPE.sub(read, inner)
