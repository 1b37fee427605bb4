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
        self.recipe, self.table = tables.write_table(self.work, self.customers)
        begun = time.monotonic()
        output = self.make_output("reference")
        code = self.wait_for(self.start_training(output))
        if code != 0:
            raise RuntimeError(f"the run without faults ended with {code}:\n{self.read_log(output)}")
        self.seconds = time.monotonic() - begun
        self.expected = output

    def make_output(self, name: str) -> Path:
        (self.work / name).mkdir(exist_ok=True)
        return self.work / name / "out"

    def start_training(
        self, output: Path, table: Path | None = None, log: str = "log"
    ) -> subprocess.Popen[bytes]:
        arguments = ["--recipe", str(self.recipe), "--input", str(table or self.table)]
        log_file = output.parent / log
        return programs.start_local("train", [*arguments, "--output", str(output)], self.work, log_file)

    def wait_for(self, process: subprocess.Popen[bytes]) -> int | None:
        """Its exit code; null for one that hung and was killed."""
        try:
            return process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            return None
        finally:
            programs.kill(process)

    def read_log(self, output: Path, log: str = "log") -> str:
        return (output.parent / log).read_text(errors="replace")

    def has_same_labels(self, output: Path) -> bool:
        run, expected = outcome.find_latest(output), outcome.find_latest(self.expected)
        return bool(run and expected and outcome.read_labels(run).equals(outcome.read_labels(expected)))

    def wait_for_stage(
        self, output: Path, word: str, process: subprocess.Popen[bytes], log: str = "log"
    ) -> bool:
        """Wait until a stage's line stands in the log; false where the process ended before."""
        until = time.monotonic() + LIMIT
        while time.monotonic() < until and process.poll() is None:
            if f"INFO {word} " in self.read_log(output, log):
                return True
            time.sleep(0.02)
        return False


def kill_executor_and_worker(bench: Bench) -> bool:
    """An executor is killed after the table was checked, a worker after the sweep."""
    output = bench.make_output("cluster-kills")
    shutil.rmtree(output.parent)
    output = bench.make_output("cluster-kills")
    package = programs.build_package(output.parent)
    arguments = ["--recipe", str(bench.recipe), "--input", str(bench.table), "--output", str(output)]
    with programs.start_standalone(output.parent) as (master, workers):
        process = programs.submit(master, package, "train", arguments, output.parent, output.parent / "log")
        hit = bench.wait_for_stage(output, "read", process)
        executors = _find_children(workers[0].pid, "CoarseGrainedExecutorBackend")
        for pid in executors:
            os.kill(pid, signal.SIGKILL)
        hit = hit and bool(executors) and bench.wait_for_stage(output, "choose", process)
        programs.kill(workers[1])
        code = bench.wait_for(process)
    if not (hit and code == 0):
        print(bench.read_log(output)[-3000:], file=sys.stderr)
    return hit and code == 0 and bench.has_same_labels(output)


