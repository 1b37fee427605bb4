"""A run of a made table, as the pages read it; a browser, and reports to open in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark.app import visit
from custseg_spark.app.run_view import RunView
from custseg_spark.app.visit import Upload, Visit
from custseg_spark.commands.train import train
from custseg_spark.recipe import Recipe, parse
from custseg_spark.report.figures import draw
from custseg_spark.report.html import render_page
from tests.app.chromium import ARGUMENTS, CHROMIUM
from tests.jobs.conftest import RECIPE, planted
from tests.unit import report_trial


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def report(
    tmp_path_factory: pytest.TempPathFactory,
    trial: report_trial.Trial,
    drawn: tuple[dict[str, bytes], dict[str, bytes]],
) -> Path:
    """A page with every part."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_page(report_trial.full_page(trial, *drawn)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of 14 segments with long names."""
    names = tuple(f"Big spenders, living in the countryside, group {i}" for i in range(14))
    trial = report_trial.trial(k=14, names=names)
    figures = {name: one.light for name, one in draw(report_trial.pictures(trial)).items()}
    path = tmp_path_factory.mktemp("crowded") / "report.html"
    path.write_text(render_page(report_trial.full_page(trial, figures)), encoding="utf-8")
    return path
