"""What the columns of one table tell of each other: who writes 13/04 in one of them writes the day first."""

from __future__ import annotations

from collections.abc import Sequence

from custseg_spark.data.text_types import Habits, TextType
from custseg_spark.sql.number_text import NumberFormat


def find_habits(columns: Sequence[TextType]) -> Habits:
    """What those of the columns show that can be read in one way alone."""
    sure = [column for column in columns if not column.ambiguous]
    signs = {column.written.decimal for column in sure if isinstance(column.written, NumberFormat)}
    if "," not in signs:  # a column of plain numbers stands in tables with decimal commas too
        signs |= {"." for column in sure if column.name == "double"}
    orders = {column.day_first for column in sure if column.day_first is not None}
    if not orders and signs == {","}:
        orders = {True}
    return Habits(
        day_first=orders.pop() if len(orders) == 1 else None, decimal=signs.pop() if len(signs) == 1 else None
    )


def may_settle(habits: Habits, found: TextType) -> bool:
    """Whether they may change how a column is read."""
    if found.ambiguous:
        return (habits.day_first if found.name == "date" else habits.decimal) is not None
    return found.name == "double" and habits.decimal == ","
