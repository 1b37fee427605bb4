"""What may be brought, and what is seen of it before anything is cut: refusals are plain sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from custseg_spark.errors import MEND_TABLE, BadTableError, CustsegError, DataError
from custseg_spark.wording import capitalize

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from custseg_spark.commands.init import TablePreview
    from custseg_spark.propose.column_kinds import ColumnKind
    from custseg_spark.propose.proposal import Proposal

READS = "CSV, TSV, Excel, .ods, Parquet, ORC, JSON, Feather, or a zip of one of them"
FEWEST = 20
"""Customers under which no segment means anything."""
_KINDS = {
    "number": "number", "flag": "yes or no", "category": "category", "date": "date", "text": "text",
    "constant": "the same in every row", "empty": "nothing", "nested": "a list",
}  # fmt: skip
AGAIN = "Save the table again as an Excel workbook (.xlsx) or as CSV in UTF-8, and bring that."
ADDED = ("segment", "segment_name", "distance_to_centre")
"""The columns that every run adds to a table."""
_SCORED = "distance_to_centre"
"""The column that shows that `margin` is ours as well, and no shop's."""
_READ_AS = ("sep", "delimiter", "encoding", "charset", "sheet", "skip_rows", "header")
"""Keys of `input.options` that say how one file is read, and nothing of the next one."""


@dataclass(frozen=True)
class UploadPreview:
    """A table as it was found: its rows, its columns, how it is read, and the recipe proposed for it.

    `rows`: of the whole table. `head`: rows of it, text where the format has no types. `options`: as in
    `input.options`.
    `ours`: columns that an earlier segmentation added; they are in nothing else here. `notices`: what a
    person must know of the proposal, a sentence each.
    """

    rows: int
    head: pd.DataFrame
    columns: tuple[ColumnKind, ...]
    options: Mapping[str, Any]
    recipe: str
    ours: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def refuse_size(name: str, size: int, most: int) -> str | None:
    """Why a file of this many bytes is not taken; None if it is. `most`: in megabytes."""
    from custseg_spark import data

    if not data.may_be_table(name):
        return f"{name} is not a table this page reads. It reads {READS}."
    if size == 0:
        return f"{name} is empty."
    if size > most * 2**20:
        return (
            f"{name} has {size / 2**20:,.0f} MB, and this page takes {most} MB. "
            "Ask an engineer to run it with custseg train, which has no such limit."
        )
    return None


def list_sheets(file: Path) -> list[str]:
    """The sheets of a workbook; none for any other file, or for one that is damaged."""
    from custseg_spark import data

    if data.ENDINGS.get(data.find_ending(file.name)) != "excel":
        return []
    try:
        with file.open("rb") as stream:
            return data.list_sheets(stream, file.name)
    except CustsegError:  # told in words where the table is read
        return []


def preview_upload(spark: SparkSession, file: Path, sheet: str | None = None) -> UploadPreview:
    """Look into a table that was brought. Raises DataError with the reason where it can't be segmented."""
    from custseg_spark.propose.column_kinds import look_at_columns
    from custseg_spark.propose.facts import correct_columns

    looked = look_into_file(spark, file, sheet)
    ours = list_added_columns(looked.head.columns)
    looked = replace(looked, head=looked.head.drop(columns=list(ours)))
    rows = looked.rows
    if rows < FEWEST:
        raise BadTableError(
            f"{file.name} holds {rows:,} {'row' if rows == 1 else 'rows'}",
            f"Bring a table with at least {FEWEST} customers, one row each.",
        )
    proposal = _propose(looked, file)
    columns = tuple(correct_columns(look_at_columns(looked.head), looked.facts))
    return UploadPreview(
        rows, looked.head, columns, looked.options, proposal.text, ours, _name_file(proposal.notices, file)
    )


def _propose(looked: TablePreview, file: Path) -> Proposal:
    """What custseg init proposes. Raises BadTableError where there is nothing to cut by, or the table holds
    orders in place of customers."""
    try:
        proposal = looked.propose()
    except BadTableError:
        raise
    except DataError as problem:
        raise BadTableError(
            f"{file.name} has no column of numbers in which customers differ",
            "Add what customers do, such as what they spend or how often they order.",
        ) from problem
    if proposal.beside:
        (what, *_) = _name_file(proposal.notices, file)
        raise BadTableError(
            what.partition(". `custseg")[0],
            "Ask an engineer to make a table of customers of it first: custseg rfm does that.",
        )
    return proposal


