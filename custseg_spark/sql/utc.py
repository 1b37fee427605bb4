"""Expressions whose days and hours are those of UTC, whatever time zone the session that runs them has.

A session's zone belongs to whoever opened it, and others may compute in it meanwhile: so ours is written into
the expression. Inside one, every time is a TIMESTAMP_NTZ that shows the clock of UTC.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlglot import exp

from custseg_spark.sql.parse import build_fragment, read_literal, rewrite

WITH_ZONE = r"[T ][0-9:.]*[ ]*[+A-Za-z-]"
"""Of a time in text, without spaces around it: whether it names its zone."""
_EPOCH = "TIMESTAMP_NTZ '1970-01-01 00:00:00'"
_SHOWN = f"timestampadd(MICROSECOND, unix_micros({{0}}), {_EPOCH})"
"""What the clock of UTC shows at a moment (TIMESTAMP)."""
_TODAY = f"CAST({_SHOWN.format('current_timestamp()')} AS DATE)"
_ABSOLUTE = "'timestamp', 'tinyint', 'smallint', 'int', 'bigint', 'float', 'double'"
_CLOCK = (
    f"CASE WHEN typeof({{0}}) IN ({_ABSOLUTE}) OR typeof({{0}}) LIKE 'decimal%'"
    f" OR trim(TRY_CAST({{0}} AS STRING)) RLIKE '{WITH_ZONE}'"
    f" THEN {_SHOWN.format('TRY_CAST({0} AS TIMESTAMP)')}"
    " ELSE TRY_CAST(TRY_CAST({0} AS STRING) AS TIMESTAMP_NTZ) END"
)
"""Any value as a time: a number and a text that names its zone are moments, the rest shows a clock."""
_MOMENT = "TRY_CAST(concat(TRY_CAST({0} AS STRING), 'Z') AS TIMESTAMP)"
"""The moment at which the clock of UTC shows a time."""
_AS_SHOWN = "TRY_CAST({0} AS TIMESTAMP_NTZ)"
"""Where the session's clock was used to read or compute: what it shows."""
_SECONDS_AFTER = f"timestampadd(SECOND, CAST({{0}} AS BIGINT), {_EPOCH})"
_TEMPLATES = {
    **dict.fromkeys([("current_date", 0), ("curdate", 0)], _TODAY),
    **{(f"timestamp_{unit}", 1): _SHOWN.format(f"timestamp_{unit}({{0}})")
       for unit in ("seconds", "millis", "micros", "nanos")},
    **{(name, 2): _AS_SHOWN.format(f"{name}({{0}}, {{1}})")
       for name in ("date_trunc", "from_utc_timestamp", "to_utc_timestamp")},
    ("from_unixtime", 1): f"substring(CAST({_SECONDS_AFTER} AS STRING), 1, 19)",
    ("from_unixtime", 2): f"date_format({_SECONDS_AFTER}, {{1}})",
    ("convert_timezone", 2): "convert_timezone('UTC', {0}, {1})",
}  # fmt: skip
"""Functions by name and the number of their arguments."""
_SINCE_EPOCH = {
    **dict.fromkeys(("unix_timestamp", "to_unix_timestamp"), "unix_seconds"),
    **{name: name for name in ("unix_seconds", "unix_millis", "unix_micros", "unix_nanos")},
}
"""What counts from 1970 on, and what does so for a moment."""
_READERS = ("to_timestamp", "try_to_timestamp", "to_timestamp_ltz")
_MAKERS = ("make_timestamp", "try_make_timestamp", "make_timestamp_ltz", "try_make_timestamp_ltz")
_PASS_ON = ("coalesce", "greatest", "least", "nvl", "nvl2", "ifnull", "nullif", "timestampadd", "dateadd")
_UNIT_FIRST = ("timestampadd", "timestampdiff", "dateadd", "date_add", "datediff", "date_diff")
_ZONE_LETTERS = re.compile(r"[VzOXxZ]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WRITTEN = "%Y-%m-%d %H:%M:%S.%f"
_QUOTED = re.compile(r"'[^']*'")
_INSTANTS = (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ)
_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.Between)


def put_in_utc(sql: str, instants: Collection[str] = (), where: str = "expression") -> str:
    """The expression with its days and hours in UTC; `sql` is what `make_safe` gave.

    `instants`: the columns of type TIMESTAMP, which are moments and show no clock. They are compared with
    literals as they are, so that files and row groups can still be skipped. An expression in which no zone
    matters comes back as it was written. In the hour that a session's zone skips once a year a time that is
    read by a pattern, and `date_trunc`, `date_format`, `months_between` and `timestampdiff` of a time, are an
    hour off: Spark has them by the session's clock alone.
    """
    names = {name.casefold() for name in instants}
    return rewrite(sql, where, lambda tree, literals: _UtcRewriter(tree, literals, names).replace)


def find_instants(schema: Iterable[Any]) -> tuple[str, ...]:
    """The columns of a frame's schema of type TIMESTAMP: moments, of which a session shows its own clock."""
    return tuple(field.name for field in schema if field.dataType.typeName() == "timestamp")


