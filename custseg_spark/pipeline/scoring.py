"""A table as the model of a run labels it: what score, stream and audience begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Literal

from pyspark.sql import SparkSession

from custseg_spark import data
from custseg_spark.pipeline import intake
from custseg_spark.pipeline.follow import Live
from custseg_spark.pipeline.intake import Intake
from custseg_spark.recipe import Output, Recipe, columns_used, parse, rate_part

SCORED = ("segment", "segment_name", "distance_to_centre", "margin")
"""What scoring adds to a customer."""


def scorable(
    spark: SparkSession,
    live: Live,
    path: str,
    columns: Sequence[str] | None,
    besides: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> tuple[Intake, Recipe]:
    """The table under the run's own recipe, without outcomes and the descriptions that the table lacks.
    `besides`: further expressions whose columns get their types. `options`: in place of `input.options`."""
    recipe = recipe_of(live)
    known_ending = PurePosixPath(path).suffix.lower() in data.ENDINGS
    read_as = {} if options is None else {"options": dict(options)}
    source = recipe.input.model_copy(update={**read_as, **({"format": "auto"} if known_ending else {})})
    recipe = recipe.model_copy(update={"input": source})
    opened = intake.opened(spark, recipe, path)
    return laid(opened, live, recipe, columns, besides)


def recipe_of(live: Live) -> Recipe:
    """The recipe of a run."""
    return parse(dict(live.known["recipe"]))


def laid(
    table: data.Table,
    live: Live,
    recipe: Recipe,
    columns: Sequence[str] | None,
    besides: Mapping[str, str] | None = None,
) -> tuple[Intake, Recipe]:
    """The same for a table that is open."""
    there = {name.lower() for name in table.frame.columns}
    reduced = recipe.model_copy(
        update={
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
            "output": Output(columns=tuple(columns)) if columns is not None else Output(),
        }
    )
    found = intake.laid(table, reduced, {**live.expressions, **(besides or {})}, ours=SCORED)
    frame, checks = data.id_checks(found.frame, recipe.input.id, _repeats(recipe), 0)
    bounded = data.bounded([*checks, *found.checks], recipe.rules.reasons)
    return replace(found, frame=frame, checks=bounded), reduced


def _repeats(recipe: Recipe) -> Literal["exact", "trust"]:
    """Repeated ids are looked for only where the recipe says so: every row of one gets the same label."""
    return "exact" if recipe.input.unique == "exact" else "trust"
