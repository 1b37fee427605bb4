"""Runs a command as a whole process and tells what it took: wall time, CPU time, peak memory.

Linux only: the numbers come from /proc.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

POLL_SECONDS = 0.1
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 2**20


@dataclass(frozen=True)
class Measurement:
    """One run. Memory is resident memory, in MiB; pages that programs share count in each, those that a fork
    shares with its parent once."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    """The highest sum over the process and its children at one moment, seen every tenth of a second."""
    peak_mib_by_program: dict[str, float]
    """The kernel's own peak of the largest process of each program, such as java or python."""
    exit_code: int


@dataclass
class _Watch:
    """What the poller has gathered about a process and all that it started."""

    cpu_seconds: dict[tuple[int, str], float] = field(default_factory=dict)
    peak_mib: float = 0.0
    programs: dict[str, float] = field(default_factory=dict)

    def look(self, root: int) -> None:
        """Adds what /proc says now; a process stays ours when its parent has ended."""
        table = {int(entry.name): stat for entry in Path("/proc").glob("[0-9]*") if (stat := _stat(entry))}
        known = {pid for pid, start in self.cpu_seconds if pid in table and table[pid][20] == start}
        family, queue = {root} | known, [root, *known]
        while queue:
            parent = queue.pop()
            children = {pid for pid, stat in table.items() if int(stat[2]) == parent} - family
            family |= children
            queue.extend(children)
        resident = 0.0
        for pid in family & set(table):
            stat = table[pid]
            self.cpu_seconds[pid, stat[20]] = (int(stat[12]) + int(stat[13])) / TICK
            parent = int(stat[2])
            forked = parent in family & set(table) and _command(pid) == _command(parent)
            own = int(stat[22]) * PAGE / MIB
            resident += _added_mib(pid, int(table[parent][22]) * PAGE / MIB) if forked else own
            if not forked:
                self.programs[stat[0]] = max(self.programs.get(stat[0], 0.0), _own_peak_mib(pid))
        self.peak_mib = max(self.peak_mib, resident)


def _stat(process: Path) -> list[str] | None:
    """/proc/<pid>/stat without the pid: program, state, parent, ...; the program may hold any sign."""
    try:
        text = (process / "stat").read_text()
    except OSError:  # it has ended meanwhile
        return None
    program, _, rest = text.partition("(")[2].rpartition(")")
    return [program, *rest.split()]


def _command(pid: int) -> bytes | None:
    """What the process was started as; a fork has its parent's until it becomes another program."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None


def _added_mib(pid: int, of_parent: float) -> float:
    """Resident memory that a fork adds to its parent: what no other process shares. Until it becomes another
    program, a child of vfork, as a JVM makes it, runs in its parent's own memory and adds nothing."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    private = sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024
    return private if private < 0.8 * of_parent else 0.0


def _own_peak_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def measure(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Measurement:
    """Runs `command` to its end; what it prints goes to `log`. A failure is an exit code, not an error."""
    seen, ended = _Watch(), threading.Event()
    with log.open("wb") as sink:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=environment)

        def poll() -> None:
            while not ended.wait(POLL_SECONDS):
                seen.look(process.pid)

        poller = threading.Thread(target=poll)
        poller.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        poller.join()
    # The kernel adds up only children that were waited for; the poller misses the last moment.
    cpu = max(sum(seen.cpu_seconds.values()), usage.ru_utime + usage.ru_stime)
    # Its ru_maxrss is of no use: it begins with our own memory, which the child shares until it is a program.
    return Measurement(seconds, cpu, seen.peak_mib, seen.programs, process.returncode)
