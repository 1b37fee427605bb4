"""read -> check: a table under its recipe, with its contract; lazy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import BooleanType, DataType, NumericType, StringType

from custseg_spark import clustering, data, features
from custseg_spark.engine.expressions import add_columns, compile_expression, find_types
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import RecipeError
from custseg_spark.recipe import (
    LABELS,
    Recipe,
    find_columns_used,
    find_rate_part,
    list_expressions,
    write_level_sql,
)
from custseg_spark.results import CustomerTable
from custseg_spark.sql import find_columns, find_instants, find_whole_columns, make_safe, put_in_utc

NUMBERS = (NumericType, BooleanType)
_WORKING = re.compile(
    r"_(raw_.*|level_.*|weight|scaled_\d+|d\d+|squared_distance|hash|described\d+|kept\d+|repeated"
    r"|repeated_id|t_.*|vector|features|cluster|secret)",
    re.IGNORECASE,
)
"""Names of columns that are there between two steps and never written."""


def load_table(spark: SparkSession, recipe: Recipe, path: str) -> CustomerTable:
    """Open the table to look at its columns, and lay the recipe's expressions over it. Runs no job over the
    data."""
    return apply_recipe(open_table(spark, recipe, path, lazy=True), recipe)


def open_table(
    spark: SparkSession, recipe: Recipe, source: str | DataFrame, *, lazy: bool = False
) -> data.Table:
    """The table at a path, or one that is open, but for what is private. Runs no job over the data, but for
    JSON, and one where rows are numbered, unless `lazy`. What a person should know of how it was read is a
    warning."""
    table = data.open_table(spark, recipe.input, source, lazy=lazy)
    table.warn_of_notes()
    return data.apply_privacy(table, recipe.privacy)


def apply_recipe(
    table: data.Table,
    recipe: Recipe,
    besides: Mapping[str, str] | None = None,
    ours: Sequence[str] | None = None,
    trained: Mapping[str, str] | None = None,
) -> CustomerTable:
    """The recipe's expressions over an open table.

    `besides`: what the sample carries further, name -> safe SQL over columns of the table.
    `ours`: columns that will be written beside the input's; those of a run if null.
    `trained`: the types that columns had in the run that scores, for those that arrive as text.
    """
    besides = besides or {}
    typed, used = _cast_columns(table, recipe, besides, trained)
    columns = tuple(c for c in typed.frame.columns if c != data.AS_READ)
    _refuse_clashes(columns, recipe, _list_written(recipe) if ours is None else ours)
    expressions = features.write_features(recipe.features)
    to_utc = partial(put_in_utc, instants=find_instants(typed.frame.schema))
    computed = {name: to_utc(sql) for name, sql in expressions.items()}
    levels = {
        name: to_utc(make_safe(write_level_sql(feature), f"segment_by.{name}"))
        for name, feature in recipe.categories.items()
    }
    described = {name: to_utc(sql) for name, sql in _list_described(recipe).items()}
    rules, kinds, numbers = _analyse(typed.frame, computed, described, recipe)
    frame = features.add_raw_columns(_drop_ours(typed.frame, columns, used, recipe), computed)
    frame = add_columns(frame, {f"{features.LEVEL}{name}": sql for name, sql in levels.items()})
    if recipe.customers.weight is not None:
        frame = add_columns(frame, {clustering.WEIGHT: to_utc(_write_weight(typed.frame, recipe))})
    values = _list_value_checks(recipe, kinds, typed.frame, computed)
    id_column = data.resolve_column(recipe.input.id_column, columns, ["input.id"])
    rows = [*data.build_summary_checks(table, typed.frame, id_column), *typed.checks, *rules]
    return CustomerTable(
        frame=frame,
        checks=(*rows, *values),
        columns=columns,
        types={name: kind for name, kind in typed.frame.dtypes if name in columns},
        expressions=expressions,
        profiled={name: sql for name, sql in described.items() if name in numbers - set(recipe.protected)},
        described={**described, **{name: to_utc(sql) for name, sql in besides.items()}},
        format=table.format,
        fingerprint=table.fingerprint,
        written=typed.written,
        may_be_whole=typed.may_be_whole,
    )


def _list_value_checks(
    recipe: Recipe, kinds: Mapping[str, DataType], frame: DataFrame, computed: Mapping[str, str]
) -> Iterator[data.Check]:
    """The checks of what cuts and of weights: rows that can't be computed with may not stay, and those with
    a level that the run did not know do."""
    columns_of = {name: compile_expression(frame, sql) for name, sql in computed.items()}
    values = [
        *features.build_value_checks(kinds, columns_of, recipe.features),
        *features.build_level_checks(recipe.categories),
        *([features.build_weight_check(clustering.WEIGHT)] if recipe.customers.weight is not None else []),
    ]
    yield from (data.Check(reason, ok, may_stay=False) for reason, ok in values)
    novelties = features.build_novelty_checks(recipe.categories)
    yield from (data.Check(reason, ok, "warn") for reason, ok in novelties)


def _write_weight(frame: DataFrame, recipe: Recipe) -> str:
    """The safe SQL of how many customers each stands for: double, null where it is no number.

    Raises RecipeError, with its key, for what gives none.
    """
    where, sql = "customers.weight", str(recipe.customers.weight)
    safe = make_safe(sql, where)
    with translate_engine_errors(where):
        kind = find_types(frame, {"weight": safe}, "customers.")["weight"]
    if not isinstance(kind, NumericType | StringType):
        raise RecipeError(
            f"{where}: the expression {sql} gives {kind.simpleString()}, not a number",
            "name the column that says how many customers each one stands for",
        )
    return features.write_raw_sql(safe)


def _cast_columns(
    table: data.Table, recipe: Recipe, besides: Mapping[str, str], trained: Mapping[str, str] | None
) -> tuple[data.TypedTable, Collection[str]]:
    """The table with the types that the recipe's expressions need, and the columns that are used."""
    used = _find_uses(recipe, besides)
    table.refuse_unread(used)
    expressions = [*list_expressions(recipe)]
    expressions += [(name, write_level_sql(category)) for name, category in recipe.categories.items()]
    whole = {name for where, sql in expressions for name in find_whole_columns(sql, where)}
    return data.cast_columns(table, used, recipe.input.types, trained, whole), used


