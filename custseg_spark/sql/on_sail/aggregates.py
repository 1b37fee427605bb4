"""Aggregates over rows, with exact sums: Sail's own sum of whole numbers goes over the top in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from custseg_spark.sql.on_sail.casts import cast
from custseg_spark.sql.on_sail.operators import require_truth
from custseg_spark.sql.on_sail.types import (
    FLOATS,
    INTEGERS,
    UnlikeError,
    is_decimal,
    is_number,
    read_decimal,
    write_decimal,
)
from custseg_spark.sql.on_sail.values import Value, fill

Read = Callable[[exp.Expr], Value]
_WIDEST = "DECIMAL(38,0)"


def _count(read: Read, nodes: Sequence[exp.Expr]) -> Value:
    if len(nodes) == 1 and isinstance(nodes[0], exp.Star):
        return Value("count(1)", "bigint")
    if len(nodes) != 1 or isinstance(nodes[0], exp.Distinct):
        raise UnlikeError("count of distinct values")
    return Value(f"count({read(nodes[0]).sql})", "bigint")


def _over_one(name: str, build: Callable[[Value], Value]) -> Callable[[Read, Sequence[exp.Expr]], Value]:
    def read_call(read: Read, nodes: Sequence[exp.Expr]) -> Value:
        if len(nodes) != 1 or isinstance(nodes[0], exp.Distinct):
            raise UnlikeError(f"{name} of {len(nodes)} arguments or distinct values")
        return build(read(nodes[0]))

    return read_call


def _sum(value: Value) -> Value:
    if value.type in INTEGERS:
        wide = f"sum(CAST({value.sql} AS {_WIDEST}))"
        return Value(f"TRY_CAST({wide} AS BIGINT)", "bigint")
    if value.type in FLOATS:
        return Value(f"sum({cast(value, 'double').sql})", "double")
    if is_decimal(value.type):
        precision, scale = read_decimal(value.type)
        kind = write_decimal(precision + 10, scale)
        return Value(f"CAST(sum({value.sql}) AS {kind.upper()})", kind)
    raise UnlikeError(f"sum({value.type})")


def _average(value: Value) -> Value:
    if value.type not in (*INTEGERS, *FLOATS):
        raise UnlikeError(f"avg({value.type})")
    return Value(f"avg({cast(value, 'double').sql})", "double")


_NUMBERS, _ANY_NAN = "CASE WHEN isnan({0}) THEN NULL ELSE {0} END", "max(CASE WHEN isnan({0}) THEN 1 END) = 1"
_NAN = "CAST('NaN' AS DOUBLE)"
_OF_DOUBLES = {
    "max": f"CASE WHEN {_ANY_NAN} THEN {_NAN} ELSE max({_NUMBERS}) END",
    "min": f"coalesce(min({_NUMBERS}), CASE WHEN {_ANY_NAN} THEN {_NAN} END)",
}
"""NaN is above all numbers; in groups Sail passes over it, or not, by the order of the rows."""


def _extreme(name: str) -> Callable[[Value], Value]:
    def build(value: Value) -> Value:
        if not (is_number(value.type) or value.type in ("string", "date", "timestamp_ntz", "timestamp")):
            raise UnlikeError(f"{name}({value.type})")
        if value.type not in FLOATS or value.tame:
            return Value(f"{name}({value.sql})", value.type)
        return Value(fill(_OF_DOUBLES[name], cast(value, "double").sql), "double")

    return build


CALLS: Mapping[str, Callable[[Read, Sequence[exp.Expr]], Value]] = {
    "count": _count,
    "count_if": _over_one(
        "count_if", lambda v: Value(f"count_if({require_truth('count_if', v).sql})", "bigint")
    ),
    "sum": _over_one("sum", _sum),
    "try_sum": _over_one("try_sum", _sum),
    "avg": _over_one("avg", _average),
    "mean": _over_one("mean", _average),
    "min": _over_one("min", _extreme("min")),
    "max": _over_one("max", _extreme("max")),
}
