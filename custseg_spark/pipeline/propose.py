"""A starter recipe for a table nobody has looked at yet."""

from __future__ import annotations

from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.pipeline.problems import told
from custseg_spark.recipe import Input
from custseg_spark.recipe.propose import propose as proposed
from custseg_spark.session import settled

LOOKED_AT = 10_000
"""Rows from the head of the table that the proposal is made from."""


def propose(spark: SparkSession, path: str) -> str:
    """A commented recipe for the table at `path`, as YAML; `train` runs on it as it is."""
    table = data.open_table(settled(spark), Input(id=""), path)
    with told(f"input {path}"):
        head = table.text if table.text is not None else table.frame.limit(LOOKED_AT).toPandas()
    options = {"sep": table.sep} if table.sep not in (None, ",") else {}
    return proposed(
        head.drop(columns=data.MALFORMED, errors="ignore"),
        path=path,
        format=table.format,
        options=options,
        types={},
    )
