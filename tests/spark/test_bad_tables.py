"""Every table of the corpus, as `custseg train` takes it up to its features; its outcome is the one told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from custseg_spark import features, recipe
from custseg_spark.errors import CustsegError
from custseg_spark.results import CustomerTable, Sample
from custseg_spark.steps import draw_sample, load_table
from tests.corpus import CASES, Case, write

USUAL = ("id", "spend", "visits")


def checked(spark: SparkSession, case: Case, directory: Path) -> tuple[CustomerTable, Sample]:
    """The case's table through everything that `train` does before it looks for segments."""
    written, table = write(case, directory)
    how = recipe.load(str(written))
    found, rows = load_table.check_ids(load_table.load_table(spark, how, str(table)), how, str(table))
    sample, counts = draw_sample.draw_sample(found, how, rows)
    sample = draw_sample.check_quality(found, sample, counts, how, rows)
    treatments = features.fit_treatments(sample.raw, found.expressions, how.segment_by, how.scale)
    assert np.isfinite(
        features.to_model_scale(features.apply_treatments(sample.raw, treatments), treatments)
    ).all()
    return found, sample


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.code == 0])
def test_accepted(spark: SparkSession, name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found, sample = checked(spark, case, tmp_path)
    quality = sample.quality
    assert quality.by_reason == case.reasons
    assert (quality.accepted, quality.quarantined) == (case.accepted, case.rejected)
    assert quality.read == quality.accepted + quality.quarantined
    assert {feature: count for feature, count in sample.missing.items() if count} == case.missing
    assert len(sample.raw) == case.accepted
    if case.rejected:
        reasons = [reason for row in found.rejected.collect() for reason in row["reasons"]]
        assert {reason: reasons.count(reason) for reason in reasons} == case.reasons


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.code])
def test_refused(spark: SparkSession, name: str, tmp_path: Path) -> None:
    case = CASES[name]
    with pytest.raises(CustsegError) as told:
        checked(spark, case, tmp_path)
    assert told.value.exit_code == case.code, told.value
    assert case.says in told.value.what + " " + told.value.remedy
    assert case.code == 2 or "\n" not in told.value.what + told.value.remedy


def test_a_recipe_that_builds_an_object_ran_nothing() -> None:
    assert not Path("custseg-was-here").exists()
