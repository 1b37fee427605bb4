"""The expressions of a recipe, and what its keys must agree on among each other.

Where the expressions stand, which columns they use; protected columns, words, names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custseg_spark.errors import RecipeError, find_nearest_name
from custseg_spark.recipe.models import Recipe
from custseg_spark.sql.admission import check_expression
from custseg_spark.sql.aggregates import decompose
from custseg_spark.sql.parse import find_columns

_OF_COLUMNS = ("input.", "customers.", "segment_by.", "check.", "lines.", "currency.rates.")
"""Where an expression that names no column makes no sense."""
_MAY_BE_CONSTANT = "lines.amount"
"""Where the lines say nothing of money, each counts one."""


def find_refused(expressions: Iterable[tuple[str, str | None]]) -> Iterator[RecipeError]:
    """What is wrong with the expressions, each of which comes with its key path; null has nothing wrong."""
    for where, sql in expressions:
        try:
            if sql is not None and where.startswith("aggregates."):
                decompose(sql, where)
            elif sql is not None:
                check_expression(
                    sql, where, constant=where == _MAY_BE_CONSTANT or not where.startswith(_OF_COLUMNS)
                )
        except RecipeError as problem:
            yield problem


def find_columns_used(recipe: Recipe) -> dict[str, list[str]]:
    """Every input column that the recipe uses -> the key paths that use it.

    A rate's parts that name a description or a feature stand for that one's columns.
    """
    return collect_paths(
        [
            ("input.id", [recipe.input.id_column]),
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
    return recipe.segment_by[part].expression if part in recipe.segment_by else part


def list_expressions(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Every expression of the recipe with its key path, in the order of the recipe."""
    if recipe.customers.weight is not None:
        yield "customers.weight", recipe.customers.weight
    for name, rule in recipe.rules.named.items():
        yield f"rules.{name}.sql", rule.sql
    for name, feature in recipe.segment_by.items():
        yield f"segment_by.{name}.{'sql' if feature.category is None else 'category'}", feature.expression
    for name, description in recipe.describe.items():
        if description.sql is not None:
            yield f"describe.{name}.sql", description.sql
        for index, part in enumerate(description.rate or ()):
            yield f"describe.{name}.rate.{index}", find_rate_part(recipe, part)
    for name, outcome in recipe.check.items():
        yield f"check.{name}.sql", outcome.sql


def find_problems(recipe: Recipe) -> list[RecipeError]:
    """Every problem that no single key shows, in the order of the recipe."""
    return [
        *find_refused([*list_expressions(recipe), ("input.filter", recipe.input.filter)]),
        *_check_protected(recipe),
        *_check_rates(recipe),
        *_check_words(recipe),
        *_check_pins(recipe),
        *_check_private(recipe),
        *find_refused([("audience.eligible", recipe.audience.eligible)]),
    ]


def _check_protected(recipe: Recipe) -> Iterator[RecipeError]:
    """A feature uses a protected column only if the feature and the recipe both say so."""
    protected = {column.lower() for column in recipe.protected}
    allowed = {column.lower() for column in recipe.allow_protected}
    for name, feature in recipe.segment_by.items():
        where = f"segment_by.{name}"
        try:
            used = sorted(find_columns(feature.expression, where))
        except RecipeError:
            continue  # told by find_refused
        for column in used:
            if column.lower() in protected and not (feature.allow_protected and column.lower() in allowed):
                yield RecipeError(
                    f"{where}: cuts on {column}, which is protected",
                    f"describe by it instead, or say so twice: {where}.allow_protected: true "
                    f"and allow_protected: [{column}]",
                )


def _check_rates(recipe: Recipe) -> Iterator[RecipeError]:
    rates = {name: one.rate for name, one in recipe.describe.items() if one.rate is not None}
    for name, parts in rates.items():
        for part in filter(rates.get, parts):
            yield RecipeError(
                f"describe.{name}.rate: {part} is itself a rate",
                "give numerator and denominator as expressions",
            )


def _check_words(recipe: Recipe) -> Iterator[RecipeError]:
    """A word says one thing, and an action over a word that no feature has would never be taken."""
    said: dict[str, str] = {}
    for name, feature in recipe.segment_by.items():
        for word in filter(None, feature.words or ()):
            first = said.setdefault(word.lower(), name)
            if first != name:
                yield RecipeError(f"segment_by.{name}.words: {word!r} is a word of {first} already")
    if any(feature.words is None for feature in recipe.segment_by.values()):
        return  # words not given are made by rule
    known = {word for feature in recipe.segment_by.values() for word in feature.words or () if word}
    folded = {word.lower() for word in known}
    for index, action in enumerate(recipe.actions):
        for word in action.when:
            if word.lower() not in folded:
                near = find_nearest_name(word, known)
                meant = f"; did you mean {near!r}?" if near else ""
                yield RecipeError(f"actions.{index}.when: no feature has the word {word!r}{meant}")


def _check_pins(recipe: Recipe) -> Iterator[RecipeError]:
    for segment in recipe.segments.names:
        if segment < 0:
            yield RecipeError(
                f"segments.names.{segment}: there is no such segment",
                "segments count from 0, the highest of order_by first",
            )


def _check_private(recipe: Recipe) -> Iterator[RecipeError]:
    """What is dropped can't be used, and what is hashed is text."""
    dropped = {name.lower() for name in recipe.privacy.drop}
    hashed = {name.lower() for name in recipe.privacy.hash}
    for both in sorted(dropped & hashed):
        yield RecipeError(f"privacy: {both} is dropped and hashed", "one of the two is enough")
    if not dropped and not hashed:
        return
    try:
        used = find_columns_used(recipe)
    except RecipeError:
        return  # told by find_refused
    for name, keys in used.items():
        if name.lower() in dropped:
            yield RecipeError(
                f"{keys[0]}: uses {name}, which privacy.drop takes away", "hash it, or use another"
            )
    for name, kind in recipe.input.types.items():
        if name.lower() in hashed and kind != "string":
            yield RecipeError(
                f"input.types.{name}: is hashed by privacy.hash, so it is text", "leave the type out"
            )
