"""Numbers as people write them: signs of currency, thousands, decimal commas, brackets, percent."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from custseg_spark.sql.clean_text import (
    LONGEST,
    clean_text,
    is_missing_text,
    write_clean_sql,
    write_missing_sql,
)
from custseg_spark.sql.parse import quote_text

_SIGNS = "$€£¥₹₽₩₺₪₫₴"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOCAL = ("kr", "zł", "Kč", "Ft")
CURRENCY = f"([A-Z]{{0,2}}[{_SIGNS}]|[A-Z]{{3}}|{'|'.join(_LOCAL)})"
"""A sign of currency (also US$), a code of three letters, or a word for one."""
_TAKEN_OUT = "".join(dict.fromkeys(f"{_SIGNS}{_CAPITALS}{''.join(_LOCAL)} ()+-%"))
NOT_A_NUMBER = ("nan",)
"""What is written for a missing number by programs: missing in every format."""


@dataclass(frozen=True)
class NumberFormat:
    """How a column writes its numbers.

    `decimal`: the sign before the fraction. `group`: the one between thousands; empty for none. `missing`:
    texts that stand for no value, in any case. `percent`: every number is a percentage, with its sign or not.
    """

    decimal: str
    group: str
    missing: tuple[str, ...]
    percent: bool


PLAIN = NumberFormat(".", "", (), False)


def write_number_sql(text: str, form: NumberFormat) -> str:
    """The SQL of the number (double) that the text `text` (an expression) says; null where it says none.

    Spark's SQL, which raises for no text; brackets and a minus before or behind make a number negative, 26%
    is 0.26.
    """
    clean = write_clean_sql(text)
    scaled, dressed = _compile_patterns(form)
    digits = f"translate({clean}, {quote_text(_TAKEN_OUT + _take_group(form))}, '')"
    sign = f"CASE WHEN {clean} RLIKE '^.*[(-].*$' THEN -1.0D ELSE 1.0D END"
    value = f"TRY_CAST({_write_point(digits, form)} AS DOUBLE) * {sign}"
    if form.percent:
        value = f"{value} / 100.0D"
    else:
        value = f"{value} / CASE WHEN {clean} RLIKE '^.*%.*$' THEN 100.0D ELSE 1.0D END"
    power = f"TRY_CAST({_write_point(clean, form)} AS DOUBLE){' / 100.0D' if form.percent else ''}"
    return (
        f"CASE WHEN length({clean}) > {LONGEST} THEN NULL"
        f" WHEN {write_missing_sql(text, form.missing)} THEN NULL"
        f" WHEN {clean} RLIKE {quote_text(f'^{scaled}$')} THEN {power}"
        f" WHEN {clean} RLIKE {quote_text(f'^{dressed}$')} THEN {value} END"
    )


def read_number(text: str, form: NumberFormat) -> float | None:
    """The same of one text."""
    clean = clean_text(text)
    if len(clean) > LONGEST or is_missing_text(text, form.missing):
        return None
    scaled, dressed = _compile_patterns(form)
    if re.fullmatch(scaled, clean):
        return float(clean.replace(form.decimal, ".")) / (100 if form.percent else 1)
    if not re.fullmatch(dressed, clean):
        return None
    digits = clean.translate(dict.fromkeys(map(ord, _TAKEN_OUT + _take_group(form))))
    value = float(digits.replace(form.decimal, ".")) * (-1 if "(" in clean or "-" in clean else 1)
    return value / (100 if form.percent or "%" in clean else 1)


@functools.lru_cache(maxsize=256)
def _compile_patterns(form: NumberFormat) -> tuple[str, str]:
    """What numbers with an exponent look like, and all others, dressed as they may be."""
    point = f"[{form.decimal}]"
    plain = f"([0-9]+({point}[0-9]*)?|{point}[0-9]+)"
    scaled = f"[+-]?{plain}[eE][+-]?[0-9]{{1,2}}"
    number = plain
    if form.group:
        group = f"[{form.group}]"
        thousands = f"[1-9][0-9]{{0,2}}({group}[0-9]{{3}})+"
        lakhs = f"[1-9][0-9]?({group}[0-9]{{2}})+{group}[0-9]{{3}}"
        number = f"(({thousands}|{lakhs}|[0-9]+)({point}[0-9]*)?|{point}[0-9]+)"
    before, behind = f"({CURRENCY} *)?", f"( *({CURRENCY}|%))?"
    signed = f"([+-]? *{before}|{CURRENCY} *[+-] *){number}{behind}"
    trailing = f"{before}{number}{behind} *-"
    bracketed = f"{before}[(] *{before}{number}{behind} *[)]{behind}"
    return scaled, f"({signed}|{trailing}|{bracketed})"


def _take_group(form: NumberFormat) -> str:
    return "" if form.group in ("", " ") else form.group


def _write_point(text: str, form: NumberFormat) -> str:
    return text if form.decimal == "." else f"replace({text}, {quote_text(form.decimal)}, '.')"
