"""What `init` looks at: rows drawn over the whole table, and one pass over all of them."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.commands.init import preview_table, propose_recipe
from custseg_spark.errors import DataError
from custseg_spark.propose.facts import ColumnFacts
from custseg_spark.recipe import Input, parse, plain_yaml
from custseg_spark.steps.survey_table import LOOKED_AT, draw_rows

ROWS = 12_000


def make_table() -> pd.DataFrame:
    """What the first 10,000 rows do not show: fractions, a text among numbers, an id that comes again."""
    number = pd.Series(range(ROWS))
    late = number >= 11_000
    return pd.DataFrame(
        {
            "row": [f"c{n}" if n < 11_000 else f"c{n - 1000}" for n in number],
            "user_id": [f"{n:06d}" for n in number],
            "spend": (number % 97).astype(str).where(~late, (number % 97 + 0.25).astype(str)),
            "visits": (number // 5 % 31).astype(str).where(number != 11_999, "many"),
            "first": number.map(lambda n: "old" if n < 10_500 else "new"),
        }
    )


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_all_rows_are_looked_at(spark: SparkSession, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"t.{kind}"
    make_table().to_csv(path, index=False) if kind == "csv" else make_table().to_parquet(path)
    preview = preview_table(spark, str(path))
    facts = preview.facts
    assert facts.rows == preview.rows == ROWS
    assert 0.9 * LOOKED_AT < len(preview.head) < 1.1 * LOOKED_AT
    assert set(preview.head["first"]) == {"old", "new"}
    assert facts.columns["user_id"] == ColumnFacts(ROWS, ROWS)
    assert facts.columns["row"].distinct < 0.97 * ROWS
    spend, visits = facts.columns["spend"], facts.columns["visits"]
    assert (spend.known, spend.lowest, spend.highest, spend.has_fractions) == (ROWS, 0.0, 96.25, True)
    assert (visits.misfits, visits.misfit, visits.has_fractions) == (1, "many", False)
    proposed = parse(plain_yaml.read(preview.propose().text, "proposed"))
    assert proposed.input.id == "user_id"
    assert proposed.input.types["spend"] == "double"
    assert proposed.input.types["visits"] == "int"


def test_a_small_file_is_taken_as_it_was_read(spark: SparkSession, tmp_path: Path) -> None:
    make_table().head(300).to_csv(tmp_path / "t.csv", index=False)
    drawn = draw_rows(data.open_table(spark, Input(id=""), str(tmp_path / "t.csv")))
    assert (drawn.are_all, drawn.of) == (True, 300)
    make_table().head(LOOKED_AT - 1).to_csv(tmp_path / "t.csv", index=False)
    drawn = draw_rows(data.open_table(spark, Input(id=""), str(tmp_path / "t.csv")))
    assert (drawn.are_all, drawn.of) == (True, LOOKED_AT - 1)


@pytest.mark.parametrize("inside", ["csv", "json", "parquet"])
def test_an_archive_is_one_in_the_recipe_too(spark: SparkSession, tmp_path: Path, inside: str) -> None:
    table, part = make_table().head(60), tmp_path / f"t.{inside}"
    if inside == "json":
        table.to_json(part, orient="records", lines=True)
    else:
        table.to_csv(part, index=False) if inside == "csv" else table.to_parquet(part)
    with zipfile.ZipFile(tmp_path / "t.dat", "w") as archive:
        archive.write(part, part.name)
    preview = preview_table(spark, str(tmp_path / "t.dat"))
    assert preview.format == "zip"
    assert preview_table(spark, str(tmp_path / "t.dat"), preview.options, "zip").format == "zip"


def test_what_reading_has_to_say_is_a_notice(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    make_table().head(60).to_csv(path, index=False)
    path.write_text("Customers of 2024\n\n" + path.read_text())
    assert "line 3" in propose_recipe(spark, str(path)).notices[0]


def test_the_id_is_named_by_hand(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "t.csv")
    make_table().head(300).to_csv(path, index=False)
    assert "  id: row  # different" in propose_recipe(spark, path, asked="ROW").text
    assert "  id: {row_number: true}" in propose_recipe(spark, path, asked="row_number").text
    with pytest.raises(DataError, match="--id: the table has no column 'user'") as refused:
        propose_recipe(spark, path, asked="user")
    assert "user_id" in refused.value.remedy
