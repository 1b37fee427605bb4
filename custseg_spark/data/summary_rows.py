"""Rows of a table that are no customer: the total at its end, the footnote below it."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructType

from custseg_spark.data.columns import AS_READ, MALFORMED, column, is_blank, join_conditions
from custseg_spark.data.contract import ID_TOTAL, NOTHING_ELSE, ROW_TOTAL, Check
from custseg_spark.data.table import Table
from custseg_spark.data.text_types import infer_type
from custseg_spark.recipe.models import ROW_NUMBER

_TOTALS = (
    "total", "totals", "total general", "total général", "total geral", "total generale", "totale", "totali",
    "totales", "totaux", "totaal", "totalt", "totalsumme", "grand total", "grand totals", "overall total",
    "sub total", "subtotal", "sub-total", "sous-total", "zwischensumme", "sum", "sums", "summe", "summen",
    "gesamt", "gesamtsumme", "gesamtergebnis", "insgesamt", "somme", "suma", "suma total", "soma", "somma",
    "summa", "eindtotaal", "razem", "ogółem", "celkem", "összesen", "toplam", "genel toplam",
    "итого", "всего", "合計", "総計", "合计", "总计", "합계", "총계",
)  # fmt: skip
_ORNAMENTS = ":.*=_ \t\u00a0"
_MOST_TOTALS, _SOME = 2, 0.01
"""Totals that a table may have among its first rows; more are a value of the column, as in a partial or total
cover."""
_BELOW = 10
"""Rows with a label that may stand below the last total: notes."""
_LOOKED_AT = 500
_TALLIED = ("csv", "excel")
"""Formats that people write by hand, with footnotes."""
_FEWEST = 2
"""Columns beside the id that must be blank in a footnote; with one alone it is a value that is missing."""


def build_summary_checks(table: Table, frame: DataFrame, id_column: str) -> list[Check]:
    """The checks that a row's id is no word for a total, and that something stands beside it; where rows are
    numbered, that its labels are none.

    `frame`: with the typed columns and AS_READ of `table`.
    """
    as_read = frame.schema[AS_READ].dataType
    assert isinstance(as_read, StructType)
    names = [name for name in as_read.names if name not in (id_column, MALFORMED)]
    if id_column == ROW_NUMBER and ROW_NUMBER not in (table.text if table.text is not None else ()):
        labels = find_labels(table.text) if table.text is not None and table.format in _TALLIED else []
        if not labels:
            return []
        label, *others = [column(AS_READ).getField(name) for name in labels]
        total = join_conditions([_is_total(label), *map(is_blank, others)])
        checks, names = [Check(ROW_TOTAL, ~total)], [name for name in names if name != labels[0]]
    else:
        label, checks = column(id_column), build_total_checks(frame, id_column)
        if not checks:
            return []
    if table.format in _TALLIED and len(names) >= _FEWEST:
        nothing = [is_blank(column(AS_READ).getField(name)) for name in names]
        if MALFORMED in as_read.names:  # such a row has its own reason
            nothing.append(column(AS_READ).getField(MALFORMED).isNull())
        checks.append(Check(NOTHING_ELSE, ~join_conditions([~is_blank(label), *nothing])))
    return checks


def find_labels(head: pd.DataFrame) -> list[str]:
    """The columns of words among the first rows of a table, in the first of which a total would say so; none
    where one of its values is a word for a total."""
    labels = [str(name) for name in head.columns if infer_type(head[name].head(_LOOKED_AT)).name == "string"]
    if not labels:
        return []
    words = [str(value).strip(_ORNAMENTS).casefold() for value in head[labels[0]].dropna()]
    totals = [place for place, word in enumerate(words) if word in _TOTALS]
    is_value = len(totals) > max(_MOST_TOTALS, _SOME * len(words))
    is_value |= bool(totals) and totals[-1] < len(words) - _BELOW
    return [] if is_value else labels


def build_total_checks(frame: DataFrame, id_column: str) -> list[Check]:
    """The check that a row's id is no word for a total; none where ids are no text."""
    if not isinstance(frame.schema[id_column].dataType, StringType):
        return []
    return [Check(ID_TOTAL, ~_is_total(column(id_column)))]


def _is_total(label: Column) -> Column:
    """Whether the text is a word for a total; false for none."""
    plain = F.lower(F.trim(F.regexp_replace(label, f"[{_ORNAMENTS}-]+", " ")))
    is_total = ~label.between("0", "9z") & plain.isin(*_TOTALS)  # few labels need the pattern
    return F.coalesce(is_total, F.lit(False))
