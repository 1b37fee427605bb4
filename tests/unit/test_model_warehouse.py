"""segments.sql: what is translated means the same in DuckDB, and what may not is refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import pytest

from custseg_spark.errors import RecipeError
from custseg_spark.features import Treatment
from custseg_spark.model import DIALECTS, Model, write_segments_sql
from custseg_spark.sql import make_safe
from custseg_spark.sql.date_text import DateFormat
from custseg_spark.sql.number_text import NumberFormat
from custseg_spark.sql.value_text import Format

COLUMNS = {
    **{"a": "double", "n": "bigint", "s": "string", "b": "boolean", "d": "date", "t": "timestamp"},
    **{"array": "array<bigint>"},
}
WAREHOUSES = DIALECTS[1:]


def model(sql: str, **treatment: Any) -> Model:
    """One feature `x`, two segments: 0 around 0 and 1 around 5."""
    known: dict[str, Any] = {
        "transform": "none",
        "fill": None,
        "lower": None,
        "upper": None,
        "centre": 0.0,
        "scale": 1.0,
    }
    feature = Treatment(name="x", sql=make_safe(sql), unit="", **{**known, **treatment})
    return Model("id", COLUMNS, (feature,), ((0.0,), (5.0,)), (0, 1), ("near", "far"), "x")


def by_duckdb(found: Model, table: str) -> list[tuple[object, ...]]:
    """(feature, segment) of each row of a table, by id."""
    with duckdb.connect() as warehouse:
        warehouse.sql(f"CREATE TABLE customers AS {table}")
        rows = warehouse.sql(write_segments_sql(found, "duckdb")).fetchall()
    return [(row[1], row[2]) for row in sorted(rows)]


def refused(sql: str) -> dict[str, str]:
    """The warehouses that don't get the expression, and what is said."""
    found = {}
    for dialect in WAREHOUSES:
        try:
            write_segments_sql(model(sql), dialect)
        except RecipeError as problem:
            found[dialect] = problem.what
    return found


@pytest.mark.parametrize(
    "sql",
    [
        "dayofweek(d)",
        "width_bucket(a, 0, 4000, 5)",
        "nanvl(a, 0)",
        "months_between(d, date '2020-01-01')",
        "cast(regexp_extract(s, '(a)(b)', 2) AS double)",
        "element_at(array, 1)",
        "if(s RLIKE 'x', 1, 0)",
        "unix_timestamp(t)",
        "pmod(n, 3)",
        "n DIV 2",
        "quarter(d)",
        "round(a, 1)",
        "year(t)",
        "s + 1",
        "if(s = 1, 1, 0)",
        "if(s < 'b', 1, 0)",
        "if(s LIKE 'a\\\\_b', 1, 0)",
        "int(s)",
        "s",
        "no_such_function(a)",
    ],
)
def test_what_may_mean_something_else_is_refused_in_every_warehouse(sql: str) -> None:
    told = refused(sql)
    assert set(told) == set(WAREHOUSES)
    assert all(said.startswith(f"segments.sql for {d}: segment_by.x: ") for d, said in told.items())


@pytest.mark.parametrize(
    "sql, lacking",
    [
        ("least(a, n)", {"bigquery"}),
        ("if(trim(s) = '', 1, 0)", {"bigquery"}),
        ("a % 7", {"bigquery", "postgres"}),
        ("n % 7", set()),
        ("round(a)", {"postgres"}),
        ("int(a)", set()),
        ("datediff(date '2014-06-29', d) / 365.25", set()),
        ("CASE WHEN s IN ('x', 'y') AND NOT b THEN a ELSE coalesce(n, 0) END", set()),
        ("if(s LIKE 'C%', 1, 0) + log10(a) + sqrt(a) + abs(n)", set()),
    ],
)
def test_a_warehouse_is_refused_what_it_alone_lacks(sql: str, lacking: set[str]) -> None:
    assert set(refused(sql)) == lacking


