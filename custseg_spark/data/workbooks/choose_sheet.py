"""Which of a workbook's sheets holds the table: legends, notes and sums stand beside many a one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from custseg_spark.errors import DataError, RecipeError

_MOST_SHEETS = 20
_TIMES = 5
"""The table has this many times the cells of any other sheet that could be one."""
Rows = list[tuple[Any, ...]]


def choose_sheet(
    names: Sequence[str], read_rows: Callable[[str], Rows], wanted: Any, path: str
) -> tuple[tuple[str, ...], Rows]:
    """The rows of the sheet that `wanted` names or counts, or else of the one that holds the table, and what
    a person should know of the choice. Raises DataError where two may, RecipeError where there is none."""
    if wanted is None and len(names) == 1:
        return (), read_rows(names[0])
    if wanted is None:
        return _find_table(names, read_rows, path)
    if isinstance(wanted, int) and 0 <= wanted < len(names):
        return (), read_rows(names[wanted])
    if wanted in names:
        return (), read_rows(str(wanted))
    raise RecipeError(
        f"input.options.sheet: {path} has no sheet {wanted!r}", f"there is {', '.join(map(repr, names))}"
    )


def _find_table(
    names: Sequence[str], read_rows: Callable[[str], Rows], path: str
) -> tuple[tuple[str, ...], Rows]:
    sheets = {name: read_rows(name) for name in names[:_MOST_SHEETS]}
    sizes = {name: size for name, rows in sheets.items() if (size := _measure_table(rows))}
    ranked = sorted(sizes, key=lambda name: -sizes[name])
    clear = len(names) <= _MOST_SHEETS and bool(ranked)
    if not clear or (len(ranked) > 1 and sizes[ranked[0]] < _TIMES * sizes[ranked[1]]):
        raise DataError(
            f"{path} has {len(names)} sheets: {', '.join(map(repr, names))}",
            "set input.options.sheet to one of them",
        )
    others = ", ".join(repr(name) for name in names if name != ranked[0])
    note = f"{path}: the table is taken from the sheet {ranked[0]!r}, not from {others}"
    return (note,), sheets[ranked[0]]


def _measure_table(rows: Rows) -> int:
    """How many cells of a sheet hold numbers, in rows that hold other cells too; 0 where it is no table."""
    filled = [[cell for cell in row if cell is not None] for row in rows]
    wide = [row for row in filled if len(row) > 1]
    if len(wide) < 3 or 2 * len(wide) < sum(map(bool, filled)):
        return 0
    return sum(isinstance(cell, int | float) and not isinstance(cell, bool) for row in wide for cell in row)
