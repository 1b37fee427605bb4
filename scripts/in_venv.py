"""How the programs here start: with the packages of an environment that setup.sh makes, whichever Python
called them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
LIGHT, FULL = ROOT / ".venv", ROOT / ".venv-spark"
sys.path.insert(0, str(ROOT))


@contextmanager
def in_venv(*, light: bool = False) -> Iterator[None]:
    """Where a package that is imported inside is missing, the program starts anew by the Python of
    .venv-spark, or, if `light`, of .venv, which has no Spark; where that one lacks it too, or is not there,
    it ends with what to do. Commands that a program starts work on Spark unless it is `light` or says
    otherwise."""
    if not light:
        os.environ.setdefault("CUSTSEG_ENGINE", "spark")
        if Path(sys.prefix).resolve() == LIGHT:
            _start_anew([FULL], "pyspark with a Spark")
    try:
        yield
    except ImportError as missing:
        _start_anew([LIGHT, FULL] if light else [FULL], missing.name)


def _start_anew(places: list[Path], missing: str | None) -> NoReturn:
    made = [place / "bin" / "python" for place in places if (place / "bin" / "python").exists()]
    if not made or Path(sys.prefix).resolve() in places:
        first = "./scripts/demo" if LIGHT in places else "./scripts/test"
        sys.exit(
            f"{Path(sys.argv[0]).name}: no Python package {missing}\n"
            f"Run {first} once: it sets up {places[0].name}."
        )
    os.execv(made[0], [str(made[0]), *sys.argv])
