"""SQL aggregates taken apart: what is kept of each line, how it adds up, and what is made of the sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from custseg_spark.errors import RecipeError
from custseg_spark.sql import functions
from custseg_spark.sql.admission import check_expression
from custseg_spark.sql.never_raise import make_safe
from custseg_spark.sql.parse import parse_sql, write_sql

KEPT = ("sum", "count", "count_if", "min", "max", "avg", "mean")


@dataclass(frozen=True)
class Partial:
    """`sql` over one line; `how` the lines' values, and then partial results, are put together."""

    sql: str
    how: Literal["sum", "min", "max"]


@dataclass(frozen=True)
class Aggregate:
    """The `parts` that are kept, by the name under which they stand in `sql`."""

    parts: dict[str, Partial]
    sql: str


def decompose(sql: str, where: str, prefix: str = "_part") -> Aggregate:
    """An aggregate over a customer's lines as parts that add up, so that days can be summed apart.

    Raises RecipeError naming `where`: for an aggregate that can't be put together from partial results
    (a median, a distinct count), for a column outside every aggregate, for what `check_expression` refuses.
    """
    tree, literals = parse_sql(sql, where)
    parts: dict[str, Partial] = {}
    calls = [node for node in tree.find_all(exp.Anonymous) if node.name.lower() in functions.AGGREGATE]
    for call in calls:
        if call.name.lower() not in KEPT or len(call.expressions) != 1 or call.find(exp.Distinct):
            raise RecipeError(f"{where}: {write_sql(call, literals)!r} does not add up from days", _REMEDY)
        argument = call.expressions[0]
        counts_lines = isinstance(argument, exp.Star)
        inner = "1" if counts_lines else write_sql(argument, literals)
        check_expression(inner, where)
        made = _split_call(call.name.lower(), inner, counts_lines=counts_lines)
        named = {f"{prefix}{len(parts) + i}": part for i, part in enumerate(made)}
        parts |= named
        kept = [exp.column(name) for name in named]
        value = kept[0] if len(kept) == 1 else exp.func("try_divide", *kept)
        if call is tree:
            tree = value
        else:
            call.replace(value)
    outside = sorted({column.name for column in tree.find_all(exp.Column)} - set(parts))
    if not parts or outside:
        what = f"{outside[0]} stands outside every aggregate" if outside else "it is no aggregate"
        raise RecipeError(f"{where}: {sql!r}: {what}", _REMEDY)
    return Aggregate(parts, make_safe(write_sql(tree, literals), where))


def _split_call(name: str, inner: str, *, counts_lines: bool) -> list[Partial]:
    known = "1" if counts_lines else f"if(({inner}) IS NULL, 0, 1)"
    if name == "count":
        return [Partial(known, "sum")]
    if name == "count_if":
        return [Partial(f"if({make_safe(inner)}, 1, 0)", "sum")]
    if name in ("avg", "mean"):
        number = f"nanvl(try_cast(({make_safe(inner)}) AS DOUBLE), CAST(NULL AS DOUBLE))"
        return [Partial(make_safe(inner), "sum"), Partial(f"if({number} IS NULL, 0, 1)", "sum")]
    return [Partial(make_safe(inner), "sum" if name == "sum" else "min" if name == "min" else "max")]


_REMEDY = f"write it with {', '.join(KEPT[:-2])} and avg of expressions over a line, such as sum(if(a, b, 0))"
