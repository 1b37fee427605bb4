"""What a spreadsheet program would run as a formula leaves as text: one rule for every CSV and Excel file.

Files of ours are opened in programs that we don't know, so it holds for a cell however the file is split:

- A cell begins at the start of a text, and after a comma, semicolon, bar, tab or line end in it: a program
  whose separator is the semicolon cuts `x;=cmd()` in two, whatever quotes stand around it in our file.
- A cell that begins with a sign of OWASP's list (CSV Injection: = + - @, their full-width forms; at the start
  of a text also a tab and the line ends) gets an apostrophe in front. Blanks, control signs and double quotes
  before the sign are looked through, since some imports take them away.
- Numbers stay numbers. A text that is a number is a text: "-5" and "+49 30 1" get their apostrophe.
- Escaping twice is escaping once.

The writers double quotes, and put quotes around what holds a comma, a quote or a line end. None of this helps
where a program takes the apostrophe away, as Excel may when it saves a CSV and opens it again.
"""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import CharType, StringType, VarcharType

from custseg_spark.data.columns import column

# Python, Java and Rust read these patterns alike: explicit classes, no \s, nothing looked ahead or behind at.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_LINES = "\t\r\n"
_CONTROL = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 127, 0x85]))
_SPACES = (
    " \xa0\u1680\u180e"
    + "".join(map(chr, range(0x2000, 0x2010)))
    + "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
_BEFORE = f'["{_CONTROL}{_SPACES}]*'
_INSIDE = f"([,;|{_LINES}])({_BEFORE}[{_SIGNS}])"
"""The end of a cell inside a text, and the beginning of a formula behind it. A tab or line end there is no
sign but the end of one more, empty, cell: texts of several lines stay as they are."""
_START = f"^({_BEFORE}[{_SIGNS}{_LINES}])"
_RISKY = re.compile(f"[{_SIGNS}{_LINES}]")
_PY_INSIDE, _PY_START = re.compile(_INSIDE), re.compile(_START)
_ESCAPED_INSIDE, _ESCAPED_START = (
    re.compile(pattern.replace("(" + _BEFORE, "'(" + _BEFORE)) for pattern in (_INSIDE, _START)
)
_TEXTS = StringType | CharType | VarcharType
_NO_TEXTS = (int, float, complex, decimal.Decimal, datetime.date, datetime.time, np.number, np.bool_)


def escape_text(text: str) -> str:
    """The text with an apostrophe before each cell in it that would be a formula.

    >>> escape_text("=1+1"), escape_text("x;=1+1"), escape_text("a-b")
    ("'=1+1", "x;'=1+1", 'a-b')
    """
    if _RISKY.search(text) is None:
        return text
    return _PY_START.sub(r"'\1", _PY_INSIDE.sub(r"\1'\2", text))


def escape_column(text: Column) -> Column:
    """The same as `escape_text`, of every row; null stays null."""
    return F.regexp_replace(F.regexp_replace(text, _INSIDE, "$1'$2"), _START, "'$1")


def escape_formulas(frame: DataFrame) -> DataFrame:
    """The table with its texts and its column names escaped; two names that would become one stay apart by
    further apostrophes. Lists and structures stay as they are: Spark writes none into a CSV."""
    cells = [
        escape_column(column(field.name)) if isinstance(field.dataType, _TEXTS) else column(field.name)
        for field in frame.schema
    ]
    names = _escape_names(frame.columns)
    return frame.select(*[cell.alias(str(name)) for cell, name in zip(cells, names, strict=True)])


def escape_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """The same for a pandas table: texts in columns of any type, and what would be written as text, such as a
    list. Numbers, truths, dates and missing values stay; so does the index, which is not written."""
    return _map_frame(frame, escape_text, _escape_names(list(frame.columns)))


def write_csv(frame: pd.DataFrame) -> str:
    """A pandas table as CSV, without its index, escaped: the way for every small table of a run."""
    escaped = escape_pandas(frame)
    # the csv module puts no quotes around a lone carriage return, which many programs take for a line's end
    lone = (
        escaped.select_dtypes(object)
        .map(lambda value: isinstance(value, str) and "\r" in value)
        .any(axis=None)
    )
    return escaped.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC if lone else csv.QUOTE_MINIMAL)


def read_csv(content: bytes) -> pd.DataFrame:
    """What `write_csv` wrote, for our own pages: names and texts as they were before they were escaped."""
    frame = pd.read_csv(io.BytesIO(content))
    return _map_frame(frame, _restore, [_restore(str(name)) for name in frame.columns])


def _restore(text: str) -> str:
    return _ESCAPED_INSIDE.sub(r"\1\2", _ESCAPED_START.sub(r"\1", text))


def _map_frame(frame: pd.DataFrame, change: Callable[[str], str], names: Sequence[object]) -> pd.DataFrame:
    columns = [_map_texts(frame.iloc[:, place], change) for place in range(frame.shape[1])]
    changed = pd.concat(columns, axis=1) if columns else frame.copy()
    return changed.set_axis(pd.Index(names), axis=1)


def _map_texts(values: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """The column with its texts changed; a list and the like as the text that would be written."""
    kind = values.dtype.categories.dtype if isinstance(values.dtype, pd.CategoricalDtype) else values.dtype
    if pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind):
        return values
    return pd.Series(  # map would turn whole numbers into floats
        [value if _is_no_text(value) else change(str(value)) for value in values],
        values.index,
        dtype=object,
        name=values.name,
    )


def _is_no_text(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or isinstance(value, _NO_TEXTS)


def _escape_names(names: Sequence[object]) -> list[object]:
    """The names of columns, escaped. Spark takes names for the same whatever their case."""
    taken = {str(name).casefold() for name in names}
    escaped: list[object] = []
    for name in names:
        plain = escape_text(name) if isinstance(name, str) else name
        if isinstance(plain, str) and plain != name:
            while plain.casefold() in taken:
                plain = f"'{plain}"
            taken.add(plain.casefold())
        escaped.append(plain)
    return escaped
