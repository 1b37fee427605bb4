"""SIGKILL to the driver, Python and JVM together, at moments spread over a command's whole time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reliability import outcome, programs
from reliability.faults import Bench, kill, moments, pointer_flaw, stages

Rows = dict[str, dict[str, Any]]


def train(bench: Bench, count: int, seed: int, say: Callable[[str], None]) -> Rows:
    """Kills over `train` into an output that has a whole run; then a run that is left alone, and `prune`."""
    output = bench.output("train-kills")
    code = bench.ended(bench.train(output))
    hit: Counter[str] = Counter()
    held, log = 0, output.parent / "log"
    most = len(stages(log.read_text()))
    for after, wait in moments(count, most, seed):
        stage = kill(log, lambda: bench.train(output), after, wait)
        flaw = pointer_flaw(output)
        held += not flaw
        hit[stage] += 1
        say(f"killed {wait:.1f} s after stage {after}, behind {stage}: {flaw or 'pointers whole'}")
    lost = [run for run in (output / "runs").iterdir() if outcome.flaw(run)]
    next_code = bench.ended(bench.train(output))
    next_whole = next_code == 0 and not pointer_flaw(output) and bench.same_labels(output)
    pruned = _pruned(bench, output, say)
    last = ", ".join(f"{name} {times}" for name, times in hit.items())
    return {
        "train-kills": {
            "fault": f"SIGKILL to the driver at {count} moments over `train` (behind: {last})",
            "holds": "`latest.json` and `live.json` name whole runs",
            "held": held if code == 0 else 0,
            "tries": count,
        },
        "train-after": {
            "fault": "the run after all these kills",
            "holds": "exit 0, whole, the labels of a run without faults",
            "held": int(next_whole),
            "tries": 1,
        },
        "train-prune": {
            "fault": f"what they left: {len(lost)} run directories that are not whole",
            "holds": "gone after `custseg runs prune --older-than 0`; the pointer's run is whole",
            "held": int(pruned),
            "tries": 1,
        },
    }


def _pruned(bench: Bench, output: Path, say: Callable[[str], None]) -> bool:
    arguments = ["prune", "--output", str(output), "--keep", "1000", "--older-than", "0"]
    process = programs.local("runs", arguments, bench.work, output.parent / "prune")
    code = bench.ended(process)
    flaws = {run.name: outcome.flaw(run) for run in (output / "runs").iterdir()}
    say(f"prune: exit {code}, {len(flaws)} runs left, {sum(map(bool, flaws.values()))} not whole")
    return code == 0 and not any(flaws.values()) and not pointer_flaw(output)


def score(bench: Bench, count: int, seed: int, say: Callable[[str], None]) -> Rows:
    """Kills over `score` with the run of the bench; then a score that is left alone."""
    target = bench.output("score-kills").parent

    def start() -> Any:
        arguments = ["--output", str(bench.expected), "--input", str(bench.table), "--to", str(target / "to")]
        return programs.local("score", arguments, bench.work, target / "log")

    code = bench.ended(start())
    held, hit, log = 0, Counter[str](), target / "log"
    most = len(stages(log.read_text()))
    for after, wait in moments(count, most, seed + 1):
        stage = kill(log, start, after, wait)
        flaw = _scored_flaw(target / "to", bench)
        held += not flaw
        hit[stage] += 1
        say(f"killed {wait:.1f} s after stage {after}, behind {stage}: {flaw or 'pointers whole'}")
    next_code = bench.ended(start())
    last = ", ".join(f"{name} {times}" for name, times in hit.items())
    return {
        "score-kills": {
            "fault": f"SIGKILL to the driver at {count} moments over `score` (behind: {last})",
            "holds": "`scores/latest.json` names a whole table of every accepted customer",
            "held": held if code == 0 else 0,
            "tries": count,
        },
        "score-after": {
            "fault": "the score after all these kills",
            "holds": "exit 0, the segments that `train` gave",
            "held": int(next_code == 0 and not _scored_flaw(target / "to", bench)),
            "tries": 1,
        },
    }


def _scored_flaw(to: Path, bench: Bench) -> str:
    """What is wrong with the newest score; its labels must be those of the run."""
    pointer = to / "scores" / "latest.json"
    if not pointer.exists():
        return "no pointer"
    found = json.loads(pointer.read_text())
    name = next(value for key, value in found.items() if key.endswith("id"))
    expected = outcome.latest(bench.expected)
    assert expected
    same = outcome.labels(to / "scores" / name).equals(outcome.labels(expected))
    return "" if same else f"{name} has other labels"
