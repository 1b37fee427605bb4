"""Where an expression works with whole numbers as such, or as text: there 5.0 is not 5."""

from __future__ import annotations

from sqlglot import exp

from custseg_spark.sql.parse import parse_sql

_PLAIN = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren, exp.Case, exp.If)
_TRUTHS = (
    exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.And,
    exp.Or, exp.Not,
)  # fmt: skip
_FUNCTIONS = frozenset(
    ["abs", "cbrt", "ceil", "ceiling", "coalesce", "double", "bigint", "exp", "float", "floor", "greatest",
     "if", "ifnull", "int", "isnan", "isnotnull", "isnull", "least", "ln", "log", "log10", "log1p",
     "log2", "nanvl",
     "nullif", "nvl", "pow", "power", "round", "sign", "signum", "sqrt", "try_add", "try_divide",
     "try_multiply", "try_subtract"]
)  # fmt: skip
"""What gives of 5.0 the same as of 5."""


def find_whole_columns(sql: str, where: str = "expression") -> set[str]:
    """The columns, in lower case, that an expression takes for whole numbers, or for their text.

    >>> find_whole_columns("spend + Kids % 2 + coalesce(age, 0)")
    {'kids'}
    >>> find_whole_columns("make_date(year, 1, 1)")
    {'year'}
    >>> find_whole_columns("cast(a > 1 as int) + log1p(b)")
    set()
    """
    tree, _ = parse_sql(sql, where)
    return {column.name.lower() for column in tree.find_all(exp.Column) if not _is_plain(column)}


def _is_plain(column: exp.Expr) -> bool:
    """Whether nothing between a column and the root of its expression, or a truth, minds a fraction."""
    above = column.parent
    while above is not None and not isinstance(above, _TRUTHS):
        numeric = isinstance(above, exp.Cast) and above.args["to"].this in exp.DataType.NUMERIC_TYPES
        named = isinstance(above, exp.Anonymous) and above.name.lower() in _FUNCTIONS
        if not (numeric or named or isinstance(above, _PLAIN)):
            return False
        above = above.parent
    return True
