"""scripts/setup.sh: two environments, each from its own lock, in the same versions."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# In place of uv and of the Python that a machine has: they say what they were asked.
UV = """#!/bin/sh
[ "$1" = --version ] && exit
echo "begin $*" >>"$LOG"; sleep 0.1; echo "end" >>"$LOG"
"""
PYTHON = f"""#!/bin/sh
case "$*" in
    *"import ensurepip"*) exit 1 ;;
    "-m pip --version") exit "$PIP" ;;
    "-m pip "*)
        echo "$*" >>"$LOG"
        mkdir -p "$DIRECTORY/.venv-uv/bin" && cp "$DIRECTORY/uv" "$DIRECTORY/.venv-uv/bin" ;;
    *) exec {sys.executable} "$@" ;;
esac
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What setup.sh finds beside it."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "path").mkdir()
    shutil.copy(ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    for name in ("setup.py", *(f"requirements{kind}.lock" for kind in ("", "-spark", "-java", "-uv"))):
        (tmp_path / name).write_text("")
    for name, text in {"path/uv": UV, "uv": UV, "python": PYTHON}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "log").touch()
    return tmp_path


def start(tree: Path, engine: str, pip: int = 0) -> subprocess.Popen[str]:
    env = {
        "PATH": f"{tree / 'path'}:/usr/bin:/bin",
        "PYTHON": str(tree / "python"),
        "LOG": str(tree / "log"),
        "DIRECTORY": str(tree),
        "PIP": str(pip),
    }
    program = f'source "{tree}/scripts/setup.sh"; set_up {engine}; python -c "import sys; print(sys.prefix)"'
    return subprocess.Popen(
        ["bash", "-c", program], cwd=tree, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def set_up(tree: Path, engine: str) -> tuple[str, list[str]]:
    """The environment's directory, and the locks that it was filled from this time."""
    (tree / "log").write_text("")
    process = start(tree, engine)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return Path(out.strip()).name, re.findall(
        r"--require-hashes --requirement \S*/(\S+)", (tree / "log").read_text()
    )


def test_each_environment_is_made_from_its_lock_and_anew_when_that_changes(tree: Path) -> None:
    assert set_up(tree, "sail") == (".venv", ["requirements.lock"])
    assert set_up(tree, "sail") == (".venv", [])
    assert set_up(tree, "auto") == (".venv", []), "all but Spark"
    # No custseg_spark is installed here, so that nothing finds a Java.
    assert set_up(tree, "spark") == (".venv-spark", ["requirements-spark.lock", "requirements-java.lock"])
    (tree / "requirements.lock").write_text("numpy==1\n")
    assert set_up(tree, "spark") == (".venv-spark", ["requirements-java.lock"])
    assert set_up(tree, "sail") == (".venv", ["requirements.lock"])


def test_two_at_once_set_up_one_after_the_other(tree: Path) -> None:
    for process in [start(tree, "sail"), start(tree, "sail")]:
        _, err = process.communicate()
        assert process.returncode == 0, err
    lines = (tree / "log").read_text().splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["begin", "end"] * 2, "lock and package, once"


def test_without_uv_pip_brings_the_locked_one(tree: Path) -> None:
    (tree / "path" / "uv").unlink()
    assert set_up(tree, "sail") == (".venv", ["requirements-uv.lock", "requirements.lock"])


def test_a_python_that_can_install_nothing_is_told_of(tree: Path) -> None:
    (tree / "path" / "uv").unlink()
    process = start(tree, "sail", pip=1)
    _, err = process.communicate()
    assert process.returncode == 1
    assert f"{tree / 'python'} can't install anything: it has neither pip nor ensurepip" in err


def read_lock(name: str) -> dict[str, str]:
    """Package -> version, of what is there on Linux; a later Python's version counts."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", "\n".join(lines), re.MULTILINE))


def test_what_is_tested_is_what_runs() -> None:
    light, full = read_lock("requirements.lock"), read_lock("requirements-spark.lock")
    assert {"pysail", "pyspark-client", "streamlit", "deltalake", "openpyxl"} <= set(light)
    assert "pyspark" not in light, "of the same files as pyspark-client"
    assert "pyspark-client" not in full
    assert full["pyspark"] == light["pyspark-client"]
    shared = set(light) - {"pyspark-client"}
    assert {name: light[name] for name in shared} == {name: full[name] for name in shared}
