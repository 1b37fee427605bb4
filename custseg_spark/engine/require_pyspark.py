"""No engine comes with the package: clusters bring theirs. What is imported of PySpark, and how."""

import sys
from importlib import import_module
from importlib.util import find_spec

from custseg_spark.errors import RecipeError


def require_pyspark() -> None:
    """Raises RecipeError, with what brings one, where no PySpark can be imported."""
    if find_spec("pyspark") is None:
        raise RecipeError(
            "no engine is installed: pip install 'custseg_spark[sail]' (this machine alone, no Java) "
            "or pip install 'custseg_spark[spark]' (Spark, Java 17 or 21)"
        )


def import_client() -> None:
    """Import PySpark's client, which takes a program without a file (`python -c`, or one from a pipe) for its
    own doctests, and ends the process where it finds no Spark."""
    program = sys.modules["__main__"]
    if hasattr(program, "__file__"):
        import_module("pyspark.sql.connect")
        return
    program.__file__ = "program"
    try:
        import_module("pyspark.sql.connect")
    finally:
        del program.__file__
