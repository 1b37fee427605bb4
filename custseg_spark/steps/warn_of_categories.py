"""choose -> refine: the categories that decide alone, told."""

from __future__ import annotations

from custseg_spark import evidence, journal
from custseg_spark.recipe import Recipe
from custseg_spark.results import Decision, TreatedSample
from custseg_spark.wording import format_number, format_percent, write_label


def warn_of_categories(treated: TreatedSample, decision: Decision, recipe: Recipe) -> None:
    """Warn of each category that decides alone, with the weight to try."""
    found = evidence.find_lone_categories(
        treated.points, decision.partition.labels, treated.blocks, treated.categories
    )
    for one in found:
        name = treated.treatments[treated.blocks[one.block][0]].category
        feature = recipe.segment_by[name]
        title = feature.label or write_label(name)
        advice = (
            f"try {format_number(feature.weight * one.part, 2)} as its weight"
            if one.part
            else "leave it out, or describe by it"
        )
        journal.warn(
            f"{title} alone decides, and the segments are little more than its levels: adjusted mutual "
            f"information {one.agreement:.2f} where {evidence.ALONE} is the bound, and of no other feature "
            f"does more than {format_percent(one.others)} of the variance lie between the segments, where "
            f"{format_percent(evidence.LITTLE)} is asked: {advice}"
        )
