"""One exception tree. Every message says what was found and where; every remedy says what to do."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MEND_TABLE = "mend table"
"""The code where whoever holds the table can mend it: the remedy names no command and no key of a recipe."""


class CustsegError(Exception):
    """Anything a user can mend: one line of what and where, one line of what to do.

    `exit_code` is what the command ends with; the table is in the README. `code`: a short name of the kind of
    problem, for code that answers to it, and `facts`: what it tells in words of its own; both are empty where
    none does. Nobody parses the texts.
    """

    exit_code = 1

    def __init__(
        self, what: str, remedy: str = "", *, code: str = "", facts: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.code = code
        self.facts = facts or {}


class RecipeError(CustsegError):
    """The command or the recipe is wrong."""

    exit_code = 2


class NeedsSparkError(RecipeError):
    """Something that only Spark does, or that Sail does otherwise: `what` says what and where."""

    def __init__(self, what: str, remedy: str = "run it on Spark: --engine spark") -> None:
        super().__init__(what, remedy)


class DataError(CustsegError):
    """The data breaks the contract."""

    exit_code = 3


class BadTableError(DataError):
    """The table itself is to be mended: its code is MEND_TABLE."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy, code=MEND_TABLE)


class InputChangedError(DataError):
    """Two passes over the table saw different rows."""

    def __init__(self, what: str) -> None:
        remedy = "run again when the table is at rest, or point at a snapshot of it"
        super().__init__(f"{what}: the input changed during the run", remedy)


class RunError(CustsegError):
    """A run or a model can't be used, or the output can't be written."""

    exit_code = 4


class DriftError(CustsegError):
    """The customers drifted from the live run, and the command was asked to fail on it."""

    exit_code = 5


def find_nearest_name(wanted: str, names: Iterable[str]) -> str | None:
    """The name that `wanted` was most likely meant to be, whatever the case; None if none is near.

    >>> find_nearest_name("Smalest_share", ["k", "smallest_share"])
    'smallest_share'
    """
    by_key = {name.strip().casefold(): name for name in reversed([*names])}
    near = difflib.get_close_matches(wanted.strip().casefold(), by_key, n=1)
    return by_key[near[0]] if near else None


def suggest_name(wanted: str, names: Sequence[str]) -> str:
    """A remedy: the nearest name, or all there are (the first twenty)."""
    near = find_nearest_name(wanted, names)
    if near is not None:
        return f"did you mean {near!r}?"
    listed = ", ".join(repr(name) for name in names[:20]) + (", ..." if len(names) > 20 else "")
    return f"there is {listed}" if names else "there is nothing"