def _find_children(parent: int, named: str) -> list[int]:
    """Processes of the parent's session whose command line holds that name."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            pid = int(entry.name)
            if os.getsid(pid) == parent and named in (entry / "cmdline").read_text():
                found.append(pid)
    return found


def list_stages(said: str) -> list[str]:
    """The stages that stand in a log, in the order they ended."""
    words = [line.split()[1] for line in said.splitlines() if line.startswith("INFO ")]
    return [word for word in words if word != "engine"]


def kill(log: Path, start: Callable[[], subprocess.Popen[bytes]], after: int, wait: float) -> str:
    """Start, and kill everything `wait` seconds after that many stages have ended; gives the last of them."""
    log.unlink(missing_ok=True)
    process = start()
    until = time.monotonic() + LIMIT
    while time.monotonic() < until and process.poll() is None:
        if len(list_stages(log.read_text(errors="replace"))) >= after:
            break
        time.sleep(0.02)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(wait)
    ended = process.poll() is not None
    programs.kill(process)
    found = list_stages(log.read_text(errors="replace"))
    return "its end" if ended else found[-1] if found else "its start"


def draw_moments(count: int, most: int, seed: int) -> list[tuple[int, float]]:
    """For each of `count` kills, after how many of `most` stages, from none to all but the last in turn, and
    how many seconds later: drawn between 0 and 2, for the start between 0 and 10."""
    rng = random.Random(seed)
    afters = [number % most for number in range(count)]
    return [(after, rng.uniform(0, 2 if after else 10)) for after in afters]


def fill_disk(bench: Bench) -> bool:
    """The output is on a file system with room for some files only."""
    with _mount_small_disk(bench, "disk-full", "300k") as output:
        code = bench.wait_for(bench.start_training(output, log="../log-disk-full"))
        said = bench.read_log(output, "../log-disk-full")
        return _is_refused(output, code, said, 4)


def turn_read_only(bench: Bench) -> bool:
    """The output's file system turns read-only while the run is under way."""
    with _mount_small_disk(bench, "read-only", "50m") as output:
        process = bench.start_training(output, log="../log-read-only")
        hit = bench.wait_for_stage(output, "check", process, "../log-read-only")
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            if (
                subprocess.run(
                    ["mount", "-o", "remount,ro", output.parent], stderr=subprocess.DEVNULL
                ).returncode
                == 0
            ):
                break
        code = bench.wait_for(process)
        return hit and _is_refused(output, code, bench.read_log(output, "../log-read-only"), 4)


def _is_refused(output: Path, code: int | None, said: str, expected: int) -> bool:
    """The exit code, one clear line, no traceback, and nothing published."""
    good = code == expected and "\nerror: " in said and "Traceback" not in said
    if not good or outcome.find_latest(output) is not None:
        print(f"exit {code}: {said[-3000:]}", file=sys.stderr)
    return good and outcome.find_latest(output) is None


@contextlib.contextmanager
def _mount_small_disk(bench: Bench, name: str, size: str) -> Iterator[Path]:
    """A file system in memory of that size, for the output. Needs root."""
    place = bench.work / name
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)
    try:
        yield place / "out"
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def remove_input(bench: Bench) -> bool:
    """The table's files are deleted after they were counted."""
    output = bench.make_output("input-removed")
    table = _copy_table(bench, output)
    process = bench.start_training(output, table)
    hit = bench.wait_for_stage(output, "check", process)
    shutil.rmtree(table)
    return hit and _is_refused(output, bench.wait_for(process), bench.read_log(output), 3)


def change_input(bench: Bench) -> bool:
    """The table's files are written again, with other customers, after they were checked."""
    output = bench.make_output("input-changed")
    table = _copy_table(bench, output)
    _, other = tables.write_table(bench.work, bench.customers + 500, seed=1)
    process = bench.start_training(output, table)
    hit = bench.wait_for_stage(output, "check", process)
    for file in sorted(other.iterdir()):
        shutil.copy(file, table / file.name)
    return hit and _is_refused(output, bench.wait_for(process), bench.read_log(output), 3)


def _copy_table(bench: Bench, output: Path) -> Path:
    table = output.parent / "table"
    shutil.copytree(bench.table, table)
    return table


def run_two_at_once(bench: Bench) -> bool:
    """Two runs into one output at a time."""
    output = bench.make_output("two-at-once")
    both = [bench.start_training(output, log=f"log-{number}") for number in range(2)]
    codes = [bench.wait_for(process) for process in both]
    runs = sorted((output / "runs").iterdir())
    flaws = [outcome.find_flaw(run) for run in runs]
    if any(codes) or any(flaws):
        print(codes, flaws, bench.read_log(output, "log-0")[-1500:], file=sys.stderr)
    if codes != [0, 0] or len(runs) != 2 or any(flaws) or outcome.find_latest(output) not in runs:
        return False
    return bool(outcome.read_labels(runs[0]).equals(outcome.read_labels(runs[1])))


def find_pointer_flaw(output: Path) -> str:
    """What is wrong with the runs that the pointers name; empty where all are whole."""
    for name in ("latest.json", "live.json"):
        try:
            flaw = outcome.find_flaw(output / "runs" / json.loads((output / name).read_text())["run_id"])
        except (OSError, ValueError, KeyError) as problem:
            flaw = f"can't be read: {problem}"
        if flaw:
            return f"{name}: {flaw}"
    return ""
