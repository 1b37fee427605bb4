"""Without a PySpark whatever needs an engine says what brings one, in one line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = str(ROOT / "conf" / "marketing_campaign.yaml")
WITHOUT = "import sys; sys.modules['pyspark'] = None; "
LINE = (
    "no engine is installed: pip install 'custseg_spark[sail]' (this machine alone, no Java) "
    "or pip install 'custseg_spark[spark]' (Spark, Java 17 or 21)"
)


COMMANDS = [
    ["init", "customers.csv"],
    ["train", "--recipe", RECIPE, "--input", "customers.csv", "--output", "out"],
    ["rfm", "--recipe", "conf/online_retail_orders.yaml", "--input", "lines.csv", "--to", "customers"],
    ["compare", "--recipe", RECIPE, "--input", "customers.csv", "--to", "comparison"],
    ["app"],
]
EACH = """
import contextlib, io, json
from custseg_spark import cli
answers = {}
for arguments in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(arguments)
    answers[arguments[0]] = code, out.getvalue(), err.getvalue()
print(json.dumps(answers))
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT + program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def answers() -> dict[str, list[object]]:
    """Exit code, standard output and standard error by command: all from one process, which takes as long to
    start as they do."""
    found = run(EACH, json.dumps(COMMANDS))
    assert found.returncode == 0, found.stderr
    read: dict[str, list[object]] = json.loads(found.stdout)
    return read


@pytest.mark.parametrize("command", [arguments[0] for arguments in COMMANDS])
def test_a_command_that_needs_an_engine_says_so(answers: dict[str, list[object]], command: str) -> None:
    assert answers[command] == [2, "", f"error: {LINE}\n"]


def test_a_command_that_needs_none_works(tmp_path: Path) -> None:
    found = run("from custseg_spark import cli; sys.exit(cli.main(sys.argv[1:]))", "--version")
    assert found.returncode == 0, found.stderr


def test_python_says_it_too() -> None:
    found = run("from custseg_spark import Segmenter")
    assert found.stderr.splitlines()[-1] == f"custseg_spark.errors.RecipeError: {LINE}"
