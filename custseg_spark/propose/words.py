"""What a proposed feature is called: its words, its unit and its label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from custseg_spark.made_words import Title
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.column_names import ColumnName, read_name
from custseg_spark.propose.features import COUNTS, ProposedFeature
from custseg_spark.topics import find_topic, is_money
from custseg_spark.wording import fold_text, split_words

_SPENDERS: list[str | None] = ["Small spenders", "Mid spenders", "Big spenders"]
_LAST: list[str | None] = ["recent", None, "quiet"]
_ANYTHING = """
    total totals totales sum all overall gross net my yearly annual monthly weekly daily in last over
    the of per amount amounts amt value montant money spend spent spending sales sale revenue monetary
    turnover mnt gmv depenses depense umsatz ventas gasto gastos trans transaction transactions purchase
    purchases order orders customer client month months year years day days lifetime date to
"""
"""Who spends much on wine may spend little in all: spenders are who spends much on anything."""
_BOUGHT = frozenset(["purchase", "purchases", "order", "orders", "transactions", "bookings", "achats"])


def propose_keys(features: Mapping[str, ProposedFeature]) -> dict[str, dict[str, Any]]:
    """Key of a feature -> what its section says of its name: `unit` and `label` where there is one, and
    `words`, no word of which is said of two features."""
    found: dict[str, dict[str, Any]] = {}
    said: set[str] = set()
    for key, feature in features.items():
        name = _read_names(feature)
        title = Title(key, name.label, name.unit)
        words = _propose_words(title, feature, features)
        if said & {fold_text(word) for word in words if word}:
            name = ColumnName(name.plain, name.unit)
            low, _, high = Title(key, unit=name.unit).make_words()
            words = [low, None, high]
        said |= {fold_text(word) for word in words if word}
        named = {"unit": name.unit, "label": name.label}
        found[key] = {**{what: text for what, text in named.items() if text}, "words": words}
    return found


def describe_name(column: ColumnKind) -> dict[str, str]:
    """What the section of a described column says of its name: `unit` and `label`, where there is one."""
    name = read_name(column.name)
    unit, label = name.unit, name.label
    if column.kind == "date":
        unit, label = "", f"days since {label}" if label else ""  # which says what they are counted in
    elif column.kind in ("category", "flag"):
        unit, label = (
            "",
            f"{label} {column.counted}".strip() if label and column.kind == "category" else label,
        )
    return {what: text for what, text in {"unit": unit, "label": label}.items() if text}


def _read_names(feature: ProposedFeature) -> ColumnName:
    """The name of its column; of a sum, the unit that all of its columns share."""
    names = [read_name(column) for column in feature.columns]
    if len(names) > 1:
        return ColumnName(" ".join(feature.words), names[0].unit if len({n.unit for n in names}) == 1 else "")
    return replace(names[0], unit="money") if _is_money_bought(names[0], feature) else names[0]


def _is_money_bought(name: ColumnName, feature: ProposedFeature) -> bool:
    """Whether purchases without a unit are money by their values: nobody buys 2.5 times."""
    words, known = {*split_words(name.plain)}, feature.values.dropna()
    bought = find_topic(name.plain, name.unit) == "frequency" and not _BOUGHT.isdisjoint(words)
    fractions = bought and not name.unit and COUNTS.isdisjoint(words) and (known % 1 != 0).mean() > 0.2
    return bool(fractions and known.max() > 1)


def _propose_words(
    title: Title, feature: ProposedFeature, features: Mapping[str, ProposedFeature]
) -> list[str | None]:
    topic = find_topic(title.label or title.name, title.unit)
    # where two columns say what was spent, neither alone says who spends much
    if _is_all_spent(feature) and sum(_is_all_spent(one) for one in features.values()) == 1:
        return _SPENDERS
    # beside an age T and a frequency, recency is the age at the last purchase: a high one is recent
    if topic == "recency" and not any(one.words in (("t",), ("t", "x")) for one in features.values()):
        return _LAST
    counted = split_words(title.name) != feature.words and not title.label
    low, _, high = Title(
        "_".join(feature.words) if counted else title.name, title.label, title.unit
    ).make_words()
    return [low, None, high]


def _is_all_spent(feature: ProposedFeature) -> bool:
    name = _read_names(feature)
    plain = [word for word in feature.words if not any(sign.isdigit() for sign in word)]
    spent = find_topic(" ".join(feature.words), name.unit) == "spend"
    return spent and {*_ANYTHING.split()}.issuperset(plain) and (not name.unit or is_money(name.unit))
