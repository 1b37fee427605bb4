"""Text becomes typed columns; what does not fit is null and said so."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from custseg_spark import data
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe.column_types import ColumnType, DateType
from custseg_spark.recipe.models import Input
from custseg_spark.sql.value_text import write_any_sql

OpenTable = Callable[..., data.Table]


@pytest.fixture
def table(spark: SparkSession, tmp_path: Path) -> OpenTable:
    """A CSV table of these lines."""

    def opened(*lines: str, name: str = "t.csv") -> data.Table:
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return data.open_table(spark, Input(id="id"), str(tmp_path / name))

    return opened


def uses(*names: str) -> dict[str, list[str]]:
    return {name: [f"segment_by.{name}"] for name in names}


def values(typed: data.TypedTable, name: str) -> list[Any]:
    return [row[0] for row in typed.frame.select(data.column(name)).collect()]


def failing(typed: data.TypedTable, name: str) -> dict[str, list[Any]]:
    """reason -> the values of this column, as read, of the rows that fail."""
    found = {}
    for check in typed.checks:
        kept = typed.frame.filter(~F.coalesce(check.ok, F.lit(False))).select(
            data.column(data.AS_READ).getField(name)
        )
        if broken := [row[0] for row in kept.collect()]:
            found[check.reason] = broken
    return found


def test_numbers_are_found_and_text_among_them_fails(table: OpenTable) -> None:
    typed = data.cast_columns(
        table("id,n", "1,10", "2,", "3, ", "4,x", "5,7.0", *[f"{i},{i}" for i in range(9)]), uses("n"), {}
    )
    assert typed.types == {"n": "double"}
    assert values(typed, "n")[:5] == [10.0, None, None, None, 7.0]
    assert failing(typed, "n") == {"n: not a number": ["x"]}


def test_whole_numbers_may_have_a_fraction_beyond_the_head_unless_an_expression_minds(
    table: OpenTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custseg_spark.data.text_files.text_head.HEAD_ROWS", 3)
    read = table("id,n", "1,10", "2,-3", "3,4", "4,9e9", "5,5.5", "6,99999999999999999999")
    typed = data.cast_columns(read, uses("n"), {})
    assert typed.types == {"n": "double"}
    assert values(typed, "n") == [10, -3, 4, 9e9, 5.5, 1e20]
    assert failing(typed, "n") == {}
    typed = data.cast_columns(read, uses("N"), {}, whole={"n"})
    assert typed.types == {"n": "int"}
    assert values(typed, "n") == [10, -3, 4, 9_000_000_000, None, None]
    assert failing(typed, "n") == {"n: not a whole number": ["5.5", "99999999999999999999"]}


def test_numbers_of_more_digits_than_a_double_holds_stay_whole(table: OpenTable) -> None:
    typed = data.cast_columns(
        table("id,iban", "1,370400440532013001", "2,370400440532013003"), uses("iban"), {}
    )
    assert typed.types == {"iban": "int"}
    assert values(typed, "iban") == [370400440532013001, 370400440532013003]


def test_not_a_number_is_missing_and_infinity_is_no_number(table: OpenTable) -> None:
    typed = data.cast_columns(
        table("id,n", "1,NaN", "2,inf", "3,-Infinity", "4,1.5", "5,1e400"), uses("n"), {}
    )
    assert values(typed, "n") == [None, None, None, 1.5, None]
    assert failing(typed, "n") == {"n: not a number": ["inf", "-Infinity", "1e400"]}


def test_floating_point_columns_lose_nan_and_infinity(spark: SparkSession) -> None:
    frame = spark.sql("SELECT double(v) AS v FROM VALUES ('1'), ('NaN'), ('Infinity'), (NULL) AS t(v)")
    typed = data.cast_columns(data.Table(frame, None, "parquet", "t"), uses("v"), {})
    assert values(typed, "v") == [1.0, None, None, None]
    assert failing(typed, "v") == {"v: infinite": [float("inf")]}


def test_codes_and_ids_stay_text(table: OpenTable) -> None:
    typed = data.cast_columns(
        table("id,zip", "7,01234", "8,9999"), {"id": ["input.id"], "ID": ["rules.x"], **uses("zip")}, {}
    )
    assert values(typed, "id") == ["7", "8"]
    assert values(typed, "zip") == ["01234", "9999"]
    assert values(data.cast_columns(table("id", "007"), {"id": ["input.id"]}, {"id": "int"}), "id") == [7]


def test_what_the_recipe_does_not_use_passes_through_as_read(table: OpenTable) -> None:
    typed = data.cast_columns(table("id,n,other", "1,2,3"), uses("n"), {})
    assert typed.frame.dtypes[:3] == [("id", "string"), ("n", "double"), ("other", "string")]
    assert typed.frame.columns == ["id", "n", "other", data.AS_READ]


def test_iso_dates_and_booleans_are_found(table: OpenTable) -> None:
    typed = data.cast_columns(
        table("id,d,b,t", "1,2013-02-28,true,2013-02-28 10:00:00", "2,2013-02-30,False,"),
        uses("d", "b", "t"),
        {},
    )
    assert values(typed, "d") == [datetime.date(2013, 2, 28), None]
    assert failing(typed, "d") == {"d: not a date (yyyy-MM-dd)": ["2013-02-30"]}
    assert values(typed, "b") == [True, False]
    assert values(typed, "t") == [datetime.datetime(2013, 2, 28, 10), None]


def test_declared_dates_are_read_by_their_patterns_in_turn(table: OpenTable) -> None:
    lines = ("id,d", "1,04-09-2012", "2,2012/09/04", "3,4-9-2012", "4,31-02-2012", "5,", "6,09-04-12")
    typed = data.cast_columns(table(*lines), {}, {"d": DateType(date=("dd-MM-yyyy", "yyyy/MM/dd"))})
    assert values(typed, "d") == [datetime.date(2012, 9, 4)] * 2 + [None] * 4
    assert failing(typed, "d") == {
        "d: not a date (dd-MM-yyyy or yyyy/MM/dd)": ["4-9-2012", "31-02-2012", "09-04-12"]
    }


def test_a_text_that_two_patterns_read_as_two_dates_fails(table: OpenTable) -> None:
    lines = ("id,d", "1,04-09-2012", "2,30-07-2012", "3,07-30-2012", "4,05-05-2012", "5,")
    typed = data.cast_columns(table(*lines), {}, {"d": DateType(date=("dd-MM-yyyy", "MM-dd-yyyy"))})
    assert failing(typed, "d") == {"d: two dates in one text (dd-MM-yyyy or MM-dd-yyyy)": ["04-09-2012"]}


@pytest.mark.parametrize(
    "pattern,lacking", [("dd-mm-yyyy", "month"), ("DD-MM-YYYY", "year"), ("yyyy-MM", "day")]
)
def test_a_pattern_without_year_month_or_day_is_refused(table: OpenTable, pattern: str, lacking: str) -> None:
    with pytest.raises(RecipeError, match=rf"input\.types\.d: the pattern '{pattern}' has no.*{lacking}"):
        data.cast_columns(table("id,d", "1,04-09-2012"), {}, {"d": DateType(date=pattern)})


def test_the_real_dates_are_read_day_first(spark: SparkSession, shared_data: Path) -> None:
    source = Input(id="ID", types={"Dt_Customer": DateType(date="dd-MM-yyyy")})
    typed = data.cast_columns(
        data.open_table(spark, source, str(shared_data / "marketing_campaign.csv")), {}, source.types
    )
    span = typed.frame.selectExpr("min(Dt_Customer)", "max(Dt_Customer)", "count(Dt_Customer)").collect()
    assert tuple(span[0]) == (datetime.date(2012, 7, 30), datetime.date(2014, 6, 29), 2240)
    assert failing(typed, "Dt_Customer") == {}


def test_declared_types_hold_for_typed_formats_too(spark: SparkSession) -> None:
    frame = spark.sql(
        "SELECT '5.0' AS text, 7 AS whole, 8 AS number, 1.5 AS code,"
        " date'2012-09-04' AS day, timestamp'2012-09-04 10:00:00Z' AS moment"
    )
    dates = DateType(date="dd-MM-yyyy")
    declared: dict[str, ColumnType] = {
        "text": "int",
        "whole": "int",
        "number": "double",
        "code": "string",
        "day": dates,
        "moment": dates,
    }
    typed = data.cast_columns(data.Table(frame, None, "parquet", "t"), {}, declared)
    day = datetime.date(2012, 9, 4)
    assert tuple(typed.frame.drop(data.AS_READ).collect()[0]) == (5, 7, 8.0, "1.5", day, day)
    assert dict(typed.frame.dtypes)["whole"] == "int"  # a column that has the type already is left alone


def test_a_missing_column_names_who_asks_for_it_and_the_nearest_there_is(table: OpenTable) -> None:
    with pytest.raises(DataError, match=r"segment_by\.a, rules\.b: the table has no column 'Incme'") as told:
        data.cast_columns(table("id,Income", "1,2"), {"Incme": ["segment_by.a", "rules.b"]}, {})
    assert told.value.remedy == "did you mean 'Income'?"
    with pytest.raises(DataError, match=r"input\.types\.zzz"):
        data.cast_columns(table("id,Income", "1,2"), {}, {"zzz": "int"})


def test_upper_and_lower_case_do_not_matter_in_a_column_name(table: OpenTable) -> None:
    typed = data.cast_columns(table("id,Income", "1,2"), uses("INCOME"), {})
    assert typed.types == {"Income": "double"}


def test_reserved_and_repeated_names_are_refused(spark: SparkSession) -> None:
    for sql, what in (("SELECT 1 AS _as_read", "reserved"), ("SELECT 1 AS a, 2 AS A", "more than once")):
        with pytest.raises(DataError, match=what):
            data.cast_columns(data.Table(spark.sql(sql), None, "table", "t"), {}, {})


def test_odd_names_can_be_typed(table: OpenTable) -> None:
    names = ("a.b", "back`tick", "two words")
    typed = data.cast_columns(
        table("id;" + ";".join(names), "1;2;3;x"), uses(*names), {"two words": "double"}
    )
    assert typed.frame.select(*map(data.column, names)).first() == (2, 3, None)
    assert failing(typed, "two words") == {"two words: not a number": ["x"]}


@pytest.mark.spark_only("plans as Spark writes them")
def test_a_scan_reads_only_the_columns_it_uses(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "t.parquet")
    spark.range(3).selectExpr("id", "string(id) AS n", "'x' AS wide", "1.5D AS v").write.parquet(path)
    typed = data.cast_columns(data.open_table(spark, Input(id="id"), path), uses("n", "v"), {"n": "int"})
    kept = data.keep_accepted(typed.frame, typed.checks).select("id", "n")
    plan = kept._jdf.queryExecution().executedPlan().toString()
    read = plan.split("ReadSchema: ")[1].splitlines()[0]
    assert read == "struct<id:bigint,n:string,v:double>"


def test_the_lowest_whole_number_is_a_number(spark: SparkSession) -> None:
    """R writes a missing whole number so; its absolute value does not fit 32 bits."""
    found = data.Table(spark.createDataFrame([(-(2**31),), (1,)], "v int"), None, "parquet", "t")
    typed = data.cast_columns(found, uses("v"), {"v": "double"})
    assert failing(typed, "v") == {}
    assert values(typed, "v") == [-(2.0**31), 1.0]


def test_a_long_word_among_whole_numbers_is_no_long_number(table: OpenTable) -> None:
    lines = [*(f"{i},{i}" for i in range(9)), "9,no information given", "10,12345"]
    assert data.cast_columns(table("id,n", *lines), uses("n"), {}).may_be_whole == ("n",)


def test_a_model_reads_a_column_that_has_its_type_as_training_does(spark: SparkSession) -> None:
    zone, key = spark.conf.get("spark.sql.session.timeZone"), "spark.sql.session.timeZone"
    moments = "timestamp'2020-01-01 02:00:00Z' t, timestamp_ntz'2020-01-01 02:00:00' n, date'1960-05-06' d"
    frame = spark.sql(f"select {moments}, 20200416 i, cast(20200416 as decimal(10,0)) c, '20200416' s")
    declared: dict[str, ColumnType] = {name: DateType(date="yyyyMMdd") for name in frame.columns}
    typed = data.cast_columns(data.Table(frame, None, "parquet", "t"), uses(*declared), declared)
    form = DateType(date="yyyyMMdd").form
    try:
        spark.conf.set(key, "America/New_York")
        trained = typed.frame.select(*declared).collect()[0]
        read = [f"{write_any_sql(name, form)} AS {name}" for name in declared]
        assert frame.selectExpr(*read).collect()[0] == trained
        assert None not in trained
    finally:
        spark.conf.set(key, str(zone))
