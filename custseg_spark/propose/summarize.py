"""What was found in a table that a recipe is proposed for, in a few lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from custseg_spark.propose.draft import Draft
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.wording import join_few, shorten

_MOST = 4
"""Columns that a line names of a kind, and reasons that it gives."""
_FURTHER = re.compile(r" \(|, |: ")
"""Where a reason goes on to what is left to the recipe."""


def summarize_draft(draft: Draft, rows: int) -> tuple[str, ...]:
    """Three to five lines: how many rows, who is the customer, what cuts, what is shown beside, what does not
    cut or was left out, and why. `rows`: how many were looked at."""
    shown = [f"described: {_list_names(draft.described)}"] if draft.described else []
    shown += [f"checked: {_list_names(draft.checked)}"] if draft.checked else []
    shown += [f"protected: {_list_names(draft.protected)}"] if draft.protected else []
    passed = {name: why for name, why in draft.remarks.items() if not why.startswith("part of ")}
    passed |= {one.name: one.why for one in draft.further.values()}
    cutting = [*map(_write_feature, draft.features.items())]
    cutting += [f"{shorten(name)} (a category)" for name in draft.categories]
    lines = [
        f"{rows:,} rows looked at; customers are told apart by {_name_id(draft)}",
        f"cuts: {', '.join(cutting)}",
        "; ".join(shown),
        f"does not cut: {_list_reasons(passed)}" if passed else "",
        f"left out: {_list_reasons(draft.left)}" if draft.left else "",
    ]
    return tuple(line for line in lines if line)


def _name_id(draft: Draft) -> str:
    return "the number of their row" if draft.identity.column is None else draft.identity.name


def _write_feature(named: tuple[str, ProposedFeature]) -> str:
    name, feature = named
    parts = len(feature.columns)
    return f"{shorten(name)} (the sum of {parts} columns)" if parts > 1 else shorten(name)


def _list_reasons(columns: Mapping[str, str]) -> str:
    """Why, with the columns, the commonest first; what goes on behind a reason is left to the recipe."""
    by_reason: dict[str, list[str]] = {}
    for name, why in columns.items():
        by_reason.setdefault(_FURTHER.split(why)[0], []).append(name)
    ranked = sorted(by_reason.items(), key=lambda pair: -len(pair[1]))
    told = [f"{why} ({_list_names(names)})" for why, names in ranked[:_MOST]]
    rest = sum(len(names) for _, names in ranked[_MOST:])
    return "; ".join(told + ([f"{rest} more"] if rest else []))


def _list_names(names: Iterable[str]) -> str:
    return join_few(map(shorten, names), _MOST)
