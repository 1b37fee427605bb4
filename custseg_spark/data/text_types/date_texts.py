"""By which patterns a column of text writes its days: read off the texts themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from custseg_spark.data.text_types.plain_types import Reading
from custseg_spark.sql.clean_text import clean_text
from custseg_spark.sql.date_text import MONTHS, DateFormat, read_date

_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|[^0-9A-Za-z]+")
_MONTH_NAMES = {**dict.fromkeys(MONTHS, "MMMM"), **{name[:3]: "MMM" for name in MONTHS}}
_MOST_SHAPES = 3
_SPAN = range(1900, 2101)
"""Years that a date of eight digits without a sign between them can have."""
_LONGEST = 40


DateReading = Reading[DateFormat, date]


@dataclass(frozen=True)
class _Shape:
    """What texts have in common: their signs, and of their runs of digits the shortest and the longest."""

    tokens: tuple[str, ...]
    narrowest: tuple[int, ...]
    widest: tuple[int, ...]
    padded: bool
    """Whether a run of digits under 100 begins with a zero."""


def find_date_reading(
    texts: Mapping[str, int], missing: Sequence[str], day_first: bool | None = None
) -> DateReading | None:
    """The best way to read a column of texts (text -> how often it stands there) as days; None where none of
    them is one. `day_first`: the order in the table's other columns of days, where that is known."""
    shapes = _find_shapes(texts)
    found: dict[bool, DateReading] = {}
    for order in (True, False):
        written = dict.fromkeys(filter(None, (_write_pattern(shape, order) for shape in shapes)))
        full = {one.replace("MMMM", "MMM") for one in written if "MMMM" in one}
        patterns = tuple(one for one in written if one not in full)  # the full name of May is short
        if patterns:
            form = DateFormat(patterns, tuple(missing))
            found[order] = DateReading(form, {text: read_date(text, form) for text in texts})
    fits = {order: one.count_read(texts) for order, one in found.items()}
    best = max(fits.values(), default=0)
    if not best:
        return None
    orders = [order for order in found if fits[order] == best]
    taken = found[orders[0]]
    doubt = taken.find_doubt(found[orders[-1]], _write)
    if not doubt:
        return replace(taken, day_first=orders[0] if len(found) > len(orders) else None)
    points = all(shape.tokens[1:2] == (".",) for shape in shapes)  # nobody writes the month first so
    if day_first is not None or points:
        return found[True if day_first is None else day_first]
    return replace(taken, ambiguous=doubt)


def _write(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1].capitalize()}"


def find_compact(texts: Mapping[str, int]) -> DateReading | None:
    """The reading as yyyyMMdd of a column of eight digits; None where none is a day of these centuries."""
    form = DateFormat(("yyyyMMdd",), ())
    values = {text: day if (day := read_date(text, form)) and day.year in _SPAN else None for text in texts}
    return DateReading(form, values) if any(values.values()) else None


def _find_shapes(texts: Mapping[str, int]) -> list[_Shape]:
    """The commonest shapes, the commonest first."""
    counts: Counter[tuple[str, ...]] = Counter()
    digits: dict[tuple[str, ...], list[list[str]]] = {}
    for text, count in texts.items():
        if len(text) > _LONGEST:
            continue
        tokens = _TOKEN.findall(clean_text(text))
        key = tuple(_name_token(token) for token in tokens)
        counts[key] += count
        digits.setdefault(key, []).append([token for token in tokens if token[0].isdigit()])
    shapes = []
    for key, _ in counts.most_common(_MOST_SHAPES):
        runs = list(zip(*digits[key], strict=True))
        if len(runs) < 2:
            continue
        narrowest = tuple(min(map(len, run)) for run in runs)
        widest = tuple(max(map(len, run)) for run in runs)
        padded = any(len(run) == 2 and run[0] == "0" for row in digits[key] for run in row[:3])
        shapes.append(_Shape(key, narrowest, widest, padded))
    return shapes


def _name_token(token: str) -> str:
    """`#` for digits, the letters of a pattern for a month's name and for AM and PM, else what it is."""
    if token[0].isdigit():
        return "#"
    if token.lower() in ("am", "pm"):
        return "a"
    return _MONTH_NAMES.get(token.lower(), token)


def _write_pattern(shape: _Shape, day_first: bool) -> str:
    """The pattern of a shape; empty where it is no day with or without a time."""
    roles = _find_roles(shape, day_first)
    if roles is None:
        return ""
    letters = iter(roles)
    written = []
    for token in shape.tokens:
        if token == "#":
            written.append(next(letters))
        elif token[0].isalpha() and token not in ("a", "MMM", "MMMM"):
            written.append(f"'{token}'")
        else:
            written.append(token.replace("'", "''"))
    return "".join(written)


def _find_roles(shape: _Shape, day_first: bool) -> list[str] | None:
    """What each run of digits is, in the letters of a pattern."""
    named = next((at for at, token in enumerate(shape.tokens) if token in ("MMM", "MMMM")), None)
    runs = len(shape.widest)
    clock = runs - (2 if named is not None else 3)
    if clock not in (0, 2, 3, 4):
        return None
    if named is not None:
        order = "dy"
    elif (shape.narrowest[0], shape.widest[0]) == (4, 4):
        order = "yMd"
    else:
        order = "dMy" if day_first else "Mdy"
    roles = []
    for letter, narrow, wide in zip(order, shape.narrowest, shape.widest, strict=False):
        if letter == "y":
            if (narrow, wide) not in ((4, 4), (2, 2)):
                return None
            roles.append("y" * wide)
        elif wide > 2:
            return None
        else:
            roles.append(letter * 2 if narrow == 2 and shape.padded else letter)
    return roles + _find_clock(shape, len(order), clock)


def _find_clock(shape: _Shape, at: int, runs: int) -> list[str]:
    """The letters of hours, minutes, seconds and their fraction."""
    if not runs:
        return []
    hour = "h" if "a" in shape.tokens else "H"
    width = 1 if shape.narrowest[at] == 1 else 2
    fraction = ["S" * shape.widest[at + 3]] if runs == 4 else []
    return [hour * width, "mm", "ss", *fraction][:runs]
