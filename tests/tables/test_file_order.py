"""A replication takes the rows in the order of their file, however it is read, or says why it can't."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from custseg_spark.api.training import count_table
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe import Recipe, parse

ROWS = 2_000


def write_recipe(**changes: Any) -> Recipe:
    document = {
        "input": {"id": "id"},
        "segment_by": {"place": "place", "visits": "visits"},
        "sweep": {"restarts": 1, "order": "file"},
    }
    found = parse({**document, **changes})
    assert isinstance(found, Recipe)
    return found


def make_table(rows: int = ROWS) -> pd.DataFrame:
    """Rows that say which they are; the ids say nothing of it. Every seventh is to be quarantined."""
    place = np.arange(rows)
    ids = [f"c{number:05d}" for number in np.random.default_rng(1).permutation(rows)]
    return pd.DataFrame({"id": ids, "place": place, "visits": place % 5.0, "dirty": (place % 7 == 0) * 1})


@pytest.mark.parametrize("kind", ["csv", "parquet", "json"])
def test_rows_stand_in_the_order_of_their_file(spark: SparkSession, tmp_path: Path, kind: str) -> None:
    """Sail gives the row groups of Parquet in the order in which it is done with them."""
    path, table = tmp_path / f"t.{kind}", make_table()
    if kind == "csv":
        table.to_csv(path, index=False)
    elif kind == "parquet":
        table.to_parquet(path, index=False, row_group_size=50)
    else:
        table.to_json(path, orient="records", lines=True)
    recipe = write_recipe(rules={"clean": "dirty = 0", "max_quarantined": 0.5})
    sample = count_table(spark, recipe, str(path)).sample
    assert sample.places is not None
    assert len(sample.places) == int((table["dirty"] == 0).sum())
    assert (sample.places == sample.raw["place"] + 1).all()
    assert not (np.diff(sample.places) > 0).all(), "else nothing was put in order"


def test_a_numbered_table_is_in_its_own_order(spark: SparkSession, tmp_path: Path) -> None:
    make_table(200).to_csv(tmp_path / "t.csv", index=False)
    recipe = write_recipe(input={"id": {"row_number": True}})
    sample = count_table(spark, recipe, str(tmp_path / "t.csv")).sample
    assert sample.places is not None
    assert (sample.places == sample.raw["place"] + 1).all()


def test_ids_that_are_cast_or_hashed_are_found_again(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTSEG_SECRET", "sixteen signs and more")
    table = make_table(200)
    table["id"] = "000" + table["id"].str[1:]
    table.to_csv(tmp_path / "t.csv", index=False)
    for changes in (
        {"input": {"id": "id", "types": {"id": "int"}}},
        {"privacy": {"hash": ["id"]}},
    ):
        sample = count_table(spark, write_recipe(**changes), str(tmp_path / "t.csv")).sample
        assert sample.places is not None
        assert (sample.places == sample.raw["place"] + 1).all()


def refuse(spark: SparkSession, recipe: Recipe, source: str | DataFrame) -> str:
    with pytest.raises((DataError, RecipeError)) as refused:
        count_table(spark, recipe, source)
    assert "leave sweep.order out" in refused.value.remedy
    return refused.value.what


def test_what_has_no_order_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    table = make_table(200)
    (tmp_path / "two").mkdir()
    for number, part in enumerate((table[:100], table[100:])):
        part.to_csv(tmp_path / "two" / f"{number}.csv", index=False)
    assert "holds 2 files" in refuse(spark, write_recipe(), str(tmp_path / "two"))
    assert "a DataFrame is none" in refuse(spark, write_recipe(), spark.createDataFrame(table))


def test_rows_beyond_the_sample_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    make_table(200).to_csv(tmp_path / "t.csv", index=False)
    sweep = {"restarts": 1, "order": "file", "sample": 199}
    said = refuse(spark, write_recipe(sweep=sweep), str(tmp_path / "t.csv"))
    assert "the table has 200, and sweep.sample is 199" in said
    whole = count_table(spark, write_recipe(sweep={**sweep, "sample": 200}), str(tmp_path / "t.csv"))
    assert whole.sample.whole


def test_rows_that_cannot_be_told_apart_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    table = make_table(200)
    table.assign(row_number=1).to_csv(tmp_path / "own.csv", index=False)
    assert "'row_number' of its own" in refuse(spark, write_recipe(), str(tmp_path / "own.csv"))
    table.loc[1, "id"] = table.loc[0, "id"]
    table.to_csv(tmp_path / "twice.csv", index=False)
    trusting = write_recipe(input={"id": "id", "unique": "trust"})
    assert "stand twice" in refuse(spark, trusting, str(tmp_path / "twice.csv"))


def test_without_it_no_order_is_looked_for(spark: SparkSession, tmp_path: Path) -> None:
    make_table(200).to_csv(tmp_path / "t.csv", index=False)
    counted = count_table(spark, write_recipe(sweep={"restarts": 1}), str(tmp_path / "t.csv"))
    assert counted.sample.places is None
