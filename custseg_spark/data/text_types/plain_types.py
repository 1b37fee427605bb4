"""The type of a column of text: what it is, and the forms that need no declaration.

The type of a column is the first of number, truth, date and time in whose form most of its values are
written, at least MOSTLY of them; blank and missing ones say nothing. What is taken for a value here is what
the engine's cast takes for one: 2024-02-30 is written as a date and is none.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from custseg_spark.sql.clean_text import clean_text, is_missing_text
from custseg_spark.sql.date_text import DateFormat
from custseg_spark.sql.number_text import PLAIN, NumberFormat
from custseg_spark.sql.value_text import Format, read_value

TypeName = Literal["int", "double", "number", "boolean", "date", "timestamp", "string"]
Value = float | date | datetime
Form = TypeVar("Form", bound=Format)
Read = TypeVar("Read", float, date)

MOSTLY = 0.8
"""A column is of a type if at least this share of its known values is written so.

Text taken for numbers is seen: the rows that don't fit are quarantined with their reason, and more than
`rules.max_quarantined` of them end the command. Numbers taken for text are not: the column just never cuts.
So the bound is low, yet codes of which many look like numbers (85123, 85123A) stay under it."""
ISO = "yyyy-MM-dd"

BLANKS = "".join(map(chr, range(33)))
"""What a cast takes off both ends."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?|nan", re.ASCII | re.IGNORECASE)
_INT = re.compile(r"[+-]?(0|[1-9]\d{0,17})", re.ASCII)
_CODE = re.compile(r"[+-]?0\d+", re.ASCII)
_TRUTH = re.compile("true|false", re.ASCII | re.IGNORECASE)
_ISO = re.compile(r"(?P<y>\d{4})-(?P<M>\d{2})-(?P<d>\d{2})", re.ASCII)
_TIME = re.compile(  # Spark reads a zone behind seconds alone
    r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)


@dataclass(frozen=True)
class TextType:
    """The type of a column of text.

    `name`: as under `input.types`, or timestamp, which needs no declaration. `written`: of numbers and dates
    that must be declared, how. `fit`: the share of its known values that reading keeps. `misfit`: the first
    that it does not; empty for none. `ambiguous`: another way to read it that fits as well, in words with an
    example; empty where there is none. `day_first`: of dates, the order of day and month that the rows show;
    None where they show none. `example`: of what must be declared, a text that shows how.
    """

    name: TypeName
    written: Format | None = None
    fit: float = 1.0
    misfit: str = ""
    ambiguous: str = ""
    day_first: bool | None = None
    example: str = ""

    @property
    def pattern(self) -> str | None:
        """The first pattern of a date."""
        return self.written.patterns[0] if isinstance(self.written, DateFormat) else None

    @property
    def missing(self) -> tuple[str, ...]:
        """The texts that stand for no value."""
        return self.written.missing if self.written is not None else ()

    @property
    def declared(self) -> str | dict[str, Any] | None:
        """What `input.types` should say; None where nothing need be said."""
        missing = {"missing": list(self.missing)} if self.missing else {}
        if isinstance(self.written, DateFormat):
            patterns = self.written.patterns
            return {"date": patterns[0] if len(patterns) == 1 else list(patterns), **missing}
        if isinstance(self.written, NumberFormat):
            signs = {"decimal": self.written.decimal, "group": self.written.group}
            plain = {"decimal": PLAIN.decimal, "group": PLAIN.group}
            return {"number": {**{key: sign for key, sign in signs.items() if sign != plain[key]}, **missing}}
        return None if self.name == "timestamp" else self.name

    def is_missing(self, text: str) -> bool:
        """Whether a text is declared to stand for no value."""
        return bool(self.missing) and is_missing_text(text, self.missing)

    def read(self, text: str) -> Value | None:
        """The value of one text: a number (also for a truth; NaN for one that is missing), a day or a time;
        None where it does not fit or is missing."""
        if self.written is not None:
            return read_value(text, self.written)
        found = _FORMS[self.name].fullmatch(text.strip(BLANKS))
        try:
            return None if found is None else _READERS[self.name](found)
        except ValueError:  # no such day, no such time
            return None


@dataclass(frozen=True)
class Reading(Generic[Form, Read]):
    """One way to read a column as numbers or as days: `form`, and the value of each text, None where it says
    none. `ambiguous`: what another way, which fits as well, would make of one of them; empty where there is
    none. `day_first`: of days, the order that the rows show; None where they show none."""

    form: Form
    values: Mapping[str, Read | None]
    ambiguous: str = ""
    day_first: bool | None = None

    def count_read(self, counts: Mapping[str, int]) -> int:
        """How many values of the column, text -> how often it stands there, this way reads."""
        return sum(counts[text] for text, value in self.values.items() if value is not None)

    def find_doubt(self, other: Reading[Form, Read], write: Callable[[Read], str]) -> str:
        """What two ways make of a text of which they differ; empty where there is none."""
        for text, value in self.values.items():
            second = other.values[text]
            if value is not None and second is not None and value != second:
                return f"{clean_text(text)} may be {write(value)} or {write(second)}"
        return ""


def hold_codes(texts: Iterable[str]) -> bool:
    """Whether a number among them has leading zeros: then they are codes, and 007 is not 7."""
    return any(_CODE.fullmatch(text) for text in texts)


def infer_plain(texts: Sequence[str]) -> TextType:
    counts = Counter(texts)
    if not counts:
        return TextType("double")
    if hold_codes(counts):
        return TextType("string")
    return next(_propose_plain(counts), TextType("string"))


def _propose_plain(counts: Counter[str]) -> Iterator[TextType]:
    """What the texts, with how often each stands there, may be, in turn."""
    numbers = [text for text in counts if _NUMBER.fullmatch(text)]
    yield from _measure(TextType("int" if all(map(_INT.fullmatch, numbers)) else "double"), counts)
    yield from _measure(TextType("boolean"), counts)
    yield from _measure(TextType("date", DateFormat((ISO,), ())), counts)
    yield from _measure(TextType("timestamp"), counts)


def _measure(guess: TextType, counts: Counter[str]) -> Iterator[TextType]:
    """The type with the share of the texts that fit, and the first that does not; nothing where too few are
    written so, or none has a value."""
    form, rows = _FORMS[guess.name], counts.total()
    if sum(count for text, count in counts.items() if form.fullmatch(text)) < MOSTLY * rows:
        return
    misfits = [text for text in counts if guess.read(text) is None]
    if not misfits:
        yield guess
    elif len(misfits) < len(counts):
        fitting = rows - sum(counts[text] for text in misfits)
        yield replace(guess, fit=fitting / rows, misfit=misfits[0])


def _read_number(found: re.Match[str]) -> float | None:
    number = float(found[0])
    return None if math.isinf(number) else number  # infinity is no value


_FORMS = {
    "int": _NUMBER,
    "double": _NUMBER,
    "boolean": _TRUTH,
    "date": _ISO,
    "timestamp": _TIME,
    "string": re.compile("(?!)"),  # nothing is read of a text
}
_READERS: dict[TypeName, Callable[[re.Match[str]], Value | None]] = {
    "int": _read_number,
    "double": _read_number,
    "boolean": lambda found: float(found[0].lower() == "true"),
    "timestamp": lambda found: datetime.fromisoformat(found[0]),
    "string": lambda found: None,
}
