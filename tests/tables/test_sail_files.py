"""Files that both engines read and leave alike, and what only Spark reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import data
from custseg_spark.errors import DataError, NeedsSparkError
from custseg_spark.recipe.models import Input

NAIVE = datetime(2024, 3, 1, 12, 30, 15, 123456)
OLD = datetime(1850, 3, 1, 12, 30, 15, 123456)
MOMENT = NAIVE.replace(tzinfo=UTC)
COLUMNS: dict[str, tuple[pa.Array, str, list[Any]]] = {  # as written, Spark's type, as text
    "u8": (pa.array([250, None], pa.uint8()), "smallint", ["250", None]),
    "u32": (pa.array([4_000_000_000, None], pa.uint32()), "bigint", ["4000000000", None]),
    "u64": (pa.array([2**64 - 1, None], pa.uint64()), "decimal(20,0)", [str(2**64 - 1), None]),
    "category": (pa.array(["é", None]).dictionary_encode(), "string", ["é", None]),
    "codes": (pa.array([3, None]).dictionary_encode(), "bigint", ["3", None]),
    "long": (pa.array(["x", None], pa.large_string()), "string", ["x", None]),
    "money": (pa.array([Decimal("1.20"), None], pa.decimal128(10, 2)), "decimal(10,2)", ["1.20", None]),
    "day": (pa.array([date(1500, 1, 2), None]), "date", ["1500-01-02", None]),
    "day64": (pa.array([date(2024, 1, 2), None], pa.date64()), "date", ["2024-01-02", None]),
    "nothing": (pa.nulls(2), "int", [None, None]),
    "clock": (pa.array([OLD, None], pa.timestamp("us")), "timestamp_ntz", [str(OLD), None]),
    "clock_ns": (pa.array([NAIVE, None], pa.timestamp("ns")), "timestamp_ntz", [str(NAIVE), None]),
}


def opened(spark: SparkSession, path: Path | str, **source: Any) -> DataFrame:
    return data.open_table(spark, Input(id="id", **source), str(path)).frame


def put(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"id": [path.stem], **columns}), path)
    return path


def ids(frame: DataFrame) -> list[str]:
    return sorted(row["id"] for row in frame.collect())


def test_columns_of_parquet_have_the_types_of_spark(spark: SparkSession, tmp_path: Path) -> None:
    pq.write_table(pa.table({name: array for name, (array, _, _) in COLUMNS.items()}), tmp_path / "t.parquet")
    frame = opened(spark, tmp_path / "t.parquet")
    assert dict(frame.dtypes) == {name: kind for name, (_, kind, _) in COLUMNS.items()}
    texts = frame.select([F.col(name).cast("string").alias(name) for name in COLUMNS]).toArrow()
    assert texts.to_pydict() == {name: values for name, (_, _, values) in COLUMNS.items()}


@pytest.mark.parametrize("old", [False, True])
def test_moments_are_the_same_in_a_session_of_any_zone(
    spark: SparkSession, tmp_path: Path, old: bool
) -> None:
    table = pa.table({"at": pa.array([MOMENT], pa.timestamp("us", "UTC"))})
    pq.write_table(table, tmp_path / "t.parquet", use_deprecated_int96_timestamps=old)
    frame = opened(spark, tmp_path / "t.parquet")
    assert dict(frame.dtypes) == {"at": "timestamp"}
    assert frame.toArrow()["at"].cast(pa.int64()).to_pylist() == [round(MOMENT.timestamp() * 10**6)]


def test_what_is_written_has_the_same_schema_on_disk(spark: SparkSession, tmp_path: Path) -> None:
    """As Spark 4 reads it back: names, types, nullability; and no rows leave a file with the schema."""
    kinds = "id string, n int, x double, m decimal(10,2), d date, t timestamp, r array<string>, segment int"
    row = ("a", 1, 2.5, Decimal("1.20"), date(2024, 1, 2), MOMENT, ["why"], 3)
    frame = spark.createDataFrame([row], kinds)
    data.write_rows(frame.repartition(1), str(tmp_path / "some"))
    data.write_rows(frame.limit(0), str(tmp_path / "none"))
    data.write_customers(frame, str(tmp_path / "parts"), "segment")
    for name in ("some", "none"):
        (file,) = (tmp_path / name).glob("*.snappy.parquet")
        found = {field.name: (str(field.type), field.nullable) for field in pq.read_schema(file)}
        assert {key: kind for key, (kind, _) in found.items() if key != "t"} == {
            "id": "string",
            "n": "int32",
            "x": "double",
            "m": "decimal128(10, 2)",
            "d": "date32[day]",
            "r": f"list<{pq.read_schema(file).field('r').type.field(0).name}: string>",
            "segment": "int32",
        }
        assert all(nullable for _, nullable in found.values())
        assert (tmp_path / name / "_SUCCESS").exists()
        assert data.read_written(spark, str(tmp_path / name)).dtypes == frame.dtypes
    assert data.read_written(spark, str(tmp_path / "none")).count() == 0
    parts = data.read_written(spark, str(tmp_path / "parts"))
    assert parts.dtypes == frame.dtypes
    assert parts.schema["segment"].nullable
    assert [tuple(row)[:5] for row in parts.collect()] == [row[:5]]
    assert (tmp_path / "parts" / "_SUCCESS").exists()


def test_partitions_without_rows_leave_a_directory_and_no_table(spark: SparkSession, tmp_path: Path) -> None:
    data.write_customers(spark.range(0).selectExpr("id", "1 AS segment"), str(tmp_path / "t"), "segment")
    assert {path.name for path in (tmp_path / "t").iterdir() if path.suffix != ".crc"} == {"_SUCCESS"}
    with pytest.raises(AnalysisException) as raised:
        _ = data.read_written(spark, str(tmp_path / "t")).schema
    assert raised.value.getCondition() == "UNABLE_TO_INFER_SCHEMA"
    with pytest.raises(AnalysisException) as raised:
        _ = data.read_written(spark, str(tmp_path / "nothing")).schema
    assert raised.value.getCondition() == "PATH_NOT_FOUND"


@pytest.mark.parametrize("name", ["a [1] {b} *?", "100% é", "a%20b", "a#1", "back\\slash"])
def test_names_of_any_signs_are_written_and_read(spark: SparkSession, tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "t"
    data.write_rows(spark.range(3), str(path))
    assert list(path.glob("*.parquet"))
    assert data.read_written(spark, str(path)).count() == opened(spark, path).count() == 3
    assert [file.name for file in tmp_path.iterdir()] == [name], "nowhere else"


def test_hidden_files_and_plain_folders_are_passed_over(spark: SparkSession, tmp_path: Path) -> None:
    for name in (
        "a.parquet",
        "part-0",
        "_no.parquet",
        ".no.parquet",
        "_temporary/no.parquet",
        "sub/no.parquet",
    ):
        put(tmp_path / "t" / name)
    (tmp_path / "t" / "_SUCCESS").touch()
    assert ids(opened(spark, tmp_path / "t", format="parquet")) == ["a", "part-0"]
    put(tmp_path / "n" / "sub" / "no.parquet")
    with pytest.raises(DataError, match="there are no Parquet files"):
        opened(spark, tmp_path / "n")


def test_patterns_name_files_and_folders(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("g/a1/f.parquet", "g/a2/g.parquet", "g/b1/h.parquet", "g/a3.parquet", "g/a1/sub/no.parquet"):
        put(tmp_path / name)
    assert ids(opened(spark, tmp_path / "g" / "a*")) == ["a3", "f", "g"]
    assert ids(opened(spark, tmp_path / "g" / "a[12]")) == ["f", "g"]
    assert ids(opened(spark, tmp_path / "g" / "?1" / "*.parquet")) == ["f", "h"]


PARTITIONS = {
    "whole": (["1", "20"], "int"),
    "long": (["1", "3000000000"], "bigint"),
    "zeros": (["007", "1"], "string"),
    "fractions": (["1.5", "2"], "string"),
    "none": (["1", data.NO_VALUE], "int"),
    "days": (["2024-01-02", "2024-01-03"], "date"),
    "no_days": (["2024-01-02", "2024-02-30"], "string"),
    "months": (["2024-01", "2024-02"], "string"),
    "signs": (["a%2Fb", "c d"], "string"),
}


@pytest.mark.parametrize("name", PARTITIONS)
def test_the_values_in_folder_names_have_the_types_of_spark(
    spark: SparkSession, tmp_path: Path, name: str
) -> None:
    values, kind = PARTITIONS[name]
    for value in values:
        put(tmp_path / f"k={value}" / "f.parquet")
    frame = opened(spark, tmp_path)
    assert dict(frame.dtypes) == {"id": "string", "k": kind}
    found = {row[0] for row in frame.select(F.col("k").cast("string")).collect()}
    assert found == {None if value == data.NO_VALUE else value.replace("%2F", "/") for value in values}


def test_columns_are_those_of_the_first_file(spark: SparkSession, tmp_path: Path) -> None:
    put(tmp_path / "a.parquet", x=[1])
    put(tmp_path / "b.parquet", x=[2], later=["not read"])
    put(tmp_path / "c.parquet")
    frame = opened(spark, tmp_path)
    assert frame.columns == ["id", "x"]
    assert sorted((row["id"], row["x"]) for row in frame.collect()) == [("a", 1), ("b", 2), ("c", None)]


@pytest.mark.parametrize(
    "files,said",
    [
        ({"a": {"x": [1]}, "b": {"x": [1.5]}}, "not all its files have the same columns"),
        ({"a": {"x": [1]}, "b": {"X": [2]}}, "not all its files have the same columns"),
        ({"k=1/a": {"k": [5]}}, "'k' is a column and the name of folders"),
        ({"k=1/a": {}, "b": {}}, "not all its folders are of one partitioning"),
        ({"k=2024-01-01 10%3A00%3A00/a": {}}, "named by times or long numbers"),
        ({"a": {"x": [timedelta(seconds=5)]}}, "'x' holds spans of time"),
    ],
)
def test_what_sail_reads_otherwise_takes_spark(
    spark: SparkSession, engine: str, tmp_path: Path, files: dict[str, dict[str, Any]], said: str
) -> None:
    if engine == "spark":
        pytest.skip("it is Spark's to read, or to refuse")
    for name, columns in files.items():
        put(tmp_path / f"{name}.parquet", **columns)
    with pytest.raises(NeedsSparkError, match=said):
        opened(spark, tmp_path)


def test_a_file_that_is_cut_off_is_told(spark: SparkSession, tmp_path: Path) -> None:
    file = put(tmp_path / "a.parquet")
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"a\.parquet is not Parquet, or cut off"):
        opened(spark, file)


def test_parts_for_other_tools_are_the_same(spark: SparkSession, tmp_path: Path) -> None:
    texts = [
        "plain",
        "with, comma",
        'with "quote"',
        "line\nbreak",
        " blanks ",
        "back\\slash",
        "=formula",
        None,
    ]
    rows = [(text, 1.0, 2.5, MOMENT, 0) for text in texts]
    frame = spark.createDataFrame(rows, "t string, whole double, part double, at timestamp, segment int")
    data.write_parts(frame.repartition(1), str(tmp_path / "csv"), "segment", "csv")
    (file,) = (tmp_path / "csv" / "segment=0").glob("*.csv")
    told = "1,2.5,2024-03-01T12:30:15.123Z"
    assert file.read_text().splitlines(keepends=False) == [
        "t,whole,part,at",
        f"plain,{told}",
        f'"with, comma",{told}',
        f'"with ""quote""",{told}',
        '"line',
        f'break",{told}',
        f" blanks ,{told}",
        f"back\\slash,{told}",
        f"'=formula,{told}",
        f",{told}",
    ]
