"""segments.sql: the model as one SELECT that labels a raw table in a warehouse.

It is written from the model in Spark's SQL, and translated by sqlglot. What is not known to mean the same
there (`meaning`) is refused by the name of the feature, so that no dialect gets an expression that means
something else.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from custseg_spark.clustering import Stage, build_nearest_stages
from custseg_spark.errors import RecipeError
from custseg_spark.features import RAW, VALUE, Treatment
from custseg_spark.model.meaning import INTEGERS, Meaning, UnlikeError
from custseg_spark.model.model import SCALED, Model, build_scaled_stages
from custseg_spark.recipe import ROW_NUMBER
from custseg_spark.sql import quote_name
from custseg_spark.sql.value_text import write_value_sql

DIALECTS = ("spark", "duckdb", "bigquery", "snowflake", "postgres")
TABLE = "customers"
"""What the raw table is called in the SELECT."""
_READ = "_read_"
_MARK = "_squares_of{}"
_DISTANCE = re.compile(r"_d\d+")
_DOUBLE = re.compile(r"(\d[\d.]*(?:e[+-]?\d+)?)D\b")
_OPERATORS: dict[type[exp.Expr], Callable[[exp.Expr, exp.Expr], exp.Expr]] = {
    exp.SafeAdd: operator.add,
    exp.SafeSubtract: operator.sub,
    exp.SafeMultiply: operator.mul,
}
"""What gives null in Spark where it overflows, and is an error elsewhere."""
_NAN = exp.cast("'NaN'", "double")


def write_segments_sql(model: Model, dialect: str) -> str:
    """One SELECT over the table `customers`: the id, each feature in its unit, segment, segment_name,
    distance_to_centre; one row per customer, null where a feature that must not be missing is.

    Raises RecipeError naming the feature whose expression has no like in the dialect.
    """
    kinds = {**model.columns, **dict.fromkeys(model.written, "string")}
    reads = ", ".join(f"{quote_name(name)} {kinds[name]}" for name in model.columns)
    head = (
        f"-- Labels the table {TABLE} with the segments of a run ({dialect}). Made from model.json.\n"
        f"-- It reads these columns, in these types: {' '.join(reads.split())}\n"
    )
    if model.id == ROW_NUMBER:
        head += f"-- {ROW_NUMBER} is the number of the row in the file that was segmented, 1 for the first.\n"
    if dialect == "spark":
        return head + _write_select(model, _build_stages(model, model.to_utc)) + "\n"
    stages = _build_stages(model, lambda sql: sql)
    written = _write_select(model, [_leave_distances(stage) for stage in stages])
    meaning = Meaning(model.columns, dialect)
    for feature in {t.category or t.name: t for t in model.features}.values():  # levels are all alike
        _refuse_unlike(feature, meaning, dialect)
    try:
        tree = _translate(written, meaning, dialect)
        text = tree.sql(dialect=dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)
        return f"{head}{_fill_distances(text, model, dialect)}\n"
    except SqlglotError as problem:
        raise RecipeError(
            f"segments.sql for {dialect}: {problem}", "write the expression otherwise"
        ) from None


def _build_stages(model: Model, computed: Callable[[str], str]) -> list[Stage]:
    """`computed`: what stands for a feature's expression."""
    scaled = [f"{SCALED}{i}" for i in range(len(model.features))]
    distances, smallest, nearest = build_nearest_stages(scaled, np.array(model.centres), model.ids)
    squared = next(iter(smallest))
    nearest = {**nearest, "segment": f"CASE WHEN {squared} IS NULL THEN NULL ELSE {nearest['segment']} END"}
    typed = {
        quote_name(name): write_value_sql(name, model.written[name])
        if name in model.written
        else quote_name(name)
        for name in (model.columns if model.written else ())
        if name.casefold() != model.id.casefold()
    }
    return [
        *([typed] if typed else []),
        {f"{_READ}{t.name}": f"try_cast(({computed(t.sql)}) AS DOUBLE)" for t in model.features},
        {
            f"{RAW}{t.name}": f"CASE WHEN isnan({_READ}{t.name}) THEN NULL ELSE {_READ}{t.name} END"
            for t in model.features
        },
        *build_scaled_stages(model.features),
        distances,
        smallest,
        nearest,
        *([levels] if (levels := model.level_stage()) else []),
    ]


def _leave_distances(stage: Stage) -> Stage:
    """The stage with a mark for each squared distance: most of the text, and nothing but plain arithmetic, so
    it is not worth the time that translating it takes."""
    return {name: _MARK.format(name) if _DISTANCE.fullmatch(name) else sql for name, sql in stage.items()}


def _fill_distances(text: str, model: Model, dialect: str) -> str:
    """The SELECT with the squared distances of each centre in place of the marks, its numbers as the dialect
    writes doubles."""
    one = _parse("1.5D").sql(dialect=dialect)
    scaled = [f"{SCALED}{i}" for i in range(len(model.features))]
    distances = build_nearest_stages(scaled, np.array(model.centres), model.ids)[0]

    def write(number: re.Match[str]) -> str:
        return one.replace("1.5", number[1])

    for name, sql in distances.items():
        lines = _DOUBLE.sub(write, sql).replace(" + ", "\n    + ")
        text = text.replace(_MARK.format(name), lines)
    return text


