"""Excel sheets, read without Spark."""

import datetime
import io
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from custseg_spark.data.table import Content
from custseg_spark.data.workbooks import excel
from custseg_spark.errors import DataError, RecipeError

openpyxl = pytest.importorskip("openpyxl")
sheets = pytest.importorskip("tests.corpus.sheets")


def book(*rows: Sequence[object], sheets: Sequence[str] = ("customers",)) -> io.BytesIO:
    """An .xlsx file with these rows on its first sheet."""
    made = openpyxl.Workbook()
    made.active.title = sheets[0]
    for name in sheets[1:]:
        made.create_sheet(name).append(["other"])
    for row in rows:
        made.active.append(row)
    stream = io.BytesIO()
    made.save(stream)
    stream.seek(0)
    return stream


def read(*rows: Sequence[object], **options: Any) -> Content:
    return excel.read_sheet(book(*rows), "customers.xlsx", **options)


def test_columns_have_the_type_their_cells_agree_on() -> None:
    day, moment = datetime.datetime(2013, 5, 4), datetime.datetime(2013, 5, 4, 10, 30)
    found = read(
        ["id", "income", "spend", "joined", "seen", "code", "member", "empty", "mixed"],
        [1, 58138, 1.5, day, moment, "007", True, None, 3.0],
        [2, None, 2, day, moment, None, False, None, "x"],
    )
    kinds = {field.name: field.type for field in found.rows.schema}
    assert kinds == {
        "id": pa.int64(),
        "income": pa.int64(),  # also with gaps
        "spend": pa.float64(),
        "joined": pa.date32(),
        "seen": pa.timestamp("us"),
        "code": pa.string(),
        "member": pa.bool_(),
        "mixed": pa.string(),
        "empty": pa.string(),
    }
    assert found.rows["income"].to_pylist() == [58138, None]
    assert found.rows["joined"].to_pylist() == [day.date()] * 2
    assert found.text is not None
    assert found.text["mixed"].tolist() == ["3", "x"]
    assert found.text["code"].tolist() == ["007", None]
    assert sorted(found.text.columns) == ["code", "empty", "mixed"]


def test_blank_rows_and_columns_around_the_table_are_no_part_of_it() -> None:
    found = read([], [None, "id", "a"], [None, 1, 2], [None, None, None], [None, 3])
    assert found.rows.to_pylist() == [{"id": 1, "a": 2}, {"id": 3, "a": None}]


def test_what_other_writers_note_down_of_a_sheet_is_not_believed() -> None:
    kept = zipfile.ZipFile(book(["id", "a"], [1, 7], [2, None]))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as parts:
        for name in kept.namelist():
            content = (
                kept.read(name).replace(b'ref="A1:B3"', b'ref="A1:A2"').replace(b"<v>7</v>", b"<v>7.0</v>")
            )
            parts.writestr(name, content)
    found = excel.read_sheet(stream, "c.xlsx")
    assert found.rows.to_pylist() == [{"id": 1, "a": 7}, {"id": 2, "a": None}]
    assert found.rows.schema.field("a").type == pa.int64()


def test_a_formula_counts_with_the_value_it_was_saved_with() -> None:
    found = read(["id", "sum"], [1, "=A2+1"])  # never calculated, so never saved
    assert found.rows["sum"].to_pylist() == [None]


@pytest.mark.parametrize("write", [sheets.old_book, sheets.open_document])
def test_xls_and_ods_give_what_xlsx_gives(write: Callable[..., bytes]) -> None:
    day, moment = datetime.date(2013, 5, 4), datetime.datetime(2013, 5, 4, 10, 30)
    table: list[list[object]] = [
        ["id", "income", "spend", "joined", "code", "member", "mixed", 2020],
        [1, 58138, 1.5, day, "007", True, 3.0, None],
        [2, None, 2, day, None, False, "x", None],
        [3, 7, 2, day, None, None, moment, 1],
    ]
    if write is sheets.old_book:
        table[3][6] = "2013-05-04 10:30:00"  # written with the format of a day
    found = excel.read_sheet(io.BytesIO(write(table)), "customers")
    expected = read(*table)
    assert found.rows.schema == expected.rows.schema
    assert found.rows.to_pylist() == expected.rows.to_pylist()
    assert found.rows["mixed"].to_pylist() == ["3", "x", "2013-05-04 10:30:00"]
    assert found.text is not None
    assert found.text.equals(pd.DataFrame(expected.text))


