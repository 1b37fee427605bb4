"""read -> check: a table under its recipe, with its contract; lazy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, DataType, NumericType

from custseg_spark import data, features
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.journal import Journal
from custseg_spark.pipeline.problems import told
from custseg_spark.recipe import Recipe, columns_used, in_utc, instants, rate_part, safe, used_by

NUMBERS = (NumericType, BooleanType)
OURS = ("segment", "segment_name", "distance_to_centre")
"""What a run adds to a customer, beside the features."""

_WORKING = re.compile(
    r"_(raw_.*|scaled_\d+|d\d+|squared_distance|hash|described\d+|repeated|repeated_id|t_.*|vector|features"
    r"|cluster|secret)",
    re.IGNORECASE,
)
"""Names of columns that are there between two steps and never written."""


@dataclass(frozen=True)
class Intake:
    """A customer table under its recipe: lazy, nothing read yet.

    `frame`: one row per row read, typed, with a `_raw_` column for each feature. `expressions`: safe
    SQL of each feature, as a model keeps it. `profiled`: what is shown per segment from all rows, name ->
    safe SQL that gives a number. `described`: what the sample carries besides, name -> safe SQL of any type.
    Days and hours of the last two are those of UTC.
    """

    frame: DataFrame
    checks: tuple[data.Check, ...]
    columns: tuple[str, ...]
    types: dict[str, str]
    expressions: dict[str, str]
    profiled: dict[str, str]
    described: dict[str, str]
    format: str

    @property
    def accepted(self) -> DataFrame:
        """The rows that keep the contract: one row per customer."""
        return data.accepted(self.frame, self.checks)

    @property
    def rejected(self) -> DataFrame:
        """The other rows as read, plus their `reasons`."""
        return data.rejected(self.frame, self.checks)


def intake(spark: SparkSession, recipe: Recipe, path: str) -> Intake:
    """Open the table and lay the recipe's expressions over it. Runs no job over the data."""
    return laid(opened(spark, recipe, path), recipe)


def opened(spark: SparkSession, recipe: Recipe, path: str) -> data.Table:
    """The table as it lies there, but for what is private. Runs no job over the data."""
    return data.private(data.open_table(spark, recipe.input, path), recipe.privacy)


def laid(
    table: data.Table,
    recipe: Recipe,
    besides: Mapping[str, str] | None = None,
    ours: Sequence[str] | None = None,
    trained: Mapping[str, str] | None = None,
) -> Intake:
    """The recipe's expressions over an open table.

    `besides`: what the sample carries further, name -> safe SQL over columns of the table.
    `ours`: columns that will be written beside the input's; those of a run if null.
    `trained`: the types that columns had in the run that scores, for those that arrive as text.
    """
    besides = besides or {}
    used = used_by(recipe)
    known = {name.lower() for name in used}
    for sql in besides.values():
        for column in sorted(columns_used(sql)):
            if column.lower() not in known:
                known.add(column.lower())
                used[column] = ["the live run"]
    typed = data.typed(table, used, recipe.input.types, trained)
    columns = tuple(c for c in typed.frame.columns if c != data.AS_READ)
    _refuse_clashes(columns, recipe, _written(recipe) if ours is None else ours)
    expressions = {name: safe(f.sql, f"segment_by.{name}") for name, f in recipe.segment_by.items()}
    to_utc = partial(in_utc, instants=instants(typed.frame.schema))
    computed = {name: to_utc(sql) for name, sql in expressions.items()}
    described = {name: to_utc(sql) for name, sql in _described(recipe).items()}
    with _naming_the_key(typed.frame, computed, described, recipe):
        kinds = _kinds(typed.frame, computed)
        numeric = {name for name, kind in _kinds(typed.frame, described).items() if isinstance(kind, NUMBERS)}
        rules = data.rule_checks(recipe.rules.named, lambda sql, where: to_utc(safe(sql, where)))
        _ = typed.frame.select(*[check.ok for check in rules]).schema  # an unknown column shows here
    frame = features.raw_columns(_without_ours(typed.frame, columns, used, recipe), computed, kinds)
    values = [
        data.Check(reason, ok, may_stay=False)
        for reason, ok in features.value_checks(kinds, computed, recipe.segment_by)
    ]
    return Intake(
        frame=frame,
        checks=(*typed.checks, *rules, *values),
        columns=columns,
        types={
            field.name: field.dataType.simpleString() for field in typed.frame.schema if field.name in columns
        },
        expressions=expressions,
        profiled={
            name: sql for name, sql in described.items() if name in numeric and name not in recipe.protected
        },
        described={**described, **{name: to_utc(sql) for name, sql in besides.items()}},
        format=table.format,
    )


