"""No engine comes with the package: clusters bring theirs."""

from importlib.util import find_spec

from custseg_spark.errors import RecipeError


def require_pyspark() -> None:
    """Raises RecipeError, with what brings one, where no PySpark can be imported."""
    if find_spec("pyspark") is None:
        raise RecipeError(
            "no engine is installed: pip install 'custseg_spark[sail]' (this machine alone, no Java) "
            "or pip install 'custseg_spark[spark]' (Spark, Java 17 or 21)"
        )
