"""What a recipe means for a table, without running a job over its data."""

from __future__ import annotations

from pyspark.sql import SparkSession

from custseg_spark import features
from custseg_spark.engine.session_settings import keep_settings
from custseg_spark.recipe import OTHER_LEVEL, FeatureSection, Recipe
from custseg_spark.recipe.explain import write_explained
from custseg_spark.sql import make_safe
from custseg_spark.steps import load_table


@keep_settings
def explain_recipe(spark: SparkSession, recipe: Recipe, path: str) -> str:
    """The checked recipe with its defaults, the feature expressions, and the schema of what is written."""
    table = load_table.load_table(spark, recipe, path)
    lines = [write_explained(recipe).rstrip(), "", "# features, as Spark computes them"]
    numbers = {name: table.expressions[name] for name in recipe.segment_by if name in table.expressions}
    computed = numbers | {name: _explain_levels(name, one) for name, one in recipe.categories.items()}
    lines += [f"#   {features.VALUE}{name}: {computed[name]}" for name in recipe.segment_by]
    lines += ["", "# customers/: one row per accepted customer, partitioned by segment"]
    types = table.types | dict.fromkeys(table.may_be_whole, "bigint, or double where a number has a fraction")
    written = {name: types[name] for name in load_table.list_kept_columns(table.columns, recipe)}
    written |= {
        f"{features.VALUE}{name}": "double" if one.category is None or one.order else "string"
        for name, one in recipe.segment_by.items()
    }
    written |= {"segment": "int", "segment_name": "string", "distance_to_centre": "double"}
    lines += [f"#   {name}: {kind}" for name, kind in written.items()]
    return "\n".join(lines) + "\n"


def _explain_levels(name: str, feature: FeatureSection) -> str:
    """How a category is computed: its text, what its levels are, and as what these cut."""
    sql = make_safe(str(feature.category), f"segment_by.{name}")
    weight = f" of weight {feature.weight:g}" if feature.weight != 1 else ""
    if feature.order:
        ranks = ", ".join(f"{level} {rank}" for rank, level in enumerate(feature.order))
        return f"the rank of {sql}, {ranks}: a number{weight}"
    known = ", ".join(feature.levels) or f"the {feature.keep} most frequent values of the sample"
    return f"{sql}: {known}, or {OTHER_LEVEL}; levels are 0 or 1 and together count as one number{weight}"
