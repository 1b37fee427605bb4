"""Which column of an unknown table tells customers apart; none where none does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.name_words import CONTACT, CUSTOMER, ID, ORDER, PEOPLE, PRODUCT
from custseg_spark.recipe import ROW_NUMBER, plain_yaml
from custseg_spark.topics import COUNTS, RELATIVE

APART = 0.97
"""An id tells rows apart where at least this share of them have one that is in no other row: so few repeats
and gaps stay under what the quarantine takes."""
_FEW = 8
"""Up to this many values are a code, whatever the name."""
_SOLID = 0.95
"""The share of a text's values that are codes: short, without a blank."""
_LONGEST = 64
_OTHERS = (
    (ORDER | PRODUCT)
    - {"description", "title", "variant", "article"}
    | frozenset(
        ["orders", "line", "store", "shop", "branch", "region", "area", "channel", "zip", "postal",
         "postcode", "country", "city", "state", "location", "campaign", "session", "job", "segment",
         "cluster", "category", "type", "class", "group", "claim", "tax", "date", "day", "month", "year",
         "time"]
    )
)  # fmt: skip
"""What has ids and codes as well and is no customer; a date is none either."""
_REACHES = CONTACT | {"cell"}
_INDEX = frozenset(
    ["index", "idx", "row", "rows", "row number", "row num", "row no", "row id", "rownumber", "rownum",
     "rowid", "sl no", "slno", "s no", "sno", "sr no", "srno", "serial no", "serial number", "serial", "no",
     "nr", "number", "unnamed 0", "c0", "x", "obs", "level 0"]
)  # fmt: skip
"""What a column is called that counts the rows; a nameless one is read as _c0, or as Unnamed: 0."""
_NUMBERED = "no column tells customers apart; for this one file only"
_NUMBERED_TOLD = (
    "No column tells customers apart: every row counts as a customer, known by the number of its row (id: "
    "{row_number: true}). That holds for this one file: there is no movement between runs, no audience, no "
    "score of another file. Name the id with --id if there is one."
)
_REPEATED = (
    "NOT different in every row: is this a table of customers? Order lines go through `custseg rfm` first"
)


@dataclass(frozen=True)
class Identity:
    """`column`: what tells customers apart; None for the number of the row. `certain`: no two rows have the
    same. `remark`: what the recipe says of it; `notices`: what a person must know of it."""

    column: ColumnKind | None
    certain: bool
    remark: str
    notices: tuple[str, ...] = ()

    @property
    def id(self) -> str | dict[str, bool]:
        """What stands under `input.id`."""
        return {ROW_NUMBER: True} if self.column is None else self.column.name

    @property
    def name(self) -> str:
        """The column of that id."""
        return ROW_NUMBER if self.column is None else self.column.name


def find_identity(columns: Sequence[ColumnKind], rows: int, asked: str | None = None) -> Identity:
    """What tells the `rows` customers of a table apart.

    A column that is named for the customer's id; else one named as an id; else a code that is different in
    every row; else what is one person's alone, such as an e-mail address; else what numbers the rows.
    Measures, dates, ranks, codes of something else and order numbers are none of these. Ties: the first
    column. A customer's id that repeats comes before all that is named less clearly: the rows are orders,
    say, and not customers. A plain `id` that repeats is taken where nothing else is there. `asked`: the
    column, or ROW_NUMBER, that a person named.
    """
    if asked is not None:
        column = next((one for one in columns if one.name.casefold() == asked.casefold()), None)
        return _describe(column, rows)
    rated = [(rate, column) for column in columns if (rate := _rate_likeness(column, rows))]
    best = max((rate for rate, _ in rated), default=0)
    found = _describe(next((column for rate, column in rated if rate == best), None), rows)
    other = max((one for one in rated if _tells_apart(one[1], rows)), key=lambda one: one[0], default=None)
    if found.remark != _REPEATED or other is None:
        return found
    name = plain_yaml.inline(other[1].name)
    return replace(found, notices=(*found.notices, f"{name} tells the rows apart: --id {name} takes it."))


