"""What a column of text holds: one answer for `init`, the page, and every command that reads a table.

The type of a column is the first of number, truth, date and time in whose form MOSTLY of its values are
written, if any of them has a value; blank and missing ones say nothing. What is taken for a value here is
what the engine's cast takes for one: 2024-02-30 is written as a date and is none. A further way to write a
number or a date is one more form and its reader here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

TypeName = Literal["int", "double", "boolean", "date", "timestamp", "string"]
Value = float | date | datetime

MOSTLY = 0.8
"""A column is of a type if at least this share of its known values are written so.

Text taken for numbers is seen: the rows that don't fit are quarantined with their reason, and more than
`rules.max_quarantined` of them end the command. Numbers taken for text are not: the column just never cuts.
So the bound is low, yet codes of which many look like numbers (85123, 85123A) stay under it."""
NEARLY_ALL = 0.995
"""`init` cuts by a column only where at least this share of its known values is of its type. The rows of the
others are quarantined, and five features that lose one row in 200 each stay under `rules.max_quarantined`."""
ISO = "yyyy-MM-dd"
DATE_PATTERNS = (ISO, "dd-MM-yyyy", "MM-dd-yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "yyyy/MM/dd", "dd.MM.yyyy")
"""Patterns as Spark writes them; of those that read the same share of a column the first is taken."""

BLANKS = "".join(map(chr, range(33)))
"""What a cast takes off both ends."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?|nan", re.ASCII | re.IGNORECASE)
_INT = re.compile(r"[+-]?(0|[1-9]\d{0,17})", re.ASCII)
_CODE = re.compile(r"[+-]?0\d+", re.ASCII)
_TRUTH = re.compile("true|false", re.ASCII | re.IGNORECASE)
_TIME = re.compile(  # Spark reads a zone behind seconds alone
    r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)


@dataclass(frozen=True)
class TextType:
    """The type of a column of text.

    `name`: as under `input.types`, or timestamp, which needs no declaration. `pattern`: of a date. `fit`: the
    share of its known values that reading keeps. `misfit`: the first that it does not; empty for none.
    """

    name: TypeName
    pattern: str | None = None
    fit: float = 1.0
    misfit: str = ""

    @property
    def form(self) -> re.Pattern[str]:
        """How its values are written."""
        return _FORMS[self.pattern or self.name]

    def read(self, text: str) -> Value | None:
        """The value of one text: a number (also for a truth; NaN for one that is missing), a day or a time;
        None where it does not fit."""
        found = self.form.fullmatch(text.strip(BLANKS))
        try:
            return None if found is None else _READERS[self.name](found)
        except ValueError:  # no such day, no such time
            return None


def infer_type(values: Iterable[object]) -> TextType:
    """The type of a column by its first values, of which those that are no text are missing.

    Numbers are int where all of them are whole, of up to 18 digits. One number with leading zeros, such as
    007, makes codes of them all, so text. A column without any value counts as numbers.

    >>> infer_type(["1", "2", "3", "4", "n/a"])
    TextType(name='int', pattern=None, fit=0.8, misfit='n/a')
    """
    texts = [text for value in values if isinstance(value, str) and (text := value.strip(BLANKS))]
    if not texts:
        return TextType("double")
    if any(_CODE.fullmatch(text) for text in texts):
        return TextType("string")
    return next(_propose_types(texts), TextType("string"))


def infer_column_type(values: Iterable[str | None]) -> str:
    """The type of a text column that no recipe declares: int, double, boolean, date, timestamp or string.

    As `infer_type` has it, by the first values; the rows that don't fit are quarantined later. Of dates only
    yyyy-MM-dd is one without a word: in every other pattern day and month can be swapped.
    """
    found = infer_type(values)
    return "string" if found.name == "date" and found.pattern != ISO else found.name


def _propose_types(texts: Sequence[str]) -> Iterator[TextType]:
    """What the texts may be, in turn; of the dates, the pattern that reads most."""
    numbers = [text for text in texts if _NUMBER.fullmatch(text)]
    yield from _measure(TextType("int" if all(map(_INT.fullmatch, numbers)) else "double"), texts)
    yield from _measure(TextType("boolean"), texts)
    dates = [found for pattern in DATE_PATTERNS for found in _measure(TextType("date", pattern), texts)]
    yield from sorted(dates, key=lambda found: -found.fit)
    yield from _measure(TextType("timestamp"), texts)


def _measure(guess: TextType, texts: Sequence[str]) -> Iterator[TextType]:
    """The type with the share of the texts that fit, and the first that does not; nothing where too few are
    written so, or none has a value."""
    if sum(guess.form.fullmatch(text) is not None for text in texts) < MOSTLY * len(texts):
        return
    misfits = [text for text in texts if guess.read(text) is None]
    if not misfits:
        yield guess
    elif len(misfits) < len(texts):
        fit = (len(texts) - len(misfits)) / len(texts)
        yield TextType(guess.name, guess.pattern, fit, misfits[0])


def _read_number(found: re.Match[str]) -> float | None:
    number = float(found[0])
    return None if math.isinf(number) else number  # infinity is no value


def _compile_date_form(pattern: str) -> re.Pattern[str]:
    """A date pattern as a regular expression with the groups y, M and d."""
    parts = {"yyyy": r"(?P<y>\d{4})", "MM": r"(?P<M>\d{2})", "dd": r"(?P<d>\d{2})"}
    return re.compile(re.sub("yyyy|MM|dd|[.]", lambda part: parts.get(part[0], r"\."), pattern), re.ASCII)


_FORMS = {
    **{pattern: _compile_date_form(pattern) for pattern in DATE_PATTERNS},
    "int": _NUMBER,
    "double": _NUMBER,
    "boolean": _TRUTH,
    "timestamp": _TIME,
    "string": re.compile("(?!)"),  # nothing is read of a text
}
_READERS: dict[TypeName, Callable[[re.Match[str]], Value | None]] = {
    "int": _read_number,
    "double": _read_number,
    "boolean": lambda found: float(found[0].lower() == "true"),
    "date": lambda found: date(int(found["y"]), int(found["M"]), int(found["d"])),
    "timestamp": lambda found: datetime.fromisoformat(found[0]),
    "string": lambda found: None,
}
