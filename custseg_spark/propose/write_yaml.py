"""A commented starter recipe for a table that nobody has written one for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import pandas as pd
from jinja2 import Environment

from custseg_spark.errors import BadTableError, DataError
from custseg_spark.propose.column_kinds import ColumnKind, look_at_columns
from custseg_spark.propose.draft import draft_recipe
from custseg_spark.propose.facts import TableFacts, correct_columns
from custseg_spark.propose.features import MONEY, RECENCY, ProposedFeature
from custseg_spark.propose.proposal import Proposal
from custseg_spark.recipe import plain_yaml
from custseg_spark.sql.parse import quote_name, quote_text

NOTHING_MORE = TableFacts()
"""What is known of a table of which all rows were looked at."""


def write_recipe(
    head: pd.DataFrame,
    *,
    path: str,
    format: str,  # noqa: A002 - the recipe's own word
    options: Mapping[str, Any],
    types: Mapping[str, Any],
    facts: TableFacts = NOTHING_MORE,
) -> Proposal:
    """The starter recipe; `train` runs on it as it is.

    `head`: rows drawn from the table, or all of them, typed or as text. `facts`: what all of its rows say.
    `types`: what is known of
    the columns' types; "string" keeps a column from being read as a number or a date. Raises
    DataError for a table without rows or without a column to cut by.
    """
    if head.empty:
        raise BadTableError(f"{path}: no rows to look at", "give a table that holds customers")
    columns = correct_columns(look_at_columns(head, types), facts)
    rows = facts.rows or len(head)
    draft = draft_recipe(columns, rows, facts.id)
    if not draft.features:
        raise _explain_refusal(path, columns)
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters.update(
        yaml=plain_yaml.inline,
        expression=_write_expression,
        comment=lambda why: f"  # {why}" if why else "",
    )
    template = resources.files("custseg_spark.propose").joinpath("starter.yaml.jinja")
    text = environment.from_string(template.read_text(encoding="utf-8")).render(
        rows=rows,
        looked_at=f"all {rows:,} rows" if rows == len(head) else f"{len(head):,} of {rows:,} rows",
        source={"path": path, "format": format, **({"options": dict(options)} if options else {})},
        draft=draft,
        example=quote_name(next(iter(draft.features.values())).columns[0]),
        words=_propose_words,
    )
    return Proposal(text, draft.notices)


def _explain_refusal(path: str, columns: Sequence[ColumnKind]) -> DataError:
    mixed = next((one for one in columns if one.kind == "number" and not one.is_nearly_clean), None)
    if mixed is None:
        what, remedy = "", "add what customers do, such as spend or orders"
    else:
        what = f": {mixed.name}: {mixed.misfits}"
        remedy = "leave what is missing empty, and write every number as 1234.5"
    return BadTableError(f"{path}: no column of numbers to segment by{what}", remedy)


def _propose_words(name: str, feature: ProposedFeature, first: bool) -> list[str | None]:
    plain = name.replace("_", " ")
    if first and not MONEY.isdisjoint(feature.words):
        return ["Small spenders", "Mid spenders", "Big spenders"]
    if first:
        return [f"Low {plain}", f"Mid {plain}", f"High {plain}"]
    if not RECENCY.isdisjoint(feature.words):
        return ["recent", None, "quiet"]
    return [f"low {plain}", None, f"high {plain}"]


def _write_expression(column: ColumnKind) -> str:
    """The column as an expression that gives a number."""
    name = quote_name(column.name)
    if column.kind == "date":
        last = column.values.max().date().isoformat()
        return f"datediff(date '{last}', {name})"
    if column.counted is None:
        return name
    is_truth = column.counted == "true" and column.declared in (None, "boolean")
    return f"cast({name if is_truth else f'{name} = {quote_text(column.counted)}'} as int)"
