"""What a recipe's keys must agree on among each other: expressions, protected columns, words, names."""

from __future__ import annotations

from collections.abc import Iterator

from custseg_spark.errors import RecipeError, find_nearest_name
from custseg_spark.recipe.expressions import find_columns_used, find_refused, list_expressions
from custseg_spark.recipe.models import Recipe
from custseg_spark.sql.parse import find_columns


def find_problems(recipe: Recipe) -> list[RecipeError]:
    """Every problem that no single key shows, in the order of the recipe."""
    return [
        *find_refused([*list_expressions(recipe), ("input.filter", recipe.input.filter)]),
        *_protected(recipe),
        *_rates(recipe),
        *_words(recipe),
        *_pins(recipe),
        *_private(recipe),
        *find_refused([("audience.eligible", recipe.audience.eligible)]),
    ]


def _protected(recipe: Recipe) -> Iterator[RecipeError]:
    """A feature uses a protected column only if the feature and the recipe both say so."""
    protected = {column.lower() for column in recipe.protected}
    allowed = {column.lower() for column in recipe.allow_protected}
    for name, feature in recipe.segment_by.items():
        where = f"segment_by.{name}"
        try:
            used = sorted(find_columns(feature.sql, where))
        except RecipeError:
            continue  # told by find_refused
        for column in used:
            if column.lower() in protected and not (feature.allow_protected and column.lower() in allowed):
                yield RecipeError(
                    f"{where}: cuts on {column}, which is protected",
                    f"describe by it instead, or say so twice: {where}.allow_protected: true "
                    f"and allow_protected: [{column}]",
                )


def _rates(recipe: Recipe) -> Iterator[RecipeError]:
    rates = {name: one.rate for name, one in recipe.describe.items() if one.rate is not None}
    for name, parts in rates.items():
        for part in filter(rates.get, parts):
            yield RecipeError(
                f"describe.{name}.rate: {part} is itself a rate",
                "give numerator and denominator as expressions",
            )


def _words(recipe: Recipe) -> Iterator[RecipeError]:
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


def _pins(recipe: Recipe) -> Iterator[RecipeError]:
    for segment in recipe.segments.names:
        if segment < 0:
            yield RecipeError(
                f"segments.names.{segment}: there is no such segment",
                "segments count from 0, the highest of order_by first",
            )


def _private(recipe: Recipe) -> Iterator[RecipeError]:
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
