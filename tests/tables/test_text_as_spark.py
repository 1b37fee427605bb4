"""Text as it is read without an engine, held against Spark's own reader."""

import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, reject, settings
from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.data import read_text, text_copy
from custseg_spark.data.table_files import locate
from custseg_spark.errors import CustsegError
from custseg_spark.recipe.models import Input
from tests.unit.test_text_splitting import draw_text


@pytest.mark.spark_only("its reader is what the others are held against")
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(draw_text())
def test_rows_are_those_that_spark_reads(spark: SparkSession, drawn: tuple[str, dict[str, Any]]) -> None:
    text, options = drawn
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode())
        source = Input(id="id", options=options)
        try:
            frame = data.open_table(spark, source, str(path)).frame
        except CustsegError:  # no table by its head
            reject()
        wanted = [tuple(row) for row in frame.collect()]
        found = locate(str(path))
        head = read_text.find_head(source, found)
        copy = text_copy.copy_text(found, head, options, numbered=False)
        read = pq.read_table(copy.folder)
        assert list(zip(*[one.to_pylist() for one in read.columns], strict=True)) == wanted
