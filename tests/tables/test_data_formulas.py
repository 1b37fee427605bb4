"""What a spreadsheet program would run as a formula leaves as text: one rule, in pandas and in Spark."""

from __future__ import annotations

import csv
import datetime
import io
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.data.formulas import escape_column, escape_text

# The list of OWASP's page on CSV Injection: what a cell must not begin with.
SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
PRINTED = [sign for sign in SIGNS if sign.strip()]
SEPARATORS = [",", ";", "\t", "|", "\r", "\n", "\r\n"]
BLANKS = ["", " ", "  ", "\u00a0", "\u3000", "\ufeff", "\x00", "\x0b", '"', ' "', '""']

AS_IT_IS = ["", " ", "plain", "a=b", "a-b", "x, y", "'=1+1", "a;'=1", "1-2", "a@b.org", "a\nb", "a,\nb", "—"]
OWASP = {'=1+2";=1+2': "'=1+2\";'=1+2", "=1+2'\" ;,=1+2": "'=1+2'\" ;,'=1+2"}
"""The two examples of its page."""


def places(sign: str) -> dict[str, str]:
    """Texts with the sign where a cell begins -> what becomes of them."""
    at_start = {f"{blank}{sign}1+1": f"'{blank}{sign}1+1" for blank in BLANKS}
    if not sign.strip():
        return at_start
    return at_start | {
        f"a{separator}{blank}{sign}1+1": f"a{separator}'{blank}{sign}1+1"
        for separator in SEPARATORS
        for blank in BLANKS
    }


PLACES = {sign: places(sign) for sign in SIGNS} | {"OWASP": OWASP, "none": {text: text for text in AS_IT_IS}}
TEXTS = {text: safe for texts in PLACES.values() for text, safe in texts.items()}


def in_spark(spark: SparkSession, texts: list[str]) -> list[str]:
    """The texts as the Column makes them, in their order."""
    rows = spark.createDataFrame(list(enumerate(texts)), "place long, text string")
    found = rows.select("place", escape_column(rows["text"]).alias("text")).collect()
    return [row["text"] for row in sorted(found)]


@pytest.mark.parametrize("sign", PLACES)
def test_no_cell_begins_with_a_formula_wherever_a_cell_may_begin(spark: SparkSession, sign: str) -> None:
    texts, expected = list(PLACES[sign]), list(PLACES[sign].values())
    assert [escape_text(text) for text in texts] == expected
    assert in_spark(spark, texts) == expected


@pytest.mark.parametrize("sign", PLACES)
def test_names_of_columns_are_held_to_the_same_rule(spark: SparkSession, sign: str) -> None:
    texts, expected = list(PLACES[sign]), list(PLACES[sign].values())
    frame = pd.DataFrame([range(len(texts))], columns=texts)
    assert list(data.escape_pandas(frame).columns) == expected
    assert data.escape_formulas(spark.createDataFrame(frame)).columns == expected


def test_names_that_would_be_the_same_stay_apart(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, 2, 3)], "a int, b int, c int").toDF("=x", "'=X", "y")
    assert data.escape_formulas(frame).columns == ["''=x", "'=X", "y"]
    assert list(data.escape_pandas(frame.toPandas()).columns) == ["''=x", "'=X", "y"]


