"""scripts/two-nights: a command that fails ends it, and says why."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "two-nights"
SETUP = """set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
set_up() { :; }
python() { echo "log of $3" >&2; [[ $3 != "$FAILS" ]]; }
"""


@pytest.mark.parametrize("command", ["train", "score"])
def test_a_command_that_fails_shows_its_log(tmp_path: Path, command: str) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    shutil.copy(SCRIPT, scripts)
    (scripts / "setup.sh").write_text(SETUP)
    (scripts / "make_customers").write_text("#!/bin/sh\necho made >&2\n")
    (scripts / "make_customers").chmod(0o755)
    found = subprocess.run(
        ["bash", scripts / "two-nights"],
        env={"PATH": "/usr/bin:/bin", "FAILS": command},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert found.stderr == f"log of {command}\n"
    assert found.stdout.splitlines()[-1].startswith(f"$ custseg {command}")
