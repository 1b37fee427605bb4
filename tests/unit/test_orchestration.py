"""What orchestration/ starts is what the command takes; more in scripts/orchestration-test."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from custseg_spark import cli

ROOT = Path(__file__).parents[2]
FILES = ROOT / "orchestration"


def taken(words: list[str]) -> None:
    """The parser takes a command line; anything else ends with SystemExit."""
    cli._parser().parse_args(words)


def test_the_commands_of_the_dag_are_ours() -> None:
    text = (FILES / "airflow_dag.py").read_text()
    found = re.findall(r'bash_command=f"(.+?)"', text)
    assert len(found) == 3
    values = {"SUBMIT": "submit", "NIGHT": "--run-date 2026-11-24 --fail-on-drift", "ONCE": ""}
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
        words = shlex.split(command.partition(" 2>")[0])
        taken(words[words.index("custseg") + 1 :])


def test_the_bundle_starts_a_job_that_is_there() -> None:
    bundle = yaml.safe_load((FILES / "databricks.yml").read_text())
    (job,) = bundle["resources"]["jobs"].values()
    (task,) = job["tasks"]
    started = task["spark_python_task"]
    assert (ROOT / started["python_file"]).exists()
    taken([Path(started["python_file"]).stem, *started["parameters"]])
    known = {f"${{var.{name}}}" for name in bundle["variables"]}
    assert {word for word in started["parameters"] if word.startswith("$")} == known
    assert task["job_cluster_key"] in {cluster["job_cluster_key"] for cluster in job["job_clusters"]}


def test_a_command_that_is_none_is_found() -> None:
    with pytest.raises(SystemExit):
        taken(["train", "--recipe", "r.yaml", "--inptu", "t"])