class _UtcRewriter:
    """What stands in the place of each node of one tree."""

    def __init__(self, tree: exp.Expr, literals: Mapping[str, str], instants: Collection[str]) -> None:
        self._instants, self._literals = instants, literals
        self._stay: dict[int, exp.Expr] = {}  # by identity, and kept: a node that is gone leaves its number
        self._times: dict[int, exp.Expr] = {}
        for node in list(tree.find_all(*_COMPARISONS)):
            self._compare_moments(node)

    def replace(self, node: exp.Expr) -> exp.Expr:
        """The node itself where no zone matters."""
        if id(node) in self._stay:
            return node
        if isinstance(node, exp.Column):
            return self._build_time(_SHOWN, node) if self._is_instant(node) else node
        if isinstance(node, exp.CurrentDate):
            return build_fragment(_TODAY)
        if isinstance(node, exp.Cast):
            return self._replace_cast(node)
        return self._replace_function(node) if isinstance(node, exp.Anonymous) else node

    def _replace_function(self, node: exp.Anonymous) -> exp.Expr:
        name, arguments = node.name.lower(), node.expressions
        if (template := _TEMPLATES.get((name, len(arguments)))) is not None:
            return self._build_time(template, *arguments)
        if name in _SINCE_EPOCH and arguments:
            read = "try_to_timestamp({0}, {1})"
            value = self._read(build_fragment(read, *arguments)) if len(arguments) == 2 else arguments[0]
            return build_fragment(f"{_SINCE_EPOCH[name]}({_MOMENT})", self._put_on_clock(value))
        if name in _READERS:
            return self._put_on_clock(arguments[0]) if len(arguments) == 1 else self._read(node)
        if name in _MAKERS:
            return self._build_time(_SHOWN if len(arguments) == 7 else _AS_SHOWN, node)
        return node

    def _put_on_clock(self, value: exp.Expr) -> exp.Expr:
        if (moment := self._read_moment(value)) is not None:
            return self._build_time(f"TIMESTAMP_NTZ '{moment:{_WRITTEN}}'")
        return value if self._is_time(value) else self._build_time(_CLOCK, value)

    def _is_time(self, node: exp.Expr) -> bool:
        """Whether the node is a time made here, or passes one on."""
        node = node.unnest()
        if isinstance(node, exp.Case | exp.If):
            branches = [node, *node.args.get("ifs", [])]
            values = [branch.args.get(key) for branch in branches for key in ("true", "false", "default")]
            return any(self._is_time(value) for value in values if value is not None)
        if isinstance(node, exp.Anonymous):
            name, arguments = node.name.lower(), node.expressions
            if name in ("try_add", "try_subtract"):
                return self._is_time(arguments[0]) and isinstance(arguments[1].unnest(), exp.Interval)
            return id(node) in self._times or (name in _PASS_ON and any(map(self._is_time, arguments)))
        return id(node) in self._times

    def _read(self, node: exp.Expr) -> exp.Expr:
        """Text by a pattern; where the day alone is taken of it, the session's clock tells it too."""
        pattern = _QUOTED.sub("", self._read_text(node.expressions[1]) or "")
        if _ZONE_LETTERS.search(pattern):
            return self._build_time(_SHOWN, node)
        day = isinstance(node.parent, exp.Cast) and node.parent.to.this is exp.DType.DATE
        return node if day else self._build_time(_AS_SHOWN, node)

    def _replace_cast(self, node: exp.Cast) -> exp.Expr:
        """To a time; and of a time to a number, which is seconds since 1970."""
        value, kind = node.this.unnest(), node.to.this
        if kind in _INSTANTS:
            return self._put_on_clock(value)
        if kind not in exp.DataType.NUMERIC_TYPES or not self._is_time(value):
            return node
        return build_fragment(f"TRY_CAST({_MOMENT} AS {node.to.sql(dialect='spark')})", value)

    def _compare_moments(self, node: exp.Expr) -> None:
        """A column of moments against literals: they become moments, and the column stays as it is."""
        sides = ("this", "expression", "low", "high")
        present = [node.args[key] for key in sides if node.args.get(key) is not None]
        columns = [side for side in present if isinstance(side, exp.Column) and self._is_instant(side)]
        moments = {id(side): self._read_moment(side) for side in present if side not in columns}
        if len(columns) != 1 or None in moments.values():
            return
        self._stay[id(columns[0])] = columns[0]
        for side in present:
            if id(side) in moments:
                literal = build_fragment(f"TIMESTAMP '{moments[id(side)]:{_WRITTEN}}Z'")
                self._stay[id(literal)] = literal
                side.replace(literal)

    def _read_moment(self, node: exp.Expr) -> datetime | None:
        """What a literal of a day or a time stands for in UTC; None for anything else."""
        text = (self._read_text(node.this if isinstance(node, exp.Cast) else node) or "").strip()
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        if not _DAY.match(text):  # Python reads 20240131 as a day, and Spark as a year
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

    def _read_text(self, node: exp.Expr) -> str | None:
        return (
            read_literal(node, self._literals) if isinstance(node, exp.Literal) and node.is_string else None
        )

    def _is_instant(self, node: exp.Column) -> bool:
        call = node.parent
        if isinstance(call, exp.Anonymous) and call.name.lower() in _UNIT_FIRST:
            first, *others = call.expressions
            if first is node and len(others) == 2:
                return False
        return len(node.parts) == 1 and node.name.casefold() in self._instants

    def _build_time(self, template: str, *values: exp.Expr) -> exp.Expr:
        made = build_fragment(template, *values)
        self._times[id(made)] = made
        return made
