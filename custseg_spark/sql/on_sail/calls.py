"""Functions that take any number of arguments, look at the literals they are given, or at the tree itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from custseg_spark.sql.on_sail import branches, operators, times
from custseg_spark.sql.on_sail.functions import call, join_texts, round_number, round_whole
from custseg_spark.sql.on_sail.patterns import write_pattern
from custseg_spark.sql.on_sail.types import UnlikeError
from custseg_spark.sql.on_sail.values import Value, write_number, write_text

Read = Callable[[exp.Expr], Value]
Nodes = Sequence[exp.Expr]
_SHOWN = ("unix_micros",)


def _over_values(build: Callable[..., Value]) -> Callable[[Read, Nodes], Value]:
    """A function of the values of its arguments."""

    def read_call(read: Read, nodes: Nodes) -> Value:
        try:
            return build(*map(read, nodes))
        except TypeError:
            raise UnlikeError(f"a function of {len(nodes)} arguments") from None

    return read_call


def _over_list(build: Callable[[Sequence[Value]], Value]) -> Callable[[Read, Nodes], Value]:
    return lambda read, nodes: build([read(node) for node in nodes])


def _compute(name: str) -> Callable[[Read, Nodes], Value]:
    """Arithmetic; of a day and an interval too."""

    def read_call(read: Read, nodes: Nodes) -> Value:
        if len(nodes) != 2:
            raise UnlikeError(name)
        left, right = nodes
        if isinstance(right.unnest(), exp.Interval) and name in ("try_add", "try_subtract"):
            interval = right.unnest()
            number = str(read(interval.this).constant)
            if not isinstance(interval.args.get("unit"), exp.Var) or not number.isdigit():
                raise UnlikeError(f"{name} of an interval")
            amount = int(number) * (1 if name == "try_add" else -1)
            return times.add_unit(interval.args["unit"].name, write_number(amount, "int"), read(left))
        one, other = read(left), read(right)
        if one.type == "date" and isinstance(other.constant, int):
            return call("date_add" if name == "try_add" else "date_sub", [one, other])
        return operators.compute(name, one, other)

    return read_call


def _add_time(read: Read, nodes: Nodes) -> Value:
    """timestampadd, and dateadd and date_add with a unit."""
    if len(nodes) != 3:
        return call("date_add", [read(node) for node in nodes])
    unit, amount, time = nodes
    if (
        unit.name.lower() == "microsecond"
        and isinstance(amount, exp.Anonymous)
        and amount.name.lower() in _SHOWN
    ):
        return times.show_moment(read(amount.expressions[0]), read(time))
    return times.add_unit(unit.name, read(amount), read(time))


def _find_days(read: Read, nodes: Nodes) -> Value:
    return call("datediff", [read(node) for node in nodes])


def _choose_truth(read: Read, nodes: Nodes) -> Value:
    """nvl2."""
    if len(nodes) != 3:
        raise UnlikeError("nvl2")
    asked, there, missing = map(read, nodes)
    return branches.choose([(operators.turn_round(operators.test_null(asked)), there)], missing)


def _find_logarithm(read: Read, nodes: Nodes) -> Value:
    """log of one argument, or to a base that is written out."""
    values = [read(node) for node in nodes]
    if len(values) == 1:
        return call("ln", values)
    if len(values) == 2 and values[0].constant in (2, 10):
        return call(f"log{values[0].constant}", values[1:])
    raise UnlikeError(f"log({', '.join(value.type for value in values)})")


def _join_with(read: Read, nodes: Nodes) -> Value:
    """concat_ws of texts, which passes over nulls."""
    values = [read(node) for node in nodes]
    if len(values) < 2 or any(value.type != "string" for value in values):
        raise UnlikeError(f"concat_ws({', '.join(value.type for value in values)})")
    return Value(f"concat_ws({', '.join(value.sql for value in values)})", "string")


def _match(read: Read, nodes: Nodes) -> Value:
    """regexp_like, regexp_replace and regexp_extract are told apart by their names in CALLS."""
    text, pattern = _read_text_and_pattern(read, nodes, 2)
    return Value(f"({text.sql} RLIKE {write_text(write_pattern(str(pattern.constant))).sql})", "boolean")


def _replace_matches(read: Read, nodes: Nodes) -> Value:
    text, pattern = _read_text_and_pattern(read, nodes, 3)
    put = read(nodes[2])
    if not isinstance(put.constant, str) or "$" in put.constant or "\\" in put.constant:
        raise UnlikeError("regexp_replace by what is no plain literal")
    written = write_text(write_pattern(str(pattern.constant), replaces=True))
    return Value(f"regexp_replace({text.sql}, {written.sql}, {put.sql})", "string")


def _extract_match(read: Read, nodes: Nodes) -> Value:
    text, pattern = _read_text_and_pattern(read, nodes, len(nodes))
    group = read(nodes[2]) if len(nodes) == 3 else write_number(1, "int")
    if not isinstance(group.constant, int) or len(nodes) > 3:
        raise UnlikeError("regexp_extract of a group that is no literal")
    written = write_text(write_pattern(str(pattern.constant), replaces=True))
    return Value(f"regexp_extract(CAST({text.sql} AS STRING), {written.sql}, {group.sql})", "string")


def _read_text_and_pattern(read: Read, nodes: Nodes, count: int) -> tuple[Value, Value]:
    values = [read(node) for node in nodes[:2]]
    if len(nodes) != count or values[0].type != "string" or not isinstance(values[1].constant, str):
        raise UnlikeError(f"a pattern on {', '.join(value.type for value in values)}")
    return values[0], values[1]


CALLS: Mapping[str, Callable[[Read, Nodes], Value]] = {
    "typeof": _over_values(lambda value: write_text(value.type)),
    "coalesce": _over_list(branches.take_first),
    "nvl": _over_list(branches.take_first),
    "ifnull": _over_list(branches.take_first),
    "nvl2": _choose_truth,
    "nullif": _over_values(branches.put_null),
    "nanvl": _over_values(branches.replace_nan),
    "least": _over_list(lambda values: branches.take_extreme("least", values)),
    "greatest": _over_list(lambda values: branches.take_extreme("greatest", values)),
    "isnull": _over_values(operators.test_null),
    "isnotnull": _over_values(lambda value: operators.turn_round(operators.test_null(value))),
    **{name: _compute(name) for name in ("try_add", "try_subtract", "try_multiply", "try_divide", "try_mod")},
    "mod": _compute("try_mod"),
    "concat": _over_list(join_texts),
    "round": _over_values(lambda value, places=None: round_number(value, places)),
    "floor": _over_values(lambda value: round_whole("floor", value)),
    "ceil": _over_values(lambda value: round_whole("ceil", value)),
    "ceiling": _over_values(lambda value: round_whole("ceil", value)),
    "concat_ws": _join_with,
    "log": _find_logarithm,
    "timestampadd": _add_time,
    "dateadd": _add_time,
    "date_add": _add_time,
    "datediff": _find_days,
    "date_diff": _find_days,
    "trunc": _over_values(lambda day, unit: times.begin_unit("trunc", day, unit)),
    "date_trunc": _over_values(lambda unit, day: times.begin_unit("date_trunc", day, unit)),
    "try_to_timestamp": _over_values(times.read_time),
    "to_date": _over_list(times.read_as_day),
    "date_format": _over_values(times.write_day),
    "regexp_like": _match,
    "regexp": _match,
    "rlike": _match,
    "regexp_replace": _replace_matches,
    "regexp_extract": _extract_match,
    "locate": _over_values(lambda part, text: call("instr", [text, part])),
    "position": _over_values(lambda part, text: call("instr", [text, part])),
}
