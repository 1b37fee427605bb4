"""The expressions of a recipe: where they stand, and which columns they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custseg_spark.errors import RecipeError
from custseg_spark.recipe.models import Recipe
from custseg_spark.sql.admission import check_expression
from custseg_spark.sql.aggregates import decompose
from custseg_spark.sql.parse import find_columns

_OF_COLUMNS = ("input.", "segment_by.", "check.", "lines.", "currency.rates.")
"""Where an expression that names no column makes no sense."""


def find_refused(expressions: Iterable[tuple[str, str | None]]) -> Iterator[RecipeError]:
    """What is wrong with the expressions, each of which comes with its key path; null has nothing wrong."""
    for where, sql in expressions:
        try:
            if sql is not None and where.startswith("aggregates."):
                decompose(sql, where)
            elif sql is not None:
                check_expression(sql, where, constant=not where.startswith(_OF_COLUMNS))
        except RecipeError as problem:
            yield problem


def find_columns_used(recipe: Recipe) -> dict[str, list[str]]:
    """Every input column that the recipe uses -> the key paths that use it.

    A rate's parts that name a description or a feature stand for that one's columns.
    """
    return collect_paths(
        [
            ("input.id", [recipe.input.id]),
            *((where, sorted(find_columns(sql, where))) for where, sql in list_expressions(recipe)),
            ("protected", recipe.protected),
            ("output.columns", recipe.output.columns or ()),
        ]
    )


def collect_paths(uses: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Key paths with the columns that each uses, as columns with the key paths that use each.

    Spellings that differ by case only are one column, under the spelling met first.
    """
    spelled: dict[str, str] = {}
    paths: dict[str, dict[str, None]] = {}
    for where, columns in uses:
        for column in columns:
            paths.setdefault(spelled.setdefault(column.lower(), column), {})[where] = None
    return {column: [*keys] for column, keys in paths.items()}


def find_rate_part(recipe: Recipe, part: str) -> str:
    """The expression behind one part of a rate: a description's, a feature's, or the part itself."""
    described = recipe.describe.get(part)
    if described is not None and described.sql is not None:
        return described.sql
    return recipe.segment_by[part].sql if part in recipe.segment_by else part


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