def _analyse(
    frame: DataFrame, computed: Mapping[str, str], described: Mapping[str, str], recipe: Recipe
) -> tuple[list[data.Check], dict[str, DataType], set[str]]:
    """The checks of the recipe's rules, the type of each feature, and the descriptions that are numbers.

    Raises RecipeError, with its key, for an expression that the table does not allow.
    """
    instants = find_instants(frame.schema)
    with _name_the_key(frame, computed, described, recipe):
        kinds = find_types(frame, computed, "segment_by.")
        categories = {name: make_safe(str(f.category)) for name, f in recipe.categories.items()}
        of_categories = find_types(frame, categories, "segment_by.")
        described_kinds = find_types(frame, described, "describe or check ")
        rules = data.build_rule_checks(
            recipe.rules.named,
            lambda sql, where: compile_expression(frame, put_in_utc(make_safe(sql, where), instants), where),
        )
        _ = frame.select(*[check.ok for check in rules]).schema  # an unknown column shows here
    features.refuse_types(kinds, recipe.features)
    features.refuse_types(of_categories, recipe.categories)
    return rules, kinds, {name for name, kind in described_kinds.items() if isinstance(kind, NUMBERS)}


def _find_uses(recipe: Recipe, besides: Mapping[str, str]) -> dict[str, list[str]]:
    """Every column that the recipe uses -> where, and what only `besides` reads."""
    used = find_columns_used(recipe)
    known = {name.lower() for name in used}
    for column in (column for sql in besides.values() for column in sorted(find_columns(sql))):
        if column.lower() not in known:
            known.add(column.lower())
            used[column] = ["the live run"]
    return used


@contextmanager
def _name_the_key(
    frame: DataFrame, features_sql: Mapping[str, str], described: Mapping[str, str], recipe: Recipe
) -> Iterator[None]:
    """Where the expressions do not all hold for the table, the error is that of the first that does not."""
    try:
        yield
    except AnalysisException as problem:
        keys = {f"segment_by.{name}": sql for name, sql in features_sql.items()}
        keys |= {f"rules.{name}": make_safe(rule.sql) for name, rule in recipe.rules.named.items()}
        keys |= {f"describe or check {name}": sql for name, sql in described.items()}
        for key, sql in keys.items():
            with translate_engine_errors(key):
                find_types(frame, {key: sql})
        with translate_engine_errors("recipe"):
            raise problem from None


def _list_described(recipe: Recipe) -> dict[str, str]:
    """Everything that describes and never cuts: name -> safe SQL; a rate gives its two parts."""
    found: dict[str, str] = {}
    for name, description in recipe.describe.items():
        if description.sql is not None:
            found[name] = make_safe(description.sql, f"describe.{name}")
        for end, part in zip(("numerator", "denominator"), description.rate or (), strict=False):
            found[f"{name}[{end}]"] = make_safe(find_rate_part(recipe, part), f"describe.{name}.rate")
    for name, outcome in recipe.check.items():
        found[name] = make_safe(outcome.sql, f"check.{name}")
    for column in recipe.protected:
        found.setdefault(column, data.quote(column))
    return found


def list_kept_columns(columns: tuple[str, ...], recipe: Recipe) -> list[str]:
    """The input columns that are written: all, or the recipe's and the id."""
    if recipe.output.columns is None:
        return list(columns)
    wanted = {name.lower() for name in (recipe.input.id_column, *recipe.output.columns)}
    return [name for name in columns if name.lower() in wanted]


def _drop_ours(
    frame: DataFrame, columns: tuple[str, ...], used: Collection[str], recipe: Recipe
) -> DataFrame:
    """The table without what a run added to it before, where this one neither keeps nor uses it:
    this run makes its own under the same names."""
    stay = {name.lower() for name in (*list_kept_columns(columns, recipe), *used)}
    ours = {name.lower() for name in _list_written(recipe)} - stay
    return frame.drop(*(name for name in columns if name.lower() in ours))


def _list_written(recipe: Recipe) -> tuple[str, ...]:
    """What a run adds to a customer."""
    return (*LABELS, *(f"{features.VALUE}{name}" for name in recipe.segment_by))


def _refuse_clashes(columns: tuple[str, ...], recipe: Recipe, ours: Sequence[str]) -> None:
    taken = {name.lower() for name in ours}
    clashing = [name for name in list_kept_columns(columns, recipe) if name.lower() in taken]
    if clashing:
        raise RecipeError(
            f"the table has a column {clashing[0]!r}, which the run would write itself",
            "rename it, or keep only other columns: output: {columns: [...]}",
        )
    if working := next((name for name in columns if _WORKING.fullmatch(name)), None):
        raise RecipeError(
            f"the table has a column {working!r}, a name that the run works with itself",
            f"rename it, or take it away: privacy: {{drop: [{working}]}}",
        )
