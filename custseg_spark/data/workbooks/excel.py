"""Sheets of workbooks, read on the driver: Spark has no reader for them."""

from __future__ import annotations

import datetime
import inspect
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest
from typing import IO, Any

import pyarrow as pa

from custseg_spark.data import header
from custseg_spark.data.columns import refuse_repeated
from custseg_spark.data.table import Content
from custseg_spark.data.text_files.text_head import HEAD_ROWS
from custseg_spark.data.workbooks import foreign_sheets
from custseg_spark.data.workbooks.choose_sheet import Rows, choose_sheet
from custseg_spark.errors import BadTableError, CustsegError, DataError, RecipeError

MOST_UNPACKED = 1 << 30
"""Bytes a workbook may unpack to: the driver holds them. A full sheet of a million rows stays below."""
_DECLARATIONS = tuple(
    word.encode(codec) for word in ("<!DOCTYPE", "<!ENTITY") for codec in ("utf-8", "utf-16-le", "utf-16-be")
)


def read_sheet(
    stream: IO[bytes], path: str, wanted: Any = None, skip_rows: int = 0, headed: bool | None = None
) -> Content:
    """Read one sheet of an .xlsx, .xls or .ods: the one `wanted` names (or counts, from 0), or the only one
    that holds a table. A column whose cells agree has their type, any other is text; blank cells are null.

    The header is the first row that holds anything but a title; below `skip_rows` where that is given, and
    there is none where `headed` is false. A formula counts with the value it was saved with; of merged cells
    the first has the value. Raises RecipeError without a reader or such a sheet, DataError for what is no
    sound table.
    """
    with _tell_failures(path):
        names, read_rows = _open_workbook(stream, path)
        notes, rows = choose_sheet(names, read_rows, wanted, path)
    table, found = _build_table(rows, path, skip_rows, headed)
    texts = [column.name for column in table.schema if pa.types.is_string(column.type)]
    head = table.select(texts).slice(0, HEAD_ROWS).to_pandas()
    return Content(table, head, "excel", (*notes, *found))


def list_sheets(stream: IO[bytes], path: str) -> list[str]:
    """The names of a workbook's sheets. Raises RecipeError without a reader, DataError where it is none."""
    with _tell_failures(path):
        return _open_workbook(stream, path)[0]


@contextmanager
def _tell_failures(path: str) -> Iterator[None]:
    try:
        yield
    except CustsegError:
        raise
    except ImportError as error:
        raise RecipeError(
            f"{path}: reading it takes {error.name}, which is not installed",
            "pip install 'custseg_spark[excel]', or save the sheet as CSV",
        ) from error
    except Exception as error:  # zip, XML and workbook each raise their own in a damaged file
        raise BadTableError(
            f"{path} is not a readable Excel file: {error}", "save it again as .xlsx"
        ) from error


def _open_workbook(stream: IO[bytes], path: str) -> tuple[list[str], Callable[[str], Rows]]:
    """The names of the sheets, and what reads the rows of one."""
    if _is_foreign(stream, path):
        content = stream.read()
        return _ask_apart(content, path), partial(_ask_apart, content, path)
    import openpyxl

    book = openpyxl.load_workbook(stream, read_only=True, data_only=True)

    def read_rows(name: str) -> Rows:
        book[name].reset_dimensions()  # the size a writer notes down may be wrong
        return list(book[name].iter_rows(values_only=True))

    return book.sheetnames, read_rows


def _ask_apart(content: bytes, path: str, *sheet: str) -> Any:
    """The names of the sheets of an .xls or .ods, or the rows of one, by the program foreign_sheets."""
    import python_calamine  # noqa: F401

    program = [sys.executable, "-P", "-c", inspect.getsource(foreign_sheets), *sheet]
    answer = subprocess.run(program, input=content, capture_output=True)
    if answer.returncode:
        raise _refuse(path)
    return pickle.loads(answer.stdout)


