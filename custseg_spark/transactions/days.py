"""Which days are summed anew, and which sums still hold: plain decisions over small values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

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
    """`anew`: days to sum, in order; `late`: those of them that were summed before with fewer lines."""

    anew: tuple[str, ...]
    late: tuple[str, ...]


def planned(known: Mapping[str, Day], found: Mapping[str, int], rebuild_from: str | None = None) -> Plan:
    """What to do about the days (ISO dates) that the input has lines of.

    A day that is not known is summed. A known day with as many lines as it had is left as it is, one with
    more is summed anew, and a known day that the input does not have keeps its sums: the input may hold the
    new days alone, but each of its days whole. From `rebuild_from` on every day of the input is summed.

    Raises DataError for a day with fewer lines than were summed.
    """
    asked = {day for day in found if rebuild_from is not None and day >= rebuild_from}
    again = {day for day in found if day in known} - asked - {NO_DAY}
    fewer = sorted(day for day in again if found[day] < known[day].lines)
    if fewer:
        day = fewer[0]
        more = f" (and {len(fewer) - 1} more days)" if len(fewer) > 1 else ""
        raise DataError(
            f"{day} has {found[day]:,} lines, {known[day].lines:,} when it was summed{more}",
            f"give every day of the input whole; if lines were deleted on purpose: --rebuild-from {day}",
        )
    changed = {day for day, lines in found.items() if day not in known or lines != known[day].lines}
    late = changed & again
    return Plan(tuple(sorted(changed | asked)), tuple(sorted(late)))


def live(known: Mapping[str, Day]) -> dict[str, list[str]]:
    """Batch -> the days whose sums are taken from it, in order."""
    found: dict[str, list[str]] = {}
    for day, summed in sorted(known.items()):
        found.setdefault(summed.batch, []).append(day)
    return found


def as_document(known: Mapping[str, Day]) -> dict[str, Any]:
    """The days as they are kept in JSON."""
    return {day: asdict(summed) for day, summed in sorted(known.items())}


def from_document(document: Mapping[str, Any]) -> dict[str, Day]:
    """The days as they were kept."""
    return {day: Day(**entry) for day, entry in document.items()}
