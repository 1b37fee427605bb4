"""A commented starter recipe for a table that nobody has written one for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from custseg_spark.errors import BadTableError, DataError
from custseg_spark.propose.column_kinds import ColumnKind, look_at_columns
from custseg_spark.propose.draft import Draft, draft_recipe
from custseg_spark.propose.facts import TableFacts, correct_columns
from custseg_spark.propose.features import write_days_since
from custseg_spark.propose.outcomes import is_outcome
from custseg_spark.propose.proposal import Proposal, render
from custseg_spark.propose.summarize import summarize_draft
from custseg_spark.propose.words import describe_name, propose_keys
from custseg_spark.propose.write_orders import propose_of_orders
from custseg_spark.recipe import plain_yaml
from custseg_spark.sql.parse import quote_name, quote_text
from custseg_spark.wording import join_few, split_words

_MOST_SEGMENTS = 8
_MOST_NAMED = 3
"""Columns that an error names."""

NOTHING_MORE = TableFacts()
"""What is known of a table of which all rows were looked at."""


def write_recipe(
    head: pd.DataFrame,
    *,
    path: str,
    format: str,  # noqa: A002 - the recipe's own word
    options: Mapping[str, Any],
    facts: TableFacts = NOTHING_MORE,
) -> Proposal:
    """The starter recipe; `train` runs on it as it is.

    `head`: rows drawn from the table, or all of them, typed or as text. `facts`: what all of its rows say.
    Raises DataError for a table without rows or without a column to cut by.
    """
    if head.empty:
        raise BadTableError(f"{path}: no rows to look at", "give a table that holds customers")
    columns = correct_columns(look_at_columns(head), facts)
    rows = facts.rows or len(head)
    source = {"path": path, "format": format, **({"options": dict(options)} if options else {})}
    orders = propose_of_orders(columns, rows, source, facts.notes) if facts.id is None else None
    if orders is not None:
        return orders
    draft = draft_recipe(columns, rows, facts.id)
    if not draft.features and not draft.categories:
        raise _explain_refusal(path, columns)
    notices = (*facts.notes, *draft.notices)
    text = render(
        "starter.yaml.jinja",
        rows=rows,
        most=_find_most_segments(draft, rows),
        looked_at=f"all {rows:,} rows" if rows == len(head) else f"{len(head):,} of {rows:,} rows",
        notices=notices,
        source=source,
        draft=draft,
        example=_find_never_negative(draft),
        kinds={name: declared.kind for name, declared in draft.types.items()},
        described={name: _describe(column) for name, column in draft.described.items()},
        checked={name: _describe(column) for name, column in draft.checked.items()},
        names=propose_keys(draft.features),
    )
    return Proposal(text, notices, found=summarize_draft(draft, len(head)))


def _explain_refusal(path: str, columns: Sequence[ColumnKind]) -> DataError:
    """Why nothing of the table can cut, and what can be done."""
    what = f"{path}: no column of numbers to segment by"
    mixed = next((one for one in columns if one.kind == "number" and not one.is_nearly_clean), None)
    if mixed is not None:
        remedy = "leave what is missing empty, and write every number as 1234.5"
        return BadTableError(f"{what}: {mixed.name}: {mixed.misfits}", remedy)
    passed = [
        one.name
        for one in columns
        if one.kind in ("category", "flag") and not (one.is_protected or one.is_personal or is_outcome(one))
    ]
    if passed:
        key = "_".join(split_words(passed[0]))
        use = {key if key[:1].isalpha() else f"column_{key}": {"category": quote_name(passed[0])}}
        return BadTableError(
            f"{what}: {join_few(passed, _MOST_NAMED)} can be described, and make no segments by themselves",
            "add what customers do, such as spend or orders; or cut by such a category all the same: "
            f"segment_by: {plain_yaml.inline(use)}",
        )
    same = [one.name for one in columns if one.kind == "constant"]
    if same:
        what += f": {join_few(same, _MOST_NAMED)} the same in every row"
    return BadTableError(what, "add what customers do, such as spend or orders")


def _find_most_segments(draft: Draft, rows: int) -> int:
    """The largest k that is worth trying: by the number of customers, and of combinations of levels where
    nothing else cuts."""
    most = [_MOST_SEGMENTS, rows // 10]
    if not draft.features:
        levels = pd.concat([one.levels for one in draft.categories.values()], axis=1)
        most.append(len(levels.drop_duplicates()))
    return max(2, min(most))


def _find_never_negative(draft: Draft) -> str:
    """The first column that cuts as it is and was never under zero; empty where none is so."""
    cutting = (one.sql for one in draft.features.values() if one.is_column and one.values.min() >= 0)
    return next(cutting, "")


def _describe(column: ColumnKind) -> Any:
    """What stands under describe or check: the expression alone, or with the unit and label of its name."""
    sql, named = _write_expression(column), describe_name(column)
    return {"sql": sql, **named} if named else sql


def _write_expression(column: ColumnKind) -> str:
    """The column as an expression that gives a number."""
    name = quote_name(column.name)
    if column.kind == "date":
        return write_days_since(column)
    if column.counted is None:
        return name
    if column.kind == "number":
        return f"cast({name} = {column.counted} as int)"
    is_truth = column.counted == "true" and column.declared in (None, "boolean")
    return f"cast({name if is_truth else f'{name} = {quote_text(column.counted)}'} as int)"
