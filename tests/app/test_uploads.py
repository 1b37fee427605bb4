"""What may be brought: refusals are plain sentences, names are plain names."""

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.app.uploads import (
    UploadPreview,
    explain_plainly,
    list_added_columns,
    list_sheets,
    preview_upload,
    refuse_size,
    tabulate_columns,
    tabulate_first_rows,
)
from custseg_spark.app.visit import clean_name
from custseg_spark.data.columns import resolve_column
from custseg_spark.errors import MEND_TABLE, DataError
from custseg_spark.propose.column_kinds import look_at_columns
from tests.corpus.sheets import old_book, open_document

NOTHING: Any = None
"""In place of a check's condition: its rows are counted already."""


@pytest.mark.parametrize(
    "name, size, said",
    [
        ("photo.png", 10, "photo.png is not a table this page reads"),
        ("old.doc", 10, "is not a table"),
        ("empty.csv", 0, "empty.csv is empty."),
        ("big.csv", 11 * 2**20, "big.csv has 11 MB, and this page takes 10 MB."),
    ],
)
def test_a_refusal_says_why(name: str, size: int, said: str) -> None:
    assert said in (refuse_size(name, size, 10) or "")


@pytest.mark.parametrize(
    "name",
    ["T.CSV", "t.csv.gz", "t.txt", "t.dat", "table", *(f"t{ending}" for ending in data.ENDINGS)],
)
def test_tables_are_taken(name: str) -> None:
    assert refuse_size(name, 10 * 2**20, 10) is None


@pytest.mark.parametrize(
    "name, kept",
    [
        ("customers 2024.csv", "customers 2024.csv"),
        ("../../etc/passwd", "passwd"),
        (r"C:\tables\t.csv", "t.csv"),
        ("_hidden.csv", "hidden.csv"),
        (".hidden.csv", "hidden.csv"),
        ("a*[b]{c}?=d.csv", "a__b__c___d.csv"),
        ("", "table"),
        ("...", "table"),
        ("größe.csv", "größe.csv"),
        ("x" * 300 + ".parquet", "x" * 80 + ".parquet"),
    ],
)
def test_a_name_is_cut_down_to_a_plain_one(name: str, kept: str) -> None:
    assert clean_name(name) == kept


def test_the_overview_has_types_and_missing_shares() -> None:
    head = pd.DataFrame(
        {"id": ["1", "2", "3", "4"], "spend": ["5.5", None, "7.5", "9"], "plan": list("aabb")}
    )
    found = tabulate_columns(tuple(look_at_columns(head)), head).set_index("Column")
    assert list(found["Looks like"]) == ["number", "number", "category"]
    assert list(found["Missing"]) == [0.0, 25.0, 0.0]
    assert found.loc["spend", "For example"] == "5.5"


def test_what_the_page_shows_of_a_table_can_be_taken_away() -> None:
    head = pd.DataFrame({"=id": ["a", "b", "c"], "owed": ["-5.5", "7", " 9"], "note": ["-5", "=1+1", None]})
    columns = tuple(look_at_columns(head))
    found = tabulate_columns(columns, head)
    assert list(found["Column"]) == ["'=id", "owed", "note"]
    assert list(found["For example"]) == ["a", "-5.5", "'-5"]
    shown = tabulate_first_rows(UploadPreview(3, head, columns, {}, ""), 2)
    assert list(shown.columns) == ["'=id", "owed", "note"]
    assert shown["owed"].tolist() == [-5.5, 7.0]
    assert shown["note"].tolist() == ["'-5", "'=1+1"]


def test_the_sheets_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("customers")
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "damaged.xlsx").write_bytes(b"PK nothing")
    (tmp_path / "t.xls").write_bytes(old_book([["id"]], "customers", "notes"))
    (tmp_path / "t.ods").write_bytes(open_document([["id"]], "customers", "notes"))
    (tmp_path / "t.csv").write_text("a,b")
    assert list_sheets(tmp_path / "t.xlsx") == ["Sheet", "customers"]
    assert list_sheets(tmp_path / "t.xls") == ["customers", "notes"]
    assert list_sheets(tmp_path / "t.ods") == ["customers", "notes"]
    assert list_sheets(tmp_path / "damaged.xlsx") == []
    assert list_sheets(tmp_path / "t.csv") == []


def test_an_error_is_told_without_our_folders_and_engineers_advice() -> None:
    folder = Path("/tmp/visit-1/3")
    problem = DataError(f"{folder}/t.csv is not UTF-8 text", "set input.options.encoding, or write UTF-8")
    assert explain_plainly(problem, folder, "Save it again.") == "t.csv is not UTF-8 text. Save it again."
    problem = DataError(f"input {folder}/t.csv: the table has no rows", "check the job")
    assert explain_plainly(problem, folder) == "t.csv: the table has no rows."
    assert explain_plainly(DataError("all rows are rejected"), folder) == "All rows are rejected."


