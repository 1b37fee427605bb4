"""Dates as people write them, by patterns as Spark writes them, read alike by every engine and warehouse.

A pattern becomes regular expressions of fixed widths, one for each way to write day and month with one
digit or two; a text that fits one has year, month and day at places that are known, and no day that no
calendar has fits any. So no function for dates is asked, of which every engine has another.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from custseg_spark.sql.clean_text import (
    LONGEST,
    clean_text,
    is_missing_text,
    write_clean_sql,
    write_missing_sql,
)
from custseg_spark.sql.parse import quote_text

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
_SHORT = tuple(name[:3] for name in MONTHS)
_LONG = (1, 3, 5, 7, 8, 10, 12)
_ELEMENT = re.compile(r"'(''|[^'])*'|y+|M+|d+|H+|h+|m+|s+|S+|a+|[A-Za-z]+|.", re.DOTALL)
_YEAR = {
    4: ("([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)",
        "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"),
    2: ("[0-9]{2}", "([02468][048]|[13579][26])"),
}  # fmt: skip
"""Digits of a year -> any year, a leap year."""
_CLOCK = {
    "HH": ("([01][0-9]|2[0-3])",), "H": ("[0-9]", "(0[0-9]|1[0-9]|2[0-3])"),
    "hh": ("(0[1-9]|1[0-2])",), "h": ("[1-9]", "(0[1-9]|1[0-2])"),
    "mm": ("[0-5][0-9]",), "ss": ("[0-5][0-9]",), "a": ("[ap]m",),
}  # fmt: skip
_WIDTHS = {
    "yyyy": (4,),
    "yy": (2,),
    "MM": (2,),
    "M": (1, 2),
    "dd": (2,),
    "d": (1, 2),
    "MMM": (3,),
    "MMMM": (3,),
}
_OLDEST = 69
"""Of years of two digits, this one is 1969 and the one before it 2068, as in Python and in C."""


@dataclass(frozen=True)
class DateFormat:
    """How a column writes its days: `patterns` are tried in turn; `missing`: texts that stand for no day."""

    patterns: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Writing:
    """One way to write a day. `form`: the regular expression; `places`: of y, M and d, where the text has
    them (from 0) and how many signs."""

    form: str
    places: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class _Pattern:
    """`writings`: in how many widths. `lower`, `names`: whether case says nothing, and full names are cut."""

    writings: tuple[_Writing, ...]
    lower: bool
    names: bool


def is_portable(pattern: str) -> bool:
    """Whether dates of this pattern are read alike everywhere; others, those of a zone among them, are read
    by Spark's own functions."""
    return _compile_pattern(pattern) is not None


def write_date_sql(text: str, form: DateFormat) -> str:
    """The SQL of the day (date) that the text `text` (an expression) says; null where it says none.

    Spark's SQL, which raises for no text. Raises ValueError for a pattern that is not `is_portable`.
    """
    readings = [write_pattern_sql(text, pattern) for pattern in form.patterns]
    value = readings[0] if len(readings) == 1 else f"coalesce({', '.join(readings)})"
    return f"CASE WHEN {write_missing_sql(text, form.missing)} THEN NULL ELSE {value} END"


def write_pattern_sql(text: str, pattern: str) -> str:
    """The same by one pattern."""
    compiled = _compile_pattern(pattern)
    if compiled is None:
        raise ValueError(f"{pattern!r} is no pattern of days alone")
    clean = write_clean_sql(text)
    if compiled.lower:
        clean = f"lower({clean})"
    if compiled.names:
        for name in MONTHS:
            clean = f"replace({clean}, '{name}', '{name[:3]}')" if len(name) > 3 else clean
    whens = [
        f"WHEN {clean} RLIKE {quote_text(f'^{one.form}$')} THEN TRY_CAST({_write_day(clean, one)} AS DATE)"
        for one in compiled.writings
    ]
    return f"CASE WHEN length({clean}) > {LONGEST} THEN NULL {' '.join(whens)} END"


def read_date(text: str, form: DateFormat) -> date | None:
    """The same of one text."""
    if is_missing_text(text, form.missing):
        return None
    return next((day for pattern in form.patterns if (day := read_by_pattern(text, pattern))), None)


def read_by_pattern(text: str, pattern: str) -> date | None:
    """The same of one text by one pattern."""
    compiled, clean = _compile_pattern(pattern), clean_text(text)
    if compiled is None or len(clean) > LONGEST:
        return None
    clean = clean.lower() if compiled.lower else clean
    for name in MONTHS if compiled.names else ():
        clean = clean.replace(name, name[:3])
    for one in compiled.writings:
        if re.fullmatch(one.form, clean):
            year, month, day = (clean[at : at + width] for at, width in map(one.places.__getitem__, "yMd"))
            century = 0 if len(year) == 4 else 1900 if int(year) >= _OLDEST else 2000
            return date(
                century + int(year), _SHORT.index(month) + 1 if month in _SHORT else int(month), int(day)
            )
    return None


