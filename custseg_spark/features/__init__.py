"""Features: SQL expressions over a customer's row, made complete, bounded and comparable."""

from custseg_spark.features.fit_treatments import fit_treatments, refit_scale, weigh
from custseg_spark.features.levels import FoundLevels, find_levels, fold_levels
from custseg_spark.features.raw_columns import (
    LEVEL,
    MOST_VALUES,
    RAW,
    VALUE,
    WEIGHT_REASON,
    add_raw_columns,
    build_level_checks,
    build_novelty_checks,
    build_value_checks,
    build_weight_check,
    list_known_values,
    list_value_reasons,
    refuse_types,
    write_features,
    write_raw_sql,
)
from custseg_spark.features.treatment import Treatment, apply_treatments, list_places, to_model_scale
