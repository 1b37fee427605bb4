"""A starter recipe for a table nobody has looked at yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession

from custseg_spark import data, runs
from custseg_spark.engine.session_settings import keep_settings
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.propose.column_kinds import look_at_columns
from custseg_spark.propose.facts import TableFacts
from custseg_spark.propose.proposal import Proposal
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import ROW_NUMBER, Input
from custseg_spark.steps.survey_table import draw_rows, survey_rows


@dataclass(frozen=True)
class TablePreview:
    """Rows of a table, all of them or drawn over the whole, as text where its format gives no types; what all
    rows say; and how the table is read."""

    head: pd.DataFrame
    path: str
    format: str
    options: Mapping[str, Any]
    facts: TableFacts = field(default_factory=TableFacts)

    @property
    def rows(self) -> int:
        """Of the whole table."""
        return self.facts.rows or len(self.head)

    def propose(self) -> Proposal:
        """A commented recipe for the table; `train` runs on it as it is. Raises DataError for a table without
        a column to cut by."""
        return write_recipe(
            self.head, path=self.path, format=self.format, options=self.options, facts=self.facts
        )


@keep_settings
def preview_table(
    spark: SparkSession, path: str, options: Mapping[str, Any] | None = None, kind: str = "auto"
) -> TablePreview:
    """Look into the table at `path`, a table of the given `kind` of format. `options` as under
    `input.options`, such as an Excel sheet.

    Of a table of more rows than are drawn, one pass over all of them, and one that draws.
    """
    options, found = dict(options or {}), runs.find_customers(path)
    table = data.open_table(spark, Input(id="", format=kind, options=options), found)
    with translate_engine_errors(f"input {path}"):
        drawn = draw_rows(table)
        facts = TableFacts() if drawn.are_all else survey_rows(table, look_at_columns(drawn.rows), drawn.of)
    if table.format == "csv" and table.options.get("sep", ",") != ",":  # an archive has no options
        options["sep"] = table.options["sep"]
    asked = data.find_format(kind, data.locate(found)) if kind == "auto" else kind
    form = asked if asked == "zip" else table.format
    return TablePreview(drawn.rows, path, form, options, replace(facts, notes=table.notes))


def propose_recipe(
    spark: SparkSession,
    path: str,
    options: Mapping[str, Any] | None = None,
    kind: str = "auto",
    asked: str | None = None,
) -> Proposal:
    """A commented recipe for the table at `path`; `train` runs on it as it is.

    `asked`: the column that tells customers apart, or ROW_NUMBER; found if null. Raises DataError for a
    column that is not there.
    """
    preview = preview_table(spark, path, options, kind)
    if asked is not None:
        names = list(map(str, preview.head.columns))
        if asked != ROW_NUMBER or ROW_NUMBER in map(str.lower, names):
            asked = data.resolve_column(asked, names, ["--id"])
        preview = replace(preview, facts=replace(preview.facts, id=asked))
    return preview.propose()
