"""What a recipe means for a table, without running a job over its data."""

from __future__ import annotations

from pyspark.sql import SparkSession

from custseg_spark import features
from custseg_spark.engine.session_settings import keep_settings
from custseg_spark.recipe import Recipe
from custseg_spark.recipe.explain import write_explained
from custseg_spark.steps import load_table


@keep_settings
def explain_recipe(spark: SparkSession, recipe: Recipe, path: str) -> str:
    """The checked recipe with its defaults, the feature expressions, and the schema of what is written."""
    table = load_table.load_table(spark, recipe, path)
    lines = [write_explained(recipe).rstrip(), "", "# features, as Spark computes them"]
    lines += [f"#   {features.VALUE}{name}: {sql}" for name, sql in table.expressions.items()]
    lines += ["", "# customers/: one row per accepted customer, partitioned by segment"]
    types = table.types | dict.fromkeys(table.may_be_whole, "bigint, or double where a number has a fraction")
    written = {name: types[name] for name in load_table.list_kept_columns(table.columns, recipe)}
    written |= {f"{features.VALUE}{name}": "double" for name in recipe.segment_by}
    written |= {"segment": "int", "segment_name": "string", "distance_to_centre": "double"}
    lines += [f"#   {name}: {kind}" for name, kind in written.items()]
    return "\n".join(lines) + "\n"
