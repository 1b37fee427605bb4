"""Programs take turns (A B C A B C), so that a change of the machine's mood meets all of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from measure import measure

from custseg_spark.engine.java import require_java

ROOT = Path(__file__).resolve().parent.parent
GIB = 2**30
Turn = dict[str, Any]


def say(line: str) -> None:
    """A line of progress."""
    print(line, file=sys.stderr, flush=True)


def choose_memory() -> str:
    """Half of this machine's memory, between 1 and 16 GiB, as Spark takes it."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{min(max(memory // 2, GIB), 16 * GIB) // 2**20}m"


def build_environment(work: Path, memory: str) -> dict[str, str]:
    """The same memory, scratch space and Java for every program that runs an engine."""
    settings = {
        "SPARK_DRIVER_MEMORY": memory,
        "SPARK_LOCAL_DIRS": str(work / "spark"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE": str(_count_bytes(memory)),
        "JAVA_HOME": str(require_java()),
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **settings}


def _count_bytes(memory: str) -> int:
    """The bytes that Spark takes a size such as 700m or 3g for."""
    units = {"k": 2**10, "m": 2**20, "g": GIB}
    return int(memory[:-1]) * units[memory[-1].lower()]


def take_turn(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Turn:
    """The command measured as a whole process, with the load before it and, where it failed, the problem."""
    os.sync()
    load = os.getloadavg()[0]
    measured = measure(command, log, environment)
    turn: Turn = {**asdict(measured), "load_before": load, "date": date.today().isoformat()}
    if measured.exit_code:
        last = (log.read_text(errors="replace").strip().splitlines() or [""])[-1]
        turn["problem"] = f"exit {measured.exit_code}: {last}"
    return turn


def take_turns(programs: Sequence[str], repeats: int, take: Callable[[str], Turn]) -> dict[str, list[Turn]]:
    """So many turns of each program, told as they end."""
    turns: dict[str, list[Turn]] = {name: [] for name in programs}
    for _ in range(repeats):
        for name in programs:
            turn = take(name)
            problem = f" {turn['problem']}" if "problem" in turn else ""
            say(f"{name}: {turn['seconds']:.1f} s, {turn['peak_mib']:,.0f} MiB{problem}")
            turns[name].append(turn)
    return turns


def list_problems(turns: Mapping[str, Sequence[Turn]]) -> list[str]:
    """What went wrong, a line for each program and problem."""
    found = ((name, turn["problem"]) for name, runs in turns.items() for turn in runs if "problem" in turn)
    return [f"{name} failed: {problem}" for name, problem in dict.fromkeys(found)]
