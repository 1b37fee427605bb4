"""The recipe: one YAML file that says everything about one segmentation."""

from custseg_spark.recipe.admission import check
from custseg_spark.recipe.aggregates import Aggregate, decomposed
from custseg_spark.recipe.codes import codes_of
from custseg_spark.recipe.explain import explained
from custseg_spark.recipe.expressions import rate_part, used_by
from custseg_spark.recipe.leaving import Audience, Output, Privacy, Publish
from custseg_spark.recipe.load import change, load, load_orders, parse
from custseg_spark.recipe.models import (
    Action,
    DateType,
    Description,
    Evidence,
    Feature,
    Input,
    Outcome,
    Recipe,
    Rule,
    Rules,
    Segments,
    Source,
    Sweep,
)
from custseg_spark.recipe.orders import OrderRecipe, used_by_lines
from custseg_spark.recipe.safety import safe
from custseg_spark.recipe.sql import columns_used, sql_name, sql_text
from custseg_spark.recipe.utc import in_utc, instants

__all__ = [
    "Action",
    "Aggregate",
    "Audience",
    "DateType",
    "Description",
    "Evidence",
    "Feature",
    "Input",
    "OrderRecipe",
    "Outcome",
    "Output",
    "Privacy",
    "Publish",
    "Recipe",
    "Rule",
    "Rules",
    "Segments",
    "Source",
    "Sweep",
    "change",
    "check",
    "codes_of",
    "columns_used",
    "decomposed",
    "explained",
    "in_utc",
    "instants",
    "load",
    "load_orders",
    "parse",
    "rate_part",
    "safe",
    "sql_name",
    "sql_text",
    "used_by",
    "used_by_lines",
]
