"""Whole tables drawn at random, with the truth of each: columns, words, formats and faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.brought_tables.draw_columns import (
    Column,
    Draw,
    Role,
    Style,
    Values,
    draw_count,
    draw_date,
    draw_id,
    draw_measure,
    draw_other,
    draw_outcome,
    draw_recency,
    draw_spend,
    draw_style,
    draw_telltale,
)
from tests.brought_tables.draw_orders import draw_orders

SEPARATORS = (",", ";", "\t", "|")
FORMATS = ("csv", "csv", "csv", "csv", "tsv", "xlsx", "parquet", "jsonl", "zip", "txt")
FAULTS = (
    "title",
    "footer",
    "missing",
    "repeated",
    "ragged",
    "mixed",
    "outlier",
    "bom",
    "cp1252",
    "blank",
    "sep",
)
TEXTS = frozenset({"csv", "tsv", "txt", "zip"})
ONLY_TEXT = frozenset({"title", "footer", "ragged", "bom", "cp1252", "blank", "sep"})


@dataclass(frozen=True)
class DrawnTable:
    """A table and what is true of it. `bad`: rows that need not stand in a segment; `groups`: the planted
    group of each row, None where there are none; `nobody`: why nobody can be segmented, or empty; `orders`:
    a row is an order, and not a customer."""

    name: str
    columns: tuple[Column, ...]
    format: str
    separator: str
    faults: tuple[str, ...]
    bad: int
    groups: NDArray[np.int64] | None
    nobody: str = ""
    orders: bool = False

    @property
    def rows(self) -> int:
        return len(self.columns[0].values)

    def names(self, *roles: Role) -> frozenset[str]:
        return frozenset(column.name for column in self.columns if column.role in roles)

    @property
    def id(self) -> str | None:
        """The column that tells customers apart; None where none does."""
        return next(iter(self.names("id")), None)

    def find_unique(self, role: Role) -> list[str]:
        """Columns of the role that differ in every row."""
        return [one.name for one in self.columns if one.role == role and one.values.is_unique]

    def describe(self) -> str:
        """In a few words, for the list of failures."""
        return f"{self.format}{self.separator!r} {'+'.join(self.faults) or 'clean'} {self.rows} rows"


def draw_table(seed: int) -> DrawnTable:
    """The table of a seed."""
    rng = np.random.default_rng(seed)
    style, rows = draw_style(rng), int(rng.integers(150, 600))
    k = int(rng.choice([1, 2, 3, 4]))
    groups = rng.choice(k, rows, p=rng.dirichlet(np.full(k, 8.0)))
    columns = _draw_columns(rng, style, groups, k)
    nobody = ""
    if rng.random() < 0.04:
        columns = [one for one in columns if one.role in ("id", "flag", "category", "outcome")]
        kinds = [one for one in columns if one.role == "category" and "segment" not in one.name.lower()]
        nobody = "" if kinds else "neither numbers nor categories"
        columns, groups = columns or [draw_id(rng, style, rows)], np.zeros(rows, dtype=np.int64)
    orders = not nobody and rng.random() < 0.06
    if orders:
        known = bool(rng.random() < 0.7)
        columns, nobody = draw_orders(rng, style, rows, known), "" if known else "orders without a customer"
    if rng.random() < 0.7:
        columns = [*columns[:1], *(columns[1:][place] for place in rng.permutation(len(columns) - 1))]
    format = str(rng.choice(FORMATS))  # noqa: A001
    separator = str(rng.choice(SEPARATORS)) if format in TEXTS - {"tsv"} else "\t" if format == "tsv" else ""
    wanted = rng.permutation(FAULTS)[: int(rng.choice([0, 1, 1, 2]))]
    faults = tuple(str(one) for one in wanted if format in TEXTS or one not in ONLY_TEXT)
    faults = tuple(one for one in faults if format == "xlsx" or one != "legend")
    has_id = any(column.role == "id" for column in columns)
    faults = tuple(one for one in faults if has_id or one not in ("footer", "repeated"))
    columns, bad = _spoil(rng, columns, faults)
    return DrawnTable(
        f"t{seed:05d}",
        tuple(columns),
        format,
        separator,
        faults,
        bad,
        groups if k > 1 else None,
        nobody,
        orders,
    )


def _draw_columns(rng: Draw, style: Style, groups: NDArray[np.int64], k: int) -> list[Column]:
    """An id in most tables, two numbers at least, and what else people keep."""

    def level() -> Values:
        """0 to 1 for each row: the groups in an order of their own."""
        places = (rng.permutation(k) / max(k - 1, 1))[groups] if k > 1 else np.full(len(groups), 0.5)
        return np.asarray(places, dtype=np.float64)

    rows = len(groups)
    columns = [draw_id(rng, style, rows)] if rng.random() < 0.85 else []
    columns.append(
        draw_spend(rng, style, level()) if rng.random() < 0.7 else draw_measure(rng, style, level())
    )
    columns.append(draw_count(rng, style, level()))
    makers = [
        draw_recency,
        draw_measure,
        draw_measure,
        draw_date,
        draw_spend,
        draw_other,
        draw_other,
        draw_other,
    ]
    for make in makers:
        if rng.random() < 0.45:
            columns.append(make(rng, style, level()))
    if rng.random() < 0.4:
        outcome = draw_outcome(rng, style, level())
        columns.append(outcome)
        if rng.random() < 0.3:
            columns.append(draw_telltale(rng, style, outcome))
    return columns


def _spoil(rng: Draw, columns: list[Column], faults: tuple[str, ...]) -> tuple[list[Column], int]:
    """What is wrong with values; what is wrong with the file is done when it is written."""
    bad = 0
    spoilt = {column.name: _as_text(column) for column in columns}
    numbers = [column for column in columns if column.role in ("spend", "count", "measure", "recency")]
    rows = len(columns[0].values)
    some = rng.choice(rows, 3, replace=False)
    for fault in faults:
        if fault == "missing" and numbers:
            gaps = rng.random(rows) < 0.08
            spoilt[numbers[0].name][gaps] = str(rng.choice(["N/A", "-", "", "NULL", "n/a"]))
        elif fault == "repeated":
            name = next(column.name for column in columns if column.role == "id")
            spoilt[name].iloc[some[0]] = spoilt[name].iloc[some[1]]
            bad += 2
        elif fault == "mixed" and numbers:
            spoilt[numbers[-1].name].iloc[some[:2]] = "unknown"
            bad += 2
        elif fault == "outlier" and numbers and numbers[0].written is None:
            spoilt[numbers[0].name].iloc[some[0]] = str(10_000 * float(numbers[0].values.max()))
        elif fault == "ragged":
            bad += 1
    return [Column(one.name, one.role, spoilt[one.name], one.written) for one in columns], bad


def _as_text(column: Column) -> pd.Series[Any]:
    write = column.written or str
    return pd.Series([write(value) for value in column.values], dtype=object)
