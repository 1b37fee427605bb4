"""A table as the model of a run labels it: what score, stream and audience begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Literal

from pyspark.sql import SparkSession

from custseg_spark import data, journal
from custseg_spark.errors import DataError, RecipeError, RunError
from custseg_spark.model import LABELS
from custseg_spark.recipe import Recipe, change, find_columns_used, parse
from custseg_spark.results import CustomerTable, LiveRun
from custseg_spark.steps import load_table
from custseg_spark.steps.check_rows import apply_rule_bounds


@dataclass(frozen=True)
class Tonight:
    """What a command asks of a table beside the run's own recipe.

    `columns`: those kept beside the labels; of those that the recipe keeps the ones that are there, if null.
    `besides`: further expressions whose columns get their types. `unique`: how repeated ids are looked for;
    as the recipe says, if null. `source`: keys of `input` in place of the recipe's.
    """

    columns: Sequence[str] | None = None
    besides: Mapping[str, str] = field(default_factory=dict)
    unique: Literal["exact"] | None = None
    source: Mapping[str, Any] | None = None


def load_for_scoring(
    spark: SparkSession, live: LiveRun, path: str, asked: Tonight
) -> tuple[CustomerTable, Recipe]:
    """The table under the run's own recipe, without outcomes and the descriptions that the table lacks."""
    with journal.stage("read") as facts:
        recipe = read_recipe(live)
        known_ending = PurePosixPath(path).suffix.lower() in data.ENDINGS
        tonight = {**(asked.source or {}), **({"format": "auto"} if known_ending else {})}
        recipe = change(recipe, {f"input.{key}": value for key, value in tonight.items()})
        opened = load_table.open_table(spark, recipe, path)
        if recipe.input.numbers_rows:
            _refuse_another_file(opened, live, path)
        if _choose_uniqueness(recipe, asked) == "exact":
            journal.scan("ids")
        facts.update(input=path, format=opened.format, run=live.run.run_id)
        return apply_run_recipe(opened, live, recipe, asked)


def _refuse_another_file(opened: data.Table, live: LiveRun, path: str) -> None:
    if opened.fingerprint != live.record.file:
        raise DataError(
            f"input {path} is not the file that run {live.run.run_id} was made of, and its customers are "
            "known by the number of their row alone: row 7 of another file is somebody else",
            "train with a column that tells customers apart as input.id, or score the same file",
        )


def refuse_row_numbers(recipe: Recipe, live: LiveRun, what: str) -> None:
    """Raises RunError where the run's customers are known by the number of their row; `what`: what can't be
    made of them."""
    if recipe.input.numbers_rows:
        raise RunError(
            f"run {live.run.run_id} knows customers by the number of their row in one file, so no {what} can "
            "be made by it: row 7 of tonight is not row 7 of yesterday",
            "train with a column that tells customers apart as input.id",
        )


def read_recipe(live: LiveRun) -> Recipe:
    """The recipe of a run. Raises RunError where it is none, or asks for what no recipe may."""
    try:
        return parse(live.record.recipe)
    except RecipeError as problem:
        raise RunError(
            f"{live.run.at('run.json')}: its recipe can't be used: {problem.what}",
            "use a run as custseg train wrote it, or train anew",
        ) from None


def apply_run_recipe(
    table: data.Table, live: LiveRun, recipe: Recipe, asked: Tonight | None = None
) -> tuple[CustomerTable, Recipe]:
    """The same for a table that is open. Columns that arrive as text get the types of the run, not those that
    its first rows happen to look like tonight."""
    asked = asked or Tonight()
    there, columns = {name.lower() for name in table.frame.columns}, asked.columns
    if columns is None and recipe.output.columns is not None:
        columns = [name for name in recipe.output.columns if name.lower() in there]
    types = {name: kind for name, kind in recipe.input.types.items() if name.lower() in there}
    lacking = {
        where.split(".")[1]
        for column, paths in find_columns_used(recipe).items()
        for where in paths
        if where.startswith("describe.") and column.lower() not in there
    }
    reduced = change(
        recipe,
        {
            "input.types": types,
            "customers": {},  # whoever is labelled needs no weight
            "describe": {name: shown for name, shown in recipe.describe.items() if name not in lacking},
            "check": {},
            "protected": (),
            "output.columns": tuple(columns) if columns is not None else None,
        },
    )
    trained = {**live.record.types, **live.model.columns}
    expressions = {**live.expressions, **asked.besides}
    found = load_table.apply_recipe(table, reduced, expressions, ours=LABELS, trained=trained)
    unique = _choose_uniqueness(recipe, asked)
    frame, checks = data.build_id_checks(found.frame, recipe.input.id_column, unique, 0)
    bounded = apply_rule_bounds([*checks, *found.checks], recipe)
    return replace(found, frame=frame, checks=bounded), reduced


def _choose_uniqueness(recipe: Recipe, asked: Tonight) -> Literal["exact", "trust"]:
    """Repeated ids are looked for where the command asks for it, or the recipe, by `unique: exact` or by a
    bound of its own for them: otherwise each row is labelled by what stands in it."""
    if recipe.input.numbers_rows:
        return "trust"
    bound = data.find_bound(recipe.rules.reasons, data.ID_REPEATED)
    return "exact" if "exact" in (asked.unique, recipe.input.unique) or bound is not None else "trust"
