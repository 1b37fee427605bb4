"""Columns that are parts of one thing, offered as their sum: MntWines, MntFruits; shoes_sku_00,
shoes_sku_01."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.propose.outcomes import is_outcome
from custseg_spark.sql.parse import quote_name
from custseg_spark.topics import AMOUNTS, COUNTS, RELATIVE, SPENT

_MONEY = SPENT | AMOUNTS | {"charge", "charges", "basket"}
_FEWEST = 3
"""Parts that make a sum."""
WIDE = 12
"""This many counts under common names that do not end in a number are a wide table, and added up by name."""
_TOTALS = frozenset(["total", "sum", "all", "overall"])
_NEVER = RELATIVE | frozenset(
    ["balance", "bal", "bill", "limit", "income", "salary", "age", "max", "min", "price", "days", "id",
     "code", "since", "cluster"]
)  # fmt: skip
"""What does not add up over columns: a state at a time, a share, a mean, a place in the calendar."""
_SAYS_NOTHING = frozenset(
    ["sku", "item", "items", "product", "prod", "article", "qty", "quantity", "cnt", "col"]
)


def add_up_columns(columns: Sequence[ColumnKind]) -> Iterator[ProposedFeature]:
    """Sums of three or more columns of numbers that share a name and a unit, each column in one sum at
    most.

    First amounts under a word of money and counts of one thing; then counts whose names differ in a number
    alone; then, where WIDE and more counts are left, those that share their first word, or their last.
    """
    parts = [column for column in columns if _is_part(column)]
    taken: set[str] = set()
    for words, members in _list_groups(parts):
        free = [column for column in members if column.name not in taken]
        if len(free) < _FEWEST or all(column.kind == "flag" for column in free):
            continue
        totals = [bool(_TOTALS & {*column.words}) for column in free]
        if any(totals) and not all(totals):
            continue
        taken |= {column.name for column in free}
        yield _build_sum(words, free)


def _list_groups(parts: Sequence[ColumnKind]) -> Iterator[tuple[tuple[str, ...], list[ColumnKind]]]:
    """The columns by what their names have in common, with the words of their sum; a column may stand in
    several."""
    money = [column for column in parts if column.kind == "number" and column.is_clean]
    for stem, members in _group(money, [_find_shared_words(column.words) for column in money]).items():
        yield (stem if "total" in stem else (*stem, "total")), members
    counts = [column for column in parts if _is_count(column)]
    for stem, members in _group(counts, [_strip_numbers(column.words) for column in counts]).items():
        if len({column.words for column in members}) == len(members) and _differ(members):
            yield _name_sum(stem), members
    if len(counts) < WIDE:
        return
    for place in (0, -1):
        ends = [column.words[place : place + 1 or None] if len(column.words) > 1 else () for column in counts]
        for stem, members in _group(counts, ends).items():
            if len(members) < len(counts):  # a word that all share says nothing
                yield _name_sum(stem), members


def _group(
    columns: Sequence[ColumnKind], stems: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], list[ColumnKind]]:
    groups: dict[tuple[str, ...], list[ColumnKind]] = {}
    for column, stem in zip(columns, stems, strict=True):
        if stem:
            groups.setdefault(stem, []).append(column)
    return groups


def _is_part(column: ColumnKind) -> bool:
    named = column.is_protected or is_outcome(column) or column.is_id_like or column.is_year
    if named or column.kind not in ("number", "flag") or not _NEVER.isdisjoint(column.words):
        return False
    return column.counted is None and column.is_clean and bool(column.values.min() >= 0)


def _is_count(column: ColumnKind) -> bool:
    """Whole numbers from zero on; a code or an answer mostly begins with one."""
    return column.is_whole and bool(column.values.min() == 0)


def _differ(members: Sequence[ColumnKind]) -> bool:
    """Whether the names of the group end or begin in numbers: c1, c2, c3 are columns, not parts."""
    return any(len(word) > 1 for word in _strip_numbers(members[0].words))


def _strip_numbers(words: tuple[str, ...]) -> tuple[str, ...]:
    """What is left of a name without its numbers; nothing where it has none."""
    bare = tuple(stem for word in words if (stem := re.sub(r"[0-9]+$", "", word)))
    return bare if bare != words else ()


def _name_sum(stem: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in stem if word not in _SAYS_NOTHING) or stem


def _build_sum(words: tuple[str, ...], members: Sequence[ColumnKind]) -> ProposedFeature:
    terms = [f"coalesce({quote_name(m.name)}, 0)" if m.missing else quote_name(m.name) for m in members]
    values = pd.concat([m.values.fillna(0) for m in members], axis=1).sum(axis=1)
    return ProposedFeature(words, " + ".join(terms), tuple(m.name for m in members), values)


def _find_shared_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of money or of counts that say what is added up; none where the name does not say it."""
    if len(words) < 2:
        return ()
    if words[0] == "total" and len(words) > 2:
        return words[0], words[-1]
    if words[0] in _MONEY:
        return words[:1]
    if words[-1] in _MONEY:
        return words[-1:]
    return (words[0], words[-1]) if words[0] in COUNTS and len(words) > 2 else ()
