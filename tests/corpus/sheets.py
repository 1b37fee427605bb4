"""Excel: sheets, formulas, merged cells, mixed cells, and files that are none."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import openpyxl
import xlwt
from openpyxl.worksheet.worksheet import Worksheet

from tests.corpus.case import HEADER, Case, lines_of, refused, rows

Change = Callable[[Worksheet], object]


def book(*changes: Change, sheets: tuple[str, ...] = ("Sheet1",), at: int = 0) -> bytes:
    """A workbook with the twenty customers on one of its sheets, then changed."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name in sheets:
        made.create_sheet(name)
    sheet = made[sheets[at]]
    for cells in customers():
        sheet.append(cells)
    for change in changes:
        change(sheet)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def old_book(table: Sequence[Sequence[object]], sheet: str = "Sheet1", *others: str) -> bytes:
    """An .xls with the table on its first sheet."""
    made = xlwt.Workbook()
    found = made.add_sheet(sheet)
    for name in others:
        made.add_sheet(name)
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for i, cells in enumerate(table):
        for j, cell in enumerate(cells):
            found.write(i, j, cell, day if isinstance(cell, date) else xlwt.Style.default_style)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


_DOCUMENT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
><office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"""
_MANIFEST = """<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""
_BLANK_REST = """<table:table-row table:number-rows-repeated="1048000"
><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"""


def open_document(table: Sequence[Sequence[object]], *sheets: str) -> bytes:
    """An .ods with the table on each of its sheets, and the blank rest as LibreOffice writes it."""
    rows = "".join(
        f"<table:table-row>{''.join(map(_write_cell, cells))}</table:table-row>" for cells in table
    )
    made = "".join(
        f'<table:table table:name="{name}">{rows}{_BLANK_REST}</table:table>'
        for name in sheets or ("Sheet1",)
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", _MANIFEST)
        parts.writestr("content.xml", _DOCUMENT.format(made))
    return stream.getvalue()


def _write_cell(cell: object) -> str:
    if cell is None:
        return "<table:table-cell/>"
    kind = {str: "string", bool: "boolean", int: "float", float: "float"}.get(type(cell), "date")
    attribute = {"float": "value", "string": "string-value"}.get(kind, f"{kind}-value")
    value = str(cell).lower() if kind == "boolean" else cell.isoformat() if isinstance(cell, date) else cell
    return (
        f'<table:table-cell office:value-type="{kind}" office:{attribute}="{value}">'
        f"<text:p>{value}</text:p></table:table-cell>"
    )


def customers() -> list[list[object]]:
    """The twenty customers, a list of cells each, under their header."""
    cells = [row.split(",") for row in rows()]
    return [list(HEADER.split(",")), *([name, float(spend), int(visits)] for name, spend, visits in cells)]


def put(cell: str, value: Any) -> Change:
    return lambda sheet: sheet.__setitem__(cell, value)


def excel(name: str, wrong: str, content: Callable[[], bytes], **expected: Any) -> Case:
    return Case(name, wrong, lambda: {"customers.xlsx": content()}, "customers.xlsx", **expected)


def far_cell() -> bytes:
    """An .xls with two cells, the second in a column that no sheet has, as far away as can be said."""
    made = xlwt.Workbook()
    sheet = made.add_sheet("Sheet1")
    sheet.write(0, 0, "id")
    sheet.write(65535, 255, 1)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue().replace(struct.pack("<HH", 65535, 255), b"\xff\xff\xff\xff")


TWO = ("Notes", "Customers")

CASES: list[Case] = [
    excel("two-sheets", "two sheets, none named, one of them empty", lambda: book(sheets=TWO, at=1)),
    excel("two-tables", "two sheets with a table each, none named",
          lambda: book(lambda sheet: sheet.parent.copy_worksheet(sheet)), **refused("2 sheets")),
    excel(
        "sheet-named",
        "two sheets, one named",
        lambda: book(sheets=TWO, at=1),
        recipe={"input": {"options": {"sheet": "Customers"}}},
    ),
    excel(
        "sheet-unknown",
        "a sheet that is not there",
        lambda: book(sheets=TWO, at=1),
        recipe={"input": {"options": {"sheet": "Kunden"}}},
        **refused("no sheet 'Kunden'", 2),
    ),
    excel(
        "formulas",
        "formulas that were never computed: missing values",
        lambda: book(put("B5", "=B4+1"), put("B6", "=SUM(B2:B4)")),
        missing={"spend": 2},
    ),
    excel(
        "error-cells",
        "cells that show #DIV/0!",
        lambda: book(put("B5", "#DIV/0!")),
        accepted=19,
        reasons={"spend: not a number": 1},
        missing={"spend": 1},
    ),
    excel(
        "merged-cells",
        "merged cells: the first has the value, the others none",
        lambda: book(lambda sheet: sheet.merge_cells("B5:B7")),
        missing={"spend": 2},
    ),
    excel(
        "mixed-cells",
        "text among numbers",
        lambda: book(put("B5", "about 30"), put("C6", "often")),
        accepted=18,
        reasons={"spend: not a number": 1, "visits: not a number": 1},
        missing={"spend": 1, "visits": 1},
    ),
    excel("title-rows", "blank rows and columns around the table", lambda: book(
        lambda sheet: sheet.insert_rows(1, 2), lambda sheet: sheet.insert_cols(1, 2)
    )),
    excel("empty-sheet", "a sheet without a cell", lambda: book(lambda sheet: sheet.delete_rows(1, 30)),
          **refused("the sheet is empty")),
    excel("wide-open", "a format on a cell far below", lambda: book(
        lambda sheet: setattr(sheet["ZZ99999"], "number_format", "0.00")
    )),
    excel("xlsx-cut-off", "a workbook cut off", lambda: book()[:2000], **refused("not an .xlsx")),
    excel("old-excel", "an old or protected workbook called .xlsx",
          lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), **refused("not an .xlsx")),
    Case("xls", "a workbook as Excel wrote it until 2003",
         lambda: {"customers.xls": old_book(customers())}, "customers.xls"),
    Case("xls-far-cell", "an .xls of 6 kB with a cell so far away that its sheet takes 137 GB",
         lambda: {"customers.xls": far_cell()}, "customers.xls", **refused("nor a sound .xls")),
    Case("ods", "an OpenDocument sheet",
         lambda: {"customers.ods": open_document(customers())}, "customers.ods"),
    excel("csv-as-xlsx", "text called .xlsx", lambda: lines_of().encode(), **refused("not an .xlsx")),
]  # fmt: skip
