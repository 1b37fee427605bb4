"""The walk over the tree of an expression: what each kind of node gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlglot import exp

from custseg_spark.sql.on_sail import branches, operators, times
from custseg_spark.sql.on_sail.calls import CALLS
from custseg_spark.sql.on_sail.casts import cast, read_literal_as
from custseg_spark.sql.on_sail.functions import call, join_texts
from custseg_spark.sql.on_sail.patterns import check_like, write_pattern
from custseg_spark.sql.on_sail.types import INTEGERS, MissingColumnError, UnlikeError, find_field, read_type
from custseg_spark.sql.on_sail.values import NULL, Value, read_number, read_text, write_text, write_truth
from custseg_spark.sql.utc import WITH_ZONE

_WITHOUT_ZONE = ("date", "timestamp_ntz", "boolean")
_THERE_AND_BACK = ("double", "timestamp")
"""What is the same again after it was text, though the text differs between engines or sessions."""


class Walk:
    """One tree: its columns with their types, by their names without case, and its literals."""

    def __init__(
        self,
        columns: Mapping[str, tuple[str, str]],
        literals: Mapping[str, str],
        *,
        only_types: bool = False,
    ) -> None:
        self._columns, self._literals, self._only_types = columns, literals, only_types

    def read(self, node: exp.Expr) -> Value:
        """What a node gives. Raises UnlikeError."""
        reader = _READERS.get(type(node))
        unread = {key for key, value in node.args.items() if value} - _READ.get(type(node), _SIDES)
        if reader is None or unread:
            raise UnlikeError(" ".join([node.key, *sorted(unread)]))
        return reader(self, node)

    def read_column(self, node: exp.Expr) -> Value:
        assert isinstance(node, exp.Column)
        first, *fields = [part.name for part in node.parts]
        if first.casefold() not in self._columns:
            raise MissingColumnError(first)
        name, kind = self._columns[first.casefold()]
        path = [name]
        for field in fields:
            name, kind = find_field(kind, field)
            path.append(name)
        return Value(".".join("`" + part.replace("`", "``") + "`" for part in path), kind)

    def read_literal(self, node: exp.Expr) -> Value:
        if node.is_string:
            return write_text(read_text(self._literals.get(f"'{node.name}'", f"'{node.name}'")))
        return replace(read_number(node.name), literal=True)

    def read_pattern(self, node: exp.Expr) -> Value:
        value = self.read(node.expression)
        if not isinstance(value.constant, str):
            raise UnlikeError(f"{node.key} of a pattern that is no literal")
        return value

    def match(self, node: exp.Expr) -> Value:
        """RLIKE."""
        pattern = str(self.read_pattern(node).constant)
        text = self.read(node.this)
        if pattern == WITH_ZONE and self._is_clock_text(node.this):
            return write_truth(False)
        if text.type not in ("string", *INTEGERS):
            raise UnlikeError(f"{text.type} rlike")
        text = cast(text, "string")
        return Value(f"({text.sql} RLIKE {write_text(write_pattern(pattern)).sql})", "boolean")

    def _is_clock_text(self, node: exp.Expr) -> bool:
        """Whether a text is that of a day or a time without a zone: trim(CAST(x AS STRING))."""
        inner = node.this if isinstance(node, exp.Trim) else node
        return isinstance(inner, exp.Cast) and self.read(inner.this).type in _WITHOUT_ZONE

    def like(self, node: exp.Expr) -> Value:
        found = self._like(node)
        return operators.turn_round(found) if node.args.get("negate") else found

    def _like(self, node: exp.Expr) -> Value:
        pattern, text = self.read_pattern(node), self.read(node.this)
        known = str(pattern.constant)
        check_like(known)
        if isinstance(text.constant, str) and re.fullmatch("[a-z]+%?", known):
            stem = known.removesuffix("%")
            return write_truth(text.constant.startswith(stem) if stem != known else text.constant == stem)
        if text.type not in ("string", *INTEGERS):
            raise UnlikeError(f"{text.type} like")
        text = cast(text, "string")
        if isinstance(node, exp.ILike):  # as Spark does: of İ it makes two signs
            return Value(f"({call('lower', [text]).sql} LIKE lower({pattern.sql}))", "boolean")
        return Value(f"({text.sql} LIKE {pattern.sql})", "boolean")

    def choose(self, node: exp.Expr) -> Value:
        """CASE and IF; what is known never to hold is not read but for its type."""
        ifs = node.args["ifs"] if isinstance(node, exp.Case) else [node]
        subject = self.read(node.this) if isinstance(node, exp.Case) and node.this else None
        kept, cut = [], []
        default = node.args.get("default") or node.args.get("false")
        decided = False
        for one in ifs:
            condition = self.read(one.this)
            if subject is not None:
                condition = operators.compare("=", subject, condition)
            if decided or condition.constant is False:
                cut.append(one.args["true"])
                continue
            kept.append((condition, self.read(one.args["true"])))
            decided = condition.constant is True
        if decided and default is not None:
            cut.append(default)
        last = NULL if default is None or decided else self.read(default)
        return branches.choose(kept, last, [self._find_type(one) for one in cut])

    def _find_type(self, node: exp.Expr) -> str:
        """The type of what is never computed, whose casts need have no translation."""
        return Walk(self._columns, self._literals, only_types=True).read(node).type

    def cast(self, node: exp.Expr) -> Value:
        kind, inner = _find_cast_type(node), node.this
        if kind in _THERE_AND_BACK and isinstance(inner, exp.Cast) and _find_cast_type(inner) == "string":
            value = self.read(inner.this)
            if value.type == kind:
                return value
        value = self.read(inner)
        if isinstance(value.constant, str) and not node.args.get("safe") and kind != "string":
            return read_literal_as(value.constant, kind)
        try:
            return replace(cast(value, kind), literal=False)
        except UnlikeError:
            if not self._only_types:
                raise
            return Value("NULL", kind)

    def test(self, node: exp.Expr) -> Value:
        value, what = self.read(node.this), node.expression
        if isinstance(what, exp.Null):
            return operators.test_null(value)
        if isinstance(what, exp.Boolean):
            return operators.test_truth(value, what.this)
        raise UnlikeError(f"is {what.key}")

    def between(self, node: exp.Expr) -> Value:
        value, low, high = map(self.read, (node.this, node.args["low"], node.args["high"]))
        return operators.connect(
            "AND", operators.compare(">=", value, low), operators.compare("<=", value, high)
        )

    def is_among(self, node: exp.Expr) -> Value:
        return operators.is_among(self.read(node.this), [self.read(one) for one in node.expressions])

    def substring(self, node: exp.Expr) -> Value:
        arguments = [node.this, node.args["start"], node.args.get("length")]
        return call("substring", [self.read(one) for one in arguments if one is not None])

    def trim(self, node: exp.Expr) -> Value:
        if node.args.get("position") or node.expression or node.args.get("collation"):
            raise UnlikeError("trim of other signs than blanks")
        return call("trim", [self.read(node.this)])

    def call(self, node: exp.Expr) -> Value:
        name, arguments = node.name.lower(), node.expressions
        made = (
            CALLS[name](self.read, arguments) if name in CALLS else call(name, [*map(self.read, arguments)])
        )
        return replace(made, literal=False)


def _find_cast_type(node: exp.Expr) -> str:
    return read_type(node.args["to"].sql(dialect="spark"))


def _compare(sign: str) -> Callable[[Walk, exp.Expr], Value]:
    return lambda walk, node: operators.compare(sign, walk.read(node.this), walk.read(node.expression))


def _compute(name: str) -> Callable[[Walk, exp.Expr], Value]:
    return lambda walk, node: operators.compute(name, walk.read(node.this), walk.read(node.expression))


def _connect(sign: str) -> Callable[[Walk, exp.Expr], Value]:
    return lambda walk, node: operators.connect(sign, walk.read(node.this), walk.read(node.expression))


_READERS: dict[type[exp.Expr], Callable[[Walk, exp.Expr], Value]] = {
    exp.Column: Walk.read_column,
    exp.Literal: Walk.read_literal,
    exp.Boolean: lambda walk, node: write_truth(node.this),
    exp.Null: lambda walk, node: NULL,
    exp.Paren: lambda walk, node: walk.read(node.this),
    exp.Neg: lambda walk, node: operators.turn_sign(walk.read(node.this)),
    exp.Not: lambda walk, node: operators.turn_round(walk.read(node.this)),
    exp.And: _connect("AND"),
    exp.Or: _connect("OR"),
    exp.EQ: _compare("="),
    exp.NEQ: _compare("<>"),
    exp.LT: _compare("<"),
    exp.LTE: _compare("<="),
    exp.GT: _compare(">"),
    exp.GTE: _compare(">="),
    exp.NullSafeEQ: _compare("<=>"),
    exp.NullSafeNEQ: lambda walk, node: operators.turn_round(_compare("<=>")(walk, node)),
    exp.Add: _compute("try_add"),
    exp.Sub: _compute("try_subtract"),
    exp.Mul: _compute("try_multiply"),
    exp.Div: _compute("try_divide"),
    exp.Mod: _compute("try_mod"),
    exp.IntDiv: lambda walk, node: operators.divide_whole(walk.read(node.this), walk.read(node.expression)),
    exp.DPipe: lambda walk, node: join_texts([walk.read(node.this), walk.read(node.expression)]),
    exp.Is: Walk.test,
    exp.In: Walk.is_among,
    exp.Between: Walk.between,
    exp.Like: Walk.like,
    exp.ILike: Walk.like,
    exp.RegexpLike: Walk.match,
    exp.Case: Walk.choose,
    exp.If: Walk.choose,
    exp.Cast: Walk.cast,
    exp.TryCast: Walk.cast,
    exp.Substring: Walk.substring,
    exp.Trim: Walk.trim,
    exp.StrPosition: lambda walk, node: call("instr", [walk.read(node.this), walk.read(node.args["substr"])]),
    exp.Extract: lambda walk, node: times.extract(node.this.name.lower(), walk.read(node.expression)),
    exp.CurrentDate: lambda walk, node: call("current_date", []),
    exp.Anonymous: Walk.call,
}
"""Each kind of node, and how it is read; what is not here has no translation."""
_SIDES = {"this", "expression", "expressions"}
_READ: dict[type[exp.Expr], set[str]] = {
    exp.Column: {"this", "table", "db", "catalog"},
    exp.Literal: {"this", "is_string"},
    exp.DPipe: {"this", "expression", "safe"},
    exp.Div: {"this", "expression", "typed", "safe"},
    exp.Between: {"this", "low", "high"},
    **{kind: {"this", "expression", "negate"} for kind in (exp.Like, exp.ILike)},
    exp.Case: {"this", "ifs", "default"},
    exp.If: {"this", "true", "false"},
    exp.Cast: {"this", "to"},
    exp.TryCast: {"this", "to", "safe", "requires_string"},
    exp.Substring: {"this", "start", "length"},
    exp.StrPosition: {"this", "substr"},
}
"""What is looked at of a node; one that says more has no translation."""
