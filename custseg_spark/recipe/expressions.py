"""The expressions of a recipe: where they stand, which columns they use, what they may not do."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from custseg_spark.errors import RecipeError
from custseg_spark.recipe import functions
from custseg_spark.recipe.models import Recipe
from custseg_spark.recipe.sql import columns_used, parsed


def check(sql: str, where: str, *, constant: bool = True) -> None:
    """Refuse what cannot be computed row by row, the same every time.

    Aggregates, windows, subqueries, generators and functions that give another value at each call
    are refused, and with `constant=False` an expression that names no column. `current_date()` is
    admitted: tenure and age need it. Raises RecipeError naming `where`.
    """
    tree, _ = parsed(sql, where)
    for reason in _refusals(tree):
        raise RecipeError(
            f"{where}: {reason}",
            "an expression gives one value for one row, the same every time",
        )
    if not constant and not tree.find(exp.Column):
        raise RecipeError(
            f"{where}: {sql!r} names no column", "write a column, or an expression over columns"
        )


def used_by(recipe: Recipe) -> dict[str, list[str]]:
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


def rate_part(recipe: Recipe, part: str) -> str:
    """The expression behind one part of a rate: a description's, a feature's, or the part itself."""
    described = recipe.describe.get(part)
    if described is not None and described.sql is not None:
        return described.sql
    return recipe.segment_by[part].sql if part in recipe.segment_by else part


def _uses(recipe: Recipe) -> Iterator[tuple[str, list[str]]]:
    yield "input.id", [recipe.input.id]
    for where, sql in expressions(recipe):
        yield where, sorted(columns_used(sql, where))
    yield "protected", list(recipe.protected)
    yield "output.columns", list(recipe.output.columns or ())


def expressions(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Every expression of the recipe with its key path, in the order of the recipe."""
    for name, rule in recipe.rules.named.items():
        yield f"rules.{name}.sql", rule.sql
    for name, feature in recipe.segment_by.items():
        yield f"segment_by.{name}.sql", feature.sql
    for name, description in recipe.describe.items():
        if description.sql is not None:
            yield f"describe.{name}.sql", description.sql
        for index, part in enumerate(description.rate or ()):
            yield f"describe.{name}.rate.{index}", rate_part(recipe, part)
    for name, outcome in recipe.check.items():
        yield f"check.{name}.sql", outcome.sql


def _refusals(tree: exp.Expr) -> Iterator[str]:
    for node in tree.walk():
        name = node.name.lower() if isinstance(node, exp.Anonymous) else ""
        if isinstance(node, exp.Query):
            yield "subqueries are not possible here"
        elif isinstance(node, exp.Window) or name in functions.WINDOW:
            yield f"window functions are not possible here, found {name or 'over (...)'}"
        elif name in functions.AGGREGATE:
            yield f"{name}() is an aggregate over many rows"
        elif name in functions.GENERATOR:
            yield f"{name}() gives many rows"
        elif name in functions.UNSTABLE or isinstance(node, exp.CurrentTimestamp):
            yield f"{name or 'current_timestamp'}() gives another value each time"
        elif name in functions.FOREIGN:
            yield f"{name}() is refused: it runs other code or ends the job"
        elif isinstance(node, exp.Star | exp.Placeholder | exp.Parameter):
            yield f"{node.sql()!r} stands for no single column"
