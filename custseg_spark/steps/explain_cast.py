"""check: which key of the recipe takes a text for a value that it is none of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from custseg_spark.engine.translate_errors import NO_CAST
from custseg_spark.errors import RecipeError
from custseg_spark.features.raw_columns import write_raw_sql
from custseg_spark.propose.column_kinds import look_at_column
from custseg_spark.recipe import Recipe, plain_yaml
from custseg_spark.recipe.checks import list_expressions
from custseg_spark.results import CustomerTable
from custseg_spark.sql import find_columns, find_instants, make_safe, put_in_utc


@contextmanager
def name_cast(table: CustomerTable, recipe: Recipe) -> Iterator[None]:
    """Inside, the error of an engine for a text that an expression takes for a number or a date names the key
    of the recipe, and how the column is declared."""
    try:
        yield
    except RecipeError as problem:
        if problem.code != NO_CAST:
            raise
        raise explain_cast(problem, table, recipe) from problem.__cause__


def explain_cast(problem: RecipeError, table: CustomerTable, recipe: Recipe) -> RecipeError:
    """The error with the key whose expression it is, where the engine's own text of it tells."""
    value, kind, sql = (str(problem.facts[fact]) for fact in ("value", "type", "sql"))
    begins = " ".join(sql.removesuffix("...").split())
    run = {key: " ".join(one.split()) for key, one in _list_run(table, recipe).items()}
    key = next((key for key, one in run.items() if begins and one.startswith(begins)), "")
    if not key:
        return problem
    expression = _list_written(recipe).get(key, begins)
    texts = [name for name in sorted(find_columns(expression)) if table.types.get(name) == "string"]
    remedy = f"declare the column under input.types, or use try_cast(... as {kind.lower()})"
    if len(texts) == 1:
        written = look_at_column(texts[0], pd.Series([value], dtype=object)).declared
        usual = {"date": "dd.MM.yyyy"} if kind in ("DATE", "TIMESTAMP") else "double"
        declared = written if isinstance(written, dict) else usual
        remedy = f"declare the column: input: {{types: {plain_yaml.inline({texts[0]: declared})}}}"
    return RecipeError(f"{key}: {value!r} is no {kind} in {expression}", remedy, code=NO_CAST)


def _list_written(recipe: Recipe) -> dict[str, str]:
    """The expressions of the recipe as a person wrote them, by key."""
    return {key.removesuffix(".sql"): sql for key, sql in list_expressions(recipe)}


def _list_run(table: CustomerTable, recipe: Recipe) -> dict[str, str]:
    """The same as the engine gets them."""
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
        f"{'check' if name in recipe.check else 'describe'}.{name}": sql
        for name, sql in table.described.items()
    }
    return features | rules | shown
