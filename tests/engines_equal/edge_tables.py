"""Tables of edge values: what is likeliest to be computed otherwise by another engine."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 120
_NEGATIVE_NAN = struct.unpack("<d", b"\x00\x00\x00\x00\x00\x00\xf8\xff")[0]
_INTS = (0, 1, -1, 2, 3, 5, 7, 10, 29, 100, 366, 12345, 2**31 - 1, -(2**31), -7)
_LONGS = (*_INTS, 2**31, -(2**31) - 1, 2**63 - 1, -(2**63), 2**53 + 1, 10**12, 253402300800)
_DOUBLES = (
    0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1.5, 2.5, -2.5, 3.7, 1e10, 1e17, 1e300, 5e-324, 1e-5, -0.3, 1.005,
    2.675, 100.0, 123456.789, float(2**31)-0.5, 9223372036854775807.0, float("nan"), _NEGATIVE_NAN,
    float("inf"), float("-inf"),
)  # fmt: skip
_TEXTS = (
    "", " ", "a", "A", "abc", "ABC", "aBc", " abc ", "1", "-1", "+1", " 12 ", "1.5", "1e3", "1.5e-3",
    "NaN", "nan", "inf", "Infinity", "-Infinity", "true", "TRUE", "t", "yes", "on", "off", "0", "no",
    "2020-01-31", "2020-02-30", " 2020-01-31 ", "2020-1-3", "2020", "2020-01", "2020-01-31 12:34:56",
    "2020-01-31T12:34:56Z", "31/01/2020", "2020-01-31 12:34:56.123456+02:00", "9999-12-31",
    "0001-01-01", "-0001-01-01", "é", "e\u0301", "ß", "İ", "😀", "a😀b", "\u00a0x\u00a0", "\t1\n",
    "12345678901234567890", "2147483648", "9223372036854775808", "1d", "1f", "1_000", "1,000", "'",
    "\\", "%", "_", "a%b", "a_b", "a.b", "a,b,c", "NULL", "1.", ".5", "-.5", "1e400", "-0", "ǅ", "ﬁ",
    "ς", "Σ", "ı", "12:34", "a\nb", "x'y", "²", "١", "1 2", "--1", "1e", "+", "-", ".", "ab-cd",
    "a-b-c", "12345678.9", "b", "abcabc", "a1b22", "C536", "United Kingdom", "\r\n", "20200131",
    "01/02/2020", "x\r\n",
)  # fmt: skip
_NUMBERS = (
    "1,234.50", "1.234,50", "€ 12", "12 €", "(5)", "-5", "5-", "26%", "$1,000", "USD 5", "1e5", "n/a",
    "-", "N/A", "", "1 234,5", "1'234.5", "12,34,567", "1,23", ".5", "5.", "US$ 3", "kr 5", "nan",
    "1\u00a0234", "\u22125", "x", "++1", "( 12 )", "12.3.4", "1e500", " 7 ", "7%%", "-0", "0", "00012",
    "1"*101,
)  # fmt: skip
_DAYS_TEXT = (
    "31/01/2020", "1/2/2020", "2020-01-31", "29/02/2019", "29/02/2020", "29.02.2000", "Jan 5, 2020",
    "5 January 2021", "12/31/99", "31-12-1999", "2020-01-31 10:00", "31/01/2020 23:59",
    "1/2/2020 3:04 PM", "", "-", "00/00/0000", "31/04/2020", " 01/02/2020 ", "may 3, 2021",
    "3 MAY 2021", "x", "9999-12-31", "0000-01-01", "20200131",
)  # fmt: skip
_DATES = tuple(
    date.fromisoformat(text)
    for text in (
        "2020-01-31", "2020-02-29", "2019-02-28", "1970-01-01", "1969-12-31", "1582-10-04", "1582-10-15",
        "1900-01-01", "0001-01-01", "9999-12-31", "2021-12-31", "2024-12-30", "2000-02-29", "2023-03-31",
        "1883-11-18", "2012-09-04",
    )
)  # fmt: skip
_TIMES = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2020-01-31 00:00:00", "2020-02-29 23:59:59.999999", "1969-12-31 23:59:59.999999",
        "1970-01-01 00:00:00", "1900-01-01 12:00:00", "0001-01-03 00:00:00", "9999-12-29 23:59:59.999999",
        "2023-09-24 02:30:00", "2024-03-31 01:30:00", "1582-10-10 00:00:00", "2021-06-15 11:59:59.5",
        "2020-12-31 13:00:00",
    )
)  # fmt: skip
_MONEY = tuple(
    Decimal(text)
    for text in (
        "0.00", "1.00", "-1.00", "0.01", "0.05", "1.50", "2.50", "-2.50", "9999999999.99", "-9999999999.99",
        "12.34",
    )
)  # fmt: skip
_FINE = tuple(
    Decimal(text)
    for text in ("0.0000", "1.0000", "-1.5000", "0.3333", "99999999999999.9999", "7.0000", "0.0005")
)
_SINGLES = (0.0, -0.0, 0.1, 1.5, 3.4e38, 1e-45, float("nan"), float("inf"), -2.5, 16777217.0)
_LISTS: tuple[list[int | None], ...] = ([], [1, 2, 3], [None], [3, 1, None], [5])

COLUMNS: dict[str, tuple[Sequence[Any], pa.DataType, str]] = {
    **{name: (_INTS, pa.int32(), "int") for name in ("i", "j")},
    **{name: (_LONGS, pa.int64(), "bigint") for name in ("l", "m")},
    **{name: (_DOUBLES, pa.float64(), "double") for name in ("d", "e")},
    **{name: (_TEXTS, pa.string(), "string") for name in ("s", "u")},
    "num": (_NUMBERS, pa.string(), "string"),
    "day": (_DAYS_TEXT, pa.string(), "string"),
    **{name: (_DATES, pa.date32(), "date") for name in ("dt", "du")},
    "ts": (tuple(time.replace(tzinfo=UTC) for time in _TIMES), pa.timestamp("us", tz="UTC"), "timestamp"),
    **{name: (_TIMES, pa.timestamp("us"), "timestamp_ntz") for name in ("tn", "tm")},
    **{name: (_MONEY, pa.decimal128(12, 2), "decimal(12,2)") for name in ("c", "g")},
    "c4": (_FINE, pa.decimal128(18, 4), "decimal(18,4)"),
    **{name: ((True, False), pa.bool_(), "boolean") for name in ("b", "bb")},
    "sm": ((0, 1, -1, 7, 2**15 - 1, -(2**15)), pa.int16(), "smallint"),
    "ti": ((0, 1, -1, 127, -128), pa.int8(), "tinyint"),
    "f": (_SINGLES, pa.float32(), "float"),
    "ar": (_LISTS, pa.list_(pa.int32()), "array<int>"),
}
"""Name -> values, of which each row draws one or null; their type, and Spark's name of it."""
MEASURES = ("x", "y", "w")
"""Doubles as customers have them: finite, of which `w` is at or over zero."""
ROW = "_row"
TYPES = {
    ROW: "bigint",
    **{name: kind for name, (_, _, kind) in COLUMNS.items()},
    **dict.fromkeys(MEASURES, "double"),
    "st": "struct<a:string,B c:int>",
}


def write_table(seed: int, path: Path) -> None:
    """A table of ROWS rows with the columns of TYPES, as Parquet."""
    rng = random.Random(seed)
    columns = {ROW: pa.array(range(ROWS), pa.int64())}
    for name, (values, kind, _) in COLUMNS.items():
        drawn = [None if rng.random() < 0.08 else rng.choice(values) for _ in range(ROWS)]
        columns[name] = _build_array(drawn, kind)
    for name in MEASURES:
        numbers = [rng.gauss(0, 3) if name != "w" else rng.lognormvariate(1, 2) for _ in range(ROWS)]
        columns[name] = pa.array(
            [None if rng.random() < 0.03 else number for number in numbers], pa.float64()
        )
    columns["st"] = pa.StructArray.from_arrays([columns["s"], columns["i"]], ["a", "B c"])
    pq.write_table(pa.table(columns), path)


def _build_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Floats by way of numpy, which keeps the sign of NaN."""
    if not pa.types.is_floating(kind):
        return pa.array(values, kind)
    missing = np.array([value is None for value in values])
    numbers = np.array([0.0 if value is None else value for value in values], kind.to_pandas_dtype())
    return pa.array(numbers, kind, mask=missing)
