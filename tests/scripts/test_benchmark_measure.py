"""What scripts/benchmark says a process took, held against what the process says of itself."""

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
HOLD = "import os, sys, time; from pathlib import Path; held = bytearray(b'x') * {mib} * 2**20\n"
TELL = """
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
print("took", time.process_time(), peak, flush=True)
"""
"""CPU seconds of the process that prints it, and its peak in MiB: what is measured is held against them."""


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("measure")


def start_child(code: str) -> str:
    """Python code that starts `code` as a process of its own and waits for its end."""
    return f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {code!r}]).wait()\n"


def appears(path: Path) -> None:
    """Wait for a process to say by a file that it has come that far."""
    end = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} did not appear"
        time.sleep(0.01)


def wait_for(path: Path) -> str:
    """The same in the code of a process."""
    return f"while not os.path.exists({str(path)!r}): time.sleep(0.01)\n"


@contextmanager
def running(code: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as sink:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=sink)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_process_is_measured_with_its_children(
    measure: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "POLL_SECONDS", 0.02)
    busy = HOLD.format(mib=200) + "while time.process_time() < 0.5: pass" + TELL
    parent = HOLD.format(mib=40) + start_child(busy) + TELL + "sys.exit(3)"
    ours = b"x" * 600 * 2**20  # what measures is large itself, and is not measured
    begun = time.perf_counter()
    measured = measure.measure([sys.executable, "-c", parent], tmp_path / "log")
    around = time.perf_counter() - begun
    told = [line.split()[1:] for line in (tmp_path / "log").read_text().splitlines()]
    (child_cpu, child_peak), (parent_cpu, parent_peak) = [tuple(map(float, line)) for line in told]
    assert measured.exit_code == 3
    assert 0.5 <= measured.seconds < around
    assert child_cpu + parent_cpu <= measured.cpu_seconds + 2 / measure.TICK
    assert measured.cpu_seconds < 1.5 * (child_cpu + parent_cpu), "a child counts once"
    assert (
        0.95 * (child_peak + 40) < measured.peak_mib < 1.05 * (child_peak + parent_peak) < len(ours) / 2**20
    )
    assert max(measured.peak_mib_by_program.values()) == pytest.approx(child_peak, rel=0.05)


def test_the_pages_that_a_fork_shares_count_once(measure: ModuleType, tmp_path: Path) -> None:
    """As for the moment between a JVM's fork and the program that its child becomes."""
    forked, enough = tmp_path / "forked", tmp_path / "enough"
    child = f"    Path({str(forked)!r}).touch()\n    " + wait_for(enough) + "    os._exit(0)\n"
    code = HOLD.format(mib=200) + "if not os.fork():\n" + child + "os.wait()" + TELL
    seen = measure._Watch()
    with running(code, tmp_path / "log") as process:
        appears(forked)
        seen.look(process.pid)
        enough.touch()
        process.wait()
    _, _, peak = (tmp_path / "log").read_text().split()
    assert len(seen.cpu_seconds) == 2, "both were seen"
    assert 200 < seen.peak_mib < 1.4 * float(peak)
    assert len(seen.programs) == 1


def test_a_process_that_outlives_its_parent_still_counts(measure: ModuleType, tmp_path: Path) -> None:
    up, orphan, alone, large, held = (tmp_path / name for name in ("up", "orphan", "alone", "large", "held"))
    late = "import os, time; from pathlib import Path\n"
    late += f"Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid())); Path({str(up)!r}).touch()\n"
    late += wait_for(large)
    late += "held = bytearray(b'x') * 200 * 2**20\n"
    late += f"while time.process_time() < 0.3: pass\nPath({str(held)!r}).touch(); time.sleep(600)"
    parent = f"import os, subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', {late!r}])\n"
    parent += wait_for(orphan)
    root = start_child(parent) + f"import time; open({str(alone)!r}, 'w'); time.sleep(600)"
    seen = measure._Watch()
    with running(root, tmp_path / "log") as process:
        appears(up)
        try:
            seen.look(process.pid)
            before = seen.peak_mib
            orphan.touch()
            appears(alone)
            large.touch()
            appears(held)
            seen.look(process.pid)
        finally:
            orphan_pid = int((tmp_path / "pid").read_text())
            os.kill(orphan_pid, signal.SIGKILL)
    assert len(seen.cpu_seconds) == 3
    assert before < 200 < seen.peak_mib
    ours = sum(seconds for (pid, _), seconds in seen.cpu_seconds.items() if pid == orphan_pid)
    assert ours > 0.3 - 2 / measure.TICK, "its parent will never add it up"
