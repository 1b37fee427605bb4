"""The number of a row is that of the file, however the engine cuts the file up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import data, journal
from custseg_spark.api.training import count_table
from custseg_spark.data import row_numbers
from custseg_spark.data.summary_rows import find_labels
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.session_settings import session_settings
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe import Input, parse
from custseg_spark.steps.check_rows import check_rows

ROWS = 5000
NUMBERED = Input.model_validate({"id": {"row_number": True}})
SPLIT = "spark.sql.files.maxPartitionBytes"


def make_table() -> pd.DataFrame:
    """Rows that say themselves which they are; every seventh field is empty."""
    number = np.arange(1, ROWS + 1)
    return pd.DataFrame({"gap": pd.Series(number).where(number % 7 > 0), "place": number, "text": "x" * 40})


def number_rows(spark: SparkSession, path: Path, source: Input = NUMBERED) -> pd.DataFrame:
    frame = data.open_table(spark, source, str(path)).frame
    return frame.select(frame["place"].cast("long").alias("place"), "row_number").toPandas()


def number_rows_once(spark: SparkSession, path: Path, source: Input) -> None:
    """On Sail rows have their numbers before the engine sees them, and nothing splits a file."""
    with journal.open_journal() as kept:
        found = number_rows(spark, path, source)
    assert (found["row_number"] == found["place"]).all()
    assert len(found) == ROWS
    assert kept.scans["row numbers"] == 1


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_numbers_are_those_of_the_file_whatever_the_splits(
    spark: SparkSession, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"t.{kind}"
    if kind == "csv":
        make_table().to_csv(path, index=False)
    elif kind == "parquet":
        make_table().to_parquet(path, row_group_size=600)
    else:
        make_table().to_json(path, orient="records", lines=True)
    source = NUMBERED.model_copy(update={"format": kind})
    if is_sail(spark):
        number_rows_once(spark, path, source)
        return
    parts = []
    before = spark.conf.get(SPLIT)
    try:
        for size in ("128m", "7k"):
            spark.conf.set(SPLIT, size)
            with journal.open_journal() as kept:
                found = number_rows(spark, path, source)
            assert (found["row_number"] == found["place"]).all()
            assert len(found) == ROWS
            assert kept.scans == {"row numbers": 1}
            parts.append(data.open_table(spark, source, str(path), lazy=True).frame.rdd.getNumPartitions())
    finally:
        spark.conf.set(SPLIT, str(before))
    assert parts[0] == 1
    assert parts[1] > 4, "else nothing was asked"


@pytest.mark.spark_only("executors")
def test_numbers_stay_where_executors_come_and_go(spark: SparkSession, tmp_path: Path) -> None:
    """The cores of a session decide how a file is cut up, and on a cluster they change from pass to pass."""
    make_table().to_csv(tmp_path / "t.csv", index=False)
    cores, cost = "spark.sql.leafNodeDefaultParallelism", "spark.sql.files.openCostInBytes"
    held = "spark.sql.files.minPartitionNum"
    before = spark.conf.get(cost)
    try:
        spark.conf.set(cost, "1k")
        with session_settings(spark):
            spark.conf.set(cores, "2")
            frame = data.open_table(spark, NUMBERED, str(tmp_path / "t.csv")).frame
            spark.conf.set(cores, "9")
            found = frame.select(frame["place"].cast("long").alias("place"), "row_number").toPandas()
    finally:
        spark.conf.set(cost, str(before))
        spark.conf.unset(cores)
    assert (found["row_number"] == found["place"]).all()
    assert spark.conf.get(held, None) is None


def test_rows_are_numbered_before_any_is_left_out(spark: SparkSession, tmp_path: Path) -> None:
    make_table().to_csv(tmp_path / "t.csv", index=False)
    source = NUMBERED.model_copy(update={"filter": "int(place) > 4990"})
    assert number_rows(spark, tmp_path / "t.csv", source)["row_number"].tolist() == [*range(4991, ROWS + 1)]


def test_what_is_no_single_file_asks_for_an_id(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        make_table().to_csv(tmp_path / name, index=False)
    with pytest.raises(DataError, match="holds 2 files, and rows are numbered within one file"):
        data.open_table(spark, NUMBERED, str(tmp_path))
    with pytest.raises(DataError, match="a DataFrame has no order") as refused:
        data.open_table(spark, NUMBERED, spark.range(3).toDF("place"))
    assert refused.value.remedy == "name the column that tells customers apart as the id"


@pytest.mark.spark_only("catalogs")
def test_a_table_of_a_catalog_asks_for_an_id(spark: SparkSession) -> None:
    spark.range(3).createOrReplaceTempView("numbers_of_a_view")
    with pytest.raises(DataError, match="the table numbers_of_a_view has no order"):
        data.open_table(spark, NUMBERED.model_copy(update={"format": "table"}), "numbers_of_a_view")


def test_a_column_of_that_name_is_named_as_the_id(spark: SparkSession, tmp_path: Path) -> None:
    make_table().assign(Row_Number=1).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(RecipeError, match="a column 'row_number' of its own"):
        data.open_table(spark, NUMBERED, str(tmp_path / "t.csv"))


def test_a_file_is_known_again_by_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fingerprint(content: bytes, name: str = "t.csv") -> str:
        (tmp_path / name).write_bytes(content)
        return row_numbers.fingerprint(str(tmp_path / name))

    content = bytes(range(256)) * 100
    assert fingerprint(content) == fingerprint(content, "elsewhere.csv")
    assert fingerprint(content[::-1]) != fingerprint(content)
    monkeypatch.setattr(row_numbers, "_READ_WHOLE", 1000)
    monkeypatch.setattr(row_numbers, "_BLOCK", 50)
    large = fingerprint(content)
    assert large.startswith("25600:")
    assert fingerprint(content[:-1] + b"\0") != large, "the last bytes count, where Parquet has its footer"
    assert fingerprint(b"\1" + content[1:]) != large


def test_a_total_and_a_note_below_numbered_rows_are_no_customers(spark: SparkSession, tmp_path: Path) -> None:
    lines = [f"Name {i},North,{i},€{i}.50" for i in range(60)]
    (tmp_path / "t.csv").write_text(
        "\n".join(
            [
                "who,region,orders,spend",
                *lines,
                "Total, North,4,9.5",
                "Grand Total:,,435,450.0",
                "Source: CRM,,,",
            ]
        )
    )
    wanted = parse(
        {
            "input": {"id": {"row_number": True}, "types": {"spend": {"number": {}}}},
            "segment_by": {"spend": "spend"},
        }
    )
    counted = count_table(spark, wanted, str(tmp_path / "t.csv"))
    quality = check_rows(counted)
    assert quality.by_reason == {data.ROW_TOTAL: 1, "row: nothing beside the id": 1}
    assert quality.accepted == 61, "a customer in the North who is called Total stays"


def test_a_column_of_which_total_is_a_value_says_nothing_of_totals() -> None:
    cover = pd.DataFrame({"cover": ["Total", "Partial"] * 20, "spend": ["1"] * 40})
    assert find_labels(cover) == []
    assert find_labels(cover.assign(cover=["Ann"] * 39 + ["Total"])) == ["cover"]
    assert find_labels(cover.assign(cover=["Partial", "Total"] + ["Partial"] * 38)) == []
