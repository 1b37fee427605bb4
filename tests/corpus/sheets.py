"""Excel: sheets, formulas, merged cells, mixed cells, and files that are none."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
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
    sheet.append(HEADER.split(","))
    for row in rows():
        name, spend, visits = row.split(",")
        sheet.append([name, float(spend), int(visits)])
    for change in changes:
        change(sheet)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def put(cell: str, value: Any) -> Change:
    return lambda sheet: sheet.__setitem__(cell, value)


def excel(name: str, wrong: str, content: Callable[[], bytes], **expected: Any) -> Case:
    return Case(name, wrong, lambda: {"customers.xlsx": content()}, "customers.xlsx", **expected)


TWO = ("Notes", "Customers")

CASES: list[Case] = [
    excel("two-sheets", "two sheets, none named", lambda: book(sheets=TWO, at=1), **refused("2 sheets")),
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
        reasons={"spend: not a number": 1, "visits: not a whole number": 1},
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
    excel("csv-as-xlsx", "text called .xlsx", lambda: lines_of().encode(), **refused("not an .xlsx")),
]  # fmt: skip
