"""Whether two columns say the same: exactly, doubles to 1e-12 of their size."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pyarrow as pa

CLOSE = 1e-12


def find_difference(expected: pa.ChunkedArray, found: pa.ChunkedArray, *, rounded: bool, signs: bool) -> str:
    """The first rows that differ, as "row: expected, not found"; empty where none does.

    `rounded`: decimals were made of doubles, and may differ as those do. `signs`: 0.0 is not -0.0.
    """
    rows = [
        f"{row}: {one!r}, not {other!r}"
        for row, (one, other) in enumerate(zip(_list_values(expected), _list_values(found), strict=True))
        if not _is_same(one, other, rounded=rounded, signs=signs)
    ]
    return "; ".join(rows[:3])


def _list_values(column: pa.ChunkedArray) -> list[Any]:
    """Days and times as numbers: Python has not all of them."""
    kind = column.type
    if pa.types.is_date32(kind):
        column = column.cast(pa.int32())
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz)).cast(pa.int64())
    values: list[Any] = column.to_pylist()
    return values


def _is_same(one: Any, other: Any, *, rounded: bool, signs: bool) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other) or math.isinf(one) or math.isinf(other):
            return repr(one) == repr(other)
        if one == other == 0 and signs:
            return math.copysign(1, one) == math.copysign(1, other)
        return abs(one - other) <= CLOSE * max(abs(one), abs(other))
    if rounded and isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= Decimal(CLOSE) * max(abs(one), abs(other))
    return bool(one == other)
