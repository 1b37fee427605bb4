"""Text of many rows, in many files, with rows that are none: the same rows on both engines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from custseg_spark import data, journal
from custseg_spark.data import text_copy
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import NeedsSparkError
from custseg_spark.recipe.models import Input

ROWS = 200_000
AT = 123_456


def open_text(spark: SparkSession, path: Path, **source: Any) -> data.Table:
    return data.open_table(spark, Input(id="id", **source), str(path))


def write_rows(path: Path, write: Callable[[int], str]) -> Path:
    """A file of ROWS lines, 4 MB."""
    lines = "".join(map(write, range(ROWS)))
    path.write_bytes(("id,a,b\n" + lines).encode())
    return path


def count_rows(table: data.Table) -> tuple[int, int, str | None]:
    """The rows, those that do not fit, and the first of these by its text."""
    raw = data.column(data.MALFORMED)
    counts = table.frame.agg(F.count(F.lit(1)), F.count(raw), F.min(raw), F.min("id"))  # Spark asks for one
    found = counts.collect()[0]
    return found[0], found[1], found[2]


def test_a_quote_that_is_never_closed_costs_its_own_row(spark: SparkSession, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "t.csv", lambda i: f'{i},"open {i},x\n' if i == AT else f"{i},{i},x\n")
    assert count_rows(open_text(spark, path)) == (ROWS, 1, f'{AT},"open {AT},x')


def test_every_row_that_does_not_fit_is_kept(spark: SparkSession, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "t.csv", lambda i: f"{i:06},{i}\n" if i % 2 else f'{i:06},"a"b,x\n')
    assert count_rows(open_text(spark, path)) == (ROWS, ROWS // 2, "000001,1")


def test_other_line_ends_late_in_a_file_are_line_ends(spark: SparkSession, tmp_path: Path) -> None:
    ends = ("\r\n", "\r", "\n", "\n\n", "\r\n \r\n")
    path = write_rows(tmp_path / "t.csv", lambda i: f"{i},{i},x{ends[i % 5] if i > AT else chr(10)}")
    table = open_text(spark, path)
    assert count_rows(table) == (ROWS, 0, None)
    assert table.frame.agg(F.count_distinct("b")).collect()[0][0] == 1


def test_fields_that_hold_line_breaks_do_not_hide_a_lone_quote(spark: SparkSession, tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "t.csv", lambda i: f'{i},"a"b,5" x\n' if i % 1000 == 1 else f'{i},"{i}\n{i}",x\n'
    )
    table = open_text(spark, path)
    assert count_rows(table) == (ROWS, 0, None)
    odd = table.frame.filter(F.col("b") == '5" x')
    assert [tuple(row) for row in odd.groupBy("a").count().collect()] == [('"a"b', ROWS // 1000)]


def test_a_line_of_three_million_signs_is_a_row(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,a\n" + "1,2\n" * 1000 + "2," + "x" * 3_000_000 + "\n3,4\n")
    found = open_text(spark, tmp_path / "t.csv").frame.agg(F.count(F.lit(1)), F.max(F.length("a"))).collect()
    assert tuple(found[0]) == (1002, 3_000_000)


def test_bytes_of_another_encoding_are_marked_in_their_field(spark: SparkSession, tmp_path: Path) -> None:
    rows = b"id,a,b\n" + b"1,2,x\n" * 400_000 + b"\xe9,ok,\xe2\x82\n2,\xed\xa0\x80\xff,y\n"
    (tmp_path / "t.csv").write_bytes(rows)
    last = open_text(spark, tmp_path / "t.csv").frame.filter("a != '2'").drop(data.MALFORMED).collect()
    assert sorted(map(tuple, last)) == [("2", "\ufffd\ufffd", "y"), ("\ufffd", "ok", "\ufffd")]


def test_nothing_in_quotes_is_a_text_where_another_sign_is_null(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('id,a\n1,\n2,""\n3,NA\n4,"NA"\n')
    found = open_text(spark, tmp_path / "t.csv", options={"nullValue": "NA"}).frame.collect()
    assert [row["a"] for row in found] == [None, "", None, None]


def test_folders_give_values_and_plain_ones_are_passed_over(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("lake/k=__HIVE_DEFAULT_PARTITION__", "lake/k=a%20b", "plain/old"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "t.csv").write_text("id,a\n1,2\n")
    (tmp_path / "plain" / "t.csv").write_text("id,a\n3,4\n")
    found = open_text(spark, tmp_path / "lake").frame.drop(data.MALFORMED)
    assert found.columns == ["id", "a", "k"]
    assert sorted(map(tuple, found.collect()), key=str) == [("1", "2", "a b"), ("1", "2", None)]
    assert open_text(spark, tmp_path / "plain").frame.select("id").collect() == [("3",)]


def test_nothing_is_copied_to_look_at_the_columns(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_sail(spark):
        pytest.skip("Spark reads text as it lies")
    (tmp_path / "t.csv").write_text("id,a\n1,2\n")
    with monkeypatch.context() as patch:
        patch.delattr(text_copy, "copy_text")
        table = data.open_table(spark, Input(id="id"), str(tmp_path / "t.csv"), lazy=True)
    assert table.frame.columns == ["id", "a", data.MALFORMED]
    assert table.text is not None
    assert len(table.text) == 1
    with journal.open_journal() as kept:
        open_text(spark, tmp_path / "t.csv")
    assert kept.scans == {"copy": 1}


def test_an_option_of_sparks_own_reader_asks_for_spark(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,a\n 1,2\n")
    options = {"ignoreLeadingWhiteSpace": True}
    if is_sail(spark):
        with pytest.raises(NeedsSparkError, match=r"input\.options\.ignoreLeadingWhiteSpace"):
            open_text(spark, tmp_path / "t.csv", options=options)
    else:
        assert open_text(spark, tmp_path / "t.csv", options=options).frame.collect()[0]["id"] == "1"
