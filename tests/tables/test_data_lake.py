"""Labelled customers into the lake: a day is replaced as a whole, other days are not touched."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import data
from custseg_spark.data.lake import publish_day as lake
from custseg_spark.errors import NeedsSparkError, RunError
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
    assert told(data.read_written(spark, str(tmp_path / "lake" / "segments"))) == EXPECTED
    assert [path.name for path in (tmp_path / "lake").iterdir()] == ["segments"]


@pytest.mark.spark_only("a Hive catalog")
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


@pytest.mark.spark_only("a Hive catalog")
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


@pytest.mark.spark_only("its plan, and a catalog")
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


def test_a_published_moment_comes_back(spark: SparkSession, customers: MakeCustomers, tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake")
    at = datetime(2024, 3, 1, 12, 30, tzinfo=UTC)
    path = str(tmp_path / "segments")
    data.publish(customers(0).withColumn("at", F.lit(at)), Publish(path=path, format="delta"), TODAY, "x-y")
    assert set(deltalake.DeltaTable(path).to_pyarrow_table()["at"].to_pylist()) == {at}
    assert dict(data.open_table(spark, Input(id="id"), path).frame.dtypes) == {
        "id": "string",
        "spend": "double",
        "run_id": "string",
        "at": "timestamp",
        "run_date": "date",
        "segment": "int",
    }


@pytest.fixture
def sail(spark: SparkSession, engine: str) -> SparkSession:
    """A session on Sail."""
    if engine != "sail":
        pytest.skip("it is read by Sail itself")
    return spark


def make_delta(sail: SparkSession, path: Path, *properties: str) -> None:
    """A table of three rows, made by Sail."""
    table = f"t{len(list(path.parent.iterdir()))}_{path.name}"
    given = ", ".join(f"'delta.{one.replace('=', chr(39) + '=' + chr(39))}'" for one in properties)
    sail.sql(
        f"CREATE TABLE {table} (id int, spend double) USING delta LOCATION '{path}' TBLPROPERTIES ({given})"
    )
    sail.sql(f"INSERT INTO {table} VALUES (1, 1.0), (2, 2.0), (3, 3.0)")
    if "enableDeletionVectors=true" in properties:
        sail.sql(f"DELETE FROM {table} WHERE id = 2")
        assert list(path.rglob("deletion_vector*"))


def test_rows_behind_deletion_vectors_and_columns_of_other_names(sail: SparkSession, tmp_path: Path) -> None:
    """A log may say that a column of the files is called otherwise now."""
    make_delta(sail, tmp_path / "vectors", "enableDeletionVectors=true")
    frame = data.open_table(sail, Input(id="id"), str(tmp_path / "vectors")).frame
    assert sorted(map(tuple, frame.collect())) == [(1, 1.0), (3, 3.0)]
    earlier = Input(id="id", options={"versionAsOf": 1})
    assert data.open_table(sail, earlier, str(tmp_path / "vectors")).frame.count() == 3
    for mode in ("name", "id"):
        make_delta(sail, tmp_path / mode, f"columnMapping.mode={mode}")
        rename_spend(tmp_path / mode)
        frame = data.open_table(sail, Input(id="id"), str(tmp_path / mode)).frame
        assert frame.columns == ["id", "paid"]
        assert sorted(map(tuple, frame.collect())) == [(1, 1.0), (2, 2.0), (3, 3.0)]
    make_delta(sail, tmp_path / "both", "enableDeletionVectors=true", "columnMapping.mode=name")
    rename_spend(tmp_path / "both")
    with pytest.raises(NeedsSparkError, match="uses what Sail does not read"):
        data.open_table(sail, Input(id="id"), str(tmp_path / "both"))


def rename_spend(path: Path) -> None:
    log = path / "_delta_log" / "00000000000000000000.json"
    log.write_text(log.read_text().replace('\\"name\\":\\"spend\\"', '\\"name\\":\\"paid\\"'))


def test_a_delta_table_that_sail_would_not_find_takes_spark(sail: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "t")
    sail.range(2).write.format("delta").save(path)
    log = tmp_path / "t" / "_delta_log" / "00000000000000000000.json"
    new = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["n"], "writerFeatures": ["n"]}
    lines = [
        json.dumps({"protocol": new}) if line.startswith('{"protocol"') else line
        for line in log.read_text().splitlines()
    ]
    log.write_text("\n".join(lines) + "\n")
    for crc in log.parent.glob("*.crc"):
        crc.unlink()
    with pytest.raises(NeedsSparkError, match="uses what Sail does not read"):
        data.open_table(sail, Input(id="id"), path)
    (tmp_path / "t").rename(tmp_path / "t [1]")
    with pytest.raises(NeedsSparkError, match="behind such signs"):
        data.open_table(sail, Input(id="id"), f"{path} [1]")


def test_iceberg_is_read_as_its_log_says(sail: SparkSession, tmp_path: Path) -> None:
    """Made, partitioned, renamed and deleted from by pyiceberg; appended to by Sail and read back."""
    catalogs = pytest.importorskip("pyiceberg.catalog.sql")
    catalog = catalogs.SqlCatalog("c", uri=f"sqlite:///{tmp_path}/c.db", warehouse=f"file://{tmp_path}/w")
    catalog.create_namespace("crm")
    rows = pa.table(
        {"id": ["a", "b", "c"], "spend": [1.0, 2.0, 3.0], "tier": pa.array([1, 2, 2], pa.int32())}
    )
    table = catalog.create_table("crm.customers", schema=rows.schema)
    with table.update_spec() as spec:
        spec.add_identity("tier")
    table.append(rows)
    table.delete("id = 'b'")
    with table.update_schema() as schema:
        schema.rename_column("spend", "paid")
    path = table.location().removeprefix("file://")
    frame = data.open_table(sail, Input(id="id"), path).frame
    assert sorted(map(tuple, frame.select("id", "paid", "tier").collect())) == [("a", 1.0, 1), ("c", 3.0, 2)]
    frame.withColumn("id", F.concat("id", F.lit("2"))).write.format("iceberg").mode("append").save(path)
    newest = max((tmp_path / "w").rglob("*.metadata.json"), key=lambda file: file.stat().st_mtime)
    static = pytest.importorskip("pyiceberg.table").StaticTable.from_metadata(str(newest))
    assert sorted(static.scan().to_arrow()["id"].to_pylist()) == ["a", "a2", "c", "c2"]
    told = json.loads(newest.read_text())
    for snapshot in told["snapshots"]:
        snapshot["summary"]["total-delete-files"] = "1"
    newest.write_text(json.dumps(told))
    with pytest.raises(NeedsSparkError, match="has files of deleted rows"):
        data.open_table(sail, Input(id="id"), path)


def test_what_pandas_reads_is_what_was_labelled(
    spark: SparkSession, customers: MakeCustomers, tmp_path: Path
) -> None:
    """Other readers see the hidden folders of a publish under way no more than Spark does."""
    data.publish(customers(0, 1), Publish(path=str(tmp_path / "t")), TODAY, "20261124T000000.000Z-b")
    (tmp_path / ".t.staging-20261124T000000.000Z-c" / "segment=0").mkdir(parents=True)
    assert len(pd.read_parquet(tmp_path / "t")) == 6