def _write_day(clean: str, writing: _Writing) -> str:
    """The text of the day as yyyy-MM-dd."""

    def take(letter: str) -> str:
        at, width = writing.places[letter]
        return f"substring({clean}, {at + 1}, {width})"

    year, month, day = map(take, "yMd")
    if writing.places["y"][1] == 2:
        year = f"CASE WHEN {year} RLIKE '^([7-9][0-9]|{_OLDEST})$' THEN '19' ELSE '20' END, {year}"
    if writing.places["M"][1] == 3:
        whens = [f"WHEN '{name}' THEN '{number:02d}'" for number, name in enumerate(_SHORT, 1)]
        month = f"CASE {month} {' '.join(whens)} END"
    zeros = {letter: "'0', " if writing.places[letter][1] == 1 else "" for letter in "Md"}
    return f"concat({year}, '-', {zeros['M']}{month}, '-', {zeros['d']}{day})"


@functools.lru_cache(maxsize=256)
def _compile_pattern(pattern: str) -> _Pattern | None:
    elements = [found[0] for found in _ELEMENT.finditer(pattern)]
    letters = [one for one in elements if one[0].isascii() and one[0].isalpha()]
    known = all(one in _WIDTHS or one in _CLOCK or set(one) == {"S"} for one in letters)
    if not known or sorted(one[0] for one in letters if one in _WIDTHS) != ["M", "d", "y"]:
        return None
    if any(one in "[]{}#" for one in elements):  # of Spark's patterns, and none of theirs is needed here
        return None
    lower = any(one.isalpha() and one in ("MMM", "MMMM", "a") for one in elements)
    lower |= any(one[0] == "'" and re.search("[A-Za-z]", one) is not None for one in elements)
    choices = [_list_widths(one, lower) for one in elements]
    last = max(at for at, one in enumerate(elements) if one in _WIDTHS)
    choices[last + 1 :] = [_join_widths(one) for one in choices[last + 1 :]]
    writings = tuple(_build_writing(elements, widths, lower) for widths in itertools.product(*choices))
    return _Pattern(writings, lower, "MMMM" in elements)


def _list_widths(element: str, lower: bool) -> Sequence[tuple[str, int]]:
    """The ways to write an element: regular expression (of a year, month or day: none) and signs."""
    if element in _WIDTHS:
        return [("", width) for width in _WIDTHS[element]]
    if element in _CLOCK:
        forms = _CLOCK[element]
        return [(form, 1 if form in ("[0-9]", "[1-9]") else 2) for form in forms]
    if set(element) == {"S"}:
        return [(f"[0-9]{{{len(element)}}}", len(element))]
    text = element[1:-1].replace("''", "'") or "'" if element[0] == "'" else element
    text = text.lower() if lower else text
    return [("".join(f"[{sign}]" if sign not in "^\\" else f"\\{sign}" for sign in text), len(text))]


def _join_widths(ways: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    """The ways to write what stands behind the day, whose signs need not be counted, as one."""
    return [(f"({'|'.join(form for form, _ in ways)})", 0)] if len(ways) > 1 else ways


def _build_writing(elements: Sequence[str], widths: Sequence[tuple[str, int]], lower: bool) -> _Writing:
    """With the widths of each element: any day up to the 28th, and those that some months or years have."""
    places: dict[str, tuple[int, int]] = {}
    at = 0
    for element, (_, width) in zip(elements, widths, strict=True):
        if element in _WIDTHS:
            places[element[0]] = at, width
        at += width
    spans = {letter: width for letter, (_, width) in places.items()}
    forms = []
    for year, month, day in _list_calendars(spans):
        parts = {"y": year, "M": month, "d": day}
        forms.append(
            "".join(form or parts[element[0]] for element, (form, _) in zip(elements, widths, strict=True))
        )
    return _Writing(f"({'|'.join(forms)})", places)


def _list_calendars(spans: dict[str, int]) -> Iterator[tuple[str, str, str]]:
    """Regular expressions of year, month and day that together are each day of the calendar once."""
    year, leap = _YEAR[spans["y"]]

    def take(months: Sequence[int]) -> str:
        if spans["M"] == 3:
            return f"({'|'.join(_SHORT[number - 1] for number in months)})"
        written = [f"{number:0{spans['M']}d}" for number in months if spans["M"] == 2 or number < 10]
        return f"({'|'.join(written)})"

    if spans["d"] == 1:
        yield year, take(range(1, 13)), "[1-9]"
        return
    others = [month for month in range(1, 13) if month not in _LONG and month != 2]
    yield year, take(_LONG), "(0[1-9]|[12][0-9]|3[01])"
    yield year, take(others), "(0[1-9]|[12][0-9]|30)"
    yield year, take([2]), "(0[1-9]|1[0-9]|2[0-8])"
    yield leap, take([2]), "29"
