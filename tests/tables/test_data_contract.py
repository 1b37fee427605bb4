"""Rows that keep the contract, rows that break it, and ids."""

from functools import partial
from pathlib import Path

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, IntegerType

from custseg_spark import data, features
from custseg_spark.data import ids
from custseg_spark.engine.translate_errors import explain_error
from custseg_spark.errors import DataError, RunError
from custseg_spark.recipe import FeatureSection
from custseg_spark.recipe.models import Input, Rule

Customers = tuple[DataFrame, list[data.Check]]


@pytest.fixture
def customers(spark: SparkSession, tmp_path: Path) -> Customers:
    """Ten rows: three keep everything, the others break it in one way or two."""
    (tmp_path / "t.csv").write_text(
        "id,age,income\n1,30,10\n2,40,\n3,50,30\n4,x,40\n5,20\n,60,50\n7,70,a\n7,70,70\n8,5,80\n9,y,z\n"
    )
    source = Input(id="id", types={"age": "int", "income": "double"})
    typed = data.cast_columns(
        data.open_table(spark, source, str(tmp_path / "t.csv")), {"id": ["input.id"]}, source.types
    )
    frame, by_id = data.build_id_checks(typed.frame, "id", "exact", 10)
    rules = data.build_rule_checks({"adult": Rule(sql="age  >=\n18")}, lambda sql, key: F.expr(sql))
    return frame, [*by_id, *typed.checks, *rules]


def count_rows(frame: DataFrame, checks: list[data.Check]) -> dict[str, int]:
    return frame.agg(*data.aggregate_counts(checks)).collect()[0].asDict()


def test_rows_read_are_accepted_or_rejected(customers: Customers) -> None:
    frame, checks = customers
    quality = data.judge_counts(count_rows(frame, checks), checks, max_quarantined=1.0)
    assert (quality.read, quality.accepted, quality.quarantined) == (10, 3, 7)
    assert [row["id"] for row in data.keep_accepted(frame, checks).collect()] == ["1", "2", "3"]
    assert data.keep_rejected(frame, checks).count() == 7


@pytest.mark.parametrize(
    ("kind", "finite"),
    [("double", [True, True, True, False, False]), ("int", [True, True, True, True, True])],
)
def test_values_that_can_not_be_cut_by(spark: SparkSession, kind: str, finite: list[bool]) -> None:
    values = [None, -1.0, 5.0, float("inf"), float("-inf")]
    frame = spark.createDataFrame([*enumerate(values)], "at int, _raw_spend double")
    how = {"spend": FeatureSection(sql="spend", transform="log1p")}
    types = {"spend": IntegerType() if kind == "int" else DoubleType()}
    checks = dict(features.build_value_checks(types, {"spend": F.col("_raw_spend")}, how))
    marked = frame.orderBy("at").select(*[ok.alias(reason) for reason, ok in checks.items()]).toPandas()
    assert {reason: marked[reason].tolist() for reason in checks} == {
        "spend: infinite": finite,
        "spend: log1p takes values above -1": [True, False, True, True, False],
    }


def test_rejected_rows_are_as_read_with_every_reason(customers: Customers) -> None:
    frame, checks = customers
    table = data.keep_rejected(frame, checks)
    assert table.columns == ["id", "age", "income", data.MALFORMED, "reasons"]
    assert dict(table.dtypes)["age"] == "string"
    found = {
        (row["id"], row["age"], row["income"]): (row[data.MALFORMED], row["reasons"])
        for row in table.collect()
    }
    short = "row: too few or too many fields"
    assert found == {
        ("4", "x", "40"): (None, ["age: not a whole number", "adult: not age >= 18"]),  # null fails a rule
        ("5", "20", None): ("5,20", [short]),
        (None, "60", "50"): (None, ["id: missing"]),
        ("7", "70", "a"): (None, ["id: repeated", "income: not a number"]),
        ("7", "70", "70"): (None, ["id: repeated"]),
        ("8", "5", "80"): (None, ["adult: not age >= 18"]),
        ("9", "y", "z"): (None, ["age: not a whole number", "income: not a number", "adult: not age >= 18"]),
    }


@pytest.mark.spark_only("Sail observes no pass")
def test_the_counts_are_the_same_from_an_observed_write(
    spark: SparkSession, customers: Customers, tmp_path: Path
) -> None:
    frame, checks = customers
    observed = Observation()
    watched = data.keep_accepted(frame.observe(observed, *data.aggregate_counts(checks)), checks)
    data.write_rows(watched.select("id"), str(tmp_path / "out"))
    assert observed.get == count_rows(frame, checks)


def test_rules_that_warn_or_stop_keep_their_rows(spark: SparkSession) -> None:
    frame = spark.range(10).withColumn(data.AS_READ, F.struct("id"))
    rules = {"small": Rule(sql="id < 8", on_fail="warn"), "tiny": Rule(sql="id < 9", on_fail="stop")}
    checks = data.build_rule_checks(rules, lambda sql, key: F.expr(sql))
    assert data.keep_accepted(frame, checks).count() == 10
    assert data.keep_rejected(frame, checks).count() == 0
    with pytest.raises(DataError, match="tiny: not id < 9: broken by 1 of 10"):
        data.judge_counts(count_rows(frame, checks), checks, 0.05)
    assert data.judge_counts(count_rows(frame, checks[:1]), checks[:1], 0.05).warnings == (
        "small: not id < 8: 2 of 10 rows, kept",
    )


