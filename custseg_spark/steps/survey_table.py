"""A table that nobody has looked at yet: rows drawn over all of it, and what one pass over all rows says."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, DataType, NumericType

from custseg_spark import data
from custseg_spark.engine.choose import is_sail
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.facts import ColumnFacts, TableFacts
from custseg_spark.recipe import Input
from custseg_spark.sql import find_instants

LOOKED_AT = 10_000
"""Rows that the proposal is made from: all of them, or so many drawn over the whole table."""
_SEED = 7
_PLAUSIBLE = 0.9
"""A column that may be the id has at least this share of different values by an approximate count."""
_ERROR = 0.02
"""The relative error of a count of different values that is approximate, in a column that may be the id."""
_ROUGH = 0.05
"""The same in the others: within 2 % a count takes eight times as many fields of the plan as within 5 %."""


@dataclass(frozen=True)
class DrawnRows:
    """`rows`: as text where the format gives no types. `of`: how many the table has, about. `are_all`: they
    are the whole table."""

    rows: pd.DataFrame
    of: int
    are_all: bool = False


def draw_rows(table: data.Table) -> DrawnRows:
    """Rows of an open table: all of them up to LOOKED_AT, else about so many, drawn by a seed over the whole.

    No job where the head that was read already is the whole of a text file.
    """
    if table.text is not None and table.is_whole:
        return DrawnRows(table.text, len(table.text), True)
    frame = _select_readable(table)
    found = frame.limit(LOOKED_AT + 1).toPandas()
    if len(found) <= LOOKED_AT:
        return DrawnRows(found, len(found), True)
    estimate = data.estimate_rows(table.path, table.format) if table.format in ("csv", "parquet") else None
    rows = max(estimate or frame.count(), LOOKED_AT + 1)
    drawn = frame.sample(LOOKED_AT / rows, _SEED).limit(2 * LOOKED_AT).toPandas()
    return DrawnRows(drawn if len(drawn) >= LOOKED_AT // 10 else found.head(LOOKED_AT), rows)


def survey_rows(table: data.Table, columns: Sequence[ColumnKind], about: int) -> TableFacts:
    """What one pass over all rows, `about` so many, says of the columns, whose kinds and types a sample has
    shown. Different values of a column that may be the id are counted exactly where rows are few enough."""
    looked_at = [column for column in columns if column.kind != "nested"]
    types = {column.name: column.declared for column in looked_at if column.declared not in (None, "string")}
    wide = {name: "double" if kind == "int" else kind for name, kind in types.items()}
    declared = Input.model_validate({"id": "", "types": wide}).types
    typed = data.cast_columns(table, {}, declared)
    frame = typed.frame
    if data.MALFORMED in table.frame.columns:
        frame = frame.filter(data.column(data.AS_READ).getField(data.MALFORMED).isNull())
    kinds = {field.name: field.dataType for field in frame.schema}
    wanted = [F.count(F.lit(1)).alias("rows")]
    for i, column in enumerate(looked_at):
        faults = (f"{column.name}: not ", f"{column.name}: two dates ")
        fits = [check.ok for check in typed.checks if check.reason.startswith(faults)]
        error = (
            None if is_sail(frame.sparkSession) else _choose_error(column)
        )  # Sail's is its own: .8 percent
        aggregates = _aggregate(column, kinds[column.name], fits, error)
        wanted.append(F.struct(*aggregates).alias(f"facts_{i}"))
    rows, *found = frame.agg(*wanted).collect()[0]
    facts = {column.name: ColumnFacts(**one.asDict()) for column, one in zip(looked_at, found, strict=True)}
    if about <= data.EXACT_UP_TO:
        facts |= _count_ids(table, [column for column in looked_at if _may_be_id(column, facts)], facts)
    return TableFacts(rows=rows, columns=facts)


def _may_be_id(column: ColumnKind, facts: Mapping[str, ColumnFacts]) -> bool:
    found = facts[column.name]
    unique = column.distinct >= len(column.known) > 0
    return unique and not found.has_fractions and found.distinct >= _PLAUSIBLE * found.known


def _count_ids(
    table: data.Table, columns: Sequence[ColumnKind], facts: Mapping[str, ColumnFacts]
) -> dict[str, ColumnFacts]:
    """The facts of columns that may be the id, with their different values counted exactly. A pass for each
    column and no other aggregate beside it, which would be taken for each value apart."""
    frame = _select_readable(table)
    counted = {}
    for column in columns:
        values = F.trim(data.column(column.name).cast("string"))
        exact = frame.select(F.when(values != "", values).alias("id")).agg(F.count_distinct("id")).collect()
        counted[column.name] = replace(facts[column.name], distinct=int(exact[0][0]))
    return counted


def _choose_error(column: ColumnKind) -> float:
    """How far off the number of different values may be."""
    return _ERROR if column.distinct >= _PLAUSIBLE * len(column.known) else _ROUGH


def _aggregate(
    column: ColumnKind, kind: DataType, fits: Sequence[Column], error: float | None
) -> list[Column]:
    """The aggregates of one column, named as in ColumnFacts."""
    as_read = data.column(data.AS_READ).getField(column.name)
    values = _take_known(column, kind, fits)
    distinct = F.approx_count_distinct(values.cast("string") if fits else values, error)
    found = [F.count(values).alias("known"), distinct.alias("distinct")]
    if isinstance(kind, NumericType):
        number = data.column(column.name).cast("double")
        number = F.when(~F.isnan(number), number)
        found += [F.min(number).alias("lowest"), F.max(number).alias("highest")]
        fractions = number.isNotNull() & ~data.is_whole(number)
        found.append((F.count_if(fractions) > 0).alias("has_fractions"))
    if fits:
        misfit = ~F.coalesce(functools.reduce(operator.and_, fits), F.lit(False))
        example = F.min(F.when(misfit, as_read.cast("string")))
        found += [F.count_if(misfit).alias("misfits"), F.coalesce(example, F.lit("")).alias("misfit")]
    return found


def _take_known(column: ColumnKind, kind: DataType, fits: Sequence[Column]) -> Column:
    """The values as read, null where there is none or a blank text."""
    as_read = data.column(data.AS_READ).getField(column.name)
    is_text = not isinstance(kind, NumericType | BooleanType)
    blank = data.is_blank(as_read) if is_text or fits else as_read.isNull()
    return F.when(~blank, as_read)


def _select_readable(table: data.Table) -> DataFrame:
    """The rows that split into their fields, with moments as what the clock of UTC shows."""
    frame = table.frame
    if data.MALFORMED in frame.columns:
        frame = frame.filter(data.column(data.MALFORMED).isNull()).drop(data.MALFORMED)
    moments = {name: data.read_utc(data.column(name)) for name in find_instants(frame.schema)}
    return frame.withColumns(moments) if moments else frame