def _name_file(lines: Iterable[str], file: Path) -> tuple[str, ...]:
    """The lines with the name of the file in place of where it lies."""
    return tuple(line.replace(str(file), file.name) for line in lines)


def look_into_file(
    spark: SparkSession, file: Path, sheet: str | None = None, trained: Mapping[str, Any] | None = None
) -> TablePreview:
    """The first rows of a file that was brought, and how it is read itself, whatever separator, encoding or
    sheet `trained`, the `input.options` of a run, name for its own. Raises DataError where it can't be."""
    from custseg_spark import data
    from custseg_spark.commands.init import preview_table

    options: dict[str, Any] = {} if sheet is None else {"sheet": sheet}
    if data.ENDINGS.get(data.find_ending(file.name), "csv") == "csv":  # other kinds take no options of text
        options |= {key: value for key, value in (trained or {}).items() if key.lower() not in _READ_AS}
    try:
        return preview_table(spark, str(file), options)
    except DataError as problem:
        if problem.code != data.OTHER_ENCODING:
            raise
        options["encoding"] = "ISO-8859-1"  # what a Western spreadsheet program writes where it does not
        return preview_table(spark, str(file), options)


def list_added_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """The columns that a run or a score added to a table: it would write them again itself."""
    from custseg_spark.features import VALUE

    names = list(map(str, columns))
    known = {*ADDED, *(["margin"] if _SCORED in names else [])}
    with_features = set(ADDED) <= set(names)
    return tuple(
        name for name in names if name.lower() in known or (with_features and name.startswith(VALUE))
    )


def tabulate_columns(columns: tuple[ColumnKind, ...], head: pd.DataFrame) -> pd.DataFrame:
    """A row per column of the table: its name, what it looks like, the share of rows without a value, and an
    example. Escaped: what the page shows as a table can be taken away as CSV."""
    from custseg_spark import data

    rows = []
    for place, column in enumerate(columns):
        known = head.iloc[:, place].dropna()
        example = "" if known.empty else str(known.iloc[0])[:60]
        row = {
            "Column": data.escape_text(column.name),
            "Looks like": _KINDS[column.kind],
            "Missing": 100 * column.missing,
            "Different values": column.distinct,
            "For example": example if _holds_numbers(column) else data.escape_text(example),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def tabulate_first_rows(preview: UploadPreview, most: int = 50) -> pd.DataFrame:
    """The first rows as the page shows them and gives them away: escaped; columns of numbers stay numbers."""
    from custseg_spark import data

    head = preview.head.head(most)
    shown = data.escape_pandas(head)
    for place, column in enumerate(preview.columns):
        if _holds_numbers(column) and not shown.iloc[:, place].equals(head.iloc[:, place]):
            shown.isetitem(place, column.values.head(most).to_numpy())
    return shown


def _holds_numbers(column: ColumnKind) -> bool:
    return column.kind == "number" and column.is_clean


def explain_plainly(problem: CustsegError, folder: Path, otherwise: str = "") -> str:
    """An error as the person reads it: without our folders, and with `otherwise` for advice that is an
    engineer's to take."""
    from custseg_spark import data

    what = re.sub(rf"(input )?{re.escape(str(folder))}/(out\S*)?", "", problem.what)
    match problem.code:
        case data.NO_COLUMN:  # without the keys that name it
            what = f"the table has no column {problem.facts['column']!r}"
        case data.REJECTED:
            what = _tell_rejected(**problem.facts)
    if "." not in what.partition(" ")[0]:  # else it begins with a file's name
        what = capitalize(what)
    remedy = problem.remedy if problem.code in (data.NO_COLUMN, MEND_TABLE) else otherwise
    what, remedy = what.rstrip("."), capitalize(remedy).rstrip(".")
    end = "" if remedy.endswith("?") else "."
    return f"{what}. {remedy}{end}" if remedy else f"{what}."


def _tell_rejected(rejected: int, rows: int, allowed: float | None, reasons: Mapping[str, int]) -> str:
    """Which rows the contract rejects, where the recipe's own names for it say nothing."""
    from custseg_spark import data

    plain = {
        data.ID_REPEATED: "the customer’s number stands more than once",
        data.ID_MISSING: "the customer’s number is missing",
    }
    listed = data.list_reasons({plain.get(reason, reason): count for reason, count in reasons.items()})
    if allowed is None:
        return f"all {rows:,} rows are rejected: {listed}"
    return (
        f"{rejected:,} of {rows:,} rows ({rejected / rows:.1%}) are rejected, more than is allowed "
        f"({allowed:.1%}): {listed}"
    )
