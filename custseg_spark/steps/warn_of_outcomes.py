"""check -> features: a warning where what cuts is, or gives away, what the segments are checked by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from custseg_spark import journal
from custseg_spark.propose.outcomes import find_outcome_words, find_told
from custseg_spark.recipe import Recipe
from custseg_spark.results import Sample
from custseg_spark.sql import find_columns
from custseg_spark.wording import split_words


def warn_of_outcomes(recipe: Recipe, sample: Sample) -> None:
    """Warn, in one line, of the features that carry an outcome in the name of a column, or tell one of
    `check` almost by themselves. All is computed on the sample."""
    found = list(find_carriers(recipe, sample.raw, sample.described))
    if found:
        journal.warn(
            f"{'; '.join(found)}: segments that are cut by an outcome prove nothing about it; leave it out "
            "of segment_by"
        )


def find_carriers(recipe: Recipe, raw: pd.DataFrame, described: pd.DataFrame) -> Iterator[str]:
    """What is wrong with each feature that carries an outcome of two values.

    `raw`: a column per feature; `described`: one per outcome at least, as the sample has them.
    """
    truths = [(name, truth) for name in recipe.check if (truth := _read_truth(described[name])) is not None]
    names = [
        split_words(column) for name, _ in truths for column in sorted(find_columns(recipe.check[name].sql))
    ]
    for name, feature in recipe.segment_by.items():
        carried = (
            f"segment_by.{name}: {column} carries an outcome in its name ({' '.join(words)})"
            for column in sorted(find_columns(feature.expression))
            if (words := find_outcome_words(split_words(column), names))
        )
        if told := next(carried, ""):
            yield told
        elif name in raw and (told := find_told(raw[name], truths)):
            yield f"segment_by.{name} tells {told}"


def _read_truth(values: pd.Series[Any]) -> pd.Series[Any] | None:
    """1 and 0 per customer of an outcome with two values, missing where it is not known; None for any
    other."""
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    if numbers.nunique() != 2:
        return None
    return (numbers == numbers.max()).astype(float).where(numbers.notna())
