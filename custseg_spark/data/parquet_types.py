"""Columns of Parquet that an engine does not read as they are: times of day, half floats, nanoseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import from_arrow_type, to_arrow_schema

from custseg_spark.data.columns import column, read_utc

_UNREAD = ("TIME", "FLOAT16", "UUID", "INTERVAL", "VARIANT", "GEOMETRY", "GEOGRAPHY")

_NEAR = {
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(),
}


@dataclass(frozen=True)
class ParquetColumns:
    """`schema`: what Spark is asked for; of a moment in nanoseconds the number of them. `moments`: those, and
    whether they are in UTC (else on a clock without a zone). `unread`: the columns left out, with their type.
    All empty where Spark reads every column by itself.

    `types`: what Spark reads the columns as, null where our words for types do not reach; empty where the
    file is no Parquet. `old_times`: moments in 96 bits. `durations`: spans of time, read as their number.
    """

    schema: T.StructType | None = None
    moments: Mapping[str, bool] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, T.DataType | None] = field(default_factory=dict)
    old_times: frozenset[str] = frozenset()
    durations: frozenset[str] = frozenset()

    def refine(self, frame: DataFrame) -> DataFrame:
        """The table in what was read: moments to the microsecond."""
        return frame.withColumns({name: _to_moment(name, utc) for name, utc in self.moments.items()})


def look_at_columns(stream: IO[bytes]) -> ParquetColumns:
    """What the footer of one file says of its columns; nothing where the engine will tell that it is none."""
    try:
        footer = pq.ParquetFile(stream)
        leaves = [footer.schema.column(place) for place in range(len(footer.schema))]
        fields = list(footer.schema_arrow)
    except (pa.ArrowException, OSError):
        return ParquetColumns()
    unread: dict[str, str] = {}
    moments: dict[str, bool] = {}
    for leaf in leaves:
        top, logical = leaf.path.split(".")[0], str(leaf.logical_type).partition("(")[0].upper()
        name = next((one.name for one in fields if leaf.path == one.name), top)
        nanoseconds = "timeUnit=nanoseconds" in str(leaf.logical_type) and logical == "TIMESTAMP"
        if nanoseconds and leaf.path == name:
            moments[name] = "isAdjustedToUTC=true" in str(leaf.logical_type)
        elif logical in _UNREAD or nanoseconds or _is_too_precise(str(leaf.logical_type)):
            unread[name] = logical
    old_times = frozenset(leaf.path for leaf in leaves if leaf.physical_type == "INT96")
    durations = frozenset(one.name for one in fields if pa.types.is_duration(one.type))
    types = {
        one.name: T.TimestampType() if one.name in old_times else find_type(one.type)
        for one in fields
        if one.name not in unread
    }
    if not unread and not moments:
        return ParquetColumns(None, {}, {}, types, old_times, durations)
    unread |= {one.name: str(one.type) for one in fields if types.get(one.name, T.NullType()) is None}
    kept = [
        T.StructField(name, T.LongType() if name in moments else kind)
        for name, kind in types.items()
        if kind is not None
    ]
    return ParquetColumns(T.StructType(kept), moments, unread, types, old_times, durations)


def _is_too_precise(logical: str) -> bool:
    found = logical.partition("precision=")[2].partition(",")[0]
    return found.isdigit() and int(found) > 38


def find_type(kind: pa.DataType) -> T.DataType | None:
    """The engine's type for one of Arrow's; null where it has none."""
    if pa.types.is_dictionary(kind):
        return find_type(kind.value_type)
    if pa.types.is_null(kind):
        return T.IntegerType()
    if pa.types.is_duration(kind):
        return T.LongType()
    try:
        return from_arrow_type(_NEAR.get(kind, kind), True)
    except Exception:  # of its own kind in each version of PySpark
        return None


def find_near_type(kind: pa.DataType) -> pa.DataType:
    """What the engine takes in place of a type of Arrow that holds the same values."""
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if pa.types.is_date(kind):
        return pa.date32()
    if pa.types.is_time(kind) or pa.types.is_null(kind) or kind in (pa.large_string(), pa.string_view()):
        return pa.string()
    return _NEAR.get(kind, kind)


def find_arrow_schema(schema: T.StructType) -> pa.Schema:
    """The columns as Arrow has them, moments in UTC."""
    named = "timezone" in signature(to_arrow_schema).parameters  # before Spark 4.1 it is UTC unless said
    return to_arrow_schema(schema, timezone="UTC") if named else to_arrow_schema(schema)


def _to_moment(name: str, utc: bool) -> Column:
    rest = F.pmod(column(name), F.lit(1000))
    whole = column(name) - rest
    moment = F.timestamp_micros(F.call_function("div", whole, F.lit(1000)))  # a double is not as exact
    return moment if utc else read_utc(moment)
