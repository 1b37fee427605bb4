"""The recipe's expressions as columns, and what their values must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    IntegralType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from custseg_spark.engine.expressions import add_columns
from custseg_spark.errors import RecipeError
from custseg_spark.recipe import FeatureSection

RAW = "_raw_"
"""Prefix of a feature's value as its expression gives it: double, null where missing."""
VALUE = "feature_"
"""Prefix of a feature's value in its own unit, after imputation and clipping."""


def add_raw_columns(frame: DataFrame, expressions: Mapping[str, str]) -> DataFrame:
    """The frame plus `_raw_<name>` (double; null for missing and NaN) for each expression."""
    return add_columns(frame, {f"{RAW}{name}": write_raw_sql(sql) for name, sql in expressions.items()})


def refuse_types(types: Mapping[str, DataType], features: Mapping[str, FeatureSection]) -> None:
    """Raises RecipeError for a feature whose expression gives neither a number, a boolean nor text that may
    hold one. `types`: what each expression gives."""
    for name, kind in types.items():
        if isinstance(kind, NumericType | BooleanType | StringType):
            continue
        is_day = isinstance(kind, DateType | TimestampType | TimestampNTZType)
        raise RecipeError(
            f"segment_by.{name}: the expression gives {kind.simpleString()}, not a number",
            f"cut by the days since: {name}: datediff(current_date(), {features[name].sql})"
            if is_day
            else "write an expression that gives a number",
        )


def write_raw_sql(sql: str) -> str:
    """The expression as a double, null where it is missing or NaN."""
    return f"nanvl(try_cast(({sql}) AS DOUBLE), CAST(NULL AS DOUBLE))"


def build_value_checks(
    types: Mapping[str, DataType], expressions: Mapping[str, Column], features: Mapping[str, FeatureSection]
) -> Iterator[tuple[str, Column]]:
    """For each reason to reject a customer over a feature's value, the column that is true where it holds.

    `types`: what each expression gives. Infinite values are rejected always, missing ones where the
    feature says `impute: quarantine`, text that is no number where the expression gives text, and
    what log1p can't take where no fixed lower bound keeps it out.
    """
    for name, feature in features.items():
        value = F.col(f"{RAW}{name}")
        yield f"{name}: infinite", _is_finite(value, types[name])
        if isinstance(types[name], StringType):
            text = expressions[name]
            yield f"{name}: not a number", text.isNull() | (F.trim(text) == "") | value.isNotNull()
        if feature.impute == "quarantine":
            yield f"{name}: missing", value.isNotNull()
        low = feature.clip[0] if isinstance(feature.clip, tuple) else None
        has_floor = isinstance(low, int | float) and low > -1
        if feature.transform == "log1p" and not has_floor:
            # Sail computes a value again for each mention; least passes over nulls.
            yield f"{name}: log1p takes values above -1", F.least(value, F.lit(0.0)) > -1


def _is_finite(value: Column, kind: DataType) -> Column:
    """Whether a value of an expression of that type is no infinity, or missing; nothing is computed where the
    type has none."""
    if isinstance(kind, IntegralType | DecimalType | BooleanType):
        return F.lit(True)
    return ~F.abs(value).eqNullSafe(F.lit(float("inf")))


def list_value_reasons(features: Mapping[str, FeatureSection]) -> list[str]:
    """Every reason that a check of these features gives, whatever type their expressions have in a table."""
    faults = ("infinite", "not a number", "missing", "log1p takes values above -1")
    return [f"{name}: {fault}" for name in features for fault in faults]
