"""The house rules that imports can show: arrows point down, and no Python runs on executors."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "custseg_spark"
ROOT = Path(__file__).parents[2]

# cli, app -> pipeline -> the stages -> recipe, session, errors. Stages do not import each other; only the
# model is made of two of them, by their public names.
TOP = {"cli", "app", "terminal"}
STAGES = {"runs", "report", "model", "segments", "evidence", "clustering", "features", "transactions", "data"}
GROUND = {"recipe", "session", "session_settings", "java", "machine", "journal", "errors"}
MAY_IMPORT = {
    **dict.fromkeys(TOP, {"terminal", "pipeline"} | STAGES | GROUND),
    "cli": {"app", "terminal", "pipeline"} | STAGES | GROUND,
    "pipeline": STAGES | GROUND,
    **dict.fromkeys(STAGES, GROUND),
    "model": {"clustering", "features"} | GROUND,  # it turns what they found into a PipelineModel and SQL
    "recipe": {"errors"},
    "session": {"java", "machine", "errors"},
    "session_settings": set(),
    "machine": set(),
    "java": {"errors"},
    "journal": {"errors"},
    "errors": set(),
    "": set(),  # the package itself
}
WITHOUT_SPARK = (
    "evidence/",
    "segments/",
    "report/",
    "recipe/",
    "terminal/",
    "errors.py",
    "java.py",
    "machine.py",
)
WITH_SPARK = ("segments/aggregate.py",)
# Python on executors, or what Spark Connect does not have.
NEVER = {
    *("rdd", "sparkContext", "SparkContext", "_jvm", "_sc", "_jdf", "_jsparkSession"),
    *("udf", "udtf", "pandas_udf", "arrow_udf", "foreach", "foreachPartition"),
    *("mapInPandas", "mapInArrow", "applyInPandas", "applyInArrow"),
}


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import, also inside functions; `from a import b` gives `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are written with their full name"
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def offences(root: Path) -> list[str]:
    """What breaks the rules in the package under `root`: file, line and why."""
    found = []
    parts = {path.stem if path.is_file() else path.name for path in (root / PACKAGE).iterdir()}
    for file in sorted((root / PACKAGE).rglob("*.py")):
        place = file.relative_to(root / PACKAGE).as_posix()
        part = "" if place == "__init__.py" else place.partition("/")[0].removesuffix(".py")
        if part not in MAY_IMPORT:
            found.append(f"{place}: {part} has no place in the arrows")
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        sparkless = place.startswith(WITHOUT_SPARK) and place not in WITH_SPARK
        for line, name in imported(tree):
            package, _, rest = name.partition(".")
            target = rest.partition(".")[0]
            if package == PACKAGE and target in parts and target not in MAY_IMPORT[part] | {part}:
                found.append(f"{place}:{line}: {part} may not import {target}")
            if part in STAGES - {target} and target in STAGES and not is_public(root, name):
                found.append(f"{place}:{line}: {name} is an inside of {target}")
            if package == "streamlit" and part != "app":
                found.append(f"{place}:{line}: Streamlit belongs to app")
            if package == "pyspark" and sparkless:
                found.append(f"{place}:{line}: no Spark in here")
        found += [f"{place}:{line}: {name}" for line, name in named(tree) if name in NEVER]
    return found


def is_public(root: Path, name: str) -> bool:
    """Whether `custseg_spark.stage.name` comes from the stage itself, not from a module inside it."""
    _, stage, *inner = name.split(".")
    folder = root / PACKAGE / stage
    return len(inner) < 2 and not (folder / f"{'/'.join(inner)}.py").is_file()


def named(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of every attribute and of everything imported."""
    yield from ((node.lineno, node.attr) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    yield from ((line, name.rpartition(".")[2]) for line, name in imported(tree))


def test_the_package_keeps_the_rules() -> None:
    assert offences(ROOT) == []


def test_small_tables_are_written_where_formulas_are_escaped() -> None:
    writers = {"to_csv", "to_excel", "writer", "DictWriter"}
    doors = {
        file.relative_to(ROOT / PACKAGE).as_posix()
        for file in (ROOT / PACKAGE).rglob("*.py")
        if writers & {name for _, name in named(ast.parse(file.read_text(encoding="utf-8")))}
    }
    assert doors == {"data/formulas.py"}


@pytest.mark.parametrize(
    "file, code, why",
    [
        ("features/clip.py", "from custseg_spark.data import read", "features may not import data"),
        ("features/clip.py", "from custseg_spark import pipeline", "features may not import pipeline"),
        (
            "model.py",
            "from custseg_spark.features.clip import bounds",
            "custseg_spark.features.clip.bounds is an inside of features",
        ),
        ("recipe/load.py", "def f():\n    import custseg_spark.session", "recipe may not import session"),
        ("helpers.py", "", "helpers has no place in the arrows"),
        ("evidence/gap.py", "def f():\n    from pyspark.sql import DataFrame", "no Spark in here"),
        ("pipeline/train.py", "def f():\n    import streamlit", "Streamlit belongs to app"),
        ("clustering/fit.py", "def f(table):\n    return table.rdd.map(len)", "rdd"),
        ("clustering/fit.py", "from pyspark.sql.functions import pandas_udf", "pandas_udf"),
    ],
)
def test_a_broken_rule_is_found(tmp_path: Path, file: str, code: str, why: str) -> None:
    for part in ("data", "features", "recipe", "evidence", "clustering", "pipeline", "session"):
        (tmp_path / PACKAGE / part).mkdir(parents=True)
    (tmp_path / PACKAGE / file).write_text(code)
    assert [line.rpartition(": ")[2] for line in offences(tmp_path)] == [why]


def test_spark_may_be_used_where_it_belongs(tmp_path: Path) -> None:
    (tmp_path / PACKAGE / "segments").mkdir(parents=True)
    (tmp_path / PACKAGE / "segments" / "aggregate.py").write_text("from pyspark.sql import functions as F")
    assert offences(tmp_path) == []


def test_the_command_starts_without_spark() -> None:
    """So that `custseg --help` is there at once."""
    slow = "{'pyspark', 'pandas', 'sklearn', 'matplotlib'}"
    program = f"import sys, custseg_spark.cli; print(sorted({slow} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
