"""Which Java is taken, against made ones: scripts that answer as a Java of some version does."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from custseg_spark.engine import java
from custseg_spark.errors import RunError

FLAG = "--add-modules=jdk.incubator.vector"
MakeJava = Callable[..., Path]


@pytest.fixture
def make_java(tmp_path: Path) -> MakeJava:
    """A JAVA_HOME whose java says its version, gives back its arguments, and may not know the flag."""

    def make(name: str, version: str, *, takes_flag: bool = True) -> Path:
        refusal = "" if takes_flag else f'case "$*" in *{FLAG}*) exit 1;; esac\n'
        script = f"#!/bin/sh\n{refusal}echo '    java.specification.version = {version}' >&2\n"
        script += 'for argument do echo "$argument"; done\n'
        binary = tmp_path / name / "bin" / "java"
        binary.parent.mkdir(parents=True)
        binary.write_text(script)
        binary.chmod(0o755)
        return tmp_path / name

    return make


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Java of the real machine is seen, and launchers are written to a scratch cache."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(java, "_USUAL_PLACES", (str(tmp_path / "usual" / "*"),))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)


def on_path(monkeypatch: pytest.MonkeyPatch, *homes: Path) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join(str(home / "bin") for home in homes))


def test_java_home_comes_before_path(monkeypatch: pytest.MonkeyPatch, make_java: MakeJava) -> None:
    wanted, other = make_java("wanted", "17"), make_java("other", "21")
    monkeypatch.setenv("JAVA_HOME", str(wanted))
    on_path(monkeypatch, other)
    assert java.require_java() == wanted


def test_a_link_on_path_leads_to_its_home(
    monkeypatch: pytest.MonkeyPatch, make_java: MakeJava, tmp_path: Path
) -> None:
    home = make_java("jdk", "21")
    link = tmp_path / "links" / "bin" / "java"
    link.parent.mkdir(parents=True)
    link.symlink_to(home / "bin" / "java")
    on_path(monkeypatch, tmp_path / "links")
    assert java.require_java() == home


@pytest.mark.parametrize("wrong", ["1.8", "11", "25"])
def test_wrong_versions_are_passed_over(
    monkeypatch: pytest.MonkeyPatch, make_java: MakeJava, wrong: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make_java("wrong", wrong)))
    right = make_java("usual/right", "17")
    assert java.require_java() == right


def test_a_broken_java_is_passed_over(monkeypatch: pytest.MonkeyPatch, make_java: MakeJava) -> None:
    broken = make_java("broken", "17")
    (broken / "bin" / "java").write_text("not a program")
    right = make_java("right", "17")
    on_path(monkeypatch, broken, right)
    assert java.require_java() == right


def test_without_a_java_the_message_names_what_was_found(
    monkeypatch: pytest.MonkeyPatch, make_java: MakeJava
) -> None:
    on_path(monkeypatch, make_java("old", "1.8"), make_java("new", "25"))
    with pytest.raises(RunError, match=r"no Java 17 or 21 .*Java 8 in .*/old, Java 25 in .*/new") as caught:
        java.require_java()
    assert "custseg_spark[java]" in caught.value.remedy


def test_a_java_that_does_not_know_the_flag_gets_a_launcher_without_it(
    monkeypatch: pytest.MonkeyPatch, make_java: MakeJava
) -> None:
    small = make_java("small one", "21", takes_flag=False)
    monkeypatch.setenv("JAVA_HOME", str(small))
    found = java.require_java()
    assert found is not None
    assert found != small
    launcher = found / "bin" / "java"
    answer = subprocess.run(
        [launcher, FLAG, "-cp", "a b", "", FLAG, "Main"], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split("\n")[:-1] == ["-cp", "a b", "", "Main"]
    monkeypatch.setenv("JAVA_HOME", str(found))
    assert java.require_java() == found, "the launcher itself is a Java that will do"
