"""Which engine runs: Spark, or Sail, which serves the same API on one machine without a JVM.

Spark is the reference. Whoever is in a Spark already, or has said where one is, gets it; so does whoever asks
for it. `docs/decisions/engines.md` says why, and what was tried.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from custseg_spark.errors import NeedsSparkError, RecipeError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Name = Literal["spark", "sail"]
VARIABLE = "CUSTSEG_ENGINE"
WISHES = ("auto", "spark", "sail")
_SESSIONS = {
    "PYSPARK_GATEWAY_PORT": "spark-submit",
    "DATABRICKS_RUNTIME_VERSION": "Databricks",
    "SPARK_REMOTE": "SPARK_REMOTE",
}
"""Variables that say that there is a session, or an address of one, and what it is called."""


@dataclass(frozen=True)
class Engine:
    """What answers a session: its name and version, and why it and not the other."""

    name: Name
    version: str
    why: str

    @property
    def title(self) -> str:
        """As people call it, with the version."""
        return f"{self.name.capitalize()} {self.version}"


_KNOWN: WeakKeyDictionary[SparkSession, Engine] = WeakKeyDictionary()


def find_engine(spark: SparkSession) -> Engine:
    """The engine of a session, which is asked for it once."""
    if spark not in _KNOWN:
        note_engine(spark, "the session is open" if not os.environ.get("SPARK_REMOTE") else "SPARK_REMOTE")
    return _KNOWN[spark]


def note_engine(spark: SparkSession, why: str) -> None:
    """Remember why a session was opened; which engine it is the session says."""
    version = spark.version
    if ".connect." in type(spark).__module__:  # Sail gives the version of Spark whose API it serves
        answer = str(spark.sql("SELECT version()").collect()[0][0])
        if not answer.startswith(version):
            _KNOWN[spark] = Engine("sail", answer.split()[0], why)
            return
    _KNOWN[spark] = Engine("spark", version, why)


def is_sail(spark: SparkSession) -> bool:
    """Whether Sail answers the session."""
    return find_engine(spark).name == "sail"


def require_spark(spark: SparkSession, what: str) -> None:
    """Raises NeedsSparkError where Sail answers the session; `what` it is that only Spark does."""
    if is_sail(spark):
        raise NeedsSparkError(f"{what} takes Spark: Sail has no such thing")


def choose_engine(wish: str | None = None) -> tuple[Name, str]:
    """The engine of a session that is to be opened, and why. `wish`: auto, spark or sail; as the variable
    CUSTSEG_ENGINE says if null.

    Raises RecipeError where the wish can't be had, with what to do about it.
    """
    asked = read_wish(wish)
    session = next((name for variable, name in _SESSIONS.items() if os.environ.get(variable)), None)
    if asked == "sail":
        if session:
            raise RecipeError(
                f"the engine sail was asked for, and {session} names a session of its own",
                "ask for no engine, and that session is taken",
            )
        _require("pysail", "sail")
        return "sail", "asked for"
    if asked == "spark":
        why = "asked for"
    elif why := session or _find_master():
        pass
    elif not has_spark():
        _require("pysail", "sail")
        return "sail", "no Spark is installed"
    elif find_spec("pysail"):
        return "sail", "one machine, no Spark asked for"
    else:
        why = "installed"
    if not session and not has_spark():
        raise RecipeError(
            "no Spark is installed",
            "pip install 'custseg_spark[spark]', in an environment "
            "without pyspark-client; or ask for the engine sail",
        )
    return "spark", why


def read_wish(wish: str | None) -> str:
    """The engine that is asked for: auto, spark or sail. Raises RecipeError for any other word."""
    asked = (wish or os.environ.get(VARIABLE) or "auto").lower()
    if asked not in WISHES:
        raise RecipeError(f"{VARIABLE}: {asked!r} is no engine", f"it is one of {', '.join(WISHES)}")
    return asked


def has_spark() -> bool:
    """Whether Spark itself is installed, and not its client alone."""
    return find_spec("py4j") is not None


def _require(module: str, extra: str) -> None:
    if find_spec(module) is None:
        raise RecipeError(
            f"the engine {extra} takes {module}, which is not installed",
            f"pip install 'custseg_spark[{extra}]'; or, for Spark: pip install 'custseg_spark[spark]'",
        )


def _find_master() -> str:
    """Where the user has said which Spark it shall be; empty if nowhere."""
    arguments = shlex.split(os.environ.get("PYSPARK_SUBMIT_ARGS", ""))
    if os.environ.get("MASTER"):
        return "MASTER"
    if any(word == "--master" or word.startswith(("--master=", "spark.master=")) for word in arguments):
        return "PYSPARK_SUBMIT_ARGS"
    defaults = find_conf_dir() / "spark-defaults.conf"
    return "spark-defaults.conf" if "spark.master" in read_properties(defaults) else ""


def find_conf_dir() -> Path:
    """Where Spark looks for spark-defaults.conf and log4j2.properties."""
    import pyspark

    home = os.environ.get("SPARK_HOME") or str(Path(pyspark.__file__).parent)
    return Path(os.environ.get("SPARK_CONF_DIR") or Path(home) / "conf")


def read_properties(file: Path) -> dict[str, str]:
    """The keys and values of a Spark properties file; empty where there is none."""
    if not file.is_file():
        return {}
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    pairs = (re.split(r"\s*[=:\s]\s*", line, maxsplit=1) for line in lines if line and line[0] not in "#!")
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
