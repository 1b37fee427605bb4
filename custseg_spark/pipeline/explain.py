"""What a recipe means for a table, without running a job over its data."""

from __future__ import annotations

from pyspark.sql import SparkSession

from custseg_spark import features
from custseg_spark.pipeline import intake
from custseg_spark.recipe import Recipe
from custseg_spark.recipe.explain import explained
from custseg_spark.session_settings import keep_settings


@keep_settings
def explain(spark: SparkSession, recipe: Recipe, path: str) -> str:
    """The checked recipe with its defaults, the feature expressions, and the schema of what is written."""
    table = intake.intake(spark, recipe, path)
    lines = [explained(recipe).rstrip(), "", "# features, as Spark computes them"]
    lines += [f"#   {features.VALUE}{name}: {sql}" for name, sql in table.expressions.items()]
    lines += ["", "# customers/: one row per accepted customer, partitioned by segment"]
    written = {name: table.types[name] for name in intake.kept(table.columns, recipe)}
    written |= {f"{features.VALUE}{name}": "double" for name in recipe.segment_by}
    written |= {"segment": "int", "segment_name": "string", "distance_to_centre": "double"}
    lines += [f"#   {name}: {kind}" for name, kind in written.items()]
    return "\n".join(lines) + "\n"