def test_a_column_that_is_not_there_is_told_without_the_keys_that_name_it() -> None:
    with pytest.raises(DataError) as refused:
        resolve_column("Spend", ["Spent", "id"], ["segment_by.spend", "input.id"])
    told = explain_plainly(refused.value, Path("/x"), "Mend it.")
    assert told == "The table has no column 'Spend'. Did you mean 'Spent'?"


def test_rows_that_are_rejected_are_told_without_the_words_of_a_recipe() -> None:
    checks = [
        data.Check(data.ID_MISSING, NOTHING),
        data.Check(data.ID_REPEATED, NOTHING),
        data.Check("income: not income > 0", NOTHING),
        data.Check("seen: kept", NOTHING, "warn"),
    ]
    failed = {"failed_0": 3, "failed_1": 5, "failed_2": 0, "failed_3": 90}
    counts = {data.ROWS: 90, data.ACCEPTED: 82, "rows_unbounded": 8, **failed}
    with pytest.raises(DataError) as refused:
        data.judge_counts(counts, checks, 0.05)
    assert explain_plainly(refused.value, Path("/x"), "Mend it.") == (
        "8 of 90 rows (8.9%) are rejected, more than is allowed (5.0%): the customer’s number stands more "
        "than once (5); the customer’s number is missing (3). Mend it."
    )
    with pytest.raises(DataError) as refused:
        data.judge_counts({**counts, data.ACCEPTED: 0, "rows_unbounded": 0, "failed_2": 90}, checks, 0.05)
    assert explain_plainly(refused.value, Path("/x")).startswith("All 90 rows are rejected: income: not ")


def test_what_an_engineer_would_type_is_told_to_no_analyst() -> None:
    problem = DataError("it is so", "set rules.reasons, or mend the table")
    assert explain_plainly(problem, Path("/x"), "Mend it.") == "It is so. Mend it."


@pytest.mark.parametrize("remedy", ["Save it as t.xlsx or t.csv.", "Bring a table with 20 customers."])
def test_what_a_person_can_do_stays(remedy: str) -> None:
    problem = DataError("it is so", remedy, code=MEND_TABLE)
    assert explain_plainly(problem, Path("/x"), "Mend it.") == f"It is so. {remedy}"


def preview(spark: SparkSession, folder: Path, table: pd.DataFrame, name: str = "t.csv") -> UploadPreview:
    file = folder / name
    if name.endswith(".feather"):
        table.to_feather(file)
    elif name.endswith(".jsonl"):
        table.to_json(file, orient="records", lines=True)
    elif name.endswith(".ods"):
        file.write_bytes(open_document([list(table.columns), *table.to_numpy().tolist()], "one"))
    else:
        table.to_csv(file, index=False, compression="zip" if name.endswith(".zip") else None)
    return preview_upload(spark, file)


@pytest.mark.parametrize(
    "columns, said",
    [
        (
            ["order_id", "customer", "order_date", "total"],
            "t.csv holds orders, not customers (order_id, customer, order_date, total): 9 cust",
        ),
        (["order_id", "order_date", "total"], "t.csv: holds orders (order_id, order_date, total), and no "),
    ],
)
def test_orders_are_no_customers(spark: SparkSession, tmp_path: Path, columns: list[str], said: str) -> None:
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    table = pd.DataFrame(
        {
            "order_id": range(40),
            "customer": [f"c{i % 9}" for i in range(40)],
            "order_date": days,
            "total": 1.5,
        }
    )
    table.loc[::2, "total"] = 7.25
    with pytest.raises(DataError) as caught:
        preview(spark, tmp_path, table[columns])
    assert explain_plainly(caught.value, tmp_path).startswith(said)
    assert caught.value.code == MEND_TABLE


@pytest.mark.parametrize("name", ["t.jsonl", "t.feather", "t.csv.zip", "t.ods", "t.dat", "table"])
def test_what_init_reads_the_page_reads(spark: SparkSession, tmp_path: Path, name: str) -> None:
    table = pd.DataFrame({"spend": [float(i * i % 97) + 0.5 for i in range(60)], "visits": range(60, 120)})
    found = preview(spark, tmp_path, table.assign(age=[20 + i % 50 for i in range(60)]), name)
    assert found.rows == 60
    assert sorted(found.head.columns) == ["age", "spend", "visits"]
    assert any("No column tells customers apart" in notice for notice in found.notices), found.notices
    assert not any(str(tmp_path) in notice for notice in found.notices)


def test_columns_that_a_segmentation_added_are_known_from_others() -> None:
    ours = ["segment", "segment_name", "distance_to_centre"]
    assert list_added_columns(["id", "spend", "margin", "feature_film"]) == ()
    assert list_added_columns(["id", *ours, "feature_spend", "margin"]) == (*ours, "feature_spend", "margin")
    assert list_added_columns(["id", "Segment", "margin"]) == ("Segment",)
