"""Which expressions mean the same in every warehouse: a list of what does, and the rest is refused.

Each kind of node stands here with what it takes and what it gives, so that text taken as a number, dates
that are subtracted and the like are refused too: warehouses agree on operators, not on what they do with a
value of another type. A node that is not here is refused, whether or not a warehouse has such a function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, get_args

from sqlglot import exp

Kind = Literal["int", "number", "text", "bool", "date", "null"]
INTEGERS = {exp.DType.TINYINT: 8, exp.DType.SMALLINT: 16, exp.DType.INT: 32, exp.DType.BIGINT: 64}
"""Types of whole numbers and their bits."""
_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("tinyint|smallint|int|bigint", "int"),
    (r"float|double|decimal\(.*\)", "number"),
    ("string", "text"),
    ("boolean", "bool"),
    ("date", "date"),
)
"""Spark's names of types -> kinds. A timestamp has none: its day depends on a warehouse's time zone."""
_NUMBERS: tuple[Kind, ...] = ("int", "number", "null")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class UnlikeError(Exception):
    """Carries the node that has no like."""

    def __init__(self, node: exp.Expr) -> None:
        super().__init__(node.sql(dialect="spark"))


class Meaning:
    """The kinds of expressions over `columns` (name -> Spark's name of its type) in one dialect."""

    def __init__(self, columns: Mapping[str, str], dialect: str) -> None:
        self._columns = {name.lower(): kind for name, kind in columns.items()}
        self._dialect = dialect

    def find_kind(self, node: exp.Expr) -> Kind:
        """The kind of what the node gives. Raises UnlikeError for one that is not known to mean the same."""
        taken, rule = _RULES.get(type(node), ((), None))
        given = {name for name, value in node.args.items() if value not in (None, [], False)}
        if rule is None or not given <= {"this", *taken}:
            raise UnlikeError(node)
        return rule(self, node)

    def _all(self, node: exp.Expr, parts: Iterable[exp.Expr | None], kinds: tuple[Kind, ...]) -> Kind:
        """What the parts have in common, which must be one of `kinds`."""
        found = {self.find_kind(part) for part in parts if part is not None}
        if not found <= set(kinds):
            raise UnlikeError(node)
        found -= {"null"}
        if len(found) > 1 and not found <= {"int", "number"}:
            raise UnlikeError(node)
        return "null" if not found else found.pop() if len(found) == 1 else "number"

    def _same(self, node: exp.Expr, *parts: exp.Expr | None) -> Kind:
        return self._all(node, parts, get_args(Kind))

    def _column(self, node: exp.Expr) -> Kind:
        found = self._columns.get(node.name.lower(), "")
        kind = next((kind for pattern, kind in _COLUMNS if re.fullmatch(pattern, found)), None)
        if kind is None or len(node.parts) > 1:  # type: ignore[attr-defined]
            raise UnlikeError(node)
        return kind

    def _literal(self, node: exp.Expr) -> Kind:
        return "text" if node.is_string else "int" if node.name.isdigit() else "number"

    def _arithmetic(self, node: exp.Expr) -> Kind:
        return self._all(node, (node.this, node.args.get("expression")), _NUMBERS)

    def _remainder(self, node: exp.Expr) -> Kind:
        """BigQuery and Postgres have one of whole numbers only."""
        found = self._arithmetic(node)
        if found == "number" and self._dialect in ("bigquery", "postgres"):
            raise UnlikeError(node)
        return found

    def _real(self, node: exp.Expr) -> Kind:
        self._arithmetic(node)
        return "number"

    def _round(self, node: exp.Expr) -> Kind:
        """Postgres rounds a half to the even number, Spark and the others away from zero."""
        if self._dialect == "postgres":
            raise UnlikeError(node)
        return self._real(node)

    def _equal(self, node: exp.Expr) -> Kind:
        self._same(node, node.this, node.args.get("expression"), *node.expressions)
        return "bool"

    def _order(self, node: exp.Expr) -> Kind:
        """Text is in another order wherever a collation says so."""
        parts = (node.this, *(node.args.get(name) for name in ("expression", "low", "high")))
        self._all(node, parts, (*_NUMBERS, "date"))
        return "bool"

    def _logical(self, node: exp.Expr) -> Kind:
        self._all(node, (node.this, node.args.get("expression")), ("bool", "null"))
        return "bool"

    def _is_null(self, node: exp.Expr) -> Kind:
        self.find_kind(node.this)
        if not isinstance(node.expression, exp.Null):
            raise UnlikeError(node)
        return "bool"

    def _is_nan(self, node: exp.Expr) -> Kind:
        self._arithmetic(node)
        return "bool"

    def _like(self, node: exp.Expr) -> Kind:
        """Not every warehouse takes a backslash in a pattern for an escape."""
        pattern = node.expression
        if self.find_kind(node.this) != "text" or not pattern.is_string or "\\" in pattern.name:
            raise UnlikeError(node)
        return "bool"

    def _of_many(self, node: exp.Expr) -> Kind:
        return self._same(node, node.this, node.args.get("expression"), *node.expressions)

    def _extreme(self, node: exp.Expr) -> Kind:
        """BigQuery's greatest and least are null where any value is; the others pass over nulls."""
        if self._dialect == "bigquery":
            raise UnlikeError(node)
        return self._all(node, (node.this, *node.expressions), (*_NUMBERS, "date"))

    def _either(self, node: exp.Expr) -> Kind:
        self._all(node, (node.this,), ("bool", "null"))
        return self._same(node, node.args.get("true"), node.args.get("false"))

    def _unless_null(self, node: exp.Expr) -> Kind:
        self.find_kind(node.this)
        return self._same(node, node.args.get("true"), node.args.get("false"))

    def _case(self, node: exp.Expr) -> Kind:
        branches = node.args["ifs"]
        if node.this is None:
            self._all(node, [branch.this for branch in branches], ("bool", "null"))
        else:
            self._same(node, node.this, *[branch.this for branch in branches])
        return self._same(node, *[branch.args["true"] for branch in branches], node.args.get("default"))

    def _of_text(self, node: exp.Expr) -> Kind:
        return self._all(node, (node.this,), ("text", "null"))

    def _trim(self, node: exp.Expr) -> Kind:
        """Spaces, but in BigQuery every white space."""
        if self._dialect == "bigquery":
            raise UnlikeError(node)
        return self._of_text(node)

    def _length(self, node: exp.Expr) -> Kind:
        self._of_text(node)
        return "int"

    def _day(self, node: exp.Expr) -> Kind:
        return self._all(node, (node.this,), ("date", "null"))

    def _part_of_day(self, node: exp.Expr) -> Kind:
        self._day(node)
        return "int"

    def _days(self, node: exp.Expr) -> Kind:
        if node.args.get("unit") and node.args["unit"].name.upper() != "DAY":
            raise UnlikeError(node)
        self._all(node, (node.this, node.expression), ("date", "null"))
        return "int"

    def _cast(self, node: exp.Expr) -> Kind:
        value, to = node.this.unnest(), node.args["to"].this
        if to is exp.DType.DOUBLE and (value.name == "NaN" or self.find_kind(value) in _NUMBERS):
            return "number"
        if to in INTEGERS and (isinstance(value, exp.Trunc) or (value.is_int and not value.is_string)):
            self.find_kind(value)
            return "int"
        if to is exp.DType.DATE and (value.is_string and _DAY.fullmatch(value.name)):
            return "date"
        if to is exp.DType.DATE and self.find_kind(value) == "date":
            return "date"
        raise UnlikeError(node)


_Rule = tuple[tuple[str, ...], Callable[[Meaning, exp.Expr], Kind]]
_TWO, _MANY, _CAST = ("expression",), ("expressions",), ("to", "safe", "requires_string")
# fmt: off
_RULES: dict[type[exp.Expr], _Rule] = {
    exp.Paren: ((), lambda self, node: self.find_kind(node.this)),
    exp.Column: (("table",), Meaning._column),
    exp.Literal: (("is_string",), Meaning._literal),
    exp.Boolean: ((), lambda *_: "bool"),
    exp.Null: ((), lambda *_: "null"),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), (_TWO, Meaning._arithmetic)),
    exp.Div: ((*_TWO, "typed", "safe"), Meaning._real),
    exp.Mod: (_TWO, Meaning._remainder),
    **dict.fromkeys((exp.Neg, exp.Abs), ((), Meaning._arithmetic)),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.NullSafeEQ), (_TWO, Meaning._equal)),
    **dict.fromkeys((exp.LT, exp.LTE, exp.GT, exp.GTE), (_TWO, Meaning._order)),
    exp.Between: (("low", "high"), Meaning._order),
    exp.In: (_MANY, Meaning._equal),
    **dict.fromkeys((exp.And, exp.Or, exp.Not), (_TWO, Meaning._logical)),
    exp.Is: (_TWO, Meaning._is_null),
    exp.IsNan: ((), Meaning._is_nan),
    exp.Like: (_TWO, Meaning._like),
    exp.Coalesce: (_MANY, Meaning._of_many),
    exp.Nullif: (_TWO, Meaning._of_many),
    **dict.fromkeys((exp.Greatest, exp.Least), ((*_MANY, "ignore_nulls"), Meaning._extreme)),
    exp.If: (("true", "false"), Meaning._either),
    exp.Nvl2: (("true", "false"), Meaning._unless_null),
    exp.Case: (("ifs", "default"), Meaning._case),
    **dict.fromkeys((exp.Ln, exp.Sqrt, exp.Exp, exp.Sign), ((), Meaning._real)),
    **dict.fromkeys((exp.Floor, exp.Ceil, exp.Trunc), ((), Meaning._real)),
    exp.Pow: (_TWO, Meaning._real),
    exp.Round: ((), Meaning._round),
    **dict.fromkeys((exp.Lower, exp.Upper), ((), Meaning._of_text)),
    exp.Trim: ((), Meaning._trim),
    exp.Length: ((), Meaning._length),
    exp.CurrentDate: ((), lambda *_: "date"),
    exp.TsOrDsToDate: ((), Meaning._day),
    **dict.fromkeys((exp.Year, exp.Month, exp.Day), ((), Meaning._part_of_day)),
    exp.DateDiff: ((*_TWO, "unit"), Meaning._days),
    **dict.fromkeys((exp.Cast, exp.TryCast), (_CAST, Meaning._cast)),
}
# fmt: on
