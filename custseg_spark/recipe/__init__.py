"""The recipe: one YAML file that says everything about one segmentation."""

from custseg_spark.recipe.categories import LevelFeature, write_level_sql
from custseg_spark.recipe.checks import find_columns_used, find_rate_part, list_expressions
from custseg_spark.recipe.codes import find_codes
from custseg_spark.recipe.explain import write_explained
from custseg_spark.recipe.features import OTHER_LEVEL, FeatureSection
from custseg_spark.recipe.load import change, load, load_orders, parse
from custseg_spark.recipe.models import ROW_NUMBER, Input, Recipe, Source
from custseg_spark.recipe.order_recipe import OrderRecipe, find_order_columns
from custseg_spark.recipe.sections import LABELS, Audience, Evidence, Privacy, Publish, Sweep