@pytest.mark.parametrize(
    "sql, values",
    [  # as Spark has them: of 2.7, -2.7, null and 3e9
        ("int(a)", [2.0, -2.0, None, None]),
        ("bigint(a)", [2.0, -2.0, None, 3e9]),
        ("b", [1.0, 0.0, None, 1.0]),
        ("coalesce(ln(a), -1)", [pytest.approx(0.99325177), -1.0, -1.0, pytest.approx(21.8218785)]),
        ("log1p(a)", [pytest.approx(1.3083328), None, None, pytest.approx(21.8218785)]),
        ("sqrt(a)", [pytest.approx(1.6431677), None, None, pytest.approx(54772.2557505)]),
        ("a / (n - 1)", [None, -2.7, None, 1e9]),
        ("if(isnull(a), 0, 1)", [1.0, 1.0, 0.0, 1.0]),
    ],
)
def test_duckdb_gives_what_spark_gives(sql: str, values: list[float | None]) -> None:
    rows = [
        "(1, 2.7::DOUBLE, 1::BIGINT, TRUE)",
        "(2, -2.7, 2, FALSE)",
        "(3, NULL, 3, NULL)",
        "(4, 3e9, 4, TRUE)",
    ]
    found = by_duckdb(model(sql), f"FROM (VALUES {', '.join(rows)}) AS t(id, a, n, b)")
    assert [value for value, _ in found] == values


def test_a_missing_value_that_is_not_filled_has_no_segment() -> None:
    table = "FROM (VALUES (1, 30::DOUBLE), (2, NULL), (3, 'NaN'::DOUBLE), (4, -1)) AS t(id, a)"
    assert by_duckdb(model("a", upper=9.0), table) == [(9.0, 1), (None, None), (None, None), (-1.0, 0)]
    assert by_duckdb(model("a", lower=1.0), table)[1:3] == [(None, None), (None, None)]
    assert by_duckdb(model("a", fill=20.0, upper=9.0), table)[1] == (9.0, 1)


def test_a_value_that_log1p_does_not_take_has_no_segment() -> None:
    table = "FROM (VALUES (1, -1::DOUBLE), (2, 0)) AS t(id, a)"
    assert by_duckdb(model("a", transform="log1p"), table) == [(-1.0, None), (0.0, 0)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_select_says_which_columns_it_reads(dialect: str) -> None:
    assert "-- It reads these columns, in these types: a double, n bigint" in write_segments_sql(
        model("a"), dialect
    )


def test_what_is_text_in_the_table_is_read_first() -> None:
    written: dict[str, Format] = {
        "a": NumberFormat(",", ".", ("n/a",), percent=False),
        "d": DateFormat(("M/d/yyyy",), ()),
    }
    found = replace(model("a / n + datediff(date '2020-05-01', d)", fill=7.0), written=written)
    found = replace(found, columns={"a": "double", "n": "bigint", "d": "date"})
    rows = [
        "(1, '1.234,50 €', 2::BIGINT, '4/16/2020')",
        "(2, 'N/A', 2, '4/16/2020')",
        "(3, '(2,5)', 1, '12/31/2019')",
        "(4, '26%', 1, '31/12/2019')",
    ]
    table = f"FROM (VALUES {', '.join(rows)}) AS t(id, a, n, d)"
    assert [value for value, _ in by_duckdb(found, table)] == [632.25, 7.0, 119.5, 7.0]
    for dialect in DIALECTS:
        assert "a string, n bigint, d string" in write_segments_sql(found, dialect)


def test_a_model_comes_back_with_how_its_columns_are_written() -> None:
    written: dict[str, Format] = {
        "a": NumberFormat(".", ",", ("-",), percent=True),
        "d": DateFormat(("d/M/yy", "yyyy-MM-dd"), ("never",)),
    }
    found = replace(model("a"), written=written)
    assert Model.from_json(found.to_json()) == found
