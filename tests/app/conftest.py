"""A run of a made table, as the pages read it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark.app import visit
from custseg_spark.app.run_view import RunView
from custseg_spark.app.visit import Upload, Visit
from custseg_spark.commands.train import train
from custseg_spark.recipe import Recipe, parse
from tests.jobs.conftest import RECIPE, planted


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    """Three groups well apart; some cells would be formulas in a spreadsheet."""
    table = planted()
    table["note"] = ["=1+1", "+1", "-x", "@SUM(A1)", "\tx", "fine"] * (len(table) // 6)
    return table.drop(columns="group")


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return parse({**RECIPE, "input": {"path": "customers.csv", "id": "id"}})


@pytest.fixture(scope="session")
def table(spark: SparkSession, customers: pd.DataFrame, recipe: Recipe) -> Upload:
    """The table as a visit brought it, with the run that was made of it."""
    brought = Visit().bring("segment", "customers.csv", customers.to_csv(index=False).encode())
    made = train(spark, recipe, str(brought.file), brought.make_output())
    brought.known |= {"published": RunView(made.run, "customers"), "recipe": recipe}
    return brought


@pytest.fixture(scope="session")
def run(table: Upload) -> RunView:
    found: RunView = table.known["published"]
    return found


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of published runs, as the person who starts the server names it."""
    from custseg_spark.app.settings import SETTINGS

    monkeypatch.setattr(SETTINGS, "output", str(tmp_path / "out"))
    assert visit.get_root().name
    return tmp_path / "out"
