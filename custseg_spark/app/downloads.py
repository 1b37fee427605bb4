"""What is taken away from a run: customers as CSV, Excel and Parquet, and the run itself as a candidate."""

from __future__ import annotations

import datetime
import decimal
import io
import itertools
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet

from custseg_spark import data, runs
from custseg_spark.app.run_view import RunView
from custseg_spark.app.visit import Upload
from custseg_spark.errors import MEND_TABLE, RunError
from custseg_spark.recipe import Recipe, write_explained

EXCEL_ROWS = 100_000
"""Customers that go into a workbook: writing more takes minutes, and beyond a million no program opens it."""
PERSONAL = ("run.json", "report.html")
"""Files of a run that say where its table lay."""
EXCEL_DIGITS = 15
"""Digits of a number that a spreadsheet program keeps: a longer one, such as a customer's, goes as text."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that no workbook may hold."""


def write_csv(customers: ds.Dataset) -> bytes:
    """Every customer as CSV for a spreadsheet program: UTF-8 with its mark, formulas escaped. The
    segment and its name come first, then the input columns and what was added."""
    return data.write_csv(_to_pandas(customers)).encode("utf-8-sig")


def write_excel(customers: ds.Dataset, profile: pd.DataFrame) -> bytes:
    """Every customer, and the profile of the segments, as a workbook. Raises RunError for too many rows."""
    rows = customers.count_rows()
    if rows > EXCEL_ROWS:
        raise RunError(
            f"{rows:,} customers are too many for a workbook",
            "take the CSV or the Parquet file",
            code=MEND_TABLE,
        )
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, frame in (("Customers", _to_pandas(customers)), ("Segments", profile)):
        sheet, escaped = book.create_sheet(title), data.escape_pandas(frame)
        names = map(str, escaped.columns)
        for row in itertools.chain([names], escaped.itertuples(index=False, name=None)):
            sheet.append([_write_cell(sheet, _convert_value(value)) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write_cell(sheet: Any, value: Any) -> object:
    """A text as a cell that holds it, whatever it looks like: openpyxl takes =1 for a formula and #N/A for an
    error."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        value = WriteOnlyCell(sheet, value)
        value.data_type = "s"
    return value


def write_parquet(customers: ds.Dataset) -> bytes:
    """Every customer as one Parquet file, with the types of the table."""
    content = io.BytesIO()
    pyarrow.parquet.write_table(_order_columns(customers.to_table()), content, compression="zstd")
    return content.getvalue()


def hide_folder(content: bytes, table: Upload) -> bytes:
    """A file of a run without the folder of this visit in it: the table goes by its name alone."""
    return content.replace(f"{table.folder}/".encode(), b"")


def save_candidate(run: RunView, table: Upload, recipe: Recipe, output: str) -> runs.Run:
    """Put the run under `output`, with its recipe: it is listed, and can be explored and promoted. No pointer
    names it, not even of the first run of an output: nothing scores with it until an engineer says so.

    Raises RunError where `output` can't be written.
    """
    saved = runs.Run(output, run.run.run_id)
    saved.write("recipe.yaml", write_explained(recipe))
    names = runs.list_below(run.run.path)
    for name in sorted(names, key="run.json".__eq__):  # the record last: it says that all is there
        content = run.run.read(name)
        saved.write(name, hide_folder(content, table) if name in PERSONAL else content)
    return saved


def _to_pandas(customers: ds.Dataset) -> pd.DataFrame:
    # else whole numbers of a column with gaps would be floats: 58138 as 58138.0
    found: pd.DataFrame = _order_columns(customers.to_table()).to_pandas(integer_object_nulls=True)
    return found


def _order_columns(table: pa.Table) -> pa.Table:
    return table.select(list(dict.fromkeys(["segment", "segment_name", *table.column_names])))


def _convert_value(value: Any) -> object:
    """A value as a workbook takes it: nothing for a missing or infinite one, numbers as numbers, anything odd
    as text, and no text with control characters."""
    if isinstance(value, np.generic):
        value = value.item()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, int | float | decimal.Decimal) and not math.isfinite(value):
        return None
    if isinstance(value, int | decimal.Decimal) and value % 1 == 0 and abs(value) >= 10**EXCEL_DIGITS:
        return str(int(value))
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, pd.Timestamp):
        return value.tz_localize(None).to_pydatetime()
    return value if isinstance(value, int | float | datetime.date) else _CONTROL.sub("", str(value))
