"""Tables in other files than CSV and Parquet: archives, JSON, Feather, tables of a lake; and where a table
begins in a directory of files."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.errors import BadTableError, DataError, RecipeError
from custseg_spark.recipe.models import Input

TITLED = "Report\nExported {day}\n\nid,spend\n{first},2.5\n{second},3.5,\n\n"
NAMED = "id,spend\n1,2.5\n2,3.5\n3,4.5\n"


def opened(spark: SparkSession, path: Path, **source: Any) -> data.Table:
    return data.open_table(spark, Input(id="id", **source), str(path))


def rows(table: data.Table) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in table.frame.drop(data.MALFORMED).collect())


def pack(path: Path, **parts: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "."), content)
    return path


def test_titles_are_left_out_of_every_file_of_a_directory(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TITLED.format(day="31/12/2020", first=1, second=2))
    (tmp_path / "b.csv").write_text(TITLED.format(day="31/01/2021", first=3, second=4))
    found = opened(spark, tmp_path)
    read = {(row[0], row[data.MALFORMED]) for row in found.frame.collect()}
    assert read == {("1", None), ("3", None), ("2", "2,3.5,"), ("4", "4,3.5,")}
    (tmp_path / "c.csv").write_text("Report\n\nid,income\n1,2\n2,3\n3,4\n")
    with pytest.raises(BadTableError, match=r"c\.csv has other columns"):
        opened(spark, tmp_path)


@pytest.mark.spark_only("streams")
def test_titles_are_left_out_of_a_stream(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TITLED.format(day="31/12/2020", first=1, second=2))
    found = opened(spark, tmp_path)
    arriving = data.open_stream(spark, found)
    assert arriving.isStreaming
    assert arriving.columns == found.frame.columns


@pytest.mark.parametrize(
    "content",
    [NAMED, f"Report\n\n{NAMED}", NAMED.encode("utf-16"), "sep=;\n" + NAMED.replace(",", ";")],
)
def test_the_one_table_in_an_archive_is_read(
    spark: SparkSession, tmp_path: Path, content: str | bytes
) -> None:
    found = opened(spark, pack(tmp_path / "c.zip", customers__csv=content, README__md="the customers"))
    assert rows(found) == [("1", "2.5"), ("2", "3.5"), ("3", "4.5")]
    assert found.format == "csv"


def test_an_archive_keeps_what_is_no_row_and_of_several_tables_names_them(
    spark: SparkSession, tmp_path: Path
) -> None:
    found = opened(spark, pack(tmp_path / "c.zip", c__csv='id,a,note\n1,2,"x\ny"\n2,3\n3,4,z\n'))
    assert {(row["id"], row["note"], row[data.MALFORMED]) for row in found.frame.collect()} == {
        ("1", "x\ny", None),
        ("2", None, "2,3"),
        ("3", "z", None),
    }
    with pytest.raises(BadTableError, match=r"holds 2 tables: 'a\.csv', 'b\.csv'"):
        opened(spark, pack(tmp_path / "d.zip", a__csv=NAMED, b__csv=NAMED))
    sheet = io.BytesIO()
    pq.write_table(pa.table({"id": [1], "spend": [2.5]}), sheet)
    assert rows(opened(spark, pack(tmp_path / "e.zip", a__parquet=sheet.getvalue()))) == [(1, 2.5)]
    assert rows(opened(spark, pack(tmp_path / "f.zip", a__json='[{"id": 1, "spend": 2.5}]'))) == [(1, 2.5)]


@pytest.mark.parametrize("write", [json.dumps, lambda found: "\n".join(map(json.dumps, found))])
def test_json_arrays_and_lines_are_read_by_ending(spark: SparkSession, tmp_path: Path, write: Any) -> None:
    customers = [{"id": n, "joined": f"2020-01-0{n}", "last": {"spend": n / 2}} for n in (1, 2, 3)]
    path = tmp_path / "c.json"
    path.write_text(write(customers))
    found = opened(spark, path)
    assert found.frame.select("id", "joined", "last.spend").collect()[0] == (1, "2020-01-01", 0.5)
    assert found.text is not None
    assert found.text["joined"].tolist()[0] == "2020-01-01"
    assert data.MALFORMED in found.frame.columns


def test_what_is_no_json_object_is_kept(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"id": 1}\n{"id": 2}\n{"id": \n')
    found = opened(spark, tmp_path / "c.jsonl").frame.select("id", data.MALFORMED).collect()
    assert {tuple(row) for row in found} == {(1, None), (2, None), (None, '{"id": ')}
    (tmp_path / "d.json").write_text('{"customers": [{"id": 1}, {"id": 2}]}')
    with pytest.raises(BadTableError, match="rows stand below 'customers'"):
        opened(spark, tmp_path / "d.json")


def test_feather_is_read_with_its_types(spark: SparkSession, tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.uint64()),
            "tier": pa.array(["a", "b"]).dictionary_encode(),
            "at": pa.array([datetime(2020, 1, 1, 2), None], pa.timestamp("ns")),
            "half": pa.array(np.array([0.5, 1.5], dtype="float16")),
            "wait": pa.array([1, 2], pa.duration("s")),
        }
    )
    feather.write_feather(table, tmp_path / "c.feather")
    found = opened(spark, tmp_path / "c.feather")
    first = found.frame.collect()[0]
    assert (int(first["id"]), first["tier"], first["half"]) == (1, "a", 0.5)
    assert first["at"] == datetime(2020, 1, 1, 2)
    assert dict(found.unread) == {"wait": "duration[s]"}


def write_parquet(path: Path, **columns: Sequence[Any]) -> Path:
    pq.write_table(pa.table({"id": [1, 2], "spend": [0.5, 1.5], **columns}), path)
    return path


def test_types_that_parquet_has_and_the_engine_lacks_are_left_out_by_name(
    spark: SparkSession, tmp_path: Path
) -> None:
    half = pa.array(np.array([1, 2], dtype="float16"))
    path = write_parquet(
        tmp_path / "t.parquet", at=[time(1), time(2)], half=half, n=pa.array([1, 2], pa.uint8())
    )
    found = opened(spark, path)
    assert found.frame.columns == ["id", "spend", "n"]
    assert rows(found) == [(1, 0.5, 1), (2, 1.5, 2)]
    assert dict(found.unread) == {"at": "TIME", "half": "FLOAT16"}
    assert len(found.notes) == 2
    with pytest.raises(DataError, match="column 'at' is of the type TIME"):
        found.refuse_unread({"AT": ["segment_by.at"]})
    found.refuse_unread({"spend": ["segment_by.spend"]})


def test_moments_in_nanoseconds_are_read_to_the_microsecond(spark: SparkSession, tmp_path: Path) -> None:
    before, after = datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(2023, 12, 27, 13, 21, 0, 2000)
    path = write_parquet(tmp_path / "n.parquet", at=pa.array([before, after], pa.timestamp("ns")))
    found = opened(spark, path)
    assert [row["at"] for row in found.frame.orderBy("id").collect()] == [before, after]
    assert data.open_stream(spark, opened(spark, tmp_path)).schema == found.frame.schema


def test_rows_deleted_from_a_delta_table_stay_deleted(spark: SparkSession, tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake")
    path = tmp_path / "t"
    table = pa.table({"id": list(range(300)), "tier": ["01", "2", "3"] * 100})
    deltalake.write_deltalake(path, table, partition_by=["tier"])
    deltalake.DeltaTable(path).delete("id >= 200")
    for form in ("auto", "parquet", "delta"):
        found = opened(spark, path, format=form)
        assert found.format == "delta"
        assert sorted(row["id"] for row in found.frame.collect()) == list(range(200))
        assert {row["tier"] for row in found.frame.collect()} == {"01", "2", "3"}
    for part in (path / "tier=2", next(path.glob("tier=2/*.parquet"))):
        with pytest.raises(DataError, match="is a part of the Delta table"):
            opened(spark, part)


@pytest.mark.parametrize(
    "log,word",
    [
        pytest.param(
            "metadata/v1.metadata.json", "Iceberg", marks=pytest.mark.spark_only("Sail reads Iceberg")
        ),
        (".hoodie/hoodie.properties", "Hudi"),
    ],
)
def test_a_table_of_a_lake_is_never_read_as_plain_files(
    spark: SparkSession, tmp_path: Path, log: str, word: str
) -> None:
    (tmp_path / log).parent.mkdir()
    (tmp_path / log).write_text("{}")
    write_parquet(tmp_path / "a.parquet")
    for form in ("auto", "parquet"):
        with pytest.raises(RecipeError, match=f"is a table of {word}"):
            opened(spark, tmp_path, format=form)


def test_columns_of_later_objects_in_a_packed_array_are_read(spark: SparkSession, tmp_path: Path) -> None:
    found = opened(spark, pack(tmp_path / "f.zip", a__json='[{"id": 1}, {"id": 2, "spend": 2.5}]'))
    assert rows(found) == [(1, None), (2, 2.5)]


def test_an_arrow_file_of_two_columns_of_one_name_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([0.5]), pa.array([7.5])], ["id", "spend", "spend"])
    with pa.OSFile(str(tmp_path / "t.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(BadTableError, match="column names stand more than once: 'spend', 'spend'"):
        opened(spark, tmp_path / "t.arrow")
