"""SIGKILL to the driver, Python and JVM together, at moments spread over a command's whole time."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reliability import outcome, programs
from reliability.faults import Bench, draw_moments, find_pointer_flaw, kill, list_stages

Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Victim:
    """What is killed: how it starts, where it logs, and what tells a flaw in what it published."""

    log: Path
    start: Callable[[], subprocess.Popen[bytes]]
    find_flaw: Callable[[], str]

    def kill_often(self, count: int, seed: int, say: Callable[[str], None]) -> tuple[int, str]:
        """How many of the kills left no flaw, and behind which stages they came."""
        behind: Counter[str] = Counter()
        held, most = 0, len(list_stages(self.log.read_text()))
        for after, wait in draw_moments(count, most, seed):
            stage = kill(self.log, self.start, after, wait)
            flaw = self.find_flaw()
            held += not flaw
            behind[stage] += 1
            say(f"killed {wait:.1f} s after stage {after}, behind {stage}: {flaw or 'pointers whole'}")
        return held, ", ".join(f"{name} {times}" for name, times in behind.items())


def kill_training(bench: Bench, count: int, seed: int, say: Callable[[str], None]) -> Rows:
    """Kills over `train` into an output that has a whole run; then a run that is left alone, and `prune`."""
    output = bench.make_output("train-kills")
    victim = Victim(
        output.parent / "log", lambda: bench.start_training(output), lambda: find_pointer_flaw(output)
    )
    code = bench.wait_for(victim.start())
    held, behind = victim.kill_often(count, seed, say)
    lost = [run for run in (output / "runs").iterdir() if outcome.find_flaw(run)]
    next_code = bench.wait_for(victim.start())
    next_whole = next_code == 0 and not victim.find_flaw() and bench.has_same_labels(output)
    pruned = _prune(bench, output, say)
    return {
        "train-kills": _build_row(
            f"SIGKILL to the driver at {count} moments over `train` (behind: {behind})",
            "`latest.json` and `live.json` name whole runs",
            held if code == 0 else 0,
            count,
        ),
        "train-after": _build_row(
            "the run after all these kills", "exit 0, whole, the labels of a run without faults", next_whole
        ),
        "train-prune": _build_row(
            f"what they left: {len(lost)} run directories that are not whole",
            "gone after `custseg runs prune --older-than 0`; the pointer's run is whole",
            pruned,
        ),
    }


def _build_row(fault: str, holds: str, held: int, tries: int = 1) -> dict[str, Any]:
    return {"fault": fault, "holds": holds, "held": int(held), "tries": tries}


def _prune(bench: Bench, output: Path, say: Callable[[str], None]) -> bool:
    arguments = ["prune", "--output", str(output), "--keep", "1000", "--older-than", "0"]
    process = programs.start_local("runs", arguments, bench.work, output.parent / "prune")
    code = bench.wait_for(process)
    flaws = {run.name: outcome.find_flaw(run) for run in (output / "runs").iterdir()}
    say(f"prune: exit {code}, {len(flaws)} runs left, {sum(map(bool, flaws.values()))} not whole")
    return code == 0 and not any(flaws.values()) and not find_pointer_flaw(output)


def kill_scoring(bench: Bench, count: int, seed: int, say: Callable[[str], None]) -> Rows:
    """Kills over `score` with the run of the bench; then a score that is left alone."""
    target = bench.make_output("score-kills").parent
    to, log = target / "to", target / "log"
    arguments = ["--output", str(bench.expected), "--input", str(bench.table), "--to", str(to)]
    victim = Victim(
        log,
        lambda: programs.start_local("score", arguments, bench.work, log),
        lambda: _find_score_flaw(to, bench),
    )
    code = bench.wait_for(victim.start())
    held, behind = victim.kill_often(count, seed + 1, say)
    next_code = bench.wait_for(victim.start())
    return {
        "score-kills": _build_row(
            f"SIGKILL to the driver at {count} moments over `score` (behind: {behind})",
            "`scores/latest.json` names a whole table of every accepted customer",
            held if code == 0 else 0,
            count,
        ),
        "score-after": _build_row(
            "the score after all these kills",
            "exit 0, the segments that `train` gave",
            next_code == 0 and not victim.find_flaw(),
        ),
    }


def _find_score_flaw(to: Path, bench: Bench) -> str:
    """What is wrong with the newest score; its labels must be those of the run."""
    pointer = to / "scores" / "latest.json"
    if not pointer.exists():
        return "no pointer"
    found = json.loads(pointer.read_text())
    name = next(value for key, value in found.items() if key.endswith("id"))
    expected = outcome.find_latest(bench.expected)
    assert expected
    same = outcome.read_labels(to / "scores" / name).equals(outcome.read_labels(expected))
    return "" if same else f"{name} has other labels"
