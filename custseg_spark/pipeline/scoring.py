"""A table as the model of a run labels it: what score, stream and audience begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Literal

from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.errors import RecipeError, RunError
from custseg_spark.journal import Journal
from custseg_spark.pipeline import intake
from custseg_spark.pipeline.follow import Live
from custseg_spark.pipeline.intake import Intake
from custseg_spark.recipe import Recipe, change, columns_used, parse, rate_part

SCORED = ("segment", "segment_name", "distance_to_centre", "margin")
"""What scoring adds to a customer."""


def scorable(
    spark: SparkSession,
    live: Live,
    path: str,
    columns: Sequence[str] | None,
    journal: Journal,
    besides: Mapping[str, str] | None = None,
    unique: Literal["exact"] | None = None,
    source: Mapping[str, Any] | None = None,
) -> tuple[Intake, Recipe]:
    """The table under the run's own recipe, without outcomes and the descriptions that the table lacks.

    `columns`: those kept beside the labels; of those that the recipe keeps the ones that are there, if null.
    `besides`: further expressions whose columns get their types. `unique`: how repeated ids are looked for;
    as the recipe says, if null. `source`: keys of `input` in place of the recipe's.
    """
    recipe = recipe_of(live)
    known_ending = PurePosixPath(path).suffix.lower() in data.ENDINGS
    tonight = {**(source or {}), **({"format": "auto"} if known_ending else {})}
    recipe = change(recipe, {f"input.{key}": value for key, value in tonight.items()})
    opened = intake.opened(spark, recipe, path)
    mode = unique or _repeats(recipe)
    if mode == "exact":
        journal.scan("ids")
    return laid(opened, live, recipe, columns, besides, mode)


def recipe_of(live: Live) -> Recipe:
    """The recipe of a run. Raises RunError where it is none, or asks for what no recipe may."""
    try:
        return parse(dict(live.known["recipe"]))
    except RecipeError as problem:
        raise RunError(
            f"{live.run.at('run.json')}: its recipe can't be used: {problem.what}",
            "use a run as custseg train wrote it, or train anew",
        ) from None


def laid(
    table: data.Table,
    live: Live,
    recipe: Recipe,
    columns: Sequence[str] | None = None,
    besides: Mapping[str, str] | None = None,
    unique: Literal["exact", "trust"] | None = None,
) -> tuple[Intake, Recipe]:
    """The same for a table that is open. Columns that arrive as text get the types of the run, not those that
    its first rows happen to look like tonight."""
    there = {name.lower() for name in table.frame.columns}
    if columns is None and recipe.output.columns is not None:
        columns = [name for name in recipe.output.columns if name.lower() in there]
    types = {name: kind for name, kind in recipe.input.types.items() if name.lower() in there}
    reduced = change(
        recipe,
        {
            "input.types": types,
            "describe": {
                name: description
                for name, description in recipe.describe.items()
                if all(
                    column.lower() in there
                    for part in (description.sql, *(description.rate or ()))
                    if part is not None
                    for column in columns_used(rate_part(recipe, part))
                )
            },
            "check": {},
            "protected": (),
            "output.columns": tuple(columns) if columns is not None else None,
        },
    )
    trained = {**live.known.get("types", {}), **live.model.columns}
    expressions = {**live.expressions, **(besides or {})}
    found = intake.laid(table, reduced, expressions, ours=SCORED, trained=trained)
    mode = unique or _repeats(recipe)
    frame, checks = data.id_checks(found.frame, recipe.input.id, mode, 0)
    bounded = intake.bounded([*checks, *found.checks], recipe)
    return replace(found, frame=frame, checks=bounded), reduced


def _repeats(recipe: Recipe) -> Literal["exact", "trust"]:
    """Repeated ids are looked for where the recipe says so, by `unique: exact` or by a bound of its own for
    them: otherwise each row is labelled by what stands in it."""
    asked = data.bound_of(recipe.rules.reasons, data.ID_REPEATED) is not None
    return "exact" if asked or recipe.input.unique == "exact" else "trust"
