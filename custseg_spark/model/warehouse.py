"""segments.sql: the model as one SELECT that labels a raw table in a warehouse.

It is written from the model in Spark's SQL, and translated by sqlglot. What sqlglot does not know is
refused by the name of the feature, so that no dialect gets an expression that means something else there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from custseg_spark.clustering import nearest_stages
from custseg_spark.errors import RecipeError
from custseg_spark.features import RAW, VALUE
from custseg_spark.model.model import SCALED, Model, Stage
from custseg_spark.recipe import sql_name

DIALECTS = ("spark", "duckdb", "bigquery", "snowflake", "postgres")
TABLE = "customers"
"""What the raw table is called in the SELECT."""
_READ = "_read_"
_OPERATORS: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.SafeAdd: exp.Add,
    exp.SafeSubtract: exp.Sub,
    exp.SafeMultiply: exp.Mul,
}
"""What gives null in Spark where it overflows, and is an error elsewhere."""


def segments_sql(model: Model, dialect: str) -> str:
    """One SELECT over the table `customers`: the id, each feature in its unit, segment, segment_name,
    distance_to_centre; one row per customer, null where a feature that must not be missing is.

    Raises RecipeError naming the feature whose expression has no like in the dialect.
    """
    head = f"-- Labels the table {TABLE} with the segments of a run ({dialect}). Made from model.json.\n"
    if dialect == "spark":
        return head + sqlglot.transpile(_select(model, _stages(model)), read="spark", pretty=True)[0] + "\n"
    for feature in model.features:
        _refuse_unknown(feature.name, feature.sql, dialect)
    tree = _translatable(_select(model, _stages(model)), dialect)
    try:
        return head + tree.sql(dialect=dialect, pretty=True, unsupported_level=ErrorLevel.RAISE) + "\n"
    except SqlglotError as problem:
        raise RecipeError(
            f"segments.sql for {dialect}: {problem}", "write the expression otherwise"
        ) from None


def _stages(model: Model) -> list[Stage]:
    scaled = [f"{SCALED}{i}" for i in range(len(model.features))]
    distances, smallest, nearest = nearest_stages(scaled, np.array(model.centres), model.ids)
    squared = next(iter(smallest))
    nearest = {**nearest, "segment": f"CASE WHEN {squared} IS NULL THEN NULL ELSE {nearest['segment']} END"}
    return [
        {f"{_READ}{t.name}": f"try_cast(({t.sql}) AS DOUBLE)" for t in model.features},
        {
            f"{RAW}{t.name}": f"CASE WHEN isnan({_READ}{t.name}) THEN NULL ELSE {_READ}{t.name} END"
            for t in model.features
        },
        *model.scaled_stages(),
        distances,
        smallest,
        nearest,
    ]


def _select(model: Model, stages: Sequence[Stage]) -> str:
    """Each step a common table expression over the one before, carrying only what later steps need."""
    key = sql_name(model.id)
    values = [f"{VALUE}{t.name}" for t in model.features]
    steps, source, kept = [], TABLE, [key]
    for number, stage in enumerate(stages):
        added = [f"{sql} AS {name}" for name, sql in stage.items()]
        steps.append(f"step_{number} AS (SELECT {', '.join([*kept, *added])} FROM {source})")
        kept = [key, *(v for v in values if v in kept or v in stage), *(n for n in stage if n not in values)]
        source = f"step_{number}"
    last = [key, *values, "segment", model.name_sql() + " AS segment_name", "distance_to_centre"]
    return f"WITH {', '.join(steps)} SELECT {', '.join(last)} FROM {source}"


def _translatable(sql: str, dialect: str) -> exp.Expr:
    tree = exp.paren(sqlglot.parse_one(sql, read="spark"))  # so that the root too has a place to be put
    for node in reversed(list(tree.this.dfs())):  # the innermost first
        plain = _plain(node, dialect)
        if plain is not node:
            node.replace(plain)
    found: exp.Expr = tree.this
    return found


def _plain(node: exp.Expr, dialect: str) -> exp.Expr:
    """Spark's functions that a warehouse may lack, as what every one of them has."""
    if type(node) in _OPERATORS:
        return exp.paren(_OPERATORS[type(node)](this=_apart(node.this), expression=_apart(node.expression)))
    if isinstance(node, exp.SafeDivide):
        divisor = exp.func("NULLIF", node.expression, exp.Literal.number(0))
        return exp.paren(exp.Div(this=exp.cast(node.this, "double"), expression=divisor))
    name = node.name.upper() if isinstance(node, exp.Anonymous) else ""
    if name in ("TRY_MOD", "MOD"):
        one, other = node.expressions
        return exp.Mod(this=_apart(one), expression=exp.func("NULLIF", other, exp.Literal.number(0)))
    if name == "LOG1P":
        return exp.Ln(this=exp.Add(this=exp.Literal.number(1), expression=_apart(node.expressions[0])))
    if isinstance(node, exp.IsNan) and dialect != "bigquery":  # where NaN equals itself
        return exp.EQ(this=node.this, expression=exp.cast(exp.Literal.string("NaN"), "double"))
    return node


def _apart(node: exp.Expr) -> exp.Expr:
    return exp.paren(node) if isinstance(node, exp.Binary) else node


def _refuse_unknown(name: str, sql: str, dialect: str) -> None:
    unknown = next((node.name for node in _translatable(sql, dialect).find_all(exp.Anonymous)), None)
    if unknown:
        raise RecipeError(
            f"segments.sql for {dialect}: segment_by.{name}: {unknown.lower()}() can't be translated",
            "write it with other functions where that warehouse is wanted",
        )
