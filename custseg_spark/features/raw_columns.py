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
from custseg_spark.recipe import FeatureSection, LevelFeature
from custseg_spark.recipe.features import MISSING
from custseg_spark.sql import make_safe

RAW = "_raw_"
"""Prefix of a feature's value as its expression gives it: double, null where missing."""
LEVEL = "_level_"
"""Prefix of a category's value as text: MISSING where there is none."""
MOST_VALUES = 200
"""What has more values is no category, unless the recipe says its levels."""
UNKNOWN_LEVEL = "a level that the run did not know"
WEIGHT_REASON = "customers.weight: not a positive number"
VALUE = "feature_"
"""Prefix of a feature's value in its own unit, after imputation and clipping."""


def add_raw_columns(frame: DataFrame, expressions: Mapping[str, str]) -> DataFrame:
    """The frame plus `_raw_<name>` (double; null for missing and NaN) for each expression."""
    return add_columns(frame, {f"{RAW}{name}": write_raw_sql(sql) for name, sql in expressions.items()})


def refuse_types(types: Mapping[str, DataType], features: Mapping[str, FeatureSection]) -> None:
    """Raises RecipeError for a feature whose expression gives neither a number, a boolean nor text that may
    hold one, and for a category of anything that has no levels. `types`: what each expression gives."""
    for name, kind in types.items():
        if features[name].category is not None:
            _refuse_no_levels(name, kind, str(features[name].category))
            continue
        if isinstance(kind, NumericType | BooleanType | StringType):
            continue
        is_day = isinstance(kind, DateType | TimestampType | TimestampNTZType)
        raise RecipeError(
            f"segment_by.{name}: the expression gives {kind.simpleString()}, not a number",
            f"cut by the days since: {name}: datediff(current_date(), {features[name].sql})"
            if is_day
            else "write an expression that gives a number",
        )


def _refuse_no_levels(name: str, kind: DataType, sql: str) -> None:
    if isinstance(kind, StringType | BooleanType | IntegralType):
        return
    raise RecipeError(
        f"segment_by.{name}: the expression gives {kind.simpleString()}; "
        "a category is text, whole numbers, true and false",
        f"cut by it as a number: {name}: {sql}; or, where all are whole, category: cast({sql} as bigint)"
        if isinstance(kind, NumericType)
        else f"write an expression that gives text, such as date_format({sql}, 'yyyy')",
    )


def write_features(features: Mapping[str, FeatureSection]) -> dict[str, str]:
    """The safe SQL of each feature that is a number, as a model keeps it."""
    return {
        name: make_safe(str(one.sql), f"segment_by.{one.of if isinstance(one, LevelFeature) else name}")
        for name, one in features.items()
    }


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
        if isinstance(feature, LevelFeature):
            continue  # 0 or 1, or missing as its category is
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


def build_level_checks(categories: Mapping[str, FeatureSection]) -> Iterator[tuple[str, Column]]:
    """The same for categories, whose customers without a value are rejected where they say so; the ranks of
    a settled order are checked as numbers are."""
    for name, feature in categories.items():
        if feature.impute == "quarantine" and not (feature.order and feature.is_settled):
            yield f"{name}: missing", F.col(f"{LEVEL}{name}") != MISSING


def build_novelty_checks(categories: Mapping[str, FeatureSection]) -> Iterator[tuple[str, Column]]:
    """For each category whose levels are known, whether a customer's value is one that the run saw: those of
    a category without more values than are kept."""
    for name, feature in categories.items():
        known = list(list_known_values(feature))
        if feature.is_settled and len(feature.other or ()) < MOST_VALUES:
            yield f"{name}: {UNKNOWN_LEVEL}", F.col(f"{LEVEL}{name}").isin(*known)


def list_known_values(feature: FeatureSection) -> Iterator[str]:
    """Every value of a settled category that the run saw; no value too where it is rejected anyway."""
    yield from (*feature.values, *(feature.other or ()))
    if feature.impute in ("quarantine", "median"):
        yield MISSING


def _is_finite(value: Column, kind: DataType) -> Column:
    """Whether a value of an expression of that type is no infinity, or missing; nothing is computed where the
    type has none."""
    if isinstance(kind, IntegralType | DecimalType | BooleanType):
        return F.lit(True)
    return ~F.abs(value).eqNullSafe(F.lit(float("inf")))


def build_weight_check(weight: str) -> tuple[str, Column]:
    """The same for the column `weight` (double, null where it is no number) of who stands for how many."""
    value = F.col(weight)
    return WEIGHT_REASON, (value > 0) & (value < float("inf"))


def list_value_reasons(features: Mapping[str, FeatureSection]) -> list[str]:
    """Every reason that a check of these features gives, whatever type their expressions have in a table."""
    faults = ("infinite", "not a number", "missing", "log1p takes values above -1", UNKNOWN_LEVEL)
    return [f"{name}: {fault}" for name in features for fault in faults]
