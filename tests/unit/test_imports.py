"""What imports and names show of the house, beside the contracts in pyproject.toml."""

import ast
import functools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "custseg_spark"
# Python on executors, or what Spark Connect does not have.
NEVER = {
    *("rdd", "sparkContext", "SparkContext", "_jvm", "_sc", "_jdf", "_jsparkSession"),
    *("udf", "udtf", "pandas_udf", "arrow_udf", "foreach", "foreachPartition"),
    *("mapInPandas", "mapInArrow", "applyInPandas", "applyInArrow"),
}


@functools.cache
def list_names(file: Path) -> list[tuple[int, str]]:
    """Line and name of every attribute and of everything that is imported from somewhere."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            found.append((node.lineno, node.attr))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are written with their full name"
            found += [(node.lineno, name.name) for name in node.names]
    return found


def find_named(root: Path, names: set[str]) -> list[str]:
    """Where one of `names` stands in the code under `root`."""
    return [
        f"{file.relative_to(root).as_posix()}:{line}: {name}"
        for file in sorted(root.rglob("*.py"))
        for line, name in list_names(file)
        if name in names
    ]


def test_no_python_runs_on_executors() -> None:
    """But in the JVM: a checkpoint is freed there."""
    found = {(place.partition(":")[0], place.rpartition(" ")[2]) for place in find_named(PACKAGE, NEVER)}
    assert found == {("clustering/spark_ml.py", "_jdf"), ("clustering/spark_ml.py", "rdd")}


def test_spark_ml_has_one_room() -> None:
    """What fits or scores; the Python face takes its bases from there, of which nothing is run. What warms
    Spark, and nothing else, has it do all once."""
    bases = re.compile(r"^from pyspark\.ml import (Estimator|Model)\b.*", re.MULTILINE)
    imported = re.compile(r"^ *(from|import) pyspark(\.ml\b| import .*\bml\b)", re.MULTILINE)
    texts = {file: bases.sub("", file.read_text(encoding="utf-8")) for file in PACKAGE.rglob("*.py")}
    files = {file for file, text in texts.items() if imported.search(text)}
    assert files == {PACKAGE / "clustering" / "spark_ml.py", PACKAGE / "engine" / "warm_spark.py"}


def test_small_tables_are_written_where_formulas_are_escaped() -> None:
    writers = find_named(PACKAGE, {"to_csv", "to_excel", "writer", "DictWriter"})
    assert {place.partition(":")[0] for place in writers} == {"data/formulas.py"}


@pytest.mark.parametrize(
    "code, name",
    [
        ("def f(table):\n    return table.rdd.map(len)", "rdd"),
        ("from pyspark.sql.functions import pandas_udf", "pandas_udf"),
    ],
)
def test_a_forbidden_name_is_found(tmp_path: Path, code: str, name: str) -> None:
    (tmp_path / "clustering").mkdir()
    (tmp_path / "clustering" / "fit.py").write_text(code)
    (found,) = find_named(tmp_path, NEVER)
    assert found.startswith("clustering/fit.py")
    assert found.endswith(name)


def test_the_linter_and_the_types_see_the_scripts_without_an_ending() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    scripts = [path for path in sorted((ROOT / "scripts").iterdir()) if path.is_file() and not path.suffix]
    python = [f"scripts/{path.name}" for path in scripts if "python" in path.read_text().partition("\n")[0]]
    assert python
    assert tool["ruff"]["extend-include"] == python
    assert [name for name in tool["mypy"]["files"] if name.startswith("scripts/")] == python


FROM_THE_LIGHTEST = {
    # so that `custseg --help` and `custseg runs list` are there at once
    "custseg_spark.cli": {"pyspark", "pandas", "sklearn", "matplotlib"},
    "custseg_spark.runs, custseg_spark.terminal": {"pyspark", "pandas", "sklearn", "matplotlib"},
    # so that no command waits for what another needs
    "custseg_spark.commands.init": {"sklearn", "pyspark.ml", "custseg_spark.commands.train"},
}
THE_OTHERS = {
    "custseg_spark.commands.rfm": {"matplotlib", "jinja2", "custseg_spark.commands.train"},
    # the default way runs on an engine without it
    "custseg_spark.commands, custseg_spark.app.run_view": {"pyspark.ml"},
    # so that the first figure is all that waits for matplotlib, and nothing for its windows
    "custseg_spark.report.figures, custseg_spark.report.html, custseg_spark.report.page": {"matplotlib"},
    "custseg_spark.report.plots.curves, custseg_spark.report.plots.compared": {"matplotlib.pyplot"},
    "custseg_spark.report.plots.planes, custseg_spark.report.plots.rows": {"matplotlib.pyplot"},
}
OF_WORKERS = {  # each of which would load it for itself
    "custseg_spark.preload, custseg_spark.propose.measure_sets": {"pyspark", "pydantic", "matplotlib"},
    "custseg_spark.preload.figures, custseg_spark.evidence.algorithms": {"pyspark", "pydantic", "jinja2"},
}
"""Imports, one after the other in a process, and what is slow, or not everywhere, and not there after."""


@pytest.mark.parametrize(
    "absent", [FROM_THE_LIGHTEST, THE_OTHERS, OF_WORKERS], ids=["lightest first", "others", "workers"]
)
def test_what_is_slow_is_not_loaded(absent: dict[str, set[str]]) -> None:
    program = "; ".join(f"import {names}; print(*sys.modules)" for names in absent)
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys; {program}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for (names, slow), line in zip(absent.items(), answer.stdout.splitlines(), strict=True):
        loaded = set(line.split())
        assert set(names.split(", ")) <= loaded
        assert not slow & loaded, f"after import {names}"
