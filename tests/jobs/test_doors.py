"""By no door does an expression reach the engine unchecked: nothing is run, nothing is published."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession

from custseg_spark import cli, runs
from custseg_spark.commands.audience import AudienceSettings, audience
from custseg_spark.commands.score import ScoreSettings, score
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import RecipeError, RunError
from custseg_spark.recipe import Audience
from tests.jobs.conftest import RECIPE, Say, Train, planted
from tests.unit.test_recipe_change import HOSTILE


@pytest.fixture(scope="module")
def first(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a table, and a run made of it."""
    place = tmp_path_factory.mktemp("first")
    planted().to_csv(place / "customers.csv", index=False)
    (place / "recipe.yaml").write_text(yaml.safe_dump(RECIPE))
    asked = ["--recipe", place / "recipe.yaml", "--input", place / "customers.csv", "--output", place / "out"]
    assert cli.main(["train", *map(str, asked)]) == 0
    return place


@pytest.fixture
def trained(first: Path, tmp_path: Path) -> Path:
    """Its output, and the table in `tmp_path`: copies of this test's own."""
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


def run_of(output: Path) -> Path:
    return next((output / "runs").iterdir())


def edit(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """As somebody edits a run by hand."""
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))


def list_published(to: Path) -> list[str]:
    return [str(file) for file in to.rglob("*") if file.is_file() and file.suffix in (".parquet", ".csv")]


@pytest.mark.parametrize("sql", HOSTILE)
def test_a_filter_given_for_one_night(trained: Path, say: Say, tmp_path: Path, sql: str) -> None:
    table, to = tmp_path / "customers.csv", tmp_path / "to"
    for command in ("score", "audience"):
        asked = (command, "--output", trained, "--input", table, "--to", to, "--filter", sql)
        code, _, err = say(*asked)
        assert code == 2
        assert err.startswith("error: --filter: ")
        assert len(err.splitlines()) == 2
    assert list_published(to) == []


def test_a_filter_may_ask_for_what_a_row_says(trained: Path, say: Say, tmp_path: Path) -> None:
    table, to = tmp_path / "customers.csv", tmp_path / "to"
    asked = ("score", "--output", trained, "--input", table, "--to", to, "--filter", "id < '00100'")
    assert say(*asked)[0] == 0
    record = json.loads(next(to.rglob("score.json")).read_text())
    assert record["rows"]["read"] == 100


def test_a_bare_name_that_is_a_function_is_no_column(trained: Path, say: Say, tmp_path: Path) -> None:
    table, to = tmp_path / "customers.csv", tmp_path / "to"
    asked = ("score", "--output", trained, "--input", table, "--to", to)
    code, _, err = say(*asked, "--filter", "localtimestamp > '2020-01-01'")
    assert code == 2
    assert "localtimestamp is no column" in err
    assert list_published(to) == []


@pytest.mark.parametrize("sql", HOSTILE)
def test_keys_set_on_the_command_line(train: Train, sql: str) -> None:
    outcome = train(
        planted(60), {"input": {"id": "id"}, "segment_by": {"spend": "spend"}}, "--set", f'rules.a="{sql}"'
    )
    assert outcome.code == 2
    assert "rules.a" in outcome.err
    assert not outcome.output.exists()


@pytest.mark.parametrize("day", ["2026-11-24' OR run_date > '", "2026-13-45", "20261124", ""])
def test_the_day_that_is_replaced(trained: Path, tmp_path: Path, day: str, say: Say) -> None:
    asked = (
        "score",
        "--output",
        trained,
        "--input",
        tmp_path / "customers.csv",
        "--to",
        tmp_path / "to",
    )
    with pytest.raises(SystemExit) as ended:
        say(*asked, "--run-date", day)
    assert ended.value.code == 2


def test_a_recipe_kept_in_a_run_that_somebody_edited(
    spark: SparkSession, trained: Path, say: Say, tmp_path: Path
) -> None:
    table, to = tmp_path / "customers.csv", tmp_path / "to"
    (tmp_path / "arriving").mkdir()
    (tmp_path / "arriving" / "a.csv").write_bytes(table.read_bytes())
    before = (run_of(trained) / "run.json").read_text()
    commands = {"score": table, "audience": table, "stream": tmp_path / "arriving"}
    if is_sail(spark):
        del commands["stream"]
    for sql in HOSTILE:
        (run_of(trained) / "run.json").write_text(before)
        edit(run_of(trained) / "run.json", lambda known, sql=sql: known["recipe"]["input"].update(filter=sql))  # type: ignore[misc]
        for command, path in commands.items():
            code, _, err = say(command, "--output", trained, "--input", path, "--to", to)
            assert code == 4, err
            assert "run.json: its recipe can't be used: " in err
    assert list_published(to) == []


@pytest.mark.parametrize(
    "change",
    [
        *({"sql": sql} for sql in HOSTILE),
        {"name": "spend AS x, rand()"},
        {"centre": "rand()"},
        {"fill": "rand()"},
        {"transform": "rand()"},
    ],
)
def test_a_model_that_somebody_edited(
    trained: Path, say: Say, tmp_path: Path, change: dict[str, str]
) -> None:
    edit(run_of(trained) / "model.json", lambda model: model["features"][0].update(change))
    table, to = tmp_path / "customers.csv", tmp_path / "to"
    code, _, err = say("score", "--output", trained, "--input", table, "--to", to)
    assert code == 4
    assert err.splitlines()[-2].startswith("error: model.json can't be read: ")
    assert list_published(to) == []


@pytest.mark.parametrize("sql", HOSTILE)
def test_a_program_that_calls_the_commands(
    spark: SparkSession, trained: Path, tmp_path: Path, sql: str
) -> None:
    table, to = str(tmp_path / "customers.csv"), str(tmp_path / "to")
    run = runs.find_run(str(trained))
    with pytest.raises(RecipeError, match=r"input\.filter"):
        score(spark, run, table, to, ScoreSettings(source={"filter": sql}))
    with pytest.raises(RecipeError, match=r"audience\.eligible"):
        audience(spark, run, table, to, AudienceSettings(Audience(eligible=sql)))
    assert list_published(Path(to)) == []
    assert RunError.exit_code == 4
