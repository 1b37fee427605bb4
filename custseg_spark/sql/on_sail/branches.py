"""CASE, IF, coalesce and the like: every branch is brought to the type that Spark gives the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from custseg_spark.sql.on_sail.casts import cast
from custseg_spark.sql.on_sail.operators import (
    bring_together,
    cast_implicitly,
    compare,
)
from custseg_spark.sql.on_sail.types import UnlikeError, find_common, is_number
from custseg_spark.sql.on_sail.values import NULL, Value, write_null

Branch = tuple[Value, Value]


def choose(branches: Sequence[Branch], default: Value, also: Sequence[str] = ()) -> Value:
    """CASE WHEN condition THEN value ... ELSE default END, without what can't be reached.

    `also`: types of branches that were left out before.
    """
    if any(condition.type != "boolean" for condition, _ in branches):
        raise UnlikeError("case when of what is no boolean")
    kinds = [value.type for _, value in branches] + [default.type, *also]
    kind = find_common("case", kinds)
    left = [(condition, value) for condition, value in branches if condition.constant is not False]
    at = next((i for i, (condition, _) in enumerate(left) if condition.constant is True), None)
    if at is not None:
        default, left = left[at][1], left[:at]
    last = cast_implicitly(default, kind, "case")
    if not left:
        return replace(last, literal=False)
    values = [cast_implicitly(value, kind, "case") for _, value in left]
    whens = " ".join(
        f"WHEN {condition.sql} THEN {value.sql}" for (condition, _), value in zip(left, values, strict=True)
    )
    tame = all(value.tame for value in (*values, last))
    return Value(f"(CASE {whens} ELSE {last.sql} END)", kind, tame=tame)


def take_first(values: Sequence[Value]) -> Value:
    """coalesce."""
    kind = find_common("coalesce", [value.type for value in values])
    brought = [cast_implicitly(value, kind, "coalesce") for value in values]
    if kind == "void":
        return NULL
    listed = ", ".join(value.sql for value in brought)
    return Value(f"coalesce({listed})", kind, tame=all(value.tame for value in brought))


def take_extreme(name: str, values: Sequence[Value]) -> Value:
    """least and greatest; of 0.0 and -0.0, which are equal, either."""
    what = f"{name}({', '.join(value.type for value in values)})"
    kind = find_common(what, [value.type for value in values])
    if kind == "void" or kind == "float" or len(values) < 2:
        raise UnlikeError(what)
    brought = bring_together(what, [cast_implicitly(value, kind, what) for value in values])
    tame = all(value.tame for value in brought)
    return Value(f"{name}({', '.join(value.sql for value in brought)})", kind, tame=tame)


def put_null(value: Value, other: Value) -> Value:
    """nullif: null where both are equal."""
    if value.type == other.type and not is_number(value.type):
        return Value(f"nullif({value.sql}, {other.sql})", value.type)
    return choose([(compare("=", value, other), write_null(value.type))], value)


def replace_nan(value: Value, other: Value) -> Value:
    """nanvl, of doubles."""
    if not (is_number(value.type) or value.type == "void") or value.type == "float" == other.type:
        raise UnlikeError(f"nanvl({value.type}, {other.type})")
    one, two = cast(value, "double"), cast_implicitly(other, "double", f"nanvl of {other.type}")
    return one if one.tame else Value(f"nanvl({one.sql}, {two.sql})", "double")
