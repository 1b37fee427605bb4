"""What orchestration/ starts is what the command takes; more in scripts/orchestration-test."""

import os
import re
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from custseg_spark import cli

ROOT = Path(__file__).parents[2]
FILES = ROOT / "orchestration"


def taken(words: list[str]) -> None:
    """The parser takes a command line; anything else ends with SystemExit."""
    cli._build_parser().parse_args(words)


def test_the_commands_of_the_dag_are_ours() -> None:
    text = (FILES / "airflow_dag.py").read_text()
    found = re.findall(r'bash_command=f"(.+?)"', text)
    assert len(found) == 3
    values = {"SUBMIT": "submit", "NIGHT": "--run-date 2026-11-24 --fail-on-drift"}
    for command in found:
        filled = re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], name[1].lower()), command)
        words = shlex.split(filled)
        taken([Path(words[0]).stem, *words[1:]] if words[0] != "custseg" else words[1:])
        job = re.match(r"submit/(\w+)\.py", filled)
        assert job is None or (ROOT / "jobs" / f"{job[1]}.py").exists()


def test_the_lines_of_the_crontab_are_ours() -> None:
    lines = [line for line in (FILES / "crontab").read_text().splitlines() if re.match(r"[\d*]", line)]
    assert len(lines) == 3
    for line in lines:
        *times, command = line.split(None, 5)
        assert all(re.fullmatch(r"[\d*/,-]+", time) for time in times)
        assert "%" not in command, "cron would end the command there"
        words = shlex.split(command.partition(" >")[0])
        taken(words[words.index("custseg") + 1 :])


@pytest.mark.parametrize("line", range(3))
def test_cron_mails_when_something_fails_and_only_then(line: int, tmp_path: Path) -> None:
    """Cron mails whatever a line prints."""
    lines = [line for line in (FILES / "crontab").read_text().splitlines() if re.match(r"[\d*]", line)]
    command = lines[line].split(None, 5)[5].replace("/srv/custseg", str(tmp_path))
    custseg = tmp_path / "custseg"
    for code in (0, 3):
        custseg.write_text(f"#!/bin/sh\necho an answer\necho what and where >&2\nexit {code}\n")
        custseg.chmod(0o755)
        found = subprocess.run(
            ["/bin/sh", "-c", command],
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
        )
        assert found.returncode == code
        assert found.stdout + found.stderr == ("what and where\n" if code else "")


def test_the_bundle_starts_jobs_that_are_there() -> None:
    bundle = yaml.safe_load((FILES / "databricks.yml").read_text())
    jobs = bundle["resources"]["jobs"]
    assert {name: job["schedule"]["quartz_cron_expression"] for name, job in jobs.items()} == {
        "score": "0 0 3 * * ?",
        "train": "0 0 5 1 * ?",
    }
    used = set()
    for name, job in jobs.items():
        (task,) = job["tasks"]
        started = task["spark_python_task"]
        assert Path(started["python_file"]) == Path("jobs") / f"{name}.py"
        assert (ROOT / started["python_file"]).exists()
        day = "{{job.trigger.time.iso_date}}"
        filled = [word.replace(day, "2026-11-24") for word in started["parameters"]]
        taken([name, *filled])
        used |= {word for word in filled if word.startswith("$")}
        assert task["job_cluster_key"] in {cluster["job_cluster_key"] for cluster in job["job_clusters"]}
        assert task["libraries"] == [{"whl": "./dist/*.whl"}], "which scripts/package writes"
    assert used == {f"${{var.{name}}}" for name in bundle["variables"]}


def test_the_wheel_is_the_package_and_brings_no_spark(tmp_path: Path) -> None:
    pytest.importorskip("uv")
    pytest.importorskip("build")
    (tmp_path / "custseg_spark-0.0.0-py3-none-any.whl").touch()
    make = [ROOT / "scripts" / "make_wheel", tmp_path]
    subprocess.run(make, check=True, capture_output=True, env={**os.environ, "PYTHON": sys.executable})
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.read_bytes() == (tmp_path / "custseg_spark.zip").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2
    target = tmp_path / "installed"
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]
    subprocess.run([*install, "--no-index", "--no-deps", "--target", target, wheel], check=True)
    ours = {path.relative_to(ROOT) for path in (ROOT / "custseg_spark").rglob("*") if path.suffix != ".pyc"}
    assert {path for path in ours if not (target / path).exists() and path.name != "__pycache__"} == set()
    assert (target / "bin" / "custseg").exists()
    (found,) = metadata.distributions(name="custseg_spark", path=[str(target)])
    needed = [line for line in found.requires or [] if "extra" not in line]
    assert any(line.startswith("sqlglot") for line in needed)
    assert not [line for line in needed if line.startswith("pyspark")]


def test_a_command_that_is_none_is_found() -> None:
    with pytest.raises(SystemExit):
        taken(["train", "--recipe", "r.yaml", "--inptu", "t"])
