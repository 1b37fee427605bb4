"""Which expressions mean the same in every warehouse: a list of what does, and the rest is refused.

Each kind of node stands here with what it takes and what it gives, so that text taken as a number, dates
that are subtracted and the like are refused too: warehouses agree on operators, not on what they do with a
value of another type. A node that is not here is refused, whether or not a warehouse has such a function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Literal, get_args

from sqlglot import exp

Kind = Literal["int", "number", "text", "bool", "date", "null"]
INTEGERS = {exp.DType.TINYINT: 8, exp.DType.SMALLINT: 16, exp.DType.INT: 32, exp.DType.BIGINT: 64}
"""Types of whole numbers and their bits."""
_COLUMNS: dict[str, Kind] = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "int"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **{"string": "text", "boolean": "bool", "date": "date"},
}
"""Spark's names of types -> kinds. A timestamp has none: its day depends on a warehouse's time zone."""
_NUMBERS: tuple[Kind, ...] = ("int", "number", "null")
_ANY: tuple[Kind, ...] = get_args(Kind)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class UnlikeError(Exception):
    """Carries the node that has no like."""

    def __init__(self, node: exp.Expr) -> None:
        super().__init__(node.sql(dialect="spark"))


class Meaning:
    """The kinds of expressions over `columns` (name -> Spark's name of its type) in one dialect."""

    def __init__(self, columns: Mapping[str, str], dialect: str) -> None:
        self._columns = {name.lower(): kind for name, kind in columns.items()}
        self.dialect = dialect

    def find_kind(self, node: exp.Expr) -> Kind:
        """The kind of what the node gives. Raises UnlikeError for one that is not known to mean the same."""
        taken, rule = _RULES.get(type(node), ((), None))
        given = {name for name, value in node.args.items() if value not in (None, [], False)}
        if rule is None or not given <= {"this", *taken}:
            raise UnlikeError(node)
        return rule(self, node)

    def unite(self, node: exp.Expr, parts: Iterable[exp.Expr | None], kinds: Collection[Kind] = _ANY) -> Kind:
        """What the parts of a node have in common, which must be one of `kinds`."""
        united = {self.find_kind(part) for part in parts if part is not None}
        if not united <= set(kinds):
            raise UnlikeError(node)
        united -= {"null"}
        if len(united) > 1 and not united <= {"int", "number"}:
            raise UnlikeError(node)
        return "null" if not united else united.pop() if len(united) == 1 else "number"

    def find_column_kind(self, node: exp.Expr) -> Kind:
        """That of a column by its type."""
        type_name = self._columns.get(node.name.lower(), "")
        kind = _COLUMNS.get(type_name.partition("(")[0])  # decimal(10,2) is a decimal
        if kind is None or len(node.parts) > 1:  # type: ignore[attr-defined]
            raise UnlikeError(node)
        return kind


_Rule = Callable[[Meaning, exp.Expr], Kind]


def _take(*kinds: Kind, give: Kind | None = None, nowhere_in: Collection[str] = ()) -> _Rule:
    """All parts are of these kinds, and the node gives that one or what they have in common; in some dialects
    it does something else."""

    def rule(meaning: Meaning, node: exp.Expr) -> Kind:
        if meaning.dialect in nowhere_in:
            raise UnlikeError(node)
        common = meaning.unite(node, node.iter_expressions(), kinds or _ANY)
        return give or common

    return rule


def _read_literal(_: Meaning, node: exp.Expr) -> Kind:
    return "text" if node.is_string else "int" if node.name.isdigit() else "number"


def _take_remainder(meaning: Meaning, node: exp.Expr) -> Kind:
    """BigQuery and Postgres have one of whole numbers only."""
    kind = meaning.unite(node, node.iter_expressions(), _NUMBERS)
    if kind == "number" and meaning.dialect in ("bigquery", "postgres"):
        raise UnlikeError(node)
    return kind


def _compare_to_null(meaning: Meaning, node: exp.Expr) -> Kind:
    meaning.find_kind(node.this)
    if not isinstance(node.expression, exp.Null):
        raise UnlikeError(node)
    return "bool"


def _match_pattern(meaning: Meaning, node: exp.Expr) -> Kind:
    """Not every warehouse takes a backslash in a pattern for an escape."""
    pattern = node.expression
    if meaning.find_kind(node.this) != "text" or not pattern.is_string or "\\" in pattern.name:
        raise UnlikeError(node)
    return "bool"


def _choose(meaning: Meaning, node: exp.Expr) -> Kind:
    """If and nvl2: of a truth, or of anything that may be null."""
    meaning.unite(node, (node.this,), ("bool", "null") if isinstance(node, exp.If) else _ANY)
    return meaning.unite(node, (node.args.get("true"), node.args.get("false")))


def _choose_branch(meaning: Meaning, node: exp.Expr) -> Kind:
    branches = node.args["ifs"]
    kinds = ("bool", "null") if node.this is None else _ANY
    meaning.unite(node, [node.this, *[branch.this for branch in branches]], kinds)
    return meaning.unite(node, [*[branch.args["true"] for branch in branches], node.args.get("default")])


def _count_days(meaning: Meaning, node: exp.Expr) -> Kind:
    if node.args.get("unit") and node.args["unit"].name.upper() != "DAY":
        raise UnlikeError(node)
    meaning.unite(node, (node.this, node.expression), ("date", "null"))
    return "int"


def _cast(meaning: Meaning, node: exp.Expr) -> Kind:
    value, to = node.this.unnest(), node.args["to"].this
    if to is exp.DType.DOUBLE and (value.name == "NaN" or meaning.find_kind(value) in _NUMBERS):
        return "number"
    if to in INTEGERS and (isinstance(value, exp.Trunc) or (value.is_int and not value.is_string)):
        meaning.find_kind(value)
        return "int"
    if to is exp.DType.TEXT and meaning.find_kind(value) in ("int", "text", "bool", "null"):
        return "text"
    a_day = value.is_string and _DAY.fullmatch(value.name)
    if to is exp.DType.DATE and (a_day or meaning.find_kind(value) == "date"):
        return "date"
    raise UnlikeError(node)


_TWO, _MANY, _CAST = ("expression",), ("expressions",), ("to", "safe", "requires_string")
_CALCULATE, _MEASURE = _take(*_NUMBERS), _take(*_NUMBERS, give="number")
_COMPARE = _take(*_NUMBERS, "date", give="bool")  # text is in another order wherever a collation says so
# fmt: off
_RULES: dict[type[exp.Expr], tuple[tuple[str, ...], _Rule]] = {
    exp.Paren: ((), _take()),
    exp.Column: (("table",), Meaning.find_column_kind),
    exp.Literal: (("is_string",), _read_literal),
    exp.Boolean: ((), lambda *_: "bool"),
    exp.Null: ((), lambda *_: "null"),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), (_TWO, _CALCULATE)),
    exp.Div: ((*_TWO, "typed", "safe"), _MEASURE),
    exp.Mod: (_TWO, _take_remainder),
    **dict.fromkeys((exp.Neg, exp.Abs), ((), _CALCULATE)),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.NullSafeEQ), (_TWO, _take(give="bool"))),
    **dict.fromkeys((exp.LT, exp.LTE, exp.GT, exp.GTE), (_TWO, _COMPARE)),
    exp.Between: (("low", "high"), _COMPARE),
    exp.In: (_MANY, _take(give="bool")),
    **dict.fromkeys((exp.And, exp.Or, exp.Not), (_TWO, _take("bool", "null", give="bool"))),
    exp.Is: (_TWO, _compare_to_null),
    exp.IsNan: ((), _take(*_NUMBERS, give="bool")),
    exp.Like: (_TWO, _match_pattern),
    exp.Coalesce: (_MANY, _take()),
    exp.Nullif: (_TWO, _take()),
    # BigQuery's are null where any value is; the others pass over nulls
    **dict.fromkeys((exp.Greatest, exp.Least), (
        (*_MANY, "ignore_nulls"), _take(*_NUMBERS, "date", nowhere_in=("bigquery",)),
    )),
    **dict.fromkeys((exp.If, exp.Nvl2), (("true", "false"), _choose)),
    exp.Case: (("ifs", "default"), _choose_branch),
    **dict.fromkeys((exp.Ln, exp.Sqrt, exp.Exp, exp.Sign), ((), _MEASURE)),
    **dict.fromkeys((exp.Floor, exp.Ceil, exp.Trunc), ((), _MEASURE)),
    exp.Pow: (_TWO, _MEASURE),
    # Postgres rounds a half to the even number, Spark and the others away from zero
    exp.Round: ((), _take(*_NUMBERS, give="number", nowhere_in=("postgres",))),
    **dict.fromkeys((exp.Lower, exp.Upper), ((), _take("text", "null"))),
    exp.Trim: ((), _take("text", "null", nowhere_in=("bigquery",))),  # spaces, but there every white space
    exp.Length: ((), _take("text", "null", give="int")),
    exp.CurrentDate: ((), lambda *_: "date"),
    exp.TsOrDsToDate: ((), _take("date", "null")),
    **dict.fromkeys((exp.Year, exp.Month, exp.Day), ((), _take("date", "null", give="int"))),
    exp.DateDiff: ((*_TWO, "unit"), _count_days),
    **dict.fromkeys((exp.Cast, exp.TryCast), (_CAST, _cast)),
}
# fmt: on
