"""check: which key of the recipe takes a text for a value that it is none of, and whose text it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pandas as pd
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from custseg_spark import data
from custseg_spark.engine.spark_problems import NO_CAST
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import RecipeError
from custseg_spark.features.raw_columns import write_raw_sql
from custseg_spark.propose.column_kinds import look_at_column
from custseg_spark.recipe import OrderRecipe, Recipe
from custseg_spark.recipe.checks import list_expressions
from custseg_spark.recipe.order_recipe import list_order_expressions
from custseg_spark.results import CustomerTable
from custseg_spark.sql import find_columns, find_instants, make_safe, put_in_utc


@dataclass(frozen=True)
class Expressions:
    """The expressions of a recipe over a table, by key: `written` by a person, and as the engine gets them,
    `run`. `id`: the column that says whose row it is."""

    frame: DataFrame
    id: str
    written: Mapping[str, str]
    run: Mapping[str, str]


def explain_engine_errors(
    where: str, table: CustomerTable, recipe: Recipe, *, of_run: bool = False
) -> AbstractContextManager[None]:
    """Errors inside as `translate_engine_errors` tells them; that of a text which an expression takes for a
    number or a date names the key of the recipe, the customer, and how the column is declared. `of_run`: the
    recipe is that of a run, which nobody changes any more."""
    advice = "mend such values, or train again: " if of_run else ""
    return _explain_casts(where, lambda: _list_expressions(table, recipe), advice)


def explain_order_errors(where: str, frame: DataFrame, recipe: OrderRecipe) -> AbstractContextManager[None]:
    """The same over order lines; `frame`: the lines with the types of their columns."""
    return _explain_casts(where, lambda: _list_order_expressions(frame, recipe))


@contextmanager
def _explain_casts(
    where: str, list_expressions: Callable[[], Expressions], advice: str = ""
) -> Iterator[None]:
    try:
        with translate_engine_errors(where):
            yield
    except RecipeError as problem:
        if problem.code != NO_CAST or not problem.facts:
            raise
        known = explain_cast(problem, list_expressions())
        raise RecipeError(known.what, f"{advice}{known.remedy}", code=NO_CAST) from problem.__cause__


def explain_cast(problem: RecipeError, expressions: Expressions) -> RecipeError:
    """The error (NO_CAST) with the key whose expression it is, where the engine's own text of it tells."""
    value, kind, sql = (str(problem.facts[fact]) for fact in ("value", "type", "sql"))
    begins = " ".join(sql.removesuffix("...").split())
    run = {key: " ".join(one.split()) for key, one in expressions.run.items()}
    near = [key for key, one in run.items() if begins and (begins in one or one in begins)]
    key = max(near, key=lambda key: len(run[key]), default="")  # a lone column stands in others too
    if not key:
        return problem
    expression = expressions.written.get(key, expressions.run[key])
    texts = [
        name for name, kind in expressions.frame.select(*_quote_used(expression)).dtypes if kind == "string"
    ]
    remedy = f"declare the column under input.types, or use try_cast(... as {kind.lower()})"
    whose = ""
    if len(texts) == 1:
        written = look_at_column(texts[0], pd.Series([value], dtype=object)).declared
        usual = {"date": "dd.MM.yyyy"} if kind in ("DATE", "TIMESTAMP") else "double"
        declared = written if isinstance(written, dict) else usual
        remedy = f"declare the column: {data.write_type(texts[0], declared)}"
        whose = _find_owner(expressions, texts[0], value)
    return RecipeError(f"{key}: {value!r} is no {kind} in {expression}{whose}", remedy, code=NO_CAST)


def _quote_used(expression: str) -> list[str]:
    return [data.quote(name) for name in sorted(find_columns(expression))]


def _find_owner(expressions: Expressions, name: str, value: str) -> str:
    """Whose row has that text, in words; empty where it can't be found again."""
    rows = expressions.frame.filter(data.column(name) == value).select(data.column(expressions.id))
    try:
        found = rows.limit(1).collect()
    except PySparkException:  # the same value may end this query too
        return ""
    return f" (id {found[0][0]})" if found else ""


def _list_order_expressions(frame: DataFrame, recipe: OrderRecipe) -> Expressions:
    instants, written = find_instants(frame.schema), dict(list_order_expressions(recipe))
    of_lines = {key: sql for key, sql in written.items() if not key.startswith("aggregates.")}
    run = {key: put_in_utc(make_safe(sql, key), instants) for key, sql in of_lines.items()}
    return Expressions(frame, recipe.lines.customer, written, run)


def _list_expressions(table: CustomerTable, recipe: Recipe) -> Expressions:
    instants = find_instants(table.frame.schema)
    features = {
        f"segment_by.{name}": write_raw_sql(put_in_utc(sql, instants))
        for name, sql in table.expressions.items()
    }
    rules = {
        f"rules.{name}": put_in_utc(make_safe(rule.sql, f"rules.{name}"), instants)
        for name, rule in recipe.rules.named.items()
    }
    shown = {
        f"{'check' if name in recipe.check else 'describe'}.{_name_part(name)}": sql
        for name, sql in table.described.items()
    }
    written = {key.removesuffix(".sql"): sql for key, sql in list_expressions(recipe)}
    return Expressions(table.frame, recipe.input.id_column, written, features | rules | shown)


def _name_part(described: str) -> str:
    """What is described as the recipe's keys name it, a part of a rate too."""
    return described.replace("[numerator]", ".rate.0").replace("[denominator]", ".rate.1")
