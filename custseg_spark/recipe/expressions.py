"""The expressions of a recipe: where they stand, and which columns they use."""

from __future__ import annotations

from collections.abc import Iterator

from custseg_spark.recipe.models import Recipe
from custseg_spark.sql.parse import find_columns


def find_columns_used(recipe: Recipe) -> dict[str, list[str]]:
    """Every input column that the recipe uses -> the key paths that use it.

    A rate's parts that name a description or a feature stand for that one's columns. Spellings that
    differ by case only are one column, under the spelling met first.
    """
    found: dict[str, tuple[str, list[str]]] = {}
    for where, columns in _uses(recipe):
        for column in columns:
            paths = found.setdefault(column.lower(), (column, []))[1]
            if where not in paths:
                paths.append(where)
    return dict(found.values())


def find_rate_part(recipe: Recipe, part: str) -> str:
    """The expression behind one part of a rate: a description's, a feature's, or the part itself."""
    described = recipe.describe.get(part)
    if described is not None and described.sql is not None:
        return described.sql
    return recipe.segment_by[part].sql if part in recipe.segment_by else part


def _uses(recipe: Recipe) -> Iterator[tuple[str, list[str]]]:
    yield "input.id", [recipe.input.id]
    for where, sql in list_expressions(recipe):
        yield where, sorted(find_columns(sql, where))
    yield "protected", list(recipe.protected)
    yield "output.columns", list(recipe.output.columns or ())


def list_expressions(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Every expression of the recipe with its key path, in the order of the recipe."""
    for name, rule in recipe.rules.named.items():
        yield f"rules.{name}.sql", rule.sql
    for name, feature in recipe.segment_by.items():
        yield f"segment_by.{name}.sql", feature.sql
    for name, description in recipe.describe.items():
        if description.sql is not None:
            yield f"describe.{name}.sql", description.sql
        for index, part in enumerate(description.rate or ()):
            yield f"describe.{name}.rate.{index}", find_rate_part(recipe, part)
    for name, outcome in recipe.check.items():
        yield f"check.{name}.sql", outcome.sql
