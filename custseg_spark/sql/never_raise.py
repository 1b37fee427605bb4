"""Expressions that give null where Spark's ANSI mode would end the job."""

from __future__ import annotations

from sqlglot import exp

from custseg_spark.sql import functions
from custseg_spark.sql.admission import check_expression
from custseg_spark.sql.parse import rewrite


def make_safe(sql: str, where: str = "expression") -> str:
    """The same expression, giving null where Spark's ANSI mode would raise.

    Division by zero, overflow, casts and dates that fail, and array positions that are not there
    become null through Spark's own `try_` functions (all of them in Spark 4.0). An expression
    without any of these comes back as it was written. Raises RecipeError if it does not parse, and for
    what `check_expression` refuses: no expression reaches the engine by another way.
    """
    check_expression(sql, where)
    return rewrite(sql, where, lambda *_: _make_node_safe)


def _make_node_safe(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous):
        return _make_function_safe(node)
    if type(node) in functions.TRY_OPERATORS:
        return exp.func(functions.TRY_OPERATORS[type(node)], node.this.unnest(), node.expression.unnest())
    if isinstance(node, exp.Neg) and not isinstance(node.this, exp.Literal):
        return exp.func("try_multiply", node.this.unnest(), exp.Literal.number(-1))
    if isinstance(node, exp.IntDiv):
        return exp.IntDiv(this=node.this, expression=_put_null_for_zero(node.expression))
    if isinstance(node, exp.Cast) and not isinstance(node.this.unnest(), exp.Literal):
        return exp.TryCast(this=node.this, to=node.args["to"], safe=True)
    if isinstance(node, exp.Bracket) and len(node.expressions) == 1:
        position = node.expressions[0]
        return node if position.is_string else exp.func("get", node.this, position)
    return node


def _make_function_safe(node: exp.Anonymous) -> exp.Expr:
    name, arguments = node.name.lower(), node.expressions
    if name in functions.TRY_FUNCTIONS:
        return exp.func(f"try_{name}", *arguments)
    if name in functions.CASTS and len(arguments) == 1:
        return exp.TryCast(this=arguments[0], to=exp.DataType.build(name, dialect="spark"), safe=True)
    if name == "to_date" and 1 <= len(arguments) <= 2:  # try_to_date is younger than Spark 4.0
        moment = arguments[0] if len(arguments) == 1 else exp.func("try_to_timestamp", *arguments)
        return exp.TryCast(this=moment, to=exp.DataType.build("date"), safe=True)
    if name == "abs" and len(arguments) == 1:
        value = arguments[0]
        return exp.func("if", value < 0, exp.func("try_multiply", value, exp.Literal.number(-1)), value)
    if name == "pmod" and len(arguments) == 2:
        return exp.func("pmod", arguments[0], _put_null_for_zero(arguments[1]))
    if name == "make_date" and len(arguments) == 3:
        dash = exp.Literal.string("-")
        text = exp.func("concat", arguments[0], dash, arguments[1], dash.copy(), arguments[2])
        return exp.TryCast(this=text, to=exp.DataType.build("date"), safe=True)
    return node


def _put_null_for_zero(divisor: exp.Expr) -> exp.Expr:
    return exp.func("nullif", divisor.unnest(), exp.Literal.number(0))
