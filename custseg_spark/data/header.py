"""Where a table begins: titles, dates of export and group names stand above many a header."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from custseg_spark.data.text_types import BLANKS, MISSING
from custseg_spark.errors import BadTableError

MOST_ABOVE = 50
"""Records that may stand above the header."""
LOOKED_AT = 500
"""Records by which the shape of a table is told."""
MOSTLY = 0.9
_OFTEN = 0.75
_SEPARATOR_LINE = re.compile(r"(?i)sep=.?\s*")
_NUMBER = re.compile(r"\(?[-+]?[$€£¥]?\s?[-+]?\d[\d.,'\s]*\s?[%€£$¥]?\)?-?", re.ASCII)
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d.*)?|\d{1,2}[-/. ][A-Za-z]{3,9}[-/. ]\d{2,4}", re.ASCII
)
_TRUTHS = frozenset(["true", "false"])
_FEWEST_NUMBERED = 5
_ID = re.compile(r"(?i)(id|no|nr|number|key|code)\W*$")
Row = Sequence[str]


@dataclass(frozen=True)
class Beginning:
    """Where the table begins among its first records.

    `at`: the place of the first record that belongs to it, the header where there is one; `names` of its
    columns, empty where the header names none; `below`: whether the record under the header describes the
    columns, such as their units, and is no row.
    """

    at: int
    names: tuple[str, ...]
    below: bool = False


def find_beginning(records: Sequence[Row], path: str, lines: Sequence[int], trust: bool = False) -> Beginning:
    """Where the header is among the first records of a table. `lines`: the line of the file, from 1, in which
    each begins. `trust`: the first record is the header, whatever it looks like.

    Raises BadTableError where it is not certain which it is, or where the first row is data.
    """
    shown = [tuple(field.strip(BLANKS) for field in record) for record in records[:LOOKED_AT]]
    at = 0 if trust else _find_header(shown, path, lines)
    names = _fit_names(records[at], shown[at + 1 :])
    if not trust and at == 0:
        _refuse_data(shown[0], shown[1:], path)
    return Beginning(at, names, below=_describes_columns(shown[at + 1 :], len(names)))


def write_notes(
    path: str, unit: str, begins: int, above: Sequence[str], below: Sequence[int]
) -> Iterator[str]:
    """What is said of what is left out. `unit`: line or row; `begins`: the one of the header; `above`: what
    stands above it; `below`: those that describe the columns."""
    if above:
        told = "; ".join(repr(raw[:40]) for raw in above[:3]) + ("; ..." if len(above) > 3 else "")
        yield f"{path}: the table begins in {unit} {begins}; left out above it: {told}"
    for described in below:
        yield f"{path}: {unit} {described} describes the columns and is left out"


def is_value(field: str) -> bool:
    """Whether a field is a number or a date, such as no column is called."""
    return bool(_NUMBER.fullmatch(field) or _DATE.fullmatch(field))


def count_widths(records: Sequence[Row]) -> tuple[float, int]:
    """The share of the records with the commonest number of fields, and that number; ties: the larger."""
    widths = Counter(map(len, records))
    width = max(widths, key=lambda width: (widths[width], width))
    return widths[width] / len(records), width


def _find_header(records: Sequence[Row], path: str, lines: Sequence[int]) -> int:
    """The first record unless that is a title: with fewer fields than the others, or mostly blank."""
    share, width = count_widths(records)
    first = records[0]
    filled = sum(map(bool, first))
    title = bool(_SEPARATOR_LINE.fullmatch(first[0]) and filled <= 1)
    repeated = filled > len({field.casefold() for field in first if field})  # groups over their columns
    full = not title and not repeated and filled > width / 2
    if not title and (width == 1 or len(first) > width or (full and len(first) == width)):
        return 0
    if not title and width == len(first) + 1 and _has_row_names(first, records[1:], width):
        return 0
    for place in range(1, min(MOST_ABOVE + 1, len(records))):
        if _is_header(records, place, width, filled) and (not full or _has_numbers(records, place)):
            return place
    if not title and (filled > 1 or not first[0] or width < 3 or share < _OFTEN):
        return 0
    fits = (place for place, record in enumerate(records) if place and len(record) == width and all(record))
    place = next(fits, 1)
    raise BadTableError(
        f"{path}: the first line holds {filled} field, the others {width}; the table seems to begin in "
        f"line {lines[place]} ({', '.join(map(repr, records[place][:3]))})",
        f"set input.options.skip_rows: {lines[place] - 1}, and input.options.header: false where that line "
        "is a row and no header",
    )


def _is_header(records: Sequence[Row], place: int, width: int, above: int) -> bool:
    """Whether the record names the columns: as many as there are, all but one at most filled, all different,
    none a number or a date, but for years in whose columns no years stand."""
    record = records[place]
    names = [field.casefold() for field in record if field]
    enough = len(names) >= max(width - 1, min(width, 2)) and (len(names) > above or width == 1)
    fits = len(record) == width and enough and len(set(names)) == len(names)
    if not fits or all(map(is_value, names)):
        return False
    below = records[place + 1 : place + 2]
    years = {field for at, field in enumerate(record) if not any(map(_is_year, (row[at] for row in below)))}
    return all(not is_value(name) or (_is_year(name) and name in years) for name in names)


def _is_year(field: str) -> bool:
    return bool(re.fullmatch("(19|20)[0-9]{2}", field))


def _has_numbers(records: Sequence[Row], place: int) -> bool:
    """Whether a column holds numbers or dates below that record."""
    below = [row for row in records[place + 1 :] if len(row) == len(records[place])]
    for values in zip(*below, strict=True):
        known = [value for value in values if value]
        if known and sum(map(is_value, known)) >= MOSTLY * len(known):
            return True
    return False


def _has_row_names(header: Row, rows: Sequence[Row], width: int) -> bool:
    """Whether the rows have one field more than the header: their numbers first, as R writes them, or nothing
    at the end. A header that begins with an id has no row numbers before it: there a field holds a separator.
    """
    fitting = [row for row in rows if len(row) == width]
    if len(fitting) < max(MOSTLY * len(rows), 1):
        return False
    if not any(row[-1] for row in fitting):
        return True
    numbers = [row[0] for row in fitting]
    counted = [str(number) for number in range(1, len(numbers) + 1)]
    return len(numbers) >= _FEWEST_NUMBERED and numbers == counted and not _ID.search(header[0])


def _fit_names(header: Row, rows: Sequence[Row]) -> tuple[str, ...]:
    """The names, with an empty one for R's row names or for the nothing behind a last separator; without the
    one behind a separator that only the header has."""
    names = tuple(header)
    if not rows:
        return names
    share, width = count_widths(rows)
    if share < MOSTLY:
        return names
    if width == len(names) + 1 and _has_row_names(names, rows, width):
        behind = not any(row[-1] for row in rows if len(row) == width)
        return (*names, "") if behind else ("", *names)
    return names[:-1] if width == len(names) - 1 and not names[-1].strip(BLANKS) else names


def _refuse_data(first: Row, rows: Sequence[Row], path: str) -> None:
    """Raises BadTableError where the first record looks like the rows beneath it."""
    beneath = [row for row in rows if len(row) == len(first)]
    if not beneath or not any(first) or _counts_up(first):
        return
    if any(tuple(row) == tuple(first) for row in beneath) and not any(map(is_value, first)):
        return  # a header that stands again: files that were put together
    like = [_is_like(field, [row[place] for row in beneath]) for place, field in enumerate(first) if field]
    values = [_DATE.fullmatch(field) or "." in field for field in first if is_value(field)]
    dates = any(
        _DATE.fullmatch(field) and _DATE.fullmatch(beneath[0][place]) for place, field in enumerate(first)
    )
    if (all(like) and len(like) > 1) or dates or (any(values) and sum(like) > len(like) / 2):
        raise BadTableError(
            f"{path}: the first row looks like data, not like a header: {', '.join(map(repr, first[:4]))}",
            "set input.options.header: false, and the columns are called _c0, _c1, ...; or "
            "input.options.header: true where these are names",
        )


def _is_like(field: str, column: Sequence[str]) -> bool:
    """Whether the field may be a value of the column: a number among numbers, a date among dates, a truth, a
    text that stands there again, or one with digits that is written like the others, such as C001."""
    known = [value for value in column if value and value.casefold() not in MISSING]
    if not known:
        return False
    for form in (_DATE.fullmatch, _NUMBER.fullmatch, lambda value: value.lower() in _TRUTHS or None):
        if form(field):
            return sum(map(bool, map(form, known))) >= MOSTLY * len(known)
    shape = _find_shape(field)
    alike = "9" in shape and sum(_find_shape(value) == shape for value in known) >= MOSTLY * len(known)
    return alike or field in known


def _find_shape(text: str) -> str:
    return re.sub("[0-9]+", "9", re.sub("[^\\W\\d_]", "a", text))


def _counts_up(first: Row) -> bool:
    """Whether these are the numbers of the columns, as pandas writes where they have no names, or years."""
    numbers = [field for field in first if field]
    if len(numbers) < 3 or not all(re.fullmatch("[0-9]{1,4}", field) for field in numbers):
        return False
    return all(int(after) - int(before) == 1 for before, after in itertools.pairwise(numbers))


def _describes_columns(rows: Sequence[Row], width: int) -> bool:
    """Whether the first of the rows describes the columns: text of letters wherever numbers follow, in two
    columns at least, and no such text is a way to write that a value is missing."""
    rows = [row for row in rows if len(row) == width]
    if len(rows) < 3:
        return False
    first, others = rows[0], rows[1:]
    found = 0
    for place, field in enumerate(first):
        known = [row[place] for row in others if row[place]]
        if known and sum(map(is_value, known)) >= MOSTLY * len(known):
            if not field:
                continue
            missing = field.casefold() in MISSING or field in known
            if is_value(field) or missing or not any(map(str.isalpha, field)):
                return False
            found += 1
    return found >= 2
