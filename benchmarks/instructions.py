"""How many instructions a command runs, with all processes that it starts, counted by valgrind.

Valgrind interprets every instruction, so that the count hardly depends on the machine; it takes some forty
times as long. Its tool exp-bbv does nothing but count.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

COUNTED = re.compile(r"Total instructions: (\d+)")


def count_instructions(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> dict[str, Any]:
    """`instructions` in all processes, `processes`, `by` what and on which `date`. `folder` is for its logs.
    Raises FileNotFoundError where there is no valgrind, CalledProcessError where the command fails."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    version = subprocess.run(["valgrind", "--version"], check=True, capture_output=True, text=True).stdout
    tool = ["--tool=exp-bbv", "--instr-count-only=yes", "--trace-children=yes", f"--log-file={folder}/log.%p"]
    files = [f"--bb-out-file={folder}/bb.%p", f"--pc-out-file={folder}/pc.%p"]
    with (folder / "said").open("wb") as said:
        subprocess.run(
            ["valgrind", *tool, *files, *command], check=True, stdout=said, stderr=said,
            env={**environment, "PYTHONHASHSEED": "0"},
        )  # fmt: skip
    counts = [add_counts(path.read_text(errors="replace")) for path in folder.glob("log.*")]
    return {
        "instructions": sum(counts),
        "processes": len(counts),
        "by": f"{version.strip()} (exp-bbv)",
        "date": date.today().isoformat(),
    }


def add_counts(log: str) -> int:
    """The instructions of all threads of one process, as its log tells them."""
    return sum(map(int, COUNTED.findall(log)))
