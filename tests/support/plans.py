"""How an engine means to compute a table."""

from pyspark.sql import DataFrame


def show_plans(frame: DataFrame) -> str:
    """Its plans as text, from what was written to what is run."""
    explain = getattr(type(frame), "_explain_string", None)  # over Spark Connect
    if explain is not None:
        return str(explain(frame, extended=True))
    return str(frame._jdf.queryExecution().toString())
