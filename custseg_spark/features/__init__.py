"""Features: SQL expressions over a customer's row, made complete, bounded and comparable."""

from custseg_spark.features.expressions import RAW, VALUE, raw_columns, value_checks, value_reasons
from custseg_spark.features.treatment import Treatment, fit_treatments, model_scale, treated

__all__ = [
    "RAW",
    "VALUE",
    "Treatment",
    "fit_treatments",
    "model_scale",
    "raw_columns",
    "treated",
    "value_checks",
    "value_reasons",
]
