"""`--explain` of a recipe that cuts by categories: how each is computed, and what is written."""

from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import cli

RECIPE = """
input: {path: customers.csv, id: id}
segment_by:
  spend: spend
  tier: {category: tier, weight: 0.5, keep: 2}
  size: {category: size, order: [S, M, L]}
"""


def test_a_category_is_explained(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = {"id": range(30), "spend": range(30), "tier": list("abc") * 10, "size": list("SML") * 10}
    pd.DataFrame(table).to_csv(tmp_path / "customers.csv", index=False)
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE)
    asked = ["--recipe", str(recipe), "--input", str(tmp_path / "customers.csv"), "--explain"]
    assert cli.main(["train", *asked]) == 0
    said = capsys.readouterr().out
    assert (
        "#   feature_tier: tier: the 2 most frequent values of the sample, or other; levels are 0 or 1 and "
        "together count as one number of weight 0.5\n" in said
    )
    assert "#   feature_size: the rank of size, S 0, M 1, L 2: a number\n" in said
    assert "#   feature_tier: string\n" in said
    assert "#   feature_size: double\n" in said
    assert "clip" not in said.partition("  tier:")[2].partition("scale:")[0]
