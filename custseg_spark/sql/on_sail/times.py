"""Days and times: what begins a month or a year, what is added, and patterns of dates in text."""

from __future__ import annotations

from collections.abc import Sequence

from custseg_spark.sql.on_sail.casts import cast, read_constant
from custseg_spark.sql.on_sail.functions import call
from custseg_spark.sql.on_sail.types import CLOCK, UnlikeError
from custseg_spark.sql.on_sail.values import Value, fill

_DAY_OF_YEAR = "make_date(year({0}), 1, 1)"
_BEGINS = {
    **dict.fromkeys(("year", "yyyy", "yy"), _DAY_OF_YEAR),
    "quarter": f"add_months({_DAY_OF_YEAR}, (quarter({{0}}) - 1) * 3)",
    **dict.fromkeys(("month", "mon", "mm"), "date_sub({0}, day({0}) - 1)"),
    "week": "date_sub({0}, (dayofweek({0}) + 5) % 7)",
}
"""Unit -> the first day of the one that a day lies in."""
_DAYS = ("day", "dd")
_ADDED = {"day": 1, "week": 7, "month": 1, "quarter": 3, "year": 12}
_MONTHS = ("month", "quarter", "year")
_TIME_UNITS = ("day", "hour", "minute", "second", "month", "year")
_EPOCH = "TIMESTAMP_NTZ '1970-01-01 00:00:00'"
_READ = frozenset(
    ["yyyy-MM-dd", "yyyy/MM/dd", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "dd-MM-yyyy", "yyyyMMdd",
     "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "dd/MM/yyyy HH:mm", "dd.MM.yyyy HH:mm",
     "dd/MM/yyyy HH:mm:ss", "MM/dd/yyyy HH:mm"]
)  # fmt: skip
"""Patterns by which a text is read alike."""
_WRITTEN = frozenset(["MM", "dd", "MMM"])
"""Patterns by which a day is written alike; of years beyond 9999 and before 1 no pattern is."""


def begin_unit(name: str, day: Value, unit: Value) -> Value:
    """trunc, and date_trunc, which Spark gives by the session's clock."""
    said = str(unit.constant).lower()
    template = _BEGINS.get(said) or ("{0}" if said in _DAYS and name == "date_trunc" else None)
    if template is None or day.type not in ("date", "timestamp_ntz"):
        raise UnlikeError(f"{name}({said}, {day.type})")
    begun = fill(template, cast(day, "date").sql)
    if name == "trunc":
        return Value(f"({begun})", "date")
    return Value(f"CAST({begun} AS TIMESTAMP_NTZ)", CLOCK)


def add_unit(unit: str, amount: Value, time: Value) -> Value:
    """timestampadd, dateadd and intervals; of a day in units of days or months the day."""
    said = unit.lower().removesuffix("s")
    known = amount.constant
    if not isinstance(known, int) or abs(known) > 100_000:
        raise UnlikeError(f"timestampadd({unit}, {amount.type}, {time.type})")
    if time.type == "date" and said in _ADDED:
        name = "add_months" if said in _MONTHS else "date_add"
        return Value(f"{name}({time.sql}, {known * _ADDED[said]})", "date")
    if time.type == "timestamp_ntz" and said in _TIME_UNITS:
        return Value(f"timestampadd({said.upper()}, {known}, {time.sql})", "timestamp_ntz")
    raise UnlikeError(f"timestampadd({unit}, {amount.type}, {time.type})")


def show_moment(moment: Value, epoch: Value) -> Value:
    """The clock of UTC at a moment, as put_in_utc writes it: Sail's session is in UTC."""
    if moment.type != "timestamp" or epoch.sql != _EPOCH:
        raise UnlikeError(f"timestampadd(MICROSECOND, {moment.type}, {epoch.type})")
    return Value(f"CAST({moment.sql} AS TIMESTAMP_NTZ)", "timestamp_ntz")


def read_time(text: Value, pattern: Value) -> Value:
    """try_to_timestamp by one of the patterns that are read alike."""
    if text.type != "string" or pattern.constant not in _READ:
        raise UnlikeError(f"try_to_timestamp({text.type}, {pattern.constant!r})")
    return Value(f"try_to_timestamp({text.sql}, {pattern.sql})", CLOCK)


def write_day(day: Value, pattern: Value) -> Value:
    """date_format of a day by one of the patterns that are written alike."""
    if day.type not in ("date", "timestamp_ntz") or pattern.constant not in _WRITTEN:
        raise UnlikeError(f"date_format({day.type}, {pattern.constant!r})")
    return Value(f"date_format({cast(day, 'date').sql}, {pattern.sql})", "string")


def extract(part: str, time: Value) -> Value:
    """EXTRACT(part FROM time)."""
    name = {"doy": "dayofyear", "dow": "dayofweek", "week": "weekofyear"}.get(part, part)
    if name not in (
        "year",
        "quarter",
        "month",
        "day",
        "dayofweek",
        "dayofyear",
        "weekofyear",
        "hour",
        "minute",
    ):
        raise UnlikeError(f"extract({part} from {time.type})")
    return call(name, [time])


def read_as_day(arguments: Sequence[Value]) -> Value:
    """to_date, as make_safe would write it."""
    first = arguments[0] if len(arguments) == 1 else read_time(*arguments[:2])
    return (
        read_constant(first.constant, "date") or cast(first, "date")
        if isinstance(first.constant, str)
        else cast(first, "date")
    )
