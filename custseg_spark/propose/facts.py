"""What a pass over all rows says of a table of which only a sample was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from custseg_spark.propose.column_kinds import ColumnKind

NEARLY = 0.95
"""A count of different values that is approximate, and reaches this share of all, stands for all."""


@dataclass(frozen=True)
class ColumnFacts:
    """One column over all rows. `known`: rows with a value. `distinct`: different values, about. `lowest`,
    `highest`: of numbers. `misfits`: values that are not of the type found in the sample, `misfit` one of
    them. `has_fractions`: of numbers, some are not whole."""

    known: int
    distinct: int
    lowest: float | None = None
    highest: float | None = None
    misfits: int = 0
    misfit: str = ""
    has_fractions: bool = False


@dataclass(frozen=True)
class TableFacts:
    """`rows`: of the whole table; `columns`: by name, empty where the sample is the whole table. `id`: the
    column that a person named as the id, or row_number. `notes`: what a person should know of how it was
    read, a sentence each."""

    rows: int | None = None
    columns: Mapping[str, ColumnFacts] = field(default_factory=dict)
    id: str | None = None
    notes: tuple[str, ...] = ()


def correct_columns(columns: Sequence[ColumnKind], facts: TableFacts) -> list[ColumnKind]:
    """The columns as the sample shows them, with what all rows say of each."""
    return [
        _correct(column, facts.columns[column.name], facts.rows or 0)
        if column.name in facts.columns
        else column
        for column in columns
    ]


def _correct(column: ColumnKind, found: ColumnFacts, rows: int) -> ColumnKind:
    missing = 1 - (found.known - found.misfits) / rows if rows else 1.0
    distinct = found.distinct
    if column.distinct >= len(column.values.dropna()) and distinct >= NEARLY * found.known:
        distinct = found.known
    changed = replace(column, missing=missing, distinct=max(distinct, column.distinct))
    if found.lowest is not None and found.highest is not None:
        changed = replace(changed, bounds=(found.lowest, found.highest))
    if found.has_fractions and column.declared == "int":
        changed = replace(changed, declared="double")
    if found.misfits:
        fit = 1 - found.misfits / max(found.known, 1)
        changed = replace(changed, fit=fit, misfit=column.misfit or found.misfit)
    return changed
