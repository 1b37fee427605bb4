"""A commented starter recipe for a table that nobody has written one for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from custseg_spark.errors import DataError
from custseg_spark.propose.column_kinds import ColumnKind, look_at_columns
from custseg_spark.propose.draft import Draft, draft_recipe
from custseg_spark.propose.features import MONEY, RECENCY, Candidate
from custseg_spark.recipe import plain_yaml
from custseg_spark.sql.parse import quote_name, quote_text

_MONEY_WORDS = ["Small spenders", "Mid spenders", "Big spenders"]


def write_recipe(
    head: pd.DataFrame,
    *,
    path: str,
    format: str,  # noqa: A002 - the recipe's own word
    options: Mapping[str, Any],
    types: Mapping[str, Any],
) -> str:
    """The starter recipe as YAML text; `train` runs on it as it is.

    `head`: the first rows of the table, or all of them, typed or as text. `types`: what is known of
    the columns' types; "string" keeps a column from being read as a number or a date. Raises
    DataError for a table without rows or without a column to cut by.
    """
    if head.empty:
        raise DataError(f"{path}: no rows to look at", "give a table that holds customers")
    columns = look_at_columns(head, types)
    draft = draft_recipe(columns, len(head))
    if not draft.features:
        raise _explain_refusal(path, columns)
    source = {"path": path, "format": format, **({"options": dict(options)} if options else {})}
    sections = [
        _opening(len(head)), _input(draft, source), _rules(draft), _segment_by(draft), _describe(draft),
        _check(draft), _protected(draft), _segments(draft, len(head)), _left_out(draft),
    ]  # fmt: skip
    return "\n\n".join("\n".join(section) for section in map(list, sections) if section) + "\n"


def _explain_refusal(path: str, columns: Sequence[ColumnKind]) -> DataError:
    mixed = next((column for column in columns if column.kind == "number" and not column.nearly_clean), None)
    if mixed is None:
        what, remedy = "", "add what customers do, such as spend or orders"
    else:
        what = f": {mixed.name}: {mixed.misfits}"
        remedy = "leave what is missing empty, and write every number as 1234.5"
    return DataError(f"{path}: no column of numbers to segment by{what}", remedy)


def _opening(rows: int) -> Iterator[str]:
    yield f"# A starter recipe, proposed from the first {rows:,} rows. It runs as it is; you know better."
    yield "# Few columns cut, many describe, outcomes check. Every key: docs/recipe.md; try one with --set."


def _input(draft: Draft, source: dict[str, Any]) -> Iterator[str]:
    yield "input:"
    for key, value in source.items():
        yield f"  {key}: {plain_yaml.inline(value)}"
    certain = "different in every row looked at" if draft.certain else (
        "NOT different in every row: is this a table of customers? Order lines go through `custseg rfm` first"
    )  # fmt: skip
    yield f"  id: {plain_yaml.inline(draft.identity.name)}  # {certain}"
    if draft.types:
        yield "  types:  # of columns that arrive as text; rows that do not fit are quarantined"
        for name, kind in draft.types.items():
            swapped = "check that day and month are not swapped" if isinstance(kind, dict) else None
            why = _remark(swapped or draft.type_remarks.get(name))
            yield f"    {plain_yaml.inline(name)}: {plain_yaml.inline(kind)}{why}"


def _rules(draft: Draft) -> Iterator[str]:
    first = next(iter(draft.features.values()))
    yield "# What must be true of every row; the others are kept apart with the reason. For example:"
    yield "# rules:"
    yield f"#   {plain_yaml.inline({'not_negative': f'{quote_name(first.columns[0])} >= 0'})[1:-1]}"


def _segment_by(draft: Draft) -> Iterator[str]:
    yield "# What cuts: three to five numbers in which customers differ, no two of which say the same."
    yield "# words: what a low, a middle and a high value is called (null: nothing); they make the names."
    yield "segment_by:"
    for place, (name, feature) in enumerate(draft.features.items()):
        yield f"  {plain_yaml.inline(name)}:"
        yield f"    sql: {plain_yaml.inline(feature.sql)}"
        yield from _treatment(feature)
        yield f"    words: {plain_yaml.inline(_words(name, feature, first=place == 0))}"


def _treatment(feature: Candidate) -> Iterator[str]:
    if len(feature.columns) > 1:
        yield "    # offered as one sum since they share name and unit: check that nothing is counted twice"
    missing = float(feature.values.isna().mean())
    if missing:
        yield f"    impute: median  # {missing:.1%} is missing; or mean, a number, quarantine"
    low = "0" if feature.skewed else "null"
    if feature.far_out is not None:
        beyond = f"the highest is {feature.highest:,.6g}, 99.5 percent are under {feature.far_out:,.6g}"
        yield f"    clip: [{low}, p99.5]  # {beyond}"
    elif feature.skewed:
        yield "    clip: [0, null]  # the logarithm takes nothing under zero"
    if feature.skewed:
        yield "    transform: log1p  # many small values, few large: 10 to 100 is as far as 100 to 1,000"


def _words(name: str, feature: Candidate, *, first: bool) -> list[str | None]:
    plain = name.replace("_", " ")
    if first and not MONEY.isdisjoint(feature.words):
        return [*_MONEY_WORDS]
    if first:
        return [f"Low {plain}", f"Mid {plain}", f"High {plain}"]
    if not RECENCY.isdisjoint(feature.words):
        return ["recent", None, "quiet"]
    return [f"low {plain}", None, f"high {plain}"]


def _describe(draft: Draft) -> Iterator[str]:
    if not draft.described:
        return
    yield "# What is shown for each segment and never cuts. A rate: {rate: [part, whole]}."
    yield "describe:"
    for name, column in draft.described.items():
        why = draft.remarks.get(column.name)
        yield f"  {plain_yaml.inline(name)}: {plain_yaml.inline(_number(column))}{_remark(why)}"


def _check(draft: Draft) -> Iterator[str]:
    if not draft.checked:
        return
    yield "# What says whether the segments are worth anything; it never cuts."
    yield "check:"
    for name, column in draft.checked.items():
        yield f"  {plain_yaml.inline(name)}: {plain_yaml.inline(_number(column))}"


def _protected(draft: Draft) -> Iterator[str]:
    if not draft.protected:
        return
    yield "# What must not decide how a person is treated: shown beside the segments, never cuts."
    yield f"protected: {plain_yaml.inline(list(draft.protected))}"


def _segments(draft: Draft, rows: int) -> Iterator[str]:
    yield "segments:"
    most = max(2, min(8, rows // 10))
    yield f"  k: [2, {most}]  # how many segments are tried; narrow it to what you can act on"
    yield "  smallest_share: 0.05  # no segment under five percent of the customers"
    yield "  choose: evidence  # separated, stable and large enough"
    yield f"  order_by: {plain_yaml.inline(next(iter(draft.features)))}  # segment 0 is the highest in it"


def _left_out(draft: Draft) -> Iterator[str]:
    if draft.left:
        yield "# Left out:"
    for name, why in draft.left.items():
        yield f"#   {plain_yaml.inline(name)}: {why}"


def _number(column: ColumnKind) -> str:
    """The column as an expression that gives a number."""
    name = quote_name(column.name)
    if column.kind == "date":
        last = column.values.max().date().isoformat()
        return f"datediff(date '{last}', {name})"
    if column.counted is None:
        return name
    asked = (
        name
        if column.counted == "true" and column.declared in (None, "boolean")
        else f"{name} = {quote_text(column.counted)}"
    )
    return f"cast({asked} as int)"


def _remark(why: str | None) -> str:
    return f"  # {why}" if why else ""