def _write_select(model: Model, stages: Sequence[Stage]) -> str:
    """Each step a common table expression over the one before, carrying only what later steps need."""
    key = quote_name(model.id)
    values = [f"{VALUE}{t.name}" for t in model.features]
    carried = {*values, "segment", "distance_to_centre"}
    steps, source, kept = [], TABLE, [key]
    for number, stage in enumerate(stages):
        added = [f"{sql} AS {name}" for name, sql in stage.items()]
        columns = ",\n  ".join([*kept, *added])
        steps.append(f"step_{number} AS (\n  SELECT {columns}\n  FROM {source}\n)")
        kept = [key, *(v for v in kept if v in carried), *stage]
        source = f"step_{number}"
    last = [key, *model.value_columns, "segment", model.name_sql() + " AS segment_name", "distance_to_centre"]
    return f"WITH {', '.join(steps)}\nSELECT {', '.join(last)}\nFROM {source}"


@lru_cache(64)
def _parse(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="spark")


def _translate(sql: str, meaning: Meaning, dialect: str) -> exp.Expr:
    tree = exp.paren(_parse(sql))  # a copy, and the root too has a place to be put
    for node in reversed(list(tree.this.dfs())):  # the innermost first
        plain = _translate_node(node, meaning, dialect)
        if plain is not node:
            node.replace(plain)
    translated: exp.Expr = tree.this
    return translated


def _translate_node(node: exp.Expr, meaning: Meaning, dialect: str) -> exp.Expr:
    """Spark's functions that a warehouse may lack, as what every one of them has."""
    if type(node) in _OPERATORS:
        return exp.paren(_OPERATORS[type(node)](node.this, node.expression))
    if isinstance(node, exp.SafeDivide):
        return exp.paren(exp.cast(node.this, "double") / exp.func("NULLIF", node.expression, "0"))
    if isinstance(node, exp.IsNan) and dialect != "bigquery":  # where NaN equals itself
        return exp.EQ(this=node.this, expression=_NAN.copy())
    if isinstance(node, exp.Cast):
        return _translate_cast(node, meaning)
    name = node.name.upper() if isinstance(node, exp.Anonymous) else ""
    if name in ("TRY_MOD", "MOD"):
        dividend: exp.Expr = node.expressions[0]
        return dividend % exp.func("NULLIF", node.expressions[1], "0")
    if name == "LOG1P":
        return _write_logarithm(1 + node.expressions[0])
    if name in ("ISNULL", "ISNOTNULL"):
        missing = node.expressions[0].is_(exp.null())
        return missing if name == "ISNULL" else exp.Not(this=missing)
    if isinstance(node, exp.Ln):
        return _write_logarithm(node.this)
    if isinstance(node, exp.Log) and node.expression and node.this.is_number and float(node.this.name) > 1:
        return exp.paren(_write_logarithm(node.expression) / exp.Ln(this=node.this))
    if isinstance(node, exp.Sqrt):  # of what is under zero: NaN in Spark, an error elsewhere
        return exp.case().when(node.this < 0, _NAN).else_(node)
    return node


def _write_logarithm(value: exp.Expr) -> exp.Expr:
    """Null where there is none, as in Spark; elsewhere that is an error, or infinite."""
    return exp.Ln(this=exp.case().when(value > 0, value))


def _translate_cast(node: exp.Cast, meaning: Meaning) -> exp.Expr:
    """A number to a whole one is cut off, as in Spark, where others round; a truth is 1 or 0."""
    value, to = node.this, node.args["to"].this
    try:
        kind = meaning.find_kind(value)
    except UnlikeError:  # told where it stands in a feature; the other casts are ours
        return node
    if kind == "bool" and (to in INTEGERS or to is exp.DType.DOUBLE):
        truth = exp.case().when(value, "1").when(exp.Not(this=exp.paren(value)), "0")
        return exp.cast(truth, "double") if to is exp.DType.DOUBLE else truth
    if to not in INTEGERS or kind not in ("int", "number") or value.is_number:
        return node
    cut = exp.Trunc(this=value.copy())
    highest = 2 ** (INTEGERS[to] - 1) - 1
    whole = type(node)(this=cut, to=node.args["to"].copy())
    return exp.case().when(cut.between(-highest - 1, highest), whole)


def _refuse_unlike(feature: Treatment, meaning: Meaning, dialect: str) -> None:
    where = f"segments.sql for {dialect}: segment_by.{feature.category or feature.name}"
    try:
        kind = meaning.find_kind(_translate(feature.sql, meaning, dialect))
    except (UnlikeError, SqlglotError) as unlike:
        raise RecipeError(
            f"{where}: {unlike} is not there, or is not known to mean the same",
            "write it with other functions where that warehouse is wanted",
        ) from None
    if kind in ("text", "date"):
        raise RecipeError(
            f"{where}: {kind} taken as a number may become another one there",
            "declare the column under input.types, or write an expression that gives a number",
        )
