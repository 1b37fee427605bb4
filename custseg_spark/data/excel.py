"""Excel sheets, read on the driver: Spark has no reader for them."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import pandas as pd
import pyarrow as pa

from custseg_spark.data.columns import refuse_repeated
from custseg_spark.data.text import HEAD_ROWS
from custseg_spark.errors import CustsegError, DataError, RecipeError

MOST_UNPACKED = 1 << 30
"""Bytes an Excel file may unpack to: the driver holds them. A full sheet of a million rows stays below."""
_DECLARATIONS = tuple(
    word.encode(codec) for word in ("<!DOCTYPE", "<!ENTITY") for codec in ("utf-8", "utf-16-le", "utf-16-be")
)


@dataclass(frozen=True)
class Sheet:
    """`rows`: every row of the sheet; a column whose cells agree has their type, any other is text.
    `text`: the first rows of the text columns as strings, blank cells null."""

    rows: pa.Table
    text: pd.DataFrame


def read_sheet(stream: IO[bytes], path: str, wanted: Any = None) -> Sheet:
    """Read one sheet: the one `wanted` names (or counts, from 0), or the only one there is.

    The first row that holds anything is the header. A formula counts with the value it was saved with; of
    merged cells the first has the value. Raises RecipeError without openpyxl or such a sheet, DataError for
    what is no sound table.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise RecipeError(
            f"{path}: reading Excel takes openpyxl, which is not installed",
            "pip install openpyxl, or save the sheet as CSV",
        ) from error
    try:
        _refuse_unsound(stream, path)
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        found = book[_choose_sheet(book.sheetnames, wanted, path)]
        found.reset_dimensions()  # the size a writer notes down may be wrong
        rows = [row for row in found.iter_rows(values_only=True) if any(cell is not None for cell in row)]
        book.close()
    except CustsegError:
        raise
    except Exception as error:  # zip, XML and workbook each raise their own in a damaged file
        raise DataError(f"{path} is not a readable Excel file: {error}", "save it again as .xlsx") from error
    return _table(rows, path)


def _refuse_unsound(stream: IO[bytes], path: str) -> None:
    """Before anything parses it, refuse what is no .xlsx, unpacks to too much, or declares XML entities."""
    if not zipfile.is_zipfile(stream):
        raise DataError(f"{path} is not an .xlsx file, or protected by a password", "save it as .xlsx or CSV")
    with zipfile.ZipFile(stream) as parts:
        size = sum(part.file_size for part in parts.infolist())
        if size > MOST_UNPACKED:
            raise DataError(
                f"{path} unpacks to {size / 1e9:.1f} GB, more than the driver should hold",
                "save the sheet as CSV or Parquet",
            )
        for part in parts.infolist():
            with parts.open(part) as content:
                if any(word in chunk for chunk in _chunks(content) for word in _DECLARATIONS):
                    raise DataError(
                        f"{path} declares XML entities, which no spreadsheet does", "don't trust this file"
                    )
    stream.seek(0)


def _chunks(content: IO[bytes]) -> Iterable[bytes]:
    """The content in pieces that overlap, so that no word is cut in two."""
    tail = b""
    while piece := content.read(1 << 20):
        yield tail + piece
        tail = piece[-32:]


def _choose_sheet(names: Sequence[str], wanted: Any, path: str) -> str:
    if wanted is None:
        if len(names) > 1:
            raise DataError(
                f"{path} has {len(names)} sheets: {', '.join(map(repr, names))}",
                "set input.options.sheet to one of them",
            )
        return names[0]
    if isinstance(wanted, int) and 0 <= wanted < len(names):
        return names[wanted]
    if wanted in names:
        return str(wanted)
    raise RecipeError(
        f"input.options.sheet: {path} has no sheet {wanted!r}", f"there is {', '.join(map(repr, names))}"
    )


def _table(rows: list[tuple[Any, ...]], path: str) -> Sheet:
    if not rows:
        raise DataError(f"{path}: the sheet is empty", "set input.options.sheet to another one")
    width = max(len(row) for row in rows)
    used = [i for i in range(width) if any(len(row) > i and row[i] is not None for row in rows)]
    header = [rows[0][i] if i < len(rows[0]) else None for i in used]
    names = [f"_c{i}" if name is None else str(name) for i, name in zip(used, header, strict=True)]
    refuse_repeated(names, path)
    if len(rows) == 1:
        raise DataError(f"{path} has a header but no rows", "check the job that writes it")
    columns = {
        name: _column([row[i] if i < len(row) else None for row in rows[1:]])
        for name, i in zip(names, used, strict=True)
    }
    texts = {
        name: pd.Series(array[:HEAD_ROWS].to_pylist(), dtype=object)
        for name, array in columns.items()
        if pa.types.is_string(array.type)
    }
    return Sheet(pa.table(columns), pd.DataFrame(texts))


def _column(cells: list[Any]) -> pa.Array:
    """The cells as one Arrow column. Excel knows only floats: whole ones are ints, also beside gaps."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if not kinds:
        return pa.array(cells, pa.string())
    if kinds == {bool}:
        return pa.array(cells, pa.bool_())
    if kinds <= {int, float}:
        whole = all(cell is None or (float(cell).is_integer() and abs(cell) < 2**53) for cell in cells)
        return pa.array(
            [cell if cell is None or not whole else int(cell) for cell in cells],
            pa.int64() if whole else pa.float64(),
        )
    if kinds <= {datetime.datetime, datetime.date}:
        days = all(cell is None or _is_day(cell) for cell in cells)
        return pa.array(cells, pa.timestamp("us")).cast(pa.date32() if days else pa.timestamp("us"))
    return pa.array([None if cell is None else _as_text(cell) for cell in cells], pa.string())


def _is_day(cell: datetime.date) -> bool:
    return not isinstance(cell, datetime.datetime) or cell.time() == datetime.time()


def _as_text(cell: Any) -> str:
    """A cell of a mixed column as its reader sees it: 3 for 3.0, an ISO date without midnight."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return str(cell.date()) if _is_day(cell) else str(cell)
    return str(cell)
