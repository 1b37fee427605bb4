"""Spark's errors, raised for real, in one line of ours."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyspark
import pytest
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.engine.translate_errors import explain_error
from custseg_spark.errors import CustsegError, DataError, RecipeError, RunError

NOT_IN_4_2 = pytest.mark.skipif(
    pyspark.__version__ < "4.1" or pyspark.__version__.startswith("4.2"), reason="this Spark gives null"
)
YOUNGER = pytest.mark.skipif(pyspark.__version__ < "4.1", reason="Spark 4.0 raises no such error")


def told(run: Callable[[], object], where: str = "rules.x") -> CustsegError:
    with pytest.raises(Exception) as raised:
        run()
    problem = explain_error(raised.value, where)
    assert isinstance(problem, CustsegError), raised.value
    for line in (problem.what, problem.remedy):
        assert line
        assert "\n" not in line
        assert "SQLSTATE" not in line
        assert "{" not in line
    assert problem.what.startswith(f"{where}: ")
    return problem


@pytest.mark.spark_only("its own words")
@pytest.mark.parametrize(
    "sql,what",
    [
        ("Incme + 1", "no column `Incme`"),
        ("nosuch(id)", "no function `nosuch`"),
        ("id + * 3", "does not parse at '3'"),
        ("id >", "does not parse at end of input"),
        ("", "unexpected empty statement"),
        ("log1p(id, 2)", "`log1p` requires 1 parameters"),
        ("id AND true", "data type mismatch"),
        ("sum(id) + id", "GROUP BY"),
        ("1 / (id - 1)", r"divides by zero in 1 / \(id - 1\)"),
        ("id % 0", "divides by zero"),
        ("cast(name as int)", r"'n\d' is no INT in cast\(name as int\)"),
        ("datediff(current_date(), name)", r"'n\d' is no DATE"),
        ("9223372036854775807 + id", "a number grows too large"),
        ("cast(id * 100000000000 as int)", "100000000000L is too large for INT"),
        ("to_date(name, 'dd-MM-yyyy')", "could not be parsed"),
        pytest.param("try_to_date(name, 'YYYY')", "date pattern", marks=YOUNGER),
        pytest.param("array(id)[3]", "index 3 is out of bounds", marks=NOT_IN_4_2),
    ],
)
def test_expressions(spark: SparkSession, sql: str, what: str) -> None:
    frame = spark.range(2).selectExpr("id", "concat('n', id) AS name")
    problem = told(lambda: frame.selectExpr(sql).collect())
    assert isinstance(problem, RecipeError)
    assert re.search(what, problem.what), problem.what


@pytest.mark.spark_only("its own words")
def test_files_of_one_table_whose_types_differ(spark: SparkSession, tmp_path: Path) -> None:
    for name, sql in (("a", "double(1) AS v"), ("b", "'x' AS v")):
        spark.range(1).selectExpr("id", sql).write.parquet(str(tmp_path / "t" / f"part={name}"))
    problem = told(spark.read.parquet(str(tmp_path / "t")).collect, "input")
    assert isinstance(problem, DataError)
    assert "column v is" in problem.what
    merged = spark.read.option("mergeSchema", True)
    assert "schemas" in told(lambda: merged.parquet(str(tmp_path / "t")).collect(), "input").what


@pytest.mark.spark_only("its own words")
def test_files_that_are_cut_off_or_go_away_during_the_run(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "t"
    for damage, what in ((_cut, "is not Parquet, or cut off"), (os.remove, "went away during the run")):
        spark.range(5).coalesce(1).write.parquet(str(path))
        frame = spark.read.parquet(str(path))
        for crc in path.glob(".*.crc"):
            crc.unlink()
        for part in path.glob("*.parquet"):
            damage(part)
        problem = told(frame.collect, "input")
        assert isinstance(problem, DataError)
        assert what in problem.what
        shutil.rmtree(path)


def _cut(path: Path) -> None:
    os.truncate(path, os.path.getsize(path) // 2)  # noqa: PTH202


@pytest.mark.spark_only("its own words")
def test_paths_and_formats(spark: SparkSession, tmp_path: Path) -> None:
    assert "does not exist" in told(lambda: spark.read.parquet(str(tmp_path / "no")).schema).what
    assert "no Parquet files" in told(lambda: spark.read.parquet(str(tmp_path)).schema).what
    assert (
        "knows no format nosuch" in told(lambda: spark.read.format("nosuch").load(str(tmp_path)).schema).what
    )
    assert "reads such paths" in told(lambda: spark.read.parquet("nosuch://bucket/t").schema).what


def test_an_output_that_can_not_be_written(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    problem = told(lambda: data.write_rows(spark.range(1), str(tmp_path / "file" / "out")), "output")
    assert isinstance(problem, RunError)
    assert "can't be written" in problem.what


def test_what_is_not_spark_s_or_not_foreseen_is_left_alone() -> None:
    assert explain_error(ValueError("no"), "x") is None
    assert explain_error(AnalysisException("[NOT_FORESEEN] what now"), "x") is None
    ours = DataError("a", "b")
    assert explain_error(ours, "x") is ours


@pytest.mark.parametrize(
    "text,kind,what",
    [
        ("Caused by: java.io.IOException: No space left on device", RunError, "the disk is full"),
        ("java.io.FileNotFoundException: /o/x (Read-only file system)", RunError, "can't be written"),
        ("IOException: Mkdirs failed to create file:/o/_temporary/0/x (exists=false)", RunError, "file:/o"),
        ("AccessControlException: Permission denied: user=a", RunError, "permission denied"),
        (
            "Encountered error while reading file file:///t/a.csv. \nCaused by: a.csv (Permission denied)",
            DataError,
            "file:///t/a.csv can't be read: permission denied",
        ),
        ("Caused by: java.lang.OutOfMemoryError: Java heap space", RunError, "out of memory"),
        ("ExecutorLostFailure (executor 1 exited)", RunError, "lost its executors"),
    ],
)
def test_what_a_test_can_not_bring_about_is_known_by_its_text(
    text: str, kind: type[CustsegError], what: str
) -> None:
    problem = explain_error(PySparkException(message=text), "x")
    assert type(problem) is kind
    assert what in problem.what
