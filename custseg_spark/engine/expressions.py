"""The one gate between SQL text and the engine.

Spark gets an expression as it stands. Sail gets one that means the same there (`sql.on_sail`), for which the
types of the columns are needed; what has none is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from custseg_spark.engine.choose import is_sail
from custseg_spark.sql.on_sail import translate


def compile_expression(frame: DataFrame, sql: str, where: str = "expression") -> Column:
    """The expression as a column of `frame`; `where`: the key that it stands under.

    Raises NeedsSparkError where Sail has no form of it that means the same.
    """
    return F.expr(_translate(frame, sql, where) if is_sail(frame.sparkSession) else sql)


def add_columns(frame: DataFrame, expressions: Mapping[str, str]) -> DataFrame:
    """The frame with a column for each expression, behind its own; none sees another."""
    return frame.select(
        "*", *[compile_expression(frame, sql).alias(name) for name, sql in expressions.items()]
    )


def find_types(frame: DataFrame, expressions: Mapping[str, str], where: str = "") -> dict[str, DataType]:
    """The type that each expression gives; `where`: what stands before its name in its key.

    Raises Spark's AnalysisException where one can't be.
    """
    columns = [compile_expression(frame, sql, f"{where}{name}") for name, sql in expressions.items()]
    schema = frame.select(*columns).schema
    return {name: field.dataType for name, field in zip(expressions, schema, strict=True)}


def _translate(frame: DataFrame, sql: str, where: str) -> str:
    types = {field.name: field.dataType.simpleString() for field in frame.schema}
    return translate(sql, types, where).sql
