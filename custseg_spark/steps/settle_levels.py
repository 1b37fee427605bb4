"""sample -> features: the levels of the categories, found, and from here on numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from custseg_spark import features, journal
from custseg_spark.features import FoundLevels
from custseg_spark.recipe import LevelFeature, Recipe, change
from custseg_spark.recipe.features import MISSING
from custseg_spark.results import CountedTable
from custseg_spark.steps.load_for_scoring import read_recipe
from custseg_spark.wording import join_few


def settle_levels(counted: CountedTable) -> CountedTable:
    """The table with the levels of its categories in its recipe, and a feature for each.

    Raises DataError for a category of too many values, or of one, and for a value that an order lacks.
    """
    recipe, sample = counted.recipe, counted.sample
    open_ = {name: one for name, one in recipe.categories.items() if not one.is_settled}
    if not open_:
        return counted
    found = {
        name: features.find_levels(name, one, sample.levels[name], sample.weights)
        for name, one in open_.items()
    }
    for name, levels in found.items():
        for spellings in levels.spellings:
            journal.warn(f"segment_by.{name}: {join_few(map(repr, spellings), 3)} are taken for one level")
        if levels.nobodys:
            journal.warn(
                f"segment_by.{name}: nobody in the sample is {join_few(map(repr, levels.nobodys), 3)}"
            )
    settled = fix_levels(recipe, found)
    if counted.live is not None:
        _tell_new_levels(counted, read_recipe(counted.live), settled)
    table = counted.table.add_features(features.write_features(settled.features))
    raw = {name: read_feature(settled, name, sample.raw, sample.levels) for name in settled.features}
    sample = replace(sample, raw=pd.DataFrame(raw, index=sample.raw.index))
    return replace(counted, recipe=settled, table=table, sample=sample)


def _tell_new_levels(counted: CountedTable, before: Recipe, now: Recipe) -> None:
    """Warn of the levels that the live run did not know."""
    for name, category in now.categories.items():
        then = before.categories.get(name)
        if then is None or not then.is_settled:
            continue
        known = {*features.list_known_values(then), MISSING}
        counts = counted.sample.levels[name].value_counts()
        new = [value for value in features.list_known_values(category) if value not in known]
        if new:
            told = join_few((f"{value!r} ({counts.get(value, 0):,})" for value in new), 3)
            journal.warn(f"segment_by.{name}: new since the live run, with customers of the sample: {told}")


def fix_levels(recipe: Recipe, found: Mapping[str, FoundLevels]) -> Recipe:
    """The recipe with these levels for its categories."""
    changes = {f"segment_by.{name}.levels": dict(levels.levels) for name, levels in found.items()}
    others = {f"segment_by.{name}.other": levels.other for name, levels in found.items()}
    return change(recipe, {**changes, **others})


def read_feature(settled: Recipe, name: str, raw: pd.DataFrame, levels: pd.DataFrame) -> pd.Series[float]:
    """The values of one feature of a recipe whose levels are known: the number in `raw`, or of a category
    what its value in `levels`, text, stands for; NaN for what an order lacks."""
    feature = settled.features[name]
    if isinstance(feature, LevelFeature):
        category, values = settled.segment_by[feature.of], levels[feature.of]
        own = category.levels.get(feature.level)
        return (~values.isin(category.values) if own is None else values.isin(own)).astype(float)
    if name in settled.categories:
        category = settled.segment_by[name]
        ranks = {v: float(rank) for rank, level in enumerate(category.order) for v in category.levels[level]}
        return levels[name].map(ranks).astype(float)
    number: pd.Series[float] = raw[name]
    return number
