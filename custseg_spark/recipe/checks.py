"""What a recipe's keys must agree on among each other: expressions, protected columns, words, names."""

from __future__ import annotations

from collections.abc import Iterator

from custseg_spark.errors import RecipeError
from custseg_spark.recipe.expressions import find_columns_used, list_expressions
from custseg_spark.recipe.models import Recipe
from custseg_spark.recipe.problems import Problem, find_nearest_word
from custseg_spark.sql.admission import check_expression
from custseg_spark.sql.parse import find_columns


def find_problems(recipe: Recipe) -> list[Problem]:
    """Every problem that no single key shows, in the order of the recipe."""
    return [
        *_expressions(recipe),
        *_protected(recipe),
        *_rates(recipe),
        *_words(recipe),
        *_check_pins(recipe),
        *_private(recipe),
        *_audience(recipe),
    ]


def _expressions(recipe: Recipe) -> Iterator[Problem]:
    found = list(list_expressions(recipe))
    if recipe.input.filter is not None:
        found.append(("input.filter", recipe.input.filter))
    for where, sql in found:
        try:
            check_expression(sql, where, constant=not where.startswith(("input.", "segment_by.", "check.")))
        except RecipeError as problem:
            yield Problem(problem.what, problem.remedy)


def _protected(recipe: Recipe) -> Iterator[Problem]:
    """A feature uses a protected column only if the feature and the recipe both say so."""
    protected = {column.lower() for column in recipe.protected}
    allowed = {column.lower() for column in recipe.allow_protected}
    for name, feature in recipe.segment_by.items():
        where = f"segment_by.{name}"
        try:
            used = sorted(find_columns(feature.sql, where))
        except RecipeError:
            continue  # told by _expressions
        for column in used:
            if column.lower() in protected and not (feature.allow_protected and column.lower() in allowed):
                yield Problem(
                    f"{where}: cuts on {column}, which is protected",
                    f"describe by it instead, or say so twice: {where}.allow_protected: true "
                    f"and allow_protected: [{column}]",
                )


def _rates(recipe: Recipe) -> Iterator[Problem]:
    for name, description in recipe.describe.items():
        for part in description.rate or ():
            named = recipe.describe.get(part)
            if named is not None and named.rate is not None:
                yield Problem(
                    f"describe.{name}.rate: {part} is itself a rate",
                    "give numerator and denominator as expressions",
                )


def _words(recipe: Recipe) -> Iterator[Problem]:
    """A word says one thing, and an action over a word that no feature has would never be taken."""
    said: dict[str, str] = {}
    for name, feature in recipe.segment_by.items():
        for word in filter(None, feature.words or ()):
            first = said.setdefault(word.lower(), name)
            if first != name:
                yield Problem(f"segment_by.{name}.words: {word!r} is a word of {first} already")
    if any(feature.words is None for feature in recipe.segment_by.values()):
        return  # words not given are made by rule
    known = {word for feature in recipe.segment_by.values() for word in feature.words or () if word}
    folded = {word.lower() for word in known}
    for index, action in enumerate(recipe.actions):
        for word in action.when:
            if word.lower() not in folded:
                near = find_nearest_word(word, known)
                meant = f"; did you mean {near!r}?" if near else ""
                yield Problem(f"actions.{index}.when: no feature has the word {word!r}{meant}")


def _check_pins(recipe: Recipe) -> Iterator[Problem]:
    for segment in recipe.segments.names:
        if segment < 0:
            yield Problem(
                f"segments.names.{segment}: there is no such segment",
                "segments count from 0, the highest of order_by first",
            )


def _private(recipe: Recipe) -> Iterator[Problem]:
    """What is dropped can't be used, and what is hashed is text."""
    dropped = {name.lower() for name in recipe.privacy.drop}
    hashed = {name.lower() for name in recipe.privacy.hash}
    for both in sorted(dropped & hashed):
        yield Problem(f"privacy: {both} is dropped and hashed", "one of the two is enough")
    if not dropped and not hashed:
        return
    try:
        used = find_columns_used(recipe)
    except RecipeError:
        return  # told by _expressions
    for name, keys in used.items():
        if name.lower() in dropped:
            yield Problem(f"{keys[0]}: uses {name}, which privacy.drop takes away", "hash it, or use another")
    for name, kind in recipe.input.types.items():
        if name.lower() in hashed and kind != "string":
            yield Problem(
                f"input.types.{name}: is hashed by privacy.hash, so it is text", "leave the type out"
            )


def _audience(recipe: Recipe) -> Iterator[Problem]:
    if recipe.audience.eligible is not None:
        try:
            check_expression(recipe.audience.eligible, "audience.eligible")
        except RecipeError as problem:
            yield Problem(problem.what, problem.remedy)