def checked_ids(found: Intake, recipe: Recipe, path: str, journal: Journal) -> tuple[Intake, int]:
    """The intake with its id checks, and the rows of the table. Raises DataError where there are none."""
    with told(f"input {path}"):
        rows = found.frame.count()
        journal.scan("count")
        if rows == 0:
            passed = " that passes input.filter" if recipe.input.filter else ""
            raise DataError(
                f"input {path}: the table has no row{passed or 's'}",
                "check the path and the job that writes it",
            )
        frame, checks = data.id_checks(found.frame, recipe.input.id, recipe.input.unique, rows)
        if recipe.input.unique == "exact" or (recipe.input.unique == "auto" and rows <= data.EXACT_UP_TO):
            journal.scan("ids")
    return replace(found, frame=frame, checks=bounded([*checks, *found.checks], recipe)), rows


def bounded(checks: Sequence[data.Check], recipe: Recipe) -> tuple[data.Check, ...]:
    """The checks with the bounds of `rules.reasons`. A reason that the recipe could give of a table in
    another format, or of a column that this command does not look at, is known and applies to nothing."""
    possible = [
        *data.cast_reasons(used_by(recipe), recipe.input.types),
        *features.value_reasons(recipe.segment_by),
    ]
    return data.bounded(checks, recipe.rules.reasons, possible)


@contextmanager
def _naming_the_key(
    frame: DataFrame, features_sql: Mapping[str, str], described: Mapping[str, str], recipe: Recipe
) -> Iterator[None]:
    """Where the expressions do not all hold for the table, the error is that of the first that does not."""
    try:
        yield
    except AnalysisException as problem:
        keys = {f"segment_by.{name}": sql for name, sql in features_sql.items()}
        keys |= {f"rules.{name}": safe(rule.sql) for name, rule in recipe.rules.named.items()}
        keys |= {f"describe or check {name}": sql for name, sql in described.items()}
        for key, sql in keys.items():
            with told(key):
                _ = frame.select(F.expr(sql)).schema
        with told("recipe"):
            raise problem from None


def _described(recipe: Recipe) -> dict[str, str]:
    """Everything that describes and never cuts: name -> safe SQL; a rate gives its two parts."""
    found: dict[str, str] = {}
    for name, description in recipe.describe.items():
        if description.sql is not None:
            found[name] = safe(description.sql, f"describe.{name}")
        else:
            parts = [
                safe(rate_part(recipe, part), f"describe.{name}.rate") for part in description.rate or ()
            ]
            found[f"{name}[numerator]"], found[f"{name}[denominator]"] = parts
    for name, outcome in recipe.check.items():
        found[name] = safe(outcome.sql, f"check.{name}")
    for column in recipe.protected:
        found.setdefault(column, data.quoted(column))
    return found


def _kinds(frame: DataFrame, expressions: Mapping[str, str]) -> dict[str, DataType]:
    """The type that each expression gives."""
    schema = frame.select(*[F.expr(sql) for sql in expressions.values()]).schema
    return {name: field.dataType for name, field in zip(expressions, schema.fields, strict=True)}


def kept(columns: tuple[str, ...], recipe: Recipe) -> list[str]:
    """The input columns that are written: all, or the recipe's and the id."""
    if recipe.output.columns is None:
        return list(columns)
    wanted = {name.lower() for name in (recipe.input.id, *recipe.output.columns)}
    return [name for name in columns if name.lower() in wanted]


def _without_ours(
    frame: DataFrame, columns: tuple[str, ...], used: Collection[str], recipe: Recipe
) -> DataFrame:
    """The table without what a run added to it before, where this one neither keeps nor uses it:
    this run makes its own under the same names."""
    stay = {name.lower() for name in (*kept(columns, recipe), *used)}
    ours = {name.lower() for name in _written(recipe)} - stay
    return frame.drop(*(name for name in columns if name.lower() in ours))


def _written(recipe: Recipe) -> tuple[str, ...]:
    """What a run adds to a customer."""
    return (*OURS, *(f"{features.VALUE}{name}" for name in recipe.segment_by))


def _refuse_clashes(columns: tuple[str, ...], recipe: Recipe, ours: Sequence[str]) -> None:
    taken = {name.lower() for name in ours}
    clashing = [name for name in kept(columns, recipe) if name.lower() in taken]
    if clashing:
        raise RecipeError(
            f"the table has a column {clashing[0]!r}, which the run would write itself",
            "rename it, or keep only other columns: output: {columns: [...]}",
        )
    working = next((name for name in columns if _WORKING.fullmatch(name)), None)
    if working:
        raise RecipeError(
            f"the table has a column {working!r}, a name that the run works with itself",
            f"rename it, or take it away: privacy: {{drop: [{working}]}}",
        )
