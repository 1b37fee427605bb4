"""The recipe: one YAML file that says everything about one segmentation."""

from custseg_spark.recipe.explain import explained
from custseg_spark.recipe.expressions import rate_part, used_by
from custseg_spark.recipe.load import load, parse
from custseg_spark.recipe.models import (
    Action,
    DateType,
    Description,
    Evidence,
    Feature,
    Input,
    Outcome,
    Output,
    Recipe,
    Rule,
    Rules,
    Segments,
    Sweep,
)
from custseg_spark.recipe.safety import safe
from custseg_spark.recipe.sql import columns_used

__all__ = [
    "Action",
    "DateType",
    "Description",
    "Evidence",
    "Feature",
    "Input",
    "Outcome",
    "Output",
    "Recipe",
    "Rule",
    "Rules",
    "Segments",
    "Sweep",
    "columns_used",
    "explained",
    "load",
    "parse",
    "rate_part",
    "safe",
    "used_by",
]