def is_index(column: ColumnKind, rows: int) -> bool:
    """Whether a column counts the rows, from 0 or 1, and is not named for anything else."""
    if column.kind != "number" or not _tells_apart(column, rows):
        return False
    named = " ".join(column.words) in _INDEX or not column.words
    return named and _is_consecutive(column, rows)


def _is_consecutive(column: ColumnKind, rows: int) -> bool:
    low, high = column.span
    return low in (0, 1) and high - low < rows / APART


def _rate_likeness(column: ColumnKind, rows: int) -> float:
    """How much a column looks like the customer's id; 0 for not at all."""
    if column.kind not in ("number", "text", "category") or column.is_protected:
        return 0
    if column.kind == "number" and not column.is_whole:
        return 0
    customer = _names_customer(column)
    if not _tells_apart(column, rows):
        of_many = column.distinct > _FEW
        return 6 if customer and of_many else 0.5 if column.words == ("id",) and of_many else 0
    return _rate_unique(column, rows, customer)


def _rate_unique(column: ColumnKind, rows: int, customer: bool) -> int:
    words = column.words
    counted = len(words) > 1 and words[0] in COUNTS
    if is_index(column, rows):
        return 1
    if _REACHES & {*words}:
        return 2 if column.kind != "number" or not counted else 0
    if column.is_personal or _OTHERS & {*words}:
        return 0
    is_written = column.kind == "text" and not is_coded(column)
    if is_written and (customer or {*words} <= PEOPLE):
        return 2  # what somebody is called
    if customer:
        return 6
    last = words[-1] if words and not counted else ""
    if last in ("id", "uuid", "guid") or (last in ID and PEOPLE & {*words}):
        return 5
    if last in ID | PEOPLE:
        return 4
    if column.kind == "text" and is_coded(column):
        return 3
    if column.kind != "number" or not RELATIVE.isdisjoint(words):
        return 0  # a rank numbers the rows as well
    return int(column.is_running or _is_consecutive(column, rows))


def _names_customer(column: ColumnKind) -> bool:
    """Whether the name says the id of a customer and nothing besides: CustomerID, client no, CLIENTNUM."""
    words = {*column.words}
    people = words - ID
    return bool(people & CUSTOMER) and people <= PEOPLE and (bool(words & ID) or len(column.words) == 1)


def _tells_apart(column: ColumnKind, rows: int) -> bool:
    known = min((1 - column.missing) / column.fit, 1.0)  # what is no number is a value as well
    return known >= APART and column.distinct >= APART * rows * known


def is_coded(column: ColumnKind) -> bool:
    """Whether a text holds codes, and not what somebody wrote."""
    known = column.known.astype(str)
    return bool((~known.str.contains(r"\s") & (known.str.len() <= _LONGEST)).mean() >= _SOLID)


def _describe(column: ColumnKind | None, rows: int) -> Identity:
    if column is None:
        return Identity(None, True, _NUMBERED, (_NUMBERED_TOLD,))
    name, certain = plain_yaml.inline(column.name), column.distinct >= rows
    if not _tells_apart(column, rows):
        told = (
            f"{name} is the id, and has {column.distinct:,} different values in {rows:,} rows: a table of "
            "customers has one row for each."
        )
        return Identity(column, False, _REPEATED, (told,))
    remark = f"different in {'every row' if certain else 'nearly every row'} looked at"
    return Identity(column, certain, remark, tuple(_tell(column, name, rows, certain)))


def _tell(column: ColumnKind, name: str, rows: int, certain: bool) -> list[str]:
    """What a person must know of an id that tells rows apart."""
    told = []
    if not certain:
        told.append(
            f"{name} is the id, and is missing or not the only one of its kind in a few rows: "
            "`train` quarantines them."
        )
    if is_index(column, rows):
        told.append(
            f"{name} is the id for want of a better one: it counts the rows, so the same customer must have "
            "the same number in the next table."
        )
    if column.is_personal or _REACHES & {*column.words}:
        told.append(
            f"{name} is the id, and says who a person is: it is kept beside every label. To hide it, add "
            f"privacy: {{hash: [{name}]}}."
        )
    return told


def list_counting(columns: Sequence[ColumnKind], rows: int) -> dict[str, Any]:
    """The columns that count the rows, and why they are in no section."""
    return {column.name: "counts the rows" for column in columns if is_index(column, rows)}
