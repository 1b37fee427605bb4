"""Columns that must not travel are gone, or hashed, before anything else sees the table."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe import Input, Privacy
from tests.support.plans import show_plans

SECRET = "a long random text of one's own"
ENVIRONMENT = {"CUSTSEG_SECRET": SECRET}

OpenTable = Callable[..., data.Table]


def hashed(value: str) -> str:
    return hashlib.sha256((SECRET + value).encode()).hexdigest()


@pytest.fixture
def opened(spark: SparkSession, tmp_path: Path) -> OpenTable:
    def table(content: str, name: str = "customers.csv") -> data.Table:
        (tmp_path / name).write_text(content)
        return data.open_table(spark, Input(id="id"), str(tmp_path / name))

    return table


def test_columns_are_dropped_and_hashed(opened: OpenTable) -> None:
    table = opened("id,email,spend\n007,ann@x.org,1\n ,bob@x.org,2\n8,,3\n")
    found = data.apply_privacy(table, Privacy(drop=("EMAIL",), hash=("id",)), ENVIRONMENT)
    assert found.frame.columns == ["id", "spend", data.MALFORMED]
    rows = [tuple(row)[:2] for row in found.frame.orderBy("spend").collect()]
    assert rows == [(hashed("007"), "1"), (None, "2"), (hashed("8"), "3")]
    assert found.text is not None
    assert list(found.text.columns) == ["spend"], "what the head shows of a column goes too"


def test_text_in_another_encoding_is_not_hashed(opened: OpenTable) -> None:
    """Two ids that became one must not look like one customer."""
    table = opened("id,spend\nJ\ufffdrg,1\n8,2\n")
    found = data.apply_privacy(table, Privacy(hash=("id",)), ENVIRONMENT)
    assert [row["id"] for row in found.frame.orderBy("spend").collect()] == ["\ufffd", hashed("8")]
    typed = data.cast_columns(found, {"id": ["input.id"]}, {})
    rejected = data.keep_rejected(typed.frame, typed.checks).collect()
    assert [row["reasons"] for row in rejected] == [["id: text in another encoding"]]


def test_numbers_are_hashed_as_they_are_written(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(7, 1.5), (8, float("nan"))], "id bigint, code double")
    table = data.Table(frame, None, "parquet", "t")
    found = data.apply_privacy(table, Privacy(hash=("id", "code")), ENVIRONMENT).frame
    assert [tuple(row) for row in found.collect()] == [
        (hashed("7"), hashed("1.5")),
        (hashed("8"), None),
    ]


def test_of_a_row_that_fits_no_header_nothing_is_kept(opened: OpenTable) -> None:
    """Its fields may stand in the wrong columns: here the address is where the spend should be."""
    table = opened("id,email,spend\n1,ann@x.org,5\n2,Smith,bob@x.org,7\n3,carl@x.org\n")
    found = data.apply_privacy(table, Privacy(drop=("email",)), ENVIRONMENT).frame
    broken = [tuple(row) for row in found.filter(f"{data.MALFORMED} is not null").collect()]
    assert broken == [(None, None, "withheld: privacy")] * 2


def test_the_secret_is_in_no_plan(opened: OpenTable) -> None:
    found = data.apply_privacy(opened("id,spend\n1,2\n"), Privacy(hash=("id",)), ENVIRONMENT).frame
    plan = show_plans(found)
    assert "sha2" in plan
    assert SECRET not in plan


@pytest.mark.parametrize("environment", [{}, {"CUSTSEG_SECRET": "short"}])
def test_a_secret_that_is_missing_or_short_is_refused(opened: OpenTable, environment: dict[str, str]) -> None:
    with pytest.raises(RecipeError, match="CUSTSEG_SECRET") as told:
        data.apply_privacy(opened("id,spend\n1,2\n"), Privacy(hash=("id",)), environment)
    assert "short" not in told.value.what


def test_a_column_that_is_not_there_is_refused_as_it_may_be_misspelt(opened: OpenTable) -> None:
    with pytest.raises(DataError, match=r"privacy\.drop.*'e-mail'"):
        data.apply_privacy(opened("id,email\n1,x\n"), Privacy(drop=("e-mail",)), ENVIRONMENT)
