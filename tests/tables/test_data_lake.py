"""Labelled customers into the lake: a day is replaced as a whole, other days are not touched."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import data
from custseg_spark.data.lake import publish_day as lake
from custseg_spark.errors import RunError
from custseg_spark.recipe import Input, Publish

YESTERDAY, TODAY = "2026-11-23", "2026-11-24"

MakeCustomers = Callable[..., DataFrame]


@pytest.fixture
def customers(spark: SparkSession) -> MakeCustomers:
    def made(*segments: int, value: float = 1.0) -> DataFrame:
        """Three customers of each of these segments."""
        rows = [(f"{segment}-{n}", value, segment) for segment in segments for n in range(3)]
        return spark.createDataFrame(rows, "id string, spend double, segment int")

    return made


def told(frame: DataFrame) -> dict[str, list[tuple[int, float, str]]]:
    """What a reader finds: day -> segment, spend and run of each row."""
    found: dict[str, list[tuple[int, float, str]]] = {}
    for row in frame.orderBy("run_date", "segment", "id").collect():
        found.setdefault(str(row["run_date"]), []).append((row["segment"], row["spend"], row["run_id"]))
    return found


EXPECTED = {
    YESTERDAY: [(segment, 1.0, "20261123T000000.000Z-a") for segment in (0, 1, 2) for _ in range(3)],
    TODAY: [(segment, 3.0, "20261124T010000.000Z-c") for segment in (0, 1) for _ in range(3)],
}


def three_nights(customers: MakeCustomers, wanted: Publish) -> None:
    """A day, the next day, and the next day again with a segment less."""
    data.publish(customers(0, 1, 2), wanted, YESTERDAY, "20261123T000000.000Z-a")
    data.publish(customers(0, 1, 2, value=2.0), wanted, TODAY, "20261124T000000.000Z-b")
    data.publish(customers(0, 1, value=3.0), wanted, TODAY, "20261124T010000.000Z-c")


def test_parquet_by_path(spark: SparkSession, customers: MakeCustomers, tmp_path: Path) -> None:
    three_nights(customers, Publish(path=str(tmp_path / "lake" / "segments")))
    assert told(spark.read.parquet(str(tmp_path / "lake" / "segments"))) == EXPECTED
    assert [path.name for path in (tmp_path / "lake").iterdir()] == ["segments"]


def test_parquet_by_catalog_name(spark: SparkSession, customers: MakeCustomers) -> None:
    spark.sql("CREATE DATABASE IF NOT EXISTS crm")
    try:
        three_nights(customers, Publish(table="crm.segments"))
        assert told(spark.table("crm.segments")) == EXPECTED
        assert {row["partition"] for row in spark.sql("SHOW PARTITIONS crm.segments").collect()} == {
            f"run_date={day}/segment={segment}"
            for day, segments in ((YESTERDAY, (0, 1, 2)), (TODAY, (0, 1)))
            for segment in segments
        }
        with pytest.raises(RunError, match="other columns: extra"):
            data.publish(
                customers(0).withColumn("extra", F.lit(1)), Publish(table="crm.segments"), TODAY, "x"
            )
        with pytest.raises(RunError, match=r"other types: spend \(double, not int\)"):
            data.publish(
                customers(0).withColumn("spend", F.lit(1)), Publish(table="crm.segments"), TODAY, "x"
            )
        assert told(spark.table("crm.segments")) == EXPECTED
    finally:
        spark.sql("DROP DATABASE crm CASCADE")


def test_segments_that_a_killed_publish_never_told_the_catalog_of_are_seen_after_the_next(
    spark: SparkSession, customers: MakeCustomers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between its second rename and the repair; the next publish comes no further than its start."""
    wanted = Publish(table="crm.segments")
    spark.sql("CREATE DATABASE IF NOT EXISTS crm")
    try:
        data.publish(customers(0), wanted, TODAY, "20261124T000000.000Z-a")
        calls: list[Any] = []
        repair = lake._repair

        def killed(*given: Any) -> None:
            calls.append(given)
            if len(calls) == 2:
                raise KeyboardInterrupt
            repair(*given)

        def full(*_: object) -> NoReturn:
            raise RunError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(lake, "_repair", killed)
            with pytest.raises(KeyboardInterrupt):
                data.publish(customers(0, 1, 2), wanted, TODAY, "20261124T010000.000Z-b")
        spark.catalog.refreshTable("crm.segments")
        assert {row["segment"] for row in spark.table("crm.segments").collect()} == {0}, "so it was left"
        monkeypatch.setattr(lake, "_swap_day", full)
        with pytest.raises(RunError, match="the disk is full"):
            data.publish(customers(0), wanted, "2026-11-25", "20261125T000000.000Z-c")
        assert {row["segment"] for row in spark.table("crm.segments").collect()} == {0, 1, 2}
    finally:
        spark.sql("DROP DATABASE crm CASCADE")


