"""What no expression may do: the one gate through which each of them goes on its way to the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from custseg_spark.errors import RecipeError
from custseg_spark.sql import functions
from custseg_spark.sql.parse import find_columns, parse_sql, quote_name

_NO_COLUMN = (exp.Star, exp.Placeholder, exp.Parameter, exp.SessionParameter)


def check_expression(sql: str, where: str, *, constant: bool = True) -> None:
    """Refuse what cannot be computed row by row, the same every time and whoever asks.

    Aggregates, windows, subqueries, generators, functions that give another value at each call or tell of
    the session, and those that run other code are refused, and with `constant=False` an expression that
    names no column. `current_date()` is admitted: tenure and age need it. Raises RecipeError naming `where`.
    """
    tree, _ = parse_sql(sql, where)
    for reason in _list_refusals(tree):
        raise RecipeError(
            f"{where}: {reason}",
            "an expression gives one value for one row, the same every time",
        )
    if not constant and not tree.find(exp.Column):
        quoted = sql.strip()[:1] in ("'", '"')
        raise RecipeError(
            f"{where}: {sql!r} names no column",
            f"quotes make a text of it: write {quote_name(sql.strip()[1:-1])}"
            if quoted
            else "write a column, or an expression over columns",
        )


def refuse_functions_without_brackets(sql: str, columns: Iterable[str], where: str) -> None:
    """Refuse a bare name that Spark reads as a function of the session since no column is called so."""
    there = {name.lower() for name in columns}
    for name in sorted(find_columns(sql, where)):
        if name.lower() in functions.OF_THE_SESSION | functions.UNSTABLE and name.lower() not in there:
            raise RecipeError(
                f"{where}: {name} is no column, and as a function it tells nothing of the row",
                "name a column of the table",
            )


def _list_refusals(tree: exp.Expr) -> Iterator[str]:
    for node in tree.walk():
        name = _find_function_name(node)
        if isinstance(node, exp.Query | exp.Values | exp.Table | exp.Alias):  # (table t) reads as an alias
            yield "subqueries are not possible here"
        elif isinstance(node, exp.Window) or name in functions.WINDOW:
            yield f"window functions are not possible here, found {name or 'over (...)'}"
        elif name in functions.AGGREGATE:
            yield f"{name}() is an aggregate over many rows"
        elif name in functions.GENERATOR:
            yield f"{name}() gives many rows"
        elif name in functions.UNSTABLE or (name in functions.NOW_WITHOUT_ARGUMENT and not node.expressions):
            yield f"{name}() gives another value each time"
        elif name in functions.OF_THE_SESSION:
            yield f"{name}() tells who asks and where, and nothing of the row"
        elif name in functions.FOREIGN or name.startswith(functions.FOREIGN_PREFIX):
            yield f"{name}() is refused: it runs other code, reads elsewhere or ends the job"
        elif isinstance(node, _NO_COLUMN):
            yield f"{node.sql()!r} stands for no single column"


def _find_function_name(node: exp.Expr) -> str:
    """The name of a function in lower case, with or without brackets behind it; empty for anything else."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    return node.sql_name().lower() if isinstance(node, exp.Func) else ""
