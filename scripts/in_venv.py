"""How the programs here start: with the packages of .venv, whichever Python called them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@contextmanager
def in_venv() -> Iterator[None]:
    """Where a package that is imported inside is missing, the program starts anew by the Python of .venv;
    where that one lacks it too, it ends with what to do."""
    try:
        yield
    except ImportError as missing:
        venv, python = ROOT / ".venv", ROOT / ".venv" / "bin" / "python"
        if Path(sys.prefix).resolve() == venv.resolve() or not python.exists():
            program = Path(sys.argv[0]).name
            sys.exit(
                f"{program}: no Python package {missing.name}\nRun ./scripts/test once: it sets up .venv."
            )
        os.execv(python, [str(python), *sys.argv])