any_text = st.text(
    st.sampled_from([*SIGNS, *",;|\"' \t\r\n\x00\u00a0\u3000", "a", "1", "é", "\U0001f600", "\u2028"])
    | st.characters(exclude_categories=["Cs"]),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(list(TEXTS))
@given(st.lists(any_text, min_size=1, max_size=200))
def test_both_ways_agree_on_any_text(spark: SparkSession, texts: list[str]) -> None:
    assert in_spark(spark, texts) == [escape_text(text) for text in texts]


@settings(max_examples=500)
@given(any_text)
def test_however_a_line_is_split_no_cell_begins_with_a_formula(text: str) -> None:
    safe = escape_text(text)
    for cell in re.split("[,;|\t\r\n]", safe):
        assert not cell.strip(' "\x00\u00a0\u3000\u2028').startswith(tuple(PRINTED))
    assert escape_text(safe) == safe
    assert not safe.startswith(tuple(SIGNS))
    if "'" not in text:
        assert safe.replace("'", "") == text


@settings(max_examples=200)
@given(st.lists(any_text.filter(lambda text: not {"'", "\x00"} & {*text}), min_size=1, max_size=5))
def test_what_was_written_is_read_as_it_was(texts: list[str]) -> None:
    content = data.write_csv(pd.DataFrame({"=name": ["x", *texts]})).encode()
    found = data.read_csv(content)
    assert list(found.columns) == ["=name"]
    kept = [text for text in texts if escape_text(text) != text and not re.search("[0-9]", text)]
    assert [text for text in found["=name"] if text in kept] == kept


def test_numbers_stay_numbers_and_every_kind_of_text_is_looked_at() -> None:
    text, safe = ["=1", "-5", None], ["'=1", "'-5", None]
    frame = pd.DataFrame(
        {
            "float": [-1.5, 2.0, None],
            "int": [-1, 2, 3],
            "decimal": [Decimal("-1.5"), None, Decimal(2)],
            "date": [datetime.date(2024, 1, 1)] * 3,
            "object": text,
            "string": pd.Series(text, dtype="string"),
            "category": pd.Series(text, dtype="category"),
            "ordered": pd.Series([-1, 2, -1], dtype="category"),
            "mixed": [-1, "-1", True],
            "list": [["a", "=1"], np.array(["x"]), {"k": "=1"}],
        }
    )
    found = data.escape_pandas(frame)
    for name in ("float", "int", "decimal", "date", "ordered"):
        pd.testing.assert_series_equal(found[name], frame[name])
    for name in ("object", "string", "category"):
        assert [None if pd.isna(value) else value for value in found[name]] == safe
    assert found["mixed"].tolist() == [-1, "'-1", True]
    assert found["list"].tolist() == ["['a', '=1']", "['x']", "{'k': '=1'}"]


def test_the_same_cells_leave_by_spark_and_by_pandas(spark: SparkSession, tmp_path: Path) -> None:
    """What a CSV reader finds in the files, blanks, quotes and ends of lines included."""
    texts = [text for text in TEXTS if "\x00" not in text and text.strip()]
    rows = [(7, i, -1.5, text) for i, text in enumerate(texts)]
    frame = spark.createDataFrame(rows, "segment int, i int, x double, `=text` string")
    data.write_parts(frame.coalesce(1), str(tmp_path / "out"), "segment", "csv")
    (written,) = (tmp_path / "out").rglob("*.csv")
    expected = [["i", "x", "'=text"], *([str(i), "-1.5", escape_text(text)] for i, text in enumerate(texts))]
    by_pandas = data.write_csv(frame.drop("segment").toPandas())
    for content in (written.read_bytes().decode(), by_pandas):
        assert list(csv.reader(io.StringIO(content, newline=""))) == expected


def test_whole_numbers_leave_for_another_tool_without_a_fraction(spark: SparkSession, tmp_path: Path) -> None:
    rows = [(7, 19.0, -2.5), (7, 4915112345678.0, None), (7, -3.0, float("nan")), (7, 1e300, 0.0)]
    frame = spark.createDataFrame(rows, "segment int, `a.b` double, y float").coalesce(1)
    data.write_parts(frame, str(tmp_path / "out"), "segment", "csv")
    (written,) = (tmp_path / "out").rglob("*.csv")
    *lines, huge = written.read_text().splitlines()
    assert lines == ["a.b,y", "19,-2.5", "4915112345678,", "-3,NaN"]
    assert (float(huge.split(",")[0]), huge.split(",")[1]) == (1e300, "0")  # 1.0E300, or 1e300 of Sail's
