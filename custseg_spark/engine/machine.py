"""What this process may use of its machine: cores and memory, as its container or service is given them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_GIB = 2**30


def count_cores() -> int:
    """Those that this process may use: of the machine's, of its affinity, of its container's quota."""
    affinity = getattr(os, "sched_getaffinity", None)  # macOS has none
    there = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(there, *(-(-quota // period) for quota, period in _read_cgroup_quotas()), there))


def _read_cgroup_quotas() -> Iterator[tuple[int, int]]:
    """Microseconds of CPU time in a period, and the period: the limits of this process's container."""
    for file in _list_cgroup_files("cpu.max"):
        quota, _, period = file.read_text().strip().partition(" ")
        if quota.isdigit() and period.isdigit():
            yield int(quota), int(period)


def choose_driver_memory() -> int:
    """Bytes: half of what this process may use, from 1 to 16 GiB; the rest is for Python and file caches.
    4 GiB where the system does not say."""
    limits = [*_read_cgroup_limits()]
    if hasattr(os, "sysconf"):  # Windows has none
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(max(min(limits, default=8 * _GIB) // 2, _GIB), 16 * _GIB)


def _read_cgroup_limits() -> Iterator[int]:
    """Bytes: the memory limits of the container or service that this process runs in."""
    for file in _list_cgroup_files("memory.max", "memory/{group}/memory.limit_in_bytes"):
        if (limit := file.read_text().strip()).isdigit():
            yield int(limit)


def _list_cgroup_files(name: str, older: str = "") -> Iterator[Path]:
    """The files of that name of the control groups that this process is in, of version 2 and 1."""
    root, own = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
    lines = own.read_text().splitlines() if own.exists() else []
    for group in {"", *(line.rpartition(":")[2].strip("/") for line in lines)}:
        files = [root / group / name, *([root / older.format(group=group)] if older else [])]
        yield from (file for file in files if file.is_file())
