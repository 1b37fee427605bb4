"""`custseg init` reads a table as its options say, and its errors name options that it has."""

from pathlib import Path
from typing import Any

import pytest

from custseg_spark import cli
from custseg_spark.commands import init
from custseg_spark.errors import DataError
from custseg_spark.propose.proposal import Proposal

pytestmark = pytest.mark.usefixtures("no_session")
Asked = list[tuple[Any, ...]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What `init` asks the engine for, of which there is none."""
    found: Asked = []

    def propose(spark: Any, *arguments: Any) -> Proposal:
        found.append(arguments)
        return Proposal("input: {}\n", ("Mind this first.", "Then this."))

    monkeypatch.setattr(init, "propose_recipe", propose)
    return found


def test_options_become_keys_of_the_recipe(asked: Asked) -> None:
    given = ["--sep", ";", "--encoding", "ISO-8859-1", "--skip-rows", "3", "--no-header", "--id", "c"]
    assert cli.main(["init", "t.csv", *given]) == 0
    options = {"sep": ";", "encoding": "ISO-8859-1", "skip_rows": 3, "header": False}
    assert asked == [("t.csv", options, "auto", "c")]
    assert cli.main(["init", "t.xlsx", "--sheet", "1", "--format", "excel"]) == 0
    assert cli.main(["init", "t.xlsx", "--sheet", "1st"]) == 0
    assert asked[1:] == [("t.xlsx", {"sheet": 1}, "excel", None), ("t.xlsx", {"sheet": "1st"}, "auto", None)]
    assert cli.main(["init", "t.csv", "--header"]) == 0
    assert asked[3:] == [("t.csv", {"header": True}, "auto", None)]


def test_notices_stand_before_what_comes_next(
    asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "r.yaml"
    assert cli.main(["init", "t.csv", "--to", str(to)]) == 0
    said = capsys.readouterr().out
    assert said.index("Mind this first.") < said.index("Then this.") < said.index("r.yaml is written")
    assert to.read_text() == "input: {}\n"


@pytest.mark.parametrize(
    ("remedy", "told"),
    [
        ("set input.options.sheet to one of them", "set --sheet to one of them"),
        ("set input.options.header: false", "add --no-header"),
        ("input.options.header: true where", "--header where"),
        ("set input.options.skip_rows: 3", "set --skip-rows 3"),
        ("set input.options.encoding: UTF-16LE, or write", "set --encoding UTF-16LE, or write"),
        ("set input.options.sep to ';', or leave it out", "set --sep to ';', or leave it out"),
        ("set input.format: parquet", "set --format parquet"),
        ("name it under input.id", "name it under --id"),
        ("input.options.encoding: Spark does not read 'x'", "--encoding: Spark does not read 'x'"),
        ("my.input.identity stays", "my.input.identity stays"),
    ],
)
def test_errors_name_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], remedy: str, told: str
) -> None:
    def refuse(*arguments: Any) -> Proposal:
        raise DataError("it can't be read", remedy)

    monkeypatch.setattr(init, "propose_recipe", refuse)
    assert cli.main(["init", "t.csv"]) == 3
    assert told in capsys.readouterr().err
