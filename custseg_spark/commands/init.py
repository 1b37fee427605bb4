"""A starter recipe for a table nobody has looked at yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession

from custseg_spark import data, runs
from custseg_spark.engine.session_settings import keep_settings
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.propose.proposal import Proposal
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import Input
from custseg_spark.sql import find_instants

LOOKED_AT = 10_000
"""Rows from the head of the table that the proposal is made from."""


@dataclass(frozen=True)
class TablePreview:
    """The head of a table, as text where its format gives no types, and how the table is read."""

    head: pd.DataFrame
    path: str
    format: str
    options: Mapping[str, Any]

    def propose(self) -> Proposal:
        """A commented recipe for the table; `train` runs on it as it is. Raises DataError for a table without
        a column to cut by."""
        return write_recipe(self.head, path=self.path, format=self.format, options=self.options, types={})


@keep_settings
def preview_table(spark: SparkSession, path: str, options: Mapping[str, Any] | None = None) -> TablePreview:
    """The first rows of the table at `path`. `options` as under `input.options`, such as an Excel sheet."""
    options = dict(options or {})
    table = data.open_table(spark, Input(id="", options=options), runs.find_customers(path))
    with translate_engine_errors(f"input {path}"):
        head = table.text if table.format == "csv" else None  # of Excel it holds the columns of text alone
        if head is None:
            moments = {name: data.read_utc(data.column(name)) for name in find_instants(table.frame.schema)}
            frame = table.frame.limit(LOOKED_AT)
            head = (frame.withColumns(moments) if moments else frame).toPandas()
    if table.format == "csv" and table.options["sep"] != ",":
        options["sep"] = table.options["sep"]
    return TablePreview(head.drop(columns=data.MALFORMED, errors="ignore"), path, table.format, options)


def propose_recipe(spark: SparkSession, path: str) -> Proposal:
    """A commented recipe for the table at `path`; `train` runs on it as it is."""
    return preview_table(spark, path).propose()
