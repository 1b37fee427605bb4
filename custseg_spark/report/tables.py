"""Tables for the page: titled columns, plain values, and how each is written and sorted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from custseg_spark import wording

Kind = Literal["text", "number", "percent", "decimal", "code"]
Value = str | float | int | bool | None


@dataclass(frozen=True)
class Column:
    """A titled column; `note` is what a reader is told who asks what it means."""

    title: str
    kind: Kind = "number"
    note: str = ""


@dataclass(frozen=True)
class PageTable:
    """Rows of plain values, one per column; `marked` is the row to point at."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    caption: str = ""
    marked: int | None = None


def format_cell(value: Value, kind: Kind) -> str:
    """A value as it stands in a table; a dash for what is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if kind == "percent":
        return wording.format_percent(value)
    if kind == "decimal":
        return wording.format_decimal(value)
    return wording.format_number(value)


def sort_key(value: Value) -> str:
    """What a cell is sorted by: the number behind its text, the text itself, nothing where unknown."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return f"{float(value):.10g}" if isinstance(value, bool | int | float) else value
