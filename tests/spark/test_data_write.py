"""Tables out: what a spreadsheet would run is made harmless."""

import pytest
from pyspark.sql import SparkSession

from custseg_spark import data


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(spark: SparkSession, sign: str) -> None:
    rows = [(f"{sign}cmd()", -1.5, "a=b"), ("plain", 2.0, None)]
    frame = spark.createDataFrame(rows, "text string, number double, other string")
    found = data.harmless(frame.withColumnRenamed("other", f"{sign}name"))
    assert found.columns == ["text", "number", f"'{sign}name"]
    assert [tuple(row) for row in found.collect()] == [(f"'{sign}cmd()", -1.5, "a=b"), ("plain", 2.0, None)]
