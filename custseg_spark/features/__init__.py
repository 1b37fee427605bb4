"""Features: SQL expressions over a customer's row, made complete, bounded and comparable."""

from custseg_spark.features.raw_columns import (
    RAW,
    VALUE,
    add_raw_columns,
    build_value_checks,
    list_value_reasons,
    refuse_types,
)
from custseg_spark.features.treatment import Treatment, apply_treatments, fit_treatments, to_model_scale