@pytest.mark.parametrize("write", [sheets.old_book, sheets.open_document])
def test_xls_and_ods_have_sheets_to_choose_from(write: Callable[..., bytes]) -> None:
    content = write([["id"], [1]], "customers", "notes & more" if write is sheets.old_book else "notes")
    assert excel.list_sheets(io.BytesIO(content), "c")[0] == "customers"
    with pytest.raises(DataError, match="2 sheets: 'customers', 'notes"):
        excel.read_sheet(io.BytesIO(content), "c")
    for wanted in ("customers", 0):
        assert excel.read_sheet(io.BytesIO(content), "c", wanted).rows.to_pylist() == [{"id": 1}]
    with pytest.raises(RecipeError, match="no sheet 'custmers'"):
        excel.read_sheet(io.BytesIO(content), "c", "custmers")


def test_what_would_end_the_process_ends_another() -> None:
    with pytest.raises(DataError, match=r"nor a sound \.xls"):
        excel.read_sheet(io.BytesIO(sheets.far_cell()), "c.xls")


def test_an_ods_that_unpacks_to_too_much_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(excel, "MOST_UNPACKED", 100)
    with pytest.raises(DataError, match="unpacks to"):
        excel.read_sheet(io.BytesIO(sheets.open_document([["id"], [1]])), "c.ods")


def test_several_sheets_take_a_choice() -> None:
    stream = book(["id"], [1], sheets=("customers", "notes"))
    with pytest.raises(DataError, match="2 sheets: 'customers', 'notes'"):
        excel.read_sheet(stream, "c.xlsx")
    for wanted in ("customers", 0):
        assert (
            excel.read_sheet(book(["id"], [1], sheets=("customers", "notes")), "c.xlsx", wanted).rows.num_rows
            == 1
        )
    with pytest.raises(RecipeError, match="no sheet 'custmers'"):
        excel.read_sheet(book(["id"], [1]), "c.xlsx", "custmers")


@pytest.mark.parametrize(
    "rows,what",
    [
        ([], "the sheet is empty"),
        ([["id", "a"]], "a header but no rows"),
        ([["id", "ID"], [1, 2]], "more than once"),
    ],
)
def test_what_is_no_table_is_refused(rows: list[list[object]], what: str) -> None:
    with pytest.raises(DataError, match=what):
        read(*rows)


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(DataError, match=r"not an \.xlsx file"):
        excel.read_sheet(io.BytesIO(b"\xd0\xcf\x11\xe0 old"), "c.xls")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as parts:
        parts.writestr("a.txt", "no workbook")
    with pytest.raises(DataError, match="not a readable Excel file"):
        excel.read_sheet(stream, "c.xlsx")


@pytest.mark.parametrize("size", [20, 200])
def test_a_part_that_is_damaged_is_refused(size: int) -> None:
    kept = zipfile.ZipFile(book(["id"], [1]))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as parts:
        for name in kept.namelist():
            content = kept.read(name)
            parts.writestr(name, content[:size] if name.startswith("xl/worksheets") else content)
    with pytest.raises(DataError, match="not a readable Excel file"):
        excel.read_sheet(stream, "c.xlsx")
    broken = bytearray(book(["id"], [1]).getvalue())
    broken[40:80] = bytes(40)
    with pytest.raises(DataError, match="not a readable Excel file"):
        excel.read_sheet(io.BytesIO(broken), "c.xlsx")


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(excel, "MOST_UNPACKED", 1000)
    with pytest.raises(DataError, match="unpacks to"):
        read(["id"], [1])


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("padding", [0, (1 << 20) - 5])
def test_entities_are_refused_before_anything_parses_them(codec: str, padding: int) -> None:
    stream = book(["id"], [1])
    bomb = " " * padding + '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'
    with zipfile.ZipFile(stream, "a") as parts:
        parts.writestr("xl/more.xml", bomb.encode(codec))
    with pytest.raises(DataError, match="XML entities"):
        excel.read_sheet(stream, "c.xlsx")


