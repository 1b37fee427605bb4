"""A category as the numbers that cut: a 0 or 1 for each of its levels, or the rank of an ordered one.

From here on nothing but numbers goes through a run: the model, its SQL, names and evidence see a feature for
each level. What a level weighs is in `features.weigh`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from custseg_spark.recipe.features import MISSING, OTHER_LEVEL, FeatureSection
from custseg_spark.sql.parse import quote_text
from custseg_spark.wording import write_label

MISSING_LEVEL = "missing"
"""What the level is called that stands for no value."""
_YES, _NO = frozenset(["1", "true", "yes", "y"]), frozenset(["0", "false", "no", "n"])
_NUMBER = re.compile(r"[\d.,\s-]+")


class LevelFeature(FeatureSection):
    """A level of a category as a feature of its own: 1 for who has it, 0 for everybody else."""

    of: str
    """The category."""
    level: str
    title: str = ""
    """What the category is called."""


def write_level_sql(feature: FeatureSection) -> str:
    """The value of a category as text, MISSING where there is none."""
    return f"coalesce(CAST(({feature.category}) AS STRING), {quote_text(MISSING)})"


def expand_features(segment_by: Mapping[str, FeatureSection]) -> dict[str, FeatureSection]:
    """What cuts as numbers, in recipe order; without the categories whose levels are not known yet."""
    found: dict[str, FeatureSection] = {}
    for name, feature in segment_by.items():
        if feature.category is None:
            found[name] = feature
        elif feature.is_settled and feature.order:
            found[name] = _rank_levels(feature)
        elif feature.is_settled:
            found |= dict(_split_levels(name, feature))
    return found


def _rank_levels(feature: FeatureSection) -> FeatureSection:
    """The rank of each level, 0 for the lowest; null for any other value."""
    value = write_level_sql(feature)
    whens = (
        f"WHEN {value} IN ({_list_texts(feature.levels[level])}) THEN {rank}.0D"
        for rank, level in enumerate(feature.order)
    )
    fill: Any = "quarantine" if feature.impute == "quarantine" else "median"
    ends = f"from 0 {feature.order[0]} to {len(feature.order) - 1} {feature.order[-1]}"
    return FeatureSection(
        sql=f"CASE {' '.join(whens)} END", impute=fill, weight=feature.weight, label=feature.label, unit=ends,
        words=feature.words, additive=False, allow_protected=feature.allow_protected,
    )  # fmt: skip


def _split_levels(name: str, feature: FeatureSection) -> Iterator[tuple[str, LevelFeature]]:
    """A 0 or 1 for each level, and for all other values together where there were any."""
    value, title = write_level_sql(feature), feature.label or write_label(name)
    unknown = f"WHEN {value} = {quote_text(MISSING)} THEN NULL " if feature.impute == "quarantine" else ""
    tests = {level: f"{value} IN ({_list_texts(values)})" for level, values in feature.levels.items()}
    if feature.other:
        tests[OTHER_LEVEL] = f"NOT {value} IN ({_list_texts(feature.values)})"
    names = _name_levels(name, tests)
    for level, test in tests.items():
        told = name_level(title, level)
        yield names[level], LevelFeature(
            sql=f"CASE {unknown}WHEN {test} THEN 1.0D ELSE 0.0D END", impute="quarantine",
            weight=feature.weight, label=told, words=(None, None, _find_word(title, level)), additive=False,
            allow_protected=feature.allow_protected, of=name, level=level, title=title,
        )  # fmt: skip


def name_level(title: str, level: str) -> str:
    """What a level is called where its category is not named beside it: tier Gold, region 3, has card."""
    folded = level.casefold()
    return title if folded in _YES else f"no {title}" if folded in _NO else f"{title} {level}"


def _find_word(title: str, level: str) -> str:
    """What a segment is called for a level: Gold, region 3, has card, no tier."""
    if level == MISSING_LEVEL:
        return f"no {title}"
    speaks = not _NUMBER.fullmatch(level) and level.casefold() not in _YES | _NO and level != OTHER_LEVEL
    return level if speaks else name_level(title, level) if level != OTHER_LEVEL else f"other {title}"


def _name_levels(category: str, levels: Iterable[str]) -> dict[str, str]:
    """A name for the feature of each level, which can stand in SQL: tier__gold."""
    names: dict[str, str] = {}
    for number, level in enumerate(levels):
        plain = unicodedata.normalize("NFKD", level).encode("ascii", "ignore").decode().lower()
        plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or str(number)
        while f"{category}__{plain}" in names.values():
            plain += "_"
        names[level] = f"{category}__{plain}"
    return names


def _list_texts(values: Iterable[str]) -> str:
    return ", ".join(map(quote_text, values))
