"""Tables for the page: titled columns, plain values, and how each is written and sorted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from custseg_spark import wording

Kind = Literal["text", "number", "percent", "decimal"]
Value = str | float | int | None
_FORMATS = {"percent": wording.format_percent, "decimal": wording.format_decimal}


@dataclass(frozen=True)
class Column:
    """A titled column; `note` is what a reader is told who asks what it means."""

    title: str
    kind: Kind = "number"
    note: str = ""


@dataclass(frozen=True)
class PageTable:
    """Rows of plain values, one per column; `marked` is the row to point at, `source` what they come from."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    marked: int | None = None
    source: str = ""


def format_cell(value: Value, kind: Kind) -> str:
    """A value as it stands in a table; a dash for what is not known."""
    return value if isinstance(value, str) else _FORMATS.get(kind, wording.format_number)(value)


def sort_key(value: Value) -> str:
    """What a cell is sorted by: the number behind its text, the text itself, nothing where unknown."""
    if isinstance(value, str):
        return value
    return f"{float(value):.10g}" if value is not None and math.isfinite(value) else ""
