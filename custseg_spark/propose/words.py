"""What a proposed feature is called: its words, its unit and its label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from custseg_spark.made_words import Title
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.column_names import read_name
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.topics import AMOUNT, SPENT, find_topic, is_money
from custseg_spark.wording import fold_text, split_words

SPENDERS: list[str | None] = ["Small spenders", "Mid spenders", "Big spenders"]
LAST: list[str | None] = ["recent", None, "quiet"]
_ANYTHING = (
    SPENT
    | (AMOUNT - {"values"})
    | frozenset(
        ["total", "totals", "totales", "sum", "all", "overall", "gross", "net", "my", "yearly", "annual",
         "monthly", "weekly", "daily", "in", "last", "over", "the", "of", "per", "sale", "trans",
         "transaction", "transactions", "purchase", "purchases", "order", "orders", "customer", "client",
         "month", "months", "year", "years", "day", "days", "lifetime", "date", "to"]
    )
)  # fmt: skip
"""Who spends much on wine may spend little in all: spenders are who spends much on anything."""


def propose_keys(features: Mapping[str, ProposedFeature]) -> dict[str, dict[str, Any]]:
    """Key of a feature -> what its section says of its name: `unit` and `label` where there is one, and
    `words`, no word of which is said of two features."""
    found: dict[str, dict[str, Any]] = {}
    said: set[str] = set()
    for key, feature in features.items():
        label = read_name(feature.columns[0]).label if len(feature.columns) == 1 else ""
        title = Title(key, label, feature.unit, feature.may_count)
        words = _propose_words(title, feature, features)
        if said & {fold_text(word) for word in words if word}:
            title = replace(title, label="")
            words = _make_words(title)
        said |= {fold_text(word) for word in words if word}
        named = {"unit": title.unit, "label": title.label}
        found[key] = {**{what: text for what, text in named.items() if text}, "words": words}
    return found


def describe_name(column: ColumnKind) -> dict[str, str]:
    """What the section of a described column says of its name: `unit` and `label`, where there is one."""
    name = read_name(column.name)
    unit, label = name.unit, name.label
    if column.kind == "date":
        unit, label = "", f"days since {label}" if label else ""  # which says what they are counted in
    elif column.kind in ("category", "flag"):
        unit, label = "", f"{label} {column.counted}" if label and column.kind == "category" else label
    return {what: text for what, text in {"unit": unit, "label": label}.items() if text}


def _propose_words(
    title: Title, feature: ProposedFeature, features: Mapping[str, ProposedFeature]
) -> list[str | None]:
    topic = find_topic(title.label or title.name, title.unit)
    # where two columns say what was spent, neither alone says who spends much
    if _is_all_spent(feature) and sum(_is_all_spent(one) for one in features.values()) == 1:
        return SPENDERS
    # beside an age T and a frequency, recency is the age at the last purchase: a high one is recent
    if topic == "recency" and not any(one.words in (("t",), ("t", "x")) for one in features.values()):
        return LAST
    counted = split_words(title.name) != feature.words and not title.label
    return _make_words(replace(title, name="_".join(feature.words)) if counted else title)


def _make_words(title: Title) -> list[str | None]:
    """The middle is said too where `train`, which knows the name alone, would count: some returns."""
    low, mid, high = title.make_words()
    counted = replace(title, may_count=True).make_words()
    return [low, None if mid == counted[1] else mid, high]


def _is_all_spent(feature: ProposedFeature) -> bool:
    plain = {word for word in feature.words if not any(sign.isdigit() for sign in word)}
    return feature.topic == "spend" and plain <= _ANYTHING and (not feature.unit or is_money(feature.unit))
