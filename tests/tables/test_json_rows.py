"""JSON with all that stands in files of it: the same rows on both engines."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import Row, SparkSession

from custseg_spark import data
from custseg_spark.data import json_copy
from custseg_spark.data.table_files import locate
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import BadTableError, DataError, NeedsSparkError
from custseg_spark.recipe.models import Input

LINES = r"""{"id":1,"a":1,"m":1.50,"o":{"z":1,"y":null},"l":[1,2.5],"e":{},"n":null}
null
5
"x"
[]
[1]
[{"id":7},{"id":8}]
{"id":2} x
{}


{"id":4,"a":2.5,"m":"t","o":{"z":2,"y":5},"l":[]}
{"id":5,"m":true,"a":
{"id":6,"m":{"q": 1.0, "r":[1, null]},"l":null}
{"id":9,"m":1e20}
[{"id":12},3]
{"id":13,"a":NaN}
{"id":14,"m":[1, "é/\u00e9"]}
"""
READ = [
    (1.0, 1, [1.0, 2.5], "1.50", None, Row(y=None, z=1), None),
    (None, None, None, None, None, None, "null"),
    (None, None, None, None, None, None, "5"),
    (None, None, None, None, None, None, '"x"'),
    (None, None, None, None, None, None, "[1]"),
    (None, 7, None, None, None, None, None),
    (None, 8, None, None, None, None, None),
    (None, 2, None, None, None, None, None),
    (None, None, None, None, None, None, None),
    (2.5, 4, [], "t", None, Row(y=5, z=2), None),
    (None, None, None, None, None, None, '{"id":5,"m":true,"a":'),
    (None, 6, None, '{"q": 1.0, "r":[1, null]}', None, None, None),
    (None, 9, None, "1e20", None, None, None),
    (None, None, None, None, None, None, '[{"id":12},3]'),
    ("nan", 13, None, None, None, None, None),
    (None, 14, None, r'[1, "é/\u00e9"]', None, None, None),
]


def open_json(spark: SparkSession, path: Path) -> data.Table:
    return data.open_table(spark, Input(id="id", format="json"), str(path))


def list_rows(table: data.Table) -> list[tuple[Any, ...]]:
    rows = [tuple(row) for row in table.frame.collect()]
    return [tuple("nan" if value != value else value for value in row) for row in rows]


def test_lines_of_json_are_read_as_they_stand(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(LINES)
    table = open_json(spark, tmp_path / "t.json")
    assert table.frame.columns == ["a", "id", "l", "m", "n", "o", data.MALFORMED]
    assert list_rows(table) == READ
    assert table.text is not None
    assert list(table.text.columns) == ["m", "n"]


def test_arrays_of_objects_are_rows_and_a_torn_one_is_none(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('\ufeff [ {"id": 1, "a": "x"},\n {"id": 2, "a": 3.10} ] ')
    assert list_rows(open_json(spark, tmp_path / "a.json")) == [("x", 1, None), ("3.10", 2, None)]
    (tmp_path / "b.json").write_text('[{"id": 1},\n {"id": 2}')
    with pytest.raises(BadTableError, match="holds no JSON objects"):
        open_json(spark, tmp_path / "b.json")
    (tmp_path / "c.json").write_text('{"id":\n1}\n')
    assert list_rows(open_json(spark, tmp_path / "c.json")) == [(1, None)]


@pytest.mark.parametrize("line", ['{"id": 1, "a": 2, "a": 3}', '{"id": 1, "ID": 2}'])
def test_a_name_that_stands_twice_is_refused(spark: SparkSession, tmp_path: Path, line: str) -> None:
    (tmp_path / "t.json").write_text(line + "\n")
    with pytest.raises(DataError, match="would be there twice"):
        open_json(spark, tmp_path / "t.json")


@pytest.mark.parametrize("line", ["{'id': 1}", '{"id": 12345678901234567890}'])
def test_what_only_spark_reads_asks_for_it(spark: SparkSession, tmp_path: Path, line: str) -> None:
    (tmp_path / "t.json").write_text(line + "\n")
    if is_sail(spark):
        with pytest.raises(NeedsSparkError, match="Spark alone reads them"):
            open_json(spark, tmp_path / "t.json")
    else:
        assert open_json(spark, tmp_path / "t.json").frame.count() == 1


SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=3) | st.floats(-9, 9)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["x", "y"]), inner, max_size=2)
    ),
    max_leaves=3,
)
OBJECTS = st.dictionaries(st.sampled_from(["id", "a", "b"]), VALUES, max_size=3)


@pytest.mark.spark_only("its reader is what the other is held against")
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(OBJECTS | SCALARS, min_size=1, max_size=5))
def test_rows_are_those_that_spark_reads(spark: SparkSession, tmp_path: Path, drawn: list[Any]) -> None:
    path = tmp_path / "t.json"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in [{"id": 1}, *drawn]))
    try:
        copy, _ = json_copy.copy_json(locate(str(path)), as_array=False, numbered=False)
    except NeedsSparkError:
        return
    wanted = open_json(spark, path)
    fields = [(name, kind) for name, kind in wanted.frame.dtypes]
    copied = spark.read.parquet(copy.folder)
    assert copied.dtypes == fields
    assert list_rows(data.Table(copied, None, "json", "")) == list_rows(wanted)
