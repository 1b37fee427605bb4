"""What records say of the engine, and of the versions that a run rests on."""

from __future__ import annotations

import platform
from dataclasses import asdict
from typing import Any

import numpy as np
import pyspark

from custseg_spark import __version__, runs
from custseg_spark.engine.choose import Engine


def describe_engine(engine: Engine | None) -> dict[str, Any]:
    """`engine` and `versions` of a record, the engine's own under its name. `engine`: the journal's."""
    versions: dict[str, str] = {
        "custseg_spark": __version__,
        **({engine.name: engine.version} if engine else {}),
        "pyspark": pyspark.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    return {"engine": None if engine is None else runs.EngineRecord(**asdict(engine)), "versions": versions}
