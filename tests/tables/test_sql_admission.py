"""What no expression may do, held against the functions that Spark itself has."""

from __future__ import annotations

from functools import cache

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from custseg_spark.errors import RecipeError
from custseg_spark.sql import check_expression


@cache
def classes(spark: SparkSession) -> dict[str, str]:
    """Every function of the session by name -> the class behind it; operators have none."""
    names = [row[0] for row in spark.sql("SHOW FUNCTIONS").collect()]
    found = {}
    for name in names:
        lines = [row[0] for row in spark.sql(f"DESCRIBE FUNCTION EXTENDED `{name}`").collect()]
        found[name] = next((line[7:] for line in lines if line.startswith("Class: ")), "")
    return found


def is_refused(name: str) -> bool:
    try:
        check_expression(f"`{name}`(x)", "f")
    except RecipeError:
        return True
    return False


def test_every_aggregate_of_spark_is_refused(spark: SparkSession) -> None:
    aggregates = {name for name, kind in classes(spark).items() if ".aggregate." in kind}
    assert len(aggregates) > 60
    assert {name for name in aggregates if not is_refused(name)} == set()


def test_no_generator_and_no_window_function_is_admitted(spark: SparkSession) -> None:
    """Spark says itself that a function is one, where it stands in a sum."""
    frame = spark.range(1).selectExpr("array(struct(1)) AS a")
    told = ("UNSUPPORTED_GENERATOR", "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE")
    found = set()
    for name in sorted(classes(spark)):
        if is_refused(name):
            continue
        try:
            _ = frame.selectExpr(f"1 + `{name}`(a)").schema
        except PySparkException as problem:
            if str(problem.getCondition()).startswith(told):
                found.add(name)
    assert found == set()
