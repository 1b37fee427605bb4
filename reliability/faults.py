"""What goes wrong at night, made to happen: kills, full disks, tables that change under the reader."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reliability import outcome, programs, tables

LIMIT = 300
"""Seconds after which a run counts as hanging."""


@dataclass
class Bench:
    """Where faults are tried: the table, its recipe, and what a run without faults gives."""

    work: Path
    customers: int
    recipe: Path = field(init=False)
    table: Path = field(init=False)
    expected: Path = field(init=False)
    seconds: float = field(init=False)

    def __post_init__(self) -> None:
        self.recipe, self.table = tables.put(self.work, self.customers)
        begun = time.monotonic()
        output = self.output("reference")
        code = self.ended(self.train(output))
        if code != 0:
            raise RuntimeError(f"the run without faults ended with {code}:\n{self.said(output)}")
        self.seconds = time.monotonic() - begun
        self.expected = output

    def output(self, name: str) -> Path:
        (self.work / name).mkdir(exist_ok=True)
        return self.work / name / "out"

    def train(self, output: Path, table: Path | None = None, log: str = "log") -> subprocess.Popen[bytes]:
        arguments = ["--recipe", str(self.recipe), "--input", str(table or self.table)]
        return programs.local("train", [*arguments, "--output", str(output)], self.work, output.parent / log)

    def ended(self, process: subprocess.Popen[bytes]) -> int | None:
        """Its exit code; null for one that hung and was killed."""
        try:
            return process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            return None
        finally:
            programs.killed(process)

    def said(self, output: Path, log: str = "log") -> str:
        return (output.parent / log).read_text(errors="replace")

    def same_labels(self, output: Path) -> bool:
        run, expected = outcome.latest(output), outcome.latest(self.expected)
        return bool(run and expected and outcome.labels(run).equals(outcome.labels(expected)))

    def waited(self, output: Path, word: str, process: subprocess.Popen[bytes], log: str = "log") -> bool:
        """Wait until a stage's line stands in the log; false where the process ended before."""
        until = time.monotonic() + LIMIT
        while time.monotonic() < until and process.poll() is None:
            if f"INFO {word} " in self.said(output, log):
                return True
            time.sleep(0.02)
        return False


def executor_and_worker(bench: Bench) -> bool:
    """An executor is killed after the table was checked, a worker after the sweep."""
    output = bench.output("cluster-kills")
    shutil.rmtree(output.parent)
    output = bench.output("cluster-kills")
    package = programs.build_package(output.parent)
    arguments = ["--recipe", str(bench.recipe), "--input", str(bench.table), "--output", str(output)]
    with programs.standalone(output.parent) as (master, workers):
        process = programs.submitted(
            master, package, "train", arguments, output.parent, output.parent / "log"
        )
        hit = bench.waited(output, "read", process)
        executors = _children(workers[0].pid, "CoarseGrainedExecutorBackend")
        for pid in executors:
            os.kill(pid, signal.SIGKILL)
        hit = hit and bool(executors) and bench.waited(output, "choose", process)
        programs.killed(workers[1])
        code = bench.ended(process)
    if not (hit and code == 0):
        print(bench.said(output)[-3000:], file=sys.stderr)
    return hit and code == 0 and bench.same_labels(output)