def test_without_openpyxl_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = book(["id"], [1])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(RecipeError, match="openpyxl, which is not installed"):
        excel.read_sheet(stream, "c.xlsx")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(RecipeError, match="python_calamine, which is not installed"):
        excel.read_sheet(io.BytesIO(sheets.old_book([["id"], [1]])), "c.xls")


def test_the_real_sheet_holds_what_the_csv_holds(shared_data: Path) -> None:
    with open(shared_data / "marketing_campaign.xlsx", "rb") as stream:
        found = excel.read_sheet(stream, "marketing_campaign.xlsx")
    assert found.rows.num_rows == 2240
    assert found.rows["Income"].null_count == 24
    assert found.rows.schema.field("Income").type == pa.int64()
    assert found.rows.schema.field("Dt_Customer").type == pa.date32()


def test_the_header_is_found_below_a_title() -> None:
    found = read(
        ["Customer report"], ["Exported 31/12/2020"], [], ["id", "spend"], [1, 2.5], [2, 3.5], [3, 4]
    )
    assert found.rows.to_pylist() == [{"id": 1, "spend": 2.5}, {"id": 2, "spend": 3.5}, {"id": 3, "spend": 4}]
    assert "the table begins in row 4" in found.notes[0]


def test_rows_above_the_header_are_skipped_as_the_sheet_has_them() -> None:
    rows: tuple[list[object], ...] = (["a", "b"], [], ["id", "spend"], [1, 2.5], [2, 3.5])
    assert read(*rows, skip_rows=2).rows.column_names == ["id", "spend"]
    bare = read(*rows, skip_rows=3, headed=False)
    assert bare.rows.to_pylist() == [{"_c0": 1, "_c1": 2.5}, {"_c0": 2, "_c1": 3.5}]
    content = sheets.old_book([["Report", ""], ["", ""], ["id", "spend"], [1, 2.5]])
    assert excel.read_sheet(io.BytesIO(content), "c.xls", skip_rows=2).rows.column_names == ["id", "spend"]


def test_a_first_row_of_data_is_refused() -> None:
    with pytest.raises(DataError, match="first row looks like data"):
        read([1, 2.5], [2, 3.5], [3, 4.5])


def test_a_total_leaves_ids_text_as_they_are_written() -> None:
    found = read(["id", "spend"], [1001, 2.5], [1002, 3.5], ["Total", 6.0], ["Source: CRM"])
    assert found.rows["id"].to_pylist() == ["1001", "1002", "Total", "Source: CRM"]
    assert found.rows["spend"].to_pylist() == [2.5, 3.5, 6.0, None]


def test_the_sheet_that_holds_the_table_is_taken_and_named() -> None:
    import openpyxl

    workbook = openpyxl.Workbook()
    legend = workbook.active
    legend.title = "Data Dict"
    for row in (["Variable", "Description"], ["id", "who"], ["spend", "in $"], ["orders", "count"]):
        legend.append(row)
    table = workbook.create_sheet("E Comm")
    for number in range(20):
        table.append(["id", "spend"] if number == 0 else [number, number / 2])
    stream = io.BytesIO()
    workbook.save(stream)
    found = excel.read_sheet(stream, "c.xlsx")
    assert found.rows.num_rows == 19
    assert "from the sheet 'E Comm', not from 'Data Dict'" in found.notes[0]