def test_a_delta_table_that_cannot_be_committed_to_is_told(
    customers: MakeCustomers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deltalake = pytest.importorskip("deltalake")
    wanted = Publish(path=str(tmp_path / "segments"), format="delta")
    data.publish(customers(0), wanted, YESTERDAY, "20261123T000000.000Z-a")
    with monkeypatch.context() as patch:
        patch.setattr(deltalake.DeltaTable, "create_write_transaction", denied)
        with pytest.raises(RunError, match=r"nothing was committed .* no right"):
            data.publish(customers(0), wanted, TODAY, "20261124T000000.000Z-b")
    next((tmp_path / "segments" / "_delta_log").glob("*.json")).write_text("{broken")
    with pytest.raises(
        RunError, match=r"nothing was committed to the Delta table \S+: Kernel error"
    ) as found:
        data.publish(customers(0), wanted, TODAY, "20261124T010000.000Z-c")
    assert "\n" not in found.value.what
    assert found.value.exit_code == 4


def denied(*_: object, **__: object) -> None:
    raise OSError("no right")


def test_delta_by_files_of_spark_and_a_commit_of_delta_rs(customers: MakeCustomers, tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake")
    pytest.importorskip("pyarrow", minversion="18", reason="deltalake reads back through a newer pyarrow")
    path = str(tmp_path / "segments")
    three_nights(customers, Publish(path=path, format="delta"))
    table = deltalake.DeltaTable(path)
    found = table.to_pandas().sort_values(["run_date", "segment", "id"])
    read = {
        str(day): list(rows[["segment", "spend", "run_id"]].itertuples(index=False, name=None))
        for day, rows in found.groupby("run_date")
    }
    assert read == EXPECTED
    assert table.version() == 2, "one commit a night"
    before = deltalake.DeltaTable(path, version=1).to_pandas()
    assert set(before[before["run_date"].astype(str) == TODAY]["spend"]) == {2.0}, "the night before stays"


def test_a_commit_that_never_came_is_seen_by_nobody(
    customers: MakeCustomers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deltalake = pytest.importorskip("deltalake")
    pytest.importorskip("pyarrow", minversion="18", reason="deltalake reads back through a newer pyarrow")
    wanted = Publish(path=str(tmp_path / "segments"), format="delta")
    data.publish(customers(0, 1), wanted, YESTERDAY, "20261123T000000.000Z-a")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deltalake.DeltaTable, "create_write_transaction", killed)
    with pytest.raises(KeyboardInterrupt):
        data.publish(customers(0), wanted, TODAY, "20261124T000000.000Z-b")
    found = deltalake.DeltaTable(wanted.path).to_pandas()
    assert set(found["run_date"].astype(str)) == {YESTERDAY}
    assert len(found) == 6


def test_a_filter_prunes_partitions_of_a_path_and_of_a_catalog_table(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = str(tmp_path / "lake")
    days = spark.range(6).selectExpr("id", "date_add(date '2026-11-20', cast(id % 3 as int)) AS day")
    days.write.partitionBy("day").parquet(path)
    days.write.partitionBy("day").mode("overwrite").saveAsTable("days")
    try:
        for source, where in (
            (Input(id="id", filter="day = date '2026-11-21'"), path),
            (Input(id="id", format="table", filter="day = date '2026-11-21'"), "days"),
        ):
            frame = data.open_table(spark, source, where).frame
            typed = data.cast_columns(data.open_table(spark, source, where), {"id": ["input.id"]}, {}).frame
            assert frame.count() == 2
            plan = typed._jdf.queryExecution().executedPlan().toString()
            pruned = plan.split("PartitionFilters: [")[1].split("]")[0]
            assert "day" in pruned
            assert "2026-11-21" in pruned
    finally:
        spark.sql("DROP TABLE days")


def test_an_expression_of_the_filter_is_told_by_its_key(spark: SparkSession, tmp_path: Path) -> None:
    spark.range(2).write.parquet(str(tmp_path / "t"))
    with pytest.raises(Exception, match=r"input\.filter: there is no column `dya`"):
        data.open_table(spark, Input(id="id", filter="dya = 1"), str(tmp_path / "t"))


def test_what_pandas_reads_is_what_was_labelled(
    spark: SparkSession, customers: MakeCustomers, tmp_path: Path
) -> None:
    """Other readers see the hidden folders of a publish under way no more than Spark does."""
    data.publish(customers(0, 1), Publish(path=str(tmp_path / "t")), TODAY, "20261124T000000.000Z-b")
    (tmp_path / ".t.staging-20261124T000000.000Z-c" / "segment=0").mkdir(parents=True)
    assert len(pd.read_parquet(tmp_path / "t")) == 6
