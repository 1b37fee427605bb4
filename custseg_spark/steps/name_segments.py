"""What segments are called, and their order: the recipe's words by a rule, names that are pinned or kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from custseg_spark import recipe as recipes
from custseg_spark import segments
from custseg_spark.recipe import FeatureSection, LevelFeature, Recipe
from custseg_spark.results import CountedTable
from custseg_spark.statistics import measure_eta_squared
from custseg_spark.wording import fold_text

SEPARATES = 0.25
"""A feature of whose variance at least this share lies between the segments tells them apart."""
_BOUGHT: tuple[tuple[segments.Topic, ...], ...] = (("spend",), ("frequency",))
"""What people buy by, the first that separates the segments gives the nouns."""


def settle_order(
    counted: CountedTable, points: NDArray[np.float64], labels: NDArray[np.int64]
) -> CountedTable:
    """The table with the feature that orders and names its segments in its recipe: that of the recipe, else
    of the live run, else what `find_order` finds for the `points` (n, d) and their `labels` (n,)."""
    recipe, live = counted.recipe, counted.live
    if recipe.segments.order_by is not None:
        return counted
    kept = live.model.order_by if live else None
    order = kept if kept in recipe.features else find_order(recipe, points, labels)
    return replace(counted, recipe=recipes.change(recipe, {"segments.order_by": order}))


def find_order(recipe: Recipe, points: NDArray[np.float64], labels: NDArray[np.int64]) -> str:
    """The feature that orders the segments and gives their nouns, where the recipe does not say it.

    Money that was spent if it separates them (see SEPARATES), else how often people bought, else whatever
    separates them most; of several of a kind one whose words are nouns, which begin with a capital, then
    the one that separates most, and of equals the first. A level of a category only where nothing else cuts,
    for it has no order.
    """
    if recipe.segments.order_by is not None:
        return recipe.segments.order_by
    columns = dict(zip(recipe.features, points.T, strict=True))
    ordered = {name: f for name, f in recipe.features.items() if not isinstance(f, LevelFeature)}
    apart = {
        name: float(np.nan_to_num(measure_eta_squared(columns[name], labels)))
        for name in ordered or recipe.features
    }
    topics = {name: segments.find_topic(f.label or name, f.unit) for name, f in ordered.items()}
    for wanted in _BOUGHT:
        some = [name for name, share in apart.items() if share >= SEPARATES and topics.get(name) in wanted]
        if some:
            return max(some, key=lambda name: (_has_nouns(recipe.features[name]), round(apart[name], 6)))
    return max(apart, key=lambda name: round(apart[name], 6))


def _has_nouns(feature: FeatureSection) -> bool:
    return any(word and word[0].isupper() for word in feature.words or ())


def order_centres(centres: NDArray[np.float64], sizes: Sequence[float], by: int) -> list[int]:
    """Highest `order_by` first; ties: the larger first, then the one found first."""
    return sorted(range(len(centres)), key=lambda i: (-centres[i, by], -sizes[i], i))


def name_segments(
    recipe: Recipe, found: segments.Traits, ids: Sequence[int], kept: Mapping[int, str], order_by: str = ""
) -> tuple[segments.SegmentName, ...]:
    """Names by rule, but for those that the recipe pins and those that are kept from the live run: all but
    those that say a figure. `order_by`: the feature that gives the nouns; the recipe's unless given."""
    asked = {segment: name for segment, name in recipe.segments.names.items() if segment in ids}
    spoken = {name.casefold() for name in asked.values()}
    stay = {
        i: name
        for i, name in kept.items()
        if i not in asked and name.casefold() not in spoken and not segments.tells_figure(name)
    }
    features = recipe.features
    lowest = np.zeros(len(features)) if found.means is None else found.means.min(axis=0)
    vocabulary = segments.Vocabulary(
        {name: feature.words for name, feature in features.items()},
        order_by or recipe.order_by,
        {
            title.name: replace(title, may_count=bool(least >= 0))
            for title, least in zip(_list_titles(recipe), lowest, strict=True)
        },
    )
    return segments.name_segments(found, vocabulary, {**stay, **asked}, ids)


def _list_titles(recipe: Recipe) -> Iterator[segments.Title]:
    """What each feature is called. The word of a level, which stands in names alone, carries its category
    where another feature has that word too: tier A, class A."""
    features = recipe.features
    words = Counter(
        fold_text(word) for feature in features.values() for word in set(feature.words or ()) if word
    )
    for name, feature in features.items():
        title = segments.Title(name, feature.label, feature.unit)
        if isinstance(feature, LevelFeature):
            word = str((feature.words or (feature.label,))[-1])
            told = word if words[fold_text(word)] == 1 else feature.label
            title = replace(title, category=feature.title, level=told)
        yield title


def propose_names(
    recipe: Recipe, centres: NDArray[np.float64], points: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[str, ...]:
    """The names that these segments would get, in the order of the centres."""
    k = len(centres)
    sizes = np.bincount(labels, minlength=k).tolist()
    by = find_order(recipe, points, labels)
    order = order_centres(centres, sizes, list(recipe.features).index(by))
    rank = np.argsort(order)
    named = name_segments(recipe, segments.measure_traits(points, rank[labels], k), range(k), {}, by)
    return tuple(named[i].name for i in rank)
