"""The levels of a category: found in the sample, by their share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark.errors import DataError, find_nearest_name
from custseg_spark.features.raw_columns import MOST_VALUES
from custseg_spark.features.treatment import Treatment, list_places
from custseg_spark.recipe import FeatureSection
from custseg_spark.recipe.categories import MISSING_LEVEL
from custseg_spark.recipe.features import MISSING, OTHER_LEVEL
from custseg_spark.wording import fold_text, join_few, join_words

_MOST_NAMED = 3
"""Values that an error names."""


@dataclass(frozen=True)
class FoundLevels:
    """What a category's levels stand for, and the values that are none: `levels` and `other` of its section.
    `spellings`: levels that are written in more than one way. `nobodys`: those of the recipe that nobody
    has."""

    levels: Mapping[str, tuple[str, ...]]
    other: tuple[str, ...]
    spellings: tuple[tuple[str, ...], ...] = ()
    nobodys: tuple[str, ...] = ()


def find_levels(
    name: str, feature: FeatureSection, values: pd.Series[Any], weights: NDArray[np.float64] | None = None
) -> FoundLevels:
    """The levels of a category of which the sampled customers have these `values` (n,), text; `weights` (n,):
    how many customers each stands for.

    The most frequent `keep` are levels; ties go by the alphabet. Values that differ by case and blanks alone
    are one level, called as it is written most often. Raises DataError for what has too many values, or one
    alone, and for a value that `order` does not have.
    """
    counts: Counter[str] = Counter(values.tolist())  # by weights, sums of these
    if weights is not None:
        summed = pd.Series(weights).groupby(values.to_numpy()).sum()
        counts = Counter({str(value): weight for value, weight in summed.items()})
    missing = counts.pop(MISSING, 0)
    if not counts:
        raise DataError(
            f"segment_by.{name}: all values are missing",
            "check its expression and column, or leave the feature out",
        )
    given = _match_given(feature, counts) if feature.order or feature.levels else None
    if given is None:
        found, spellings = _rank_values(name, feature, counts)
    else:
        found, spellings = given, ()
    known = {value for some in found.values() for value in some}
    other = tuple(sorted((value for value in counts if value not in known), key=lambda v: (-counts[v], v)))
    if feature.order and other:
        unordered = {value: int((values == value).sum()) for value in other}
        raise _explain_unordered(name, feature, unordered, len(values))
    levels, other = _place_missing(feature, found, other[:MOST_VALUES], bool(missing))
    places = [level for level, some in levels.items() if any(counts[value] for value in some if value)]
    if given is not None and not places:
        raise _explain_strange(name, given, counts)
    is_rest = bool(set(other) - {MISSING}) or bool(missing and feature.impute in ("level", "other"))
    if len(places) + is_rest < 2:
        raise DataError(
            f"segment_by.{name}: all customers that have a value have the level {next(iter(places), '')!r}",
            "a feature must differ between customers: leave it out, or mend its expression",
        )
    nobodys = tuple(level for level in given or () if level not in places)
    return FoundLevels(levels, other, spellings, nobodys)


def _explain_unordered(
    name: str, feature: FeatureSection, strange: Mapping[str, int], customers: int
) -> DataError:
    """The error for values that an order does not have."""
    where, first = f"segment_by.{name}", next(iter(strange))
    said = join_few(map(repr, strange), _MOST_NAMED)
    near = find_nearest_name(first, feature.order)
    return DataError(
        f"{where}: its order lacks {said} "
        f"({sum(strange.values()):,} of {customers:,} customers of the sample)",
        f"write {near!r} in the order as the table does: {first!r}"
        if near
        else f"put every level where it belongs in {where}.order; or leave order out",
    )


def _explain_strange(name: str, given: Mapping[str, tuple[str, ...]], counts: Counter[str]) -> DataError:
    """The error for levels of which the table has none."""
    where = f"segment_by.{name}"
    values = [value for value, _ in counts.most_common()]
    return DataError(
        f"{where}: nobody has one of its levels, {join_few(map(repr, given), _MOST_NAMED)}",
        f"the table has {join_few(map(repr, values), _MOST_NAMED)}: mend {where}.levels, or leave it out",
    )


def _match_given(feature: FeatureSection, counts: Counter[str]) -> dict[str, tuple[str, ...]]:
    """The levels that the recipe names, with every spelling of their values that the table has."""
    given = feature.levels or {level: (level,) for level in feature.order}
    own = {value for some in given.values() for value in some}
    folded = {fold_text(value): level for level, some in given.items() for value in some}
    found = {level: list(some) for level, some in given.items()}
    for value in sorted(counts):
        level = folded.get(fold_text(value))
        if level is not None and value not in own:
            found[level].append(value)
    return {level: tuple(some) for level, some in found.items()}


def _rank_values(
    name: str, feature: FeatureSection, counts: Counter[str]
) -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, ...], ...]]:
    """The most frequent levels with their spellings, the most frequent first; and those of several."""
    spelt: dict[str, list[str]] = {}
    for value in sorted(counts, key=lambda value: (-counts[value], value)):
        spelt.setdefault(fold_text(value), []).append(value)
    if len(spelt) > MOST_VALUES:
        raise DataError(
            f"segment_by.{name}: {len(spelt):,} different values, such as "
            f"{join_words([repr(some[0]) for some in islice(spelt.values(), 2)])}: "
            f"a category has at most {MOST_VALUES}",
            f"group them by an expression, or say which count: segment_by.{name}.levels",
        )
    ranked = sorted(spelt.values(), key=lambda some: (-sum(counts[value] for value in some), some[0]))
    kept = {_name_value(some[0]): tuple(some) for some in ranked[: feature.keep]}
    return kept, tuple(some for some in kept.values() if len(some) > 1)


def _name_value(value: str) -> str:
    """A level by its value; none takes a name that says something else here."""
    plain = " ".join(value.split())
    return f"“{plain}”" if plain in (OTHER_LEVEL, MISSING_LEVEL) else plain


def _place_missing(
    feature: FeatureSection, levels: Mapping[str, tuple[str, ...]], other: Sequence[str], missing: bool
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Where customers without a value count, as `impute` says."""
    placed, rest = dict(levels), tuple(other)
    if feature.impute == "level" and missing:
        placed[MISSING_LEVEL] = (MISSING,)
    elif feature.impute == "other" and missing:
        rest = (*rest, MISSING)
    elif feature.impute == "most_frequent":
        first = next(iter(placed))
        placed[first] = (*placed[first], MISSING)
    return placed, rest


def fold_levels(raw: pd.DataFrame, treatments: Sequence[Treatment]) -> pd.DataFrame:
    """The features of a model, a row per customer: numbers in their unit as in `raw`, and of each category
    the level that is 1 there; OTHER_LEVEL where none is, null where its levels are."""
    found = {}
    for name, places in list_places(treatments).items():
        own = [treatments[place] for place in places]
        found[name] = _read_level(raw, own) if own[0].category else raw[name]
    return pd.DataFrame(found, index=raw.index)


def _read_level(raw: pd.DataFrame, levels: Sequence[Treatment]) -> pd.Series[Any]:
    marks = raw[[t.name for t in levels]].to_numpy(dtype=np.float64)
    named = (None if t.level == MISSING_LEVEL else t.level for t in levels)
    called = np.array([*named, OTHER_LEVEL, None], dtype=object)
    places = np.where(np.isnan(marks[:, 0]), len(levels) + 1, len(levels))
    places = np.where((marks == 1).any(axis=1), (marks == 1).argmax(axis=1), places)
    return pd.Series(called[places], index=raw.index, dtype=object)
