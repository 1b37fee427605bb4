"""Which days are summed anew, and which sums still hold: plain decisions over small values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from custseg_spark.errors import DataError

NO_DAY = ""
"""Stands for lines without a date: they are counted, under the reason why they are left out."""


@dataclass(frozen=True)
class Day:
    """One summed day: the batch that its sums are in, and how many lines it had."""

    batch: str
    lines: int


@dataclass(frozen=True)
class Plan:
    """What to do about the days of an input.

    `anew`: days to sum, in order; `late`: those of them that were summed before with fewer lines; `gone`:
    days that no longer count. `more_undated`: the input's lines without a date come to those kept already,
    where else they take their place.
    """

    anew: tuple[str, ...]
    late: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    more_undated: bool = False


def plan_days(known: Mapping[str, Day], found: Mapping[str, int], rebuild_from: str | None = None) -> Plan:
    """What to do about the days (ISO dates) that the input has lines of.

    A day that is not known is summed. A known day with as many lines as it had is left as it is, one with
    more is summed anew, and a known day that the input does not have keeps its sums: the input may hold the
    new days alone, but each of its days whole. From `rebuild_from` on every day of the input is summed, and
    known days that it does not have are gone. About lines without a date see `_plan_undated`.

    Raises DataError for a day with fewer lines than were summed.
    """
    dated = {day: lines for day, lines in found.items() if day != NO_DAY}
    asked = {day for day in dated if rebuild_from is not None and day >= rebuild_from}
    again = {day for day in dated if day in known} - asked
    fewer = sorted(day for day in again if dated[day] < known[day].lines)
    if fewer:
        day = fewer[0]
        more = f" (and {len(fewer) - 1} more days)" if len(fewer) > 1 else ""
        raise DataError(
            f"{day} has {dated[day]:,} lines, {known[day].lines:,} when it was summed{more}",
            f"give every day of the input whole; if lines were deleted on purpose: --rebuild-from {day}",
        )
    changed = {day for day, lines in dated.items() if day not in known or lines != known[day].lines}
    gone = {day for day in known if rebuild_from is not None and day >= rebuild_from} - set(dated)
    undated = _plan_undated(known, found, bool(changed or gone))
    anew = changed | asked | ({NO_DAY} if undated in ("replace", "add") else set())
    gone |= {NO_DAY} if undated == "drop" else set()
    return Plan(
        tuple(sorted(anew)),
        tuple(sorted(changed & again)),
        tuple(sorted(gone)),
        more_undated=undated == "add",
    )


def _plan_undated(
    known: Mapping[str, Day], found: Mapping[str, int], news: bool
) -> Literal["keep", "replace", "add", "drop"]:
    """What becomes of the kept lines without a date, which tell nothing of when they came.

    An input with more than half of the known days is taken for the whole table: its lines take the place of
    those kept. One with fewer brings new lines, which come on top. Where no day is new, has more lines or is
    gone (`news`), an input with fewer of them was summed before.
    """
    before = set(known) - {NO_DAY}
    whole = not before or 2 * len(before & set(found)) > len(before)
    now, kept = found.get(NO_DAY, 0), known[NO_DAY].lines if NO_DAY in known else 0
    summed_before = not news and (now <= kept or not whole)
    if summed_before or (whole and now == kept) or (not whole and not now):
        return "keep"
    if not now:
        return "drop"
    return "replace" if whole or not kept else "add"