def test_a_bound_of_its_own_takes_a_rule_out_of_the_bound_of_all(spark: SparkSession) -> None:
    frame = spark.range(10).withColumn(data.AS_READ, F.struct("id"))
    rules = {"own": Rule(sql="id < 6", at_most=0.5), "other": Rule(sql="id <> 9")}
    checks = data.build_rule_checks(rules, lambda sql, key: F.expr(sql))
    quality = data.judge_counts(count_rows(frame, checks), checks, 0.1)  # 4 rows break the one, 1 the other
    assert (quality.quarantined, quality.by_reason) == (4, {"own: not id < 6": 4, "other: not id <> 9": 1})


def test_a_table_may_have_reasons_of_its_own(spark: SparkSession) -> None:
    frame = spark.range(2).selectExpr("id", "'x' AS Reasons")
    frame = frame.withColumn(data.AS_READ, F.struct("id", "Reasons"))
    table = data.keep_rejected(frame, [data.Check("never", F.lit(False))])
    assert table.columns == ["id", "Reasons_as_read", "reasons"]


@pytest.mark.parametrize(
    "kind,missing",
    [
        ("string", "('a'), (''), (' '), (NULL)"),
        ("double", "(1), (double('NaN')), (NULL)"),
        ("int", "(1), (NULL)"),
    ],
)
def test_ids_that_are_missing(spark: SparkSession, kind: str, missing: str) -> None:
    frame = spark.sql(f"SELECT CAST(id AS {kind}) AS `my id` FROM VALUES {missing} AS t(id)")
    found, checks = data.build_id_checks(frame, "my id", "trust", 0)
    assert [check.reason for check in checks] == ["id: missing"]
    assert data.keep_accepted(found, checks).count() == 1


def test_every_row_of_a_repeated_id_is_marked_and_no_row_is_added(spark: SparkSession) -> None:
    frame = spark.sql("SELECT * FROM VALUES (1), (2), (2), (3), (3), (3), (NULL), (NULL) AS t(id)")
    found, checks = data.build_id_checks(frame, "id", "exact", 8)
    assert found.count() == 8
    assert [row["id"] for row in data.keep_accepted(found, checks).collect()] == [1]
    assert count_rows(found, checks)["failed_1"] == 5


def test_a_missing_id_is_not_a_repeated_one(spark: SparkSession) -> None:
    frame = spark.sql("SELECT * FROM VALUES ('1'), (''), (''), (' '), (' '), (NULL), (NULL) AS t(id)")
    found, checks = data.build_id_checks(frame, "id", "exact", 7)
    assert found is frame
    assert [check.reason for check in checks] == ["id: missing"]


def test_a_table_without_repeats_is_not_joined(spark: SparkSession) -> None:
    frame = spark.range(5)
    found, checks = data.build_id_checks(frame, "id", "exact", 5)
    assert found is frame
    assert len(checks) == 1


def test_auto_looks_exactly_up_to_its_size_only(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = spark.sql("SELECT * FROM VALUES (1), (1) AS t(id)")
    monkeypatch.setattr(ids, "EXACT_UP_TO", 2)
    assert len(data.build_id_checks(frame, "id", "auto", 2)[1]) == 2
    assert len(data.build_id_checks(frame, "id", "auto", 3)[1]) == 1
    assert len(data.build_id_checks(frame, "id", "exact", 3)[1]) == 2


def test_more_repeats_than_the_driver_takes_are_a_fan_out(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "MOST_REPEATED", 3)
    with pytest.raises(DataError, match="more than 3 ids"):
        data.build_id_checks(spark.range(8).selectExpr("id % 4 AS id"), "id", "exact", 8)


def test_what_is_written_comes_back_and_nothing_is_overwritten(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "customers")
    frame = spark.range(6).selectExpr("id", "int(id % 2) AS segment", "'a b' AS `a name.with dots`")
    data.write_customers(frame, path, partition_by="segment")
    again = data.read_written(spark, path)
    assert sorted(again.select(*map(data.column, frame.columns)).collect()) == sorted(frame.collect())
    assert dict(again.dtypes)["segment"] == "int"
    assert sorted(part.name for part in (tmp_path / "customers").glob("segment=*")) == [
        "segment=0",
        "segment=1",
    ]
    for write in (data.write_rows, partial(data.write_customers, partition_by="segment")):
        with pytest.raises(AnalysisException) as raised:
            write(frame, path)
        assert isinstance(explain_error(raised.value, "output"), RunError)


def test_a_table_may_have_a_check_for_each_of_many_columns(spark: SparkSession) -> None:
    frame = spark.range(200).select(F.struct("id").alias(data.AS_READ), "id")
    checks = [data.Check(f"not {i}", F.col("id") != F.lit(i)) for i in range(150)]
    assert data.keep_accepted(frame, checks).count() == 50
    assert data.keep_rejected(frame, checks).count() == 150
