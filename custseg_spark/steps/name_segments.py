"""What segments are called, and their order: the recipe's words by a rule, names that are pinned or kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from custseg_spark import segments
from custseg_spark.recipe import Recipe


def order_centres(centres: NDArray[np.float64], sizes: Sequence[int], by: int) -> list[int]:
    """Highest `order_by` first; ties: the larger first, then the one found first."""
    return sorted(range(len(centres)), key=lambda i: (-centres[i, by], -sizes[i], i))


def name_segments(
    recipe: Recipe, found: segments.Traits, ids: Sequence[int], kept: Mapping[int, str]
) -> tuple[segments.SegmentName, ...]:
    """Names by rule, but for those that the recipe pins and those that are kept from the live run."""
    words = {name: feature.words for name, feature in recipe.segment_by.items()}
    asked = {segment: name for segment, name in recipe.segments.names.items() if segment in ids}
    spoken = {name.casefold() for name in asked.values()}
    stay = {i: name for i, name in kept.items() if i not in asked and name.casefold() not in spoken}
    return segments.name_segments(found, segments.Vocabulary(words, recipe.order_by), {**stay, **asked}, ids)


def propose_names(
    recipe: Recipe, centres: NDArray[np.float64], points: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[str, ...]:
    """The names that these segments would get, in the order of the centres."""
    k = len(centres)
    sizes = np.bincount(labels, minlength=k).tolist()
    order = order_centres(centres, sizes, list(recipe.segment_by).index(recipe.order_by))
    rank = np.argsort(order)
    named = name_segments(recipe, segments.measure_traits(points, rank[labels], k), range(k), {})
    return tuple(named[i].name for i in rank)
