"""How an engine means to compute a table."""

from pyspark.sql import DataFrame


def show_plans(frame: DataFrame) -> str:
    """Its plans as text, from what was written to what is run."""
    if hasattr(type(frame), "_explain_string"):
        return str(frame._explain_string(extended=True))
    return str(frame._jdf.queryExecution().toString())