def _is_foreign(stream: IO[bytes], path: str) -> bool:
    """Whether it is .xls or .ods. What unpacks to too much is refused before anything parses it, and so is an
    .xlsx that declares XML entities."""
    old = stream.read(4) == b"\xd0\xcf\x11\xe0"  # so begins any workbook with a password as well
    stream.seek(0)
    if old:
        return True
    if not zipfile.is_zipfile(stream):
        raise _refuse(path)
    with zipfile.ZipFile(stream) as parts:
        size = sum(part.file_size for part in parts.infolist())
        if size > MOST_UNPACKED:
            raise BadTableError(
                f"{path} unpacks to {size / 1e9:.1f} GB, more than the driver should hold",
                "save the sheet as CSV or Parquet",
            )
        open_document = "content.xml" in parts.namelist()
        for part in [] if open_document else parts.infolist():
            with parts.open(part) as content:
                if any(word in chunk for chunk in _read_chunks(content) for word in _DECLARATIONS):
                    raise BadTableError(
                        f"{path} declares XML entities, which no spreadsheet does", "don't trust this file"
                    )
    stream.seek(0)
    return open_document


def _refuse(path: str) -> DataError:
    return BadTableError(
        f"{path} is not an .xlsx file, nor a sound .xls or .ods; it may be protected by a password",
        "save it as .xlsx or CSV",
    )


def _read_chunks(content: IO[bytes]) -> Iterable[bytes]:
    """The content in pieces that overlap, so that no word is cut in two."""
    tail = b""
    while piece := content.read(1 << 20):
        yield tail + piece
        tail = piece[-32:]


def _build_table(
    rows: Rows, path: str, skip_rows: int, headed: bool | None
) -> tuple[pa.Table, tuple[str, ...]]:
    """The table in the rows of a sheet, and what a person should know of where it was found."""
    filled = [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if number > skip_rows and any(cell is not None for cell in row)
    ]
    if not filled:
        raise DataError(f"{path}: the sheet is empty", "set input.options.sheet to another one")
    columns = list(zip_longest(*(row for _, row in filled)))
    used = [place for place, cells in enumerate(columns) if any(cell is not None for cell in cells)]
    head = [_write_cells(row, used) for _, row in filled[: header.LOOKED_AT]]
    begins, lines = header.Beginning(-1, ()), [number for number, _ in filled]
    if headed is not False:
        begins = header.find_beginning(head, path, lines, trust=headed is True)
    start = begins.at + 1 + begins.below
    above = [" ".join(filter(None, record)) for record in head[: max(begins.at, 0)]]
    notes = header.write_notes(path, "row", lines[begins.at], above, lines[begins.at + 1 : start])
    if len(filled) <= start:
        raise DataError(f"{path} has a header but no rows", "check the job that writes it")
    named = ["" if headed is False else head[begins.at][at] for at in range(len(used))]
    kept = [
        (name or f"_c{place}", columns[place][start:])
        for name, place in zip(named, used, strict=True)
        if name or any(cell is not None for cell in columns[place][start:])
    ]
    refuse_repeated([name for name, _ in kept], path)
    return pa.table({name: _build_column(cells) for name, cells in kept}), tuple(notes)


def _write_cells(row: tuple[Any, ...], places: Sequence[int]) -> list[str]:
    """The cells of a row as text, empty where they are blank."""
    cells = [row[place] if place < len(row) else None for place in places]
    return ["" if cell is None else _write_as_text(cell) for cell in cells]


def _build_column(cells: Sequence[Any]) -> pa.Array:
    """The cells as one Arrow column. Excel knows only floats: whole ones are ints, also beside gaps."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if not kinds:
        return pa.array(cells, pa.string())
    if kinds == {bool}:
        return pa.array(cells)
    if kinds <= {int, float}:
        whole = all(cell is None or (float(cell).is_integer() and abs(cell) < 2**53) for cell in cells)
        numbers = pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
        return numbers.cast(pa.int64()) if whole else numbers
    if kinds <= {datetime.datetime, datetime.date}:
        moments = pa.array(
            [cell and datetime.datetime.fromisoformat(str(cell)) for cell in cells], pa.timestamp("us")
        )
        days = moments.cast(pa.date32(), safe=False)
        return days if days.cast(moments.type).equals(moments) else moments
    return pa.array([None if cell is None else _write_as_text(cell) for cell in cells], pa.string())


def _write_as_text(cell: Any) -> str:
    """A cell of a mixed column as its reader sees it: 3 for 3.0, an ISO date without midnight."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return str(cell).removesuffix(" 00:00:00")
    return str(cell)
