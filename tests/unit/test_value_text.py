"""Numbers and dates as people write them: the SQL, run by DuckDB, says what Python says and what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from custseg_spark.model import DIALECTS
from custseg_spark.sql.date_text import DateFormat, is_portable
from custseg_spark.sql.number_text import NumberFormat
from custseg_spark.sql.value_text import Format, read_value, write_value_sql


def number(decimal: str = ".", group: str = "", *missing: str, percent: bool = False) -> NumberFormat:
    return NumberFormat(decimal, group, missing, percent)


def day(*patterns: str, missing: tuple[str, ...] = ()) -> DateFormat:
    return DateFormat(patterns, missing)


NUMBERS: list[tuple[str, NumberFormat, float | None]] = [
    ("$1,234.50", number(group=","), 1234.5),
    ("1.234,50 €", number(",", "."), 1234.5),
    ("1234,50", number(","), 1234.5),
    ("£3.20", number(), 3.2),
    ("(123.45)", number(), -123.45),
    ("($1,123.45)", number(group=","), -1123.45),
    ("26%", number(), 0.26),
    ("26 %", number(), 0.26),
    ("57", number(percent=True), 0.57),
    ("57%", number(percent=True), 0.57),
    ("1 234", number(group=" "), 1234.0),
    ("1\u00a0234\u00a0567,5", number(",", " "), 1234567.5),
    ("1\u202f234", number(group=" "), 1234.0),
    ("1'234.5", number(group="'"), 1234.5),
    ("1\u2019234.5", number(group="'"), 1234.5),
    ("12,34,567.50", number(group=","), 1234567.5),
    ("+5", number(), 5.0),
    ("12-", number(), -12.0),
    ("\u221212", number(), -12.0),
    ("EUR 3.20", number(), 3.2),
    ("3.20 EUR", number(), 3.2),
    ("US$ 3.20", number(), 3.2),
    ("-$5", number(), -5.0),
    ("$-5", number(), -5.0),
    ("$ -5", number(), -5.0),
    ("120 kr", number(), 120.0),
    (" 7 ", number(), 7.0),
    ("1e5", number(), 1e5),
    ("1,5E+3", number(","), 1500.0),
    (".5", number(), 0.5),
    ("5.", number(), 5.0),
    ("N/A", number(".", "", "n/a"), None),
    ("-", number(".", "", "-"), None),
    ("", number(), None),
    ("-", number(), None),
    ("1,234.50", number(), None),
    ("1,23", number(group=","), None),
    ("0,123", number(group=","), None),
    ("1234,567", number(group=","), None),
    ("5 5", number(), None),
    ("1.2.3", number(), None),
    ("--5", number(), None),
    ("(5", number(), None),
    ("five", number(), None),
    ("$", number(), None),
    ("Infinity", number(), None),
    ("9" * 101, number(), None),
]
DAYS: list[tuple[str, DateFormat, date | None]] = [
    ("4/16/2020", day("M/d/yyyy"), date(2020, 4, 16)),
    ("04/06/2020", day("M/d/yyyy"), date(2020, 4, 6)),
    ("4/16/2020", day("MM/dd/yyyy"), None),
    ("16/04/2020 10:25", day("dd/MM/yyyy HH:mm"), date(2020, 4, 16)),
    ("16/04/2020 9:25", day("dd/MM/yyyy H:mm"), date(2020, 4, 16)),
    ("16/04/2020 24:25", day("dd/MM/yyyy HH:mm"), None),
    ("16-Apr-2020", day("dd-MMM-yyyy"), date(2020, 4, 16)),
    ("16-APR-2020", day("dd-MMM-yyyy"), date(2020, 4, 16)),
    ("31-Apr-2020", day("dd-MMM-yyyy"), None),
    ("16 April 2020", day("d MMMM yyyy"), date(2020, 4, 16)),
    ("May 3, 2020", day("MMMM d, yyyy"), date(2020, 5, 3)),
    ("September 30, 2020", day("MMMM d, yyyy"), date(2020, 9, 30)),
    ("20200416", day("yyyyMMdd"), date(2020, 4, 16)),
    ("2/24/03", day("M/d/yy"), date(2003, 2, 24)),
    ("2/24/97", day("M/d/yy"), date(1997, 2, 24)),
    ("2/29/68", day("M/d/yy"), date(2068, 2, 29)),
    ("2/24/69", day("M/d/yy"), date(1969, 2, 24)),
    ("2/29/99", day("M/d/yy"), None),
    ("4/6/2020 3:05:59 PM", day("M/d/yyyy h:mm:ss a"), date(2020, 4, 6)),
    ("2020/4/6", day("yyyy/M/d"), date(2020, 4, 6)),
    ("29.02.2019", day("dd.MM.yyyy"), None),
    ("29.02.2020", day("dd.MM.yyyy"), date(2020, 2, 29)),
    ("29.02.1900", day("dd.MM.yyyy"), None),
    ("29.02.2000", day("dd.MM.yyyy"), date(2000, 2, 29)),
    ("2020-04-16T10:00:00.123Z", day("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"), date(2020, 4, 16)),
    ("0001-01-01", day("yyyy-MM-dd"), date(1, 1, 1)),
    ("0000-01-01", day("yyyy-MM-dd"), None),
    ("13.03.2024", day("yyyy-MM-dd", "dd.MM.yyyy"), date(2024, 3, 13)),
    ("never", day("yyyy-MM-dd", missing=("Never",)), None),
    ("", day("yyyy-MM-dd"), None),
    ("16x04x2020", day("dd.MM.yyyy"), None),
]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def by_duckdb(warehouse: duckdb.DuckDBPyConnection, texts: Sequence[str], form: Format) -> list[Any]:
    [sql] = sqlglot.transpile(
        f"SELECT {write_value_sql('x', form)} FROM t ORDER BY i", "spark", write="duckdb"
    )
    warehouse.execute("CREATE OR REPLACE TABLE t (i INTEGER, x VARCHAR)")
    warehouse.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(texts)))
    return [value for (value,) in warehouse.execute(sql).fetchall()]


@pytest.mark.parametrize("text, form, value", [*NUMBERS, *DAYS])
def test_a_text_says_the_same_in_python_and_in_a_warehouse(
    warehouse: duckdb.DuckDBPyConnection, text: str, form: Format, value: object
) -> None:
    assert [read_value(text, form), *by_duckdb(warehouse, [text], form)] == [value, value]


SIGNS = st.text(st.sampled_from("0123456789.,' -+()$€%eE\u00a0\n\tAUDkr"), max_size=9)
FORMS = st.builds(
    NumberFormat,
    st.just("."),
    st.sampled_from(["", ",", " ", "'"]),
    st.sampled_from([(), ("-",), ("A",)]),
    st.booleans(),
) | st.builds(NumberFormat, st.just(","), st.sampled_from(["", ".", " "]), st.just(()), st.booleans())
PIECES = st.sampled_from(
    ["dd/MM/yyyy", "M/d/yy", "yyyyMMdd", "d MMM yyyy", "MMMM d, yyyy h:mm a", "yyyy-MM-dd"]
)
DATED = st.dates(date(1969, 1, 1), date(2068, 12, 31)).flatmap(
    lambda one: st.sampled_from(
        [
            one.strftime(form)
            for form in ("%d/%m/%Y", "%m/%d/%y", "%Y%m%d", "%d %b %Y", "%B %d, %Y 1:05 pm", "%Y-%m-%d")
        ]
    )
)


@settings(max_examples=60)
@given(st.lists(SIGNS, min_size=1, max_size=40), FORMS)
def test_any_text_is_the_same_number_everywhere(
    warehouse: duckdb.DuckDBPyConnection, texts: list[str], form: NumberFormat
) -> None:
    assert by_duckdb(warehouse, texts, form) == pytest.approx([read_value(text, form) for text in texts])


@settings(max_examples=40)
@given(st.lists(DATED | st.text("0123456789/- JanFeb", max_size=10), min_size=1, max_size=30), PIECES)
def test_any_text_is_the_same_day_everywhere(
    warehouse: duckdb.DuckDBPyConnection, texts: list[str], pattern: str
) -> None:
    assert by_duckdb(warehouse, texts, day(pattern)) == [read_value(text, day(pattern)) for text in texts]


@pytest.mark.parametrize(
    "pattern", ["yyyy-MM-dd'T'HH:mm:ssXXX", "yyyyDDD", "EEE d MMM yyyy", "dd-mm-yyyy", "MMM yyyy"]
)
def test_patterns_of_zones_and_other_calendars_are_left_to_spark(pattern: str) -> None:
    assert not is_portable(pattern)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("form", [number(",", "."), day("M/d/yy", "d MMMM yyyy")], ids=["number", "date"])
def test_every_dialect_can_say_it(dialect: str, form: Format) -> None:
    [sql] = sqlglot.transpile(
        f"SELECT {write_value_sql('x', form)} FROM t",
        "spark",
        write=dialect,
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )
    assert "\\d" not in sql
    assert "(?" not in sql


@pytest.mark.parametrize("form", [number(group=","), number(percent=True), day("d MMM yy", "M/d/yyyy")])
def test_every_pattern_is_of_the_whole_text(form: Format) -> None:
    """Snowflake's RLIKE is true of a whole text alone: a pattern for a part of it would lose every minus."""
    patterns = re.findall(r"RLIKE '([^']*)'", write_value_sql("x", form))
    assert patterns
    assert all(pattern[0] == "^" and pattern[-1] == "$" for pattern in patterns)
