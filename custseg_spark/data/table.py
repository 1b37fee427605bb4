"""A table as it was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from custseg_spark import journal
from custseg_spark.errors import DataError

DATAFRAME = "dataframe"
"""What a table is called that is open already."""


def note_unread(path: str, unread: Mapping[str, str]) -> tuple[str, ...]:
    """What is said of columns that can't be read, name -> type."""
    return tuple(
        f"{path}: the column {name!r} is left out: the type {kind} is not read"
        for name, kind in unread.items()
    )


@dataclass(frozen=True)
class Content:
    """What the driver reads of one file: `rows`, and the others as of a Table."""

    rows: pa.Table
    text: pd.DataFrame | None
    format: str
    notes: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    `frame`: every row and column as they are; of text formats all columns are strings, an empty field is
    null, and the column MALFORMED holds the raw line of a row with too few or too many fields.
    `text`: the first rows as strings, of the columns to which the format gives no type; null where it gives
    all. A pandas DataFrame whose missing values are None.
    `is_whole`: those are all of its rows that split into their fields, in all of its columns.
    `format`: csv (any separator), excel, json, feather, parquet, delta, table, or the name the session knows
    it by.
    `options` (of text with the separator `sep` as found or as given), `spark_path`, `stored` (the columns as
    the engine reads them) and `refine` (what makes the table of those): how Spark was asked to read it; empty
    where it did not read files.
    `notes`: what a person should know of how it was read, a sentence each. `unread`: the columns that
    can't be read, with their type. `fingerprint`: of the file, where its rows were numbered.
    """

    frame: DataFrame
    text: pd.DataFrame | None
    format: str
    path: str
    options: Mapping[str, Any] = field(default_factory=dict)
    spark_path: str = ""
    stored: StructType | None = None
    refine: Callable[[DataFrame], DataFrame] | None = None
    notes: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    is_whole: bool = False
    numbered: bool = False
    """Whether the rows have their numbers already, where they get some."""

    def warn_of_notes(self) -> None:
        """Enter what a person should know of how it was read into the journal."""
        for note in self.notes:
            journal.warn(note)

    def refuse_unread(self, used: Mapping[str, object]) -> None:
        """Raises DataError where one of the columns that are used can't be read."""
        wanted = {name.casefold() for name in used}
        for name, kind in self.unread.items():
            if name.casefold() in wanted:
                raise DataError(
                    f"input {self.path}: the column {name!r} is of the type {kind}, which can't be read",
                    "write it as a number or as text, or leave it out of the recipe",
                )
