"""The type of a column of text by its first values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from custseg_spark.data.text_types.date_texts import DateReading, find_compact, find_date_reading
from custseg_spark.data.text_types.number_texts import NumberReading, find_number_reading
from custseg_spark.data.text_types.plain_types import (
    BLANKS,
    ISO,
    MOSTLY,
    TextType,
    TypeName,
    hold_codes,
    infer_plain,
)
from custseg_spark.sql.clean_text import clean_text
from custseg_spark.sql.date_text import DateFormat
from custseg_spark.sql.number_text import PLAIN

NEARLY_ALL = 0.995
"""`init` cuts by a column only where at least this share of its known values is of its type. The rows of the
others are quarantined, and five features that lose one row in 200 each stay under `rules.max_quarantined`."""
MISSING = frozenset(
    ["n/a", "na", "#n/a", "n.a.", "n.a", "null", "none", "nan", "nat", "<na>", "nil", "-", "--", "---", "?",
     "unknown", "(blank)", "missing", "#value!", "#div/0!", "#ref!", "\\n", "not available"]
)  # fmt: skip
"""Words, in lower case, that stand for no value among numbers or dates."""

_DIGITS = re.compile("[0-9]{8}")
_WORTH = 0.5
"""A column is looked at for further forms where at least this share of its first values has one."""
_FIRST = 200
AnyReading = DateReading | NumberReading | None


@dataclass(frozen=True)
class Habits:
    """How a table's columns write days and numbers: `day_first`, and the sign before a fraction, `decimal`;
    None where none shows it, or they differ."""

    day_first: bool | None = None
    decimal: str | None = None


NO_HABITS = Habits()


def infer_type(values: Iterable[object], habits: Habits = NO_HABITS) -> TextType:
    """The type of a column by its first values, of which those that are no text are missing.

    Numbers are int where all of them are whole, of up to 18 digits. One number with leading zeros, such as
    007, makes codes of them all, so text. A column without any value counts as numbers. `habits`:
    what the table's other columns show, for where this one does not.

    >>> infer_type(["1", "2", "3", "4", "x"])
    TextType(name='int', written=None, fit=0.8, misfit='x', ambiguous='', day_first=None, example='')
    >>> infer_type(["$1,234.50", "$7.00", "N/A"]).declared
    {'number': {'group': ',', 'missing': ['N/A']}}
    """
    texts = [text for value in values if isinstance(value, str) and (text := value.strip(BLANKS))]
    plain = infer_plain(texts)
    if plain.name == "int" and len(set(texts)) > 1 and (compact := _infer_compact(texts)):
        return compact
    if plain.fit == 1 and plain.name != "string":
        grouped = _infer_grouped(texts) if plain.name == "double" and habits.decimal == "," else None
        return grouped or plain
    found = list(_propose_written(texts, habits))
    best = max(found, key=lambda one: one.fit, default=plain)  # the first of those that fit alike
    return best if best.fit >= MOSTLY and (plain.name == "string" or best.fit > plain.fit) else plain


def infer_column_type(values: Iterable[str | None]) -> str:
    """The type of a text column that no recipe declares: int, double, boolean, date, timestamp or string.

    By the first values, in the plain forms alone; the rows that don't fit are quarantined later. Of dates
    only yyyy-MM-dd is one without a word: in every other pattern day and month can be swapped.
    """
    return infer_plain(
        [text for value in values if isinstance(value, str) and (text := value.strip(BLANKS))]
    ).name


def _propose_written(texts: Sequence[str], habits: Habits) -> Iterator[TextType]:
    """What the texts may be in the forms that are declared: numbers with words for missing ones, dates, then
    numbers as people write them."""
    missing = _find_missing(texts)
    known = [text for text in texts if clean_text(text).lower() not in MISSING]
    if not known or hold_codes(known):
        return
    if missing:
        plain = infer_plain(known)
        if plain.name in ("int", "double"):
            yield replace(plain, name="number", written=replace(PLAIN, missing=missing))
        elif plain.name == "date":
            yield replace(plain, written=DateFormat((ISO,), missing))
    counts = Counter(known)
    first = Counter(dict(list(counts.items())[:_FIRST]))
    if _is_worth(first, find_date_reading(first, ())):
        yield from _weigh("date", find_date_reading(counts, missing, habits.day_first), counts)
    if _is_worth(first, find_number_reading(first, ())):
        yield from _weigh("number", find_number_reading(counts, missing, habits.decimal), counts)


def _is_worth(first: Mapping[str, int], reading: AnyReading) -> bool:
    """Whether the first texts promise anything."""
    return reading is not None and reading.count_read(first) >= _WORTH * sum(first.values())


def _infer_compact(texts: Sequence[str]) -> TextType | None:
    """Days of eight digits, where nearly all of the column are."""
    if not all(map(_DIGITS.fullmatch, texts[:_FIRST])):
        return None
    counts = Counter(texts)
    found = _weigh("date", find_compact(counts), counts)
    return next((one for one in found if one.fit >= NEARLY_ALL), None)


def _infer_grouped(texts: Sequence[str]) -> TextType | None:
    """Of a table that writes its fractions with a comma: 1.234 is a thousand, where all of them may be."""
    counts = Counter(texts)
    reading = find_number_reading(counts, (), ",")
    if reading is None or reading.form.group != ".":
        return None
    return next((one for one in _weigh("number", reading, counts) if one.fit == 1), None)


def _weigh(name: TypeName, reading: AnyReading, counts: Mapping[str, int]) -> Iterator[TextType]:
    """The type with the share of the texts that have a value, and the first that has none; nothing where
    there is no reading."""
    if reading is None:
        return
    misfits = [text for text, value in reading.values.items() if value is None]
    fitting = (text for text, value in reading.values.items() if value is not None)
    yield TextType(
        name,
        reading.form,
        fit=1 - sum(counts[text] for text in misfits) / sum(counts.values()),
        misfit=misfits[0] if misfits else "",
        ambiguous=reading.ambiguous,
        day_first=reading.day_first,
        example=max(fitting, key=lambda text: ("%" in text, len(text)), default=""),
    )


def _find_missing(texts: Sequence[str]) -> tuple[str, ...]:
    """The words for missing values among the texts, as they are written there, the commonest first."""
    counts = Counter(clean_text(text) for text in texts if clean_text(text).lower() in MISSING)
    words = {word.lower(): word for word, _ in reversed(counts.most_common())}
    return tuple(words[word] for word in reversed(words))
