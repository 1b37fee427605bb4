"""Rows of a table that are no customer: the total at its end, the footnote below it."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructType

from custseg_spark.data.columns import AS_READ, MALFORMED, column
from custseg_spark.data.contract import ID_TOTAL, NOTHING_ELSE, Check

_TOTALS = (
    "total", "totals", "total general", "total général", "total geral", "total generale", "totale", "totali",
    "totales", "totaux", "totaal", "totalt", "totalsumme", "grand total", "grand totals", "overall total",
    "sub total", "subtotal", "sub-total", "sous-total", "zwischensumme", "sum", "sums", "summe", "summen",
    "gesamt", "gesamtsumme", "gesamtergebnis", "insgesamt", "somme", "suma", "suma total", "soma", "somma",
    "summa", "eindtotaal", "razem", "ogółem", "celkem", "összesen", "toplam", "genel toplam",
    "итого", "всего", "合計", "総計", "合计", "总计", "합계", "총계",
)  # fmt: skip
_ORNAMENT = "[:.*=_ \t\u00a0-]+"
_TALLIED = ("csv", "excel")
"""Formats that people write by hand, with footnotes."""
_FEWEST = 2
"""Columns beside the id that must be blank in a footnote; with one alone it is a value that is missing."""


def build_summary_checks(frame: DataFrame, id_column: str, form: str) -> list[Check]:
    """The checks that a row's id is no word for a total, and that something stands beside it.

    `frame`: with the typed columns and AS_READ; `form`: the table's format.
    """
    as_read = frame.schema[AS_READ].dataType
    assert isinstance(as_read, StructType)
    others = [name for name in as_read.names if name not in (id_column, MALFORMED)]
    checks = build_total_checks(frame, id_column)
    if checks and form in _TALLIED and len(others) >= _FEWEST:
        nothing = _are_blank(others) & ~_is_blank(column(id_column))
        if MALFORMED in as_read.names:  # such a row has its own reason
            nothing &= column(AS_READ).getField(MALFORMED).isNull()
        checks.append(Check(NOTHING_ELSE, ~nothing))
    return checks


def build_total_checks(frame: DataFrame, id_column: str) -> list[Check]:
    """The check that a row's id is no word for a total; none where ids are no text."""
    if not isinstance(frame.schema[id_column].dataType, StringType):
        return []
    plain = F.lower(F.trim(F.regexp_replace(column(id_column), _ORNAMENT, " ")))
    is_total = ~column(id_column).between("0", "9z") & plain.isin(*_TOTALS)  # few ids need the pattern
    return [Check(ID_TOTAL, F.coalesce(~is_total, F.lit(True)))]


def _are_blank(names: Sequence[str]) -> Column:
    return functools.reduce(operator.and_, [_is_blank(column(AS_READ).getField(name)) for name in names])


def _is_blank(value: Column) -> Column:
    return F.coalesce(F.trim(value.cast("string")) == "", F.lit(True))
