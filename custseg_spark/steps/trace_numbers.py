"""profile -> report: where the numbers of the page come from."""

from __future__ import annotations

from collections.abc import Iterator

from custseg_spark import segments
from custseg_spark.quantities import ALL
from custseg_spark.recipe import LevelFeature, Recipe
from custseg_spark.report.origins import Measured, Origins
from custseg_spark.results import TrainingResult


def trace_numbers(result: TrainingResult) -> Origins:
    """The expressions of the columns, and over how many customers each was measured."""
    fitted = result.segmentation
    profile, ids = fitted.profile, fitted.sample["segment"]
    groups: tuple[tuple[str, segments.Group], ...] = (
        (ALL, profile.everyone), *((str(one.segment), one) for one in profile.segments)
    )  # fmt: skip
    return Origins(
        expressions=dict(_list_expressions(result.recipe)),
        names={str(one.segment): one.name for one in profile.segments},
        measured={key: found for rows, group in groups for key, found in _measure(rows, group)},
        levels={
            column.name: f"{column.title}: {column.level}" for column in profile.shown if column.category
        },
        sampled={ALL: len(ids), **{str(segment): int(n) for segment, n in ids.value_counts().items()}},
    )


def _list_expressions(recipe: Recipe) -> Iterator[tuple[str, str]]:
    for name, feature in recipe.features.items():
        of = recipe.segment_by[feature.of] if isinstance(feature, LevelFeature) else feature
        yield name, of.expression
    for name, feature in recipe.categories.items():
        yield name, feature.expression
    for name, described in recipe.describe.items():
        yield name, described.sql or "sum of {} over sum of {}".format(*(described.rate or ("", "")))
    for name, outcome in recipe.check.items():
        yield name, outcome.sql


def _measure(rows: str, group: segments.Group) -> Iterator[tuple[tuple[str, str], Measured]]:
    yield ("", rows), Measured(group.size, float("nan"), float("nan"), group.rows)
    for name, stats in group.columns.items():
        found = group.outcomes.get(name) or segments.estimate_mean(
            stats.evidence, stats.mean, stats.std, binary=stats.is_binary
        )
        yield (name, rows), Measured(stats.count, found.low, found.high)