def _children(parent: int, named: str) -> list[int]:
    """Processes of the parent's session whose command line holds that name."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            pid = int(entry.name)
            if os.getsid(pid) == parent and named in (entry / "cmdline").read_text():
                found.append(pid)
    return found


def stages(said: str) -> list[str]:
    """The stages that stand in a log, in the order they ended."""
    return [line.split()[1] for line in said.splitlines() if line.startswith("INFO ")]


def kill(log: Path, start: Callable[[], subprocess.Popen[bytes]], after: int, wait: float) -> str:
    """Start, and kill everything `wait` seconds after that many stages have ended; gives the last of them."""
    log.unlink(missing_ok=True)
    process = start()
    until = time.monotonic() + LIMIT
    while time.monotonic() < until and process.poll() is None:
        if len(stages(log.read_text(errors="replace"))) >= after:
            break
        time.sleep(0.02)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(wait)
    ended = process.poll() is not None
    programs.killed(process)
    found = stages(log.read_text(errors="replace"))
    return "its end" if ended else found[-1] if found else "its start"


def moments(count: int, most: int, seed: int) -> list[tuple[int, float]]:
    """For each of `count` kills, after how many of `most` stages, from none to all but the last in turn, and
    how many seconds later: drawn between 0 and 2, for the start between 0 and 10."""
    rng = random.Random(seed)
    afters = [number % most for number in range(count)]
    return [(after, rng.uniform(0, 2 if after else 10)) for after in afters]


def disk_full(bench: Bench) -> bool:
    """The output is on a file system with room for some files only."""
    with _small_disk(bench, "disk-full", "300k") as output:
        code = bench.ended(bench.train(output, log="../log-disk-full"))
        said = bench.said(output, "../log-disk-full")
        return _refused(output, code, said, 4)


def read_only(bench: Bench) -> bool:
    """The output's file system turns read-only while the run is under way."""
    with _small_disk(bench, "read-only", "50m") as output:
        process = bench.train(output, log="../log-read-only")
        hit = bench.waited(output, "check", process, "../log-read-only")
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            if (
                subprocess.run(
                    ["mount", "-o", "remount,ro", output.parent], stderr=subprocess.DEVNULL
                ).returncode
                == 0
            ):
                break
        code = bench.ended(process)
        return hit and _refused(output, code, bench.said(output, "../log-read-only"), 4)


def _refused(output: Path, code: int | None, said: str, expected: int) -> bool:
    """The exit code, one clear line, no traceback, and nothing published."""
    good = code == expected and "\nerror: " in said and "Traceback" not in said
    if not good or outcome.latest(output) is not None:
        print(f"exit {code}: {said[-3000:]}", file=sys.stderr)
    return good and outcome.latest(output) is None


@contextlib.contextmanager
def _small_disk(bench: Bench, name: str, size: str) -> Iterator[Path]:
    """A file system in memory of that size, for the output. Needs root."""
    place = bench.work / name
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)
    try:
        yield place / "out"
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def input_removed(bench: Bench) -> bool:
    """The table's files are deleted after they were counted."""
    output = bench.output("input-removed")
    table = _copied(bench, output)
    process = bench.train(output, table)
    hit = bench.waited(output, "check", process)
    shutil.rmtree(table)
    return hit and _refused(output, bench.ended(process), bench.said(output), 3)


def input_changed(bench: Bench) -> bool:
    """The table's files are written again, with other customers, after they were checked."""
    output = bench.output("input-changed")
    table = _copied(bench, output)
    _, other = tables.put(bench.work, bench.customers + 500, seed=1)
    process = bench.train(output, table)
    hit = bench.waited(output, "check", process)
    for file in sorted(other.iterdir()):
        shutil.copy(file, table / file.name)
    return hit and _refused(output, bench.ended(process), bench.said(output), 3)


def _copied(bench: Bench, output: Path) -> Path:
    table = output.parent / "table"
    shutil.copytree(bench.table, table)
    return table


def two_at_once(bench: Bench) -> bool:
    """Two runs into one output at a time."""
    output = bench.output("two-at-once")
    both = [bench.train(output, log=f"log-{number}") for number in range(2)]
    codes = [bench.ended(process) for process in both]
    runs = sorted((output / "runs").iterdir())
    flaws = [outcome.flaw(run) for run in runs]
    if any(codes) or any(flaws):
        print(codes, flaws, bench.said(output, "log-0")[-1500:], file=sys.stderr)
    same = all(outcome.labels(run).equals(outcome.labels(runs[0])) for run in runs if not any(flaws))
    return codes == [0, 0] and len(runs) == 2 and not any(flaws) and outcome.latest(output) in runs and same


def pointer_flaw(output: Path) -> str:
    """What is wrong with the runs that the pointers name; empty where all are whole."""
    for name in ("latest.json", "live.json"):
        try:
            flaw = outcome.flaw(output / "runs" / json.loads((output / name).read_text())["run_id"])
        except (OSError, ValueError, KeyError) as problem:
            flaw = f"can't be read: {problem}"
        if flaw:
            return f"{name}: {flaw}"
    return ""
