"""Every table of the corpus, as `custseg train` takes it up to its features; its outcome is the one told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from custseg_spark import recipe
from custseg_spark.api.training import count_table
from custseg_spark.data import Quality
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import CustsegError, NeedsSparkError
from custseg_spark.results import CountedTable
from custseg_spark.steps.check_rows import check_rows
from custseg_spark.steps.treat_features import treat_features
from tests.corpus import CASES, Case, write

USUAL = ("id", "spend", "visits")
OF_SPARK = {
    **dict.fromkeys(
        ("wider-integers-first", "wider-integers", "drift-to-text", "drift-to-double"),
        "not all its files have the same columns",
    ),
    "decimal-overflow": "decimal of 43 digits",
}
"""Parquet that Sail leaves to Spark, and what it says of it."""


def check(spark: SparkSession, case: Case, directory: Path) -> tuple[CountedTable, Quality]:
    """The case's table through everything that `train` does before it looks for segments."""
    written, table = write(case, directory)
    counted = count_table(spark, recipe.load(str(written)), str(table))
    quality = check_rows(counted)
    assert np.isfinite(treat_features(spark, counted).points).all()
    return counted, quality


def is_left_to_spark(spark: SparkSession, name: str, directory: Path) -> bool:
    """Whether the session is Sail's and the case is not: then it says so, and nothing else is asked of it."""
    if not is_sail(spark) or name not in OF_SPARK:
        return False
    with pytest.raises(NeedsSparkError, match=OF_SPARK[name]):
        check(spark, CASES[name], directory)
    return True


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.code == 0])
def test_accepted(spark: SparkSession, name: str, tmp_path: Path) -> None:
    if is_left_to_spark(spark, name, tmp_path):
        return
    case = CASES[name]
    counted, quality = check(spark, case, tmp_path)
    sample = counted.sample
    assert quality.by_reason == case.reasons
    assert (quality.accepted, quality.quarantined) == (case.accepted, case.rejected)
    assert quality.read == quality.accepted + quality.quarantined
    assert {feature: count for feature, count in sample.missing.items() if count} == case.missing
    assert len(sample.raw) == case.accepted
    if case.rejected:
        reasons = [reason for row in counted.table.rejected.collect() for reason in row["reasons"]]
        assert {reason: reasons.count(reason) for reason in reasons} == case.reasons


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.code])
def test_refused(spark: SparkSession, name: str, tmp_path: Path) -> None:
    if is_left_to_spark(spark, name, tmp_path):
        return
    case = CASES[name]
    with pytest.raises(CustsegError) as told:
        check(spark, case, tmp_path)
    assert told.value.exit_code == case.code, told.value
    assert case.says in told.value.what + " " + told.value.remedy
    assert case.code == 2 or "\n" not in told.value.what + told.value.remedy


def test_a_recipe_that_builds_an_object_ran_nothing() -> None:
    assert not Path("custseg-was-here").exists()
