"""Tables in, as Spark reads them: every row, exactly as it is, without a job."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.translate_errors import explain_error
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe.models import Input

Put = Callable[[str, str | bytes], str]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a file and give its path."""

    def written(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return written


def opened(spark: SparkSession, path: str, **source: Any) -> data.Table:
    return data.open_table(spark, Input(id="id", **source), path)


def rows(table: data.Table) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in table.frame.drop(data.MALFORMED).collect()]


def malformed(table: data.Table) -> list[tuple[Any, ...]]:
    marked = table.frame.select("id", data.MALFORMED).collect()
    return [tuple(row) for row in marked if row[data.MALFORMED] is not None]


def jobs(spark: SparkSession) -> int:
    """The jobs that ran so far; Sail counts none."""
    if is_sail(spark):
        return 0
    return len(spark.sparkContext.statusTracker().getJobIdsForGroup(None))


@pytest.mark.parametrize(
    "name,content",
    [
        ("plain.csv", b"id,name\n007,Ann\n8,\n"),
        ("bom.csv", b'\xef\xbb\xbf"id",name\n007,Ann\n8,\n'),
        ("tab.csv", b"id\tname\r\n007\tAnn\r\n8\t\r\n"),
        ("semicolon.txt", b"id;name\n007;Ann\n\n8;\n"),
        ("old_mac.csv", b"id,name\r007,Ann\r8,\r"),
        ("mixed.csv", b"id,name\r\n007,Ann\n8,"),
        ("utf_16.csv", "id,name\r\n007,Ann\r\n8,\r\n".encode("utf-16")),
        ("utf_32.csv", "id,name\n007,Ann\n8,\n".encode("utf-32")),
        ("packed.csv.gz", gzip.compress(b"id,name\n007,Ann\n8,\n")),
        ("a name [1] 100%25 #.csv", b"id,name\n007,Ann\n8,\n"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_text_is_read_as_it_stands(spark: SparkSession, put: Put, name: str, content: bytes) -> None:
    table = opened(spark, put(name, content))
    assert table.format == "csv"
    assert table.frame.columns == ["id", "name", data.MALFORMED]
    assert rows(table) == [("007", "Ann"), ("8", None)]
    assert malformed(table) == []


def test_rows_of_another_length_are_kept_and_marked_whatever_is_asked_of_them(
    spark: SparkSession, put: Put
) -> None:
    table = opened(spark, put("ragged.csv", 'id,a,b\n1,2,3\n2,3\n3,4,5,6\n4,"open,2\n5,6,7\n'))
    assert malformed(table) == [("2", "2,3"), ("3", "3,4,5,6"), ("4", '4,"open,2')]  # b is not asked for
    whole = data.column(data.MALFORMED).isNull()
    assert table.frame.filter(whole).agg({"id": "max"}).collect() == [("5",)]
    assert table.frame.count() == 5


def test_quoted_line_breaks_are_read_where_the_head_has_some(spark: SparkSession, put: Put) -> None:
    table = opened(spark, put("notes.csv", 'id,note\r\n1,"two\nlines"\r\n2,"say ""hi"""\r\n'))
    assert rows(table) == [("1", "two\nlines"), ("2", 'say "hi"')]
    assert malformed(table) == []


def test_latin_1_is_read_where_it_is_declared(spark: SparkSession, put: Put) -> None:
    path = put("latin.csv", "id,name\n1,José\n".encode("latin-1"))
    assert rows(opened(spark, path, options={"encoding": "iso-8859-1"})) == [("1", "José")]
    path = put("greek.csv", "id,όνομα\n1,Ζωή\n".encode("iso8859-7"))
    found = opened(spark, path, options={"encoding": "iso8859-7"})
    assert (found.frame.columns[1], rows(found)) == ("όνομα", [("1", "Ζωή")])
    with pytest.raises(DataError, match="not UTF-8"):
        opened(spark, path)


def test_the_signs_of_windows_1252_come_out_as_they_are_meant(spark: SparkSession, put: Put) -> None:
    """Spark knows no windows-1252, and ISO-8859-1 has control signs in the place of these."""
    path = put("euro.csv", "id,preis €,über\n1,“5 €”,Müller\n2,6 €,x,y\n3,7 €…,Zoë\n".encode("cp1252"))
    found = opened(spark, path)
    assert rows(found)[0] == ("1", "“5 €”", "Müller")
    assert found.frame.columns == ["id", "preis €", "über", data.MALFORMED]
    assert malformed(found) == [("2", "2,6 €,x,y")]
    assert "windows-1252" in found.notes[0]


def test_nameless_columns_have_the_names_that_spark_gives(spark: SparkSession, put: Put) -> None:
    assert rows(opened(spark, put("index.csv", ",id\n0,7\n1,8\n"))) == [("0", "7"), ("1", "8")]
    bare = opened(spark, put("bare.csv", "1,2\n3,4\n"), options={"header": False})
    assert bare.frame.columns == ["_c0", "_c1", data.MALFORMED]
    assert rows(bare) == [("1", "2"), ("3", "4")]


def test_names_of_any_kind_can_be_asked_for(spark: SparkSession, put: Put) -> None:
    names = ["id", "a.b", "back`tick", "two words", "select", "größe", "🙂", "<b>", "x/y"]
    table = opened(spark, put("names.csv", ";".join(names) + "\n" + ";".join("123456789") + "\n"))
    assert [tuple(row) for row in table.frame.select(*map(data.column, names)).collect()] == [
        tuple("123456789")
    ]


def test_the_reader_can_not_be_told_to_drop_rows(spark: SparkSession, put: Put) -> None:
    with pytest.raises(RecipeError, match=r"input\.options\.mode"):
        opened(spark, put("t.csv", "id,a\n1,2\n"), options={"mode": "DROPMALFORMED"})


def test_a_directory_of_text_has_one_header(spark: SparkSession, put: Put, tmp_path: Path) -> None:
    put("parts/_SUCCESS", "")
    put("parts/a.csv", "id,a\n")  # an empty part is no error beside others
    put("parts/b.csv", "id,a\n1,2\n")
    put("parts/c.csv", "id,a\n3,4\n")
    table = opened(spark, str(tmp_path / "parts"))
    assert sorted(rows(table)) == [("1", "2"), ("3", "4")]
    put("parts/d.csv", "a,id\n5,6\n")
    with pytest.raises(DataError, match=r"d\.csv has other column names, or in another order"):
        _explain(opened(spark, str(tmp_path / "parts")).frame.collect)


def test_partition_values_of_text_are_text(spark: SparkSession, put: Put, tmp_path: Path) -> None:
    put("lake/region=007/a.csv", "id,a\n1,2\n")
    table = opened(spark, str(tmp_path / "lake"))
    assert table.frame.select("id", "region").collect() == [("1", "007")]


def test_several_kinds_of_files_are_refused(spark: SparkSession, put: Put, tmp_path: Path) -> None:
    put("both/a.csv", "id\n1\n")
    put("both/b.parquet", "")
    with pytest.raises(DataError, match="several kinds: csv, parquet"):
        opened(spark, str(tmp_path / "both"))


def test_what_a_name_does_not_say_is_looked_for_inside(spark: SparkSession, put: Put) -> None:
    path = put("customers", "id,a\n1,2\n")
    assert rows(opened(spark, path)) == rows(opened(spark, path, format="csv")) == [("1", "2")]
    pq.write_table(pa.table({"id": [1]}), put("customers.dat", ""))
    assert opened(spark, path + ".dat").format == "parquet"


def test_parquet_keeps_types_and_the_text_of_partition_values(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "lake")
    source = spark.createDataFrame([(1, "007", 2024), (2, "12", 2025)], "id bigint, region string, year int")
    source.write.partitionBy("region", "year").parquet(path)
    table = opened(spark, path)
    assert (table.format, table.text) == ("parquet", None)
    assert dict(table.frame.dtypes) == {"id": "bigint", "region": "string", "year": "int"}
    assert sorted(rows(table)) == [(1, "007", 2024), (2, "12", 2025)]


@pytest.mark.spark_only("its plan")
def test_a_filter_on_a_partition_column_reads_no_other_partition(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "lake")
    spark.range(4).selectExpr("id", "lpad(id, 2, '0') AS part").write.partitionBy("part").parquet(path)
    frame = opened(spark, path).frame.filter("part = '01'")
    assert len(frame.collect()) == 1
    plan = frame._jdf.queryExecution().executedPlan().toString()
    assert "= 01)" in plan.split("PartitionFilters: [")[1].split("]")[0]


def test_excel_and_csv_give_the_same_customers(spark: SparkSession, shared_data: Path) -> None:
    pytest.importorskip("openpyxl")
    by_format = {
        kind: data.open_table(spark, Input(id="ID"), str(shared_data / f"marketing_campaign.{kind}"))
        for kind in ("csv", "xlsx")
    }
    sums = {
        kind: table.frame.selectExpr(
            "count(*)",
            "sum(cast(Income as bigint))",
            "count(Income)",
            "min(Education)",
            "sum(cast(ID as bigint))",
        ).collect()[0]
        for kind, table in by_format.items()
    }
    assert sums["csv"] == sums["xlsx"]
    assert sums["csv"][0] == 2240
    assert by_format["xlsx"].format == "excel"


@pytest.mark.spark_only("catalogs")
def test_tables_of_a_catalog(spark: SparkSession) -> None:
    spark.range(3).createOrReplaceTempView("custseg_three")
    assert opened(spark, "custseg_three", format="table").frame.count() == 3
    with pytest.raises(DataError, match="catalog has no table"):
        opened(spark, "custseg_four", format="table")


def test_other_formats(spark: SparkSession, put: Put) -> None:
    assert rows(opened(spark, put("t.json", '{"id": 1}\n'), format="json")) == [(1,)]


@pytest.mark.spark_only("formats that jars bring")
def test_a_format_that_the_session_does_not_know(spark: SparkSession, put: Put) -> None:
    with pytest.raises(RecipeError, match="knows no format nosuch"):
        opened(spark, put("t.json", ""), format="nosuch")


def test_what_is_no_parquet_is_refused(spark: SparkSession, put: Put) -> None:
    with pytest.raises(DataError, match="is not Parquet, or cut off"):
        opened(spark, put("t.parquet", "id,a\n1,2\n"))


def test_a_missing_file_offers_the_nearest_name(spark: SparkSession, put: Put) -> None:
    path = put("customers.parquet", "")
    with pytest.raises(DataError, match="does not exist") as told:
        opened(spark, path.replace("customers", "custmers"))
    assert "customers.parquet" in told.value.remedy


def test_text_and_excel_are_opened_and_typed_without_a_job(spark: SparkSession, shared_data: Path) -> None:
    pytest.importorskip("openpyxl")
    before = jobs(spark)
    for kind in ("csv", "xlsx"):
        table = data.open_table(spark, Input(id="ID"), str(shared_data / f"marketing_campaign.{kind}"))
        typed = data.cast_columns(table, {"ID": ["input.id"], "Income": ["segment_by.income"]}, {})
        whole = ("double", ("Income",)) if kind == "csv" else ("bigint", ())  # of text more may come
        assert (dict(typed.frame.dtypes)["Income"], typed.may_be_whole) == whole
    assert jobs(spark) == before


def test_a_text_file_cut_off_beyond_its_head_ends_in_one_line(spark: SparkSession, put: Put) -> None:
    packed = gzip.compress(b"id,a\n" + b"".join(b"%d,%d\n" % (i, i * i * 7919) for i in range(200_000)))
    path = put("cut.csv.gz", packed[:-1000])
    with pytest.raises(DataError, match=r"cut\.csv\.gz is cut off"):
        _explain(lambda: opened(spark, path).frame.select("id").collect())


def _explain(run: Callable[[], object]) -> None:
    try:
        run()
    except Exception as error:
        raise (explain_error(error, "input") or error) from error


def test_a_text_whose_columns_alone_are_asked_for_has_them(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,spend\n1,2\n")
    lazy = data.open_table(spark, Input(id="id"), str(tmp_path / "t.csv"), lazy=True)
    whole = data.open_table(spark, Input(id="id"), str(tmp_path / "t.csv"))
    assert lazy.frame.columns == whole.frame.columns
