"""sweep -> choose -> refine: what is decided on the sample and made to hold for all customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from custseg_spark import clustering, evidence, features, journal, segments
from custseg_spark.clustering import Partition
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.evidence import Candidate
from custseg_spark.features import Treatment
from custseg_spark.model import SCALED, Model, add_stages
from custseg_spark.recipe import Recipe
from custseg_spark.results import CustomerTable, Decision, Segmentation, SegmentIds
from custseg_spark.sql import find_columns


def sweep_k(spark: SparkSession, points: NDArray[np.float64], recipe: Recipe) -> list[Partition]:
    """A partition of the sample for every k of the recipe's range."""
    low, high = recipe.segments.range
    return sweep_range(spark, points, range(low, high + 1), recipe)


def sweep_range(
    spark: SparkSession, points: NDArray[np.float64], ks: range, recipe: Recipe
) -> list[Partition]:
    """The same for numbers of segments of one's own; each has the best of the one before to start from."""
    return clustering.sweep(
        spark,
        points,
        ks,
        restarts=recipe.sweep.restarts,
        seed=recipe.sweep.seed,
        start=recipe.sweep.start,
        done=lambda k: journal.progress(f"sweep k={k}"),
    )


def choose_candidate(
    points: NDArray[np.float64], partitions: Sequence[Partition], recipe: Recipe
) -> Decision:
    """Score each k of the sweep and choose one by the recipe's method; nothing is said of structure."""
    candidates = tuple(_score_candidates(points, partitions, recipe))
    choice = evidence.choose(candidates, recipe.segments.choose, recipe.segments.smallest_share)
    return Decision(candidates, tuple(partitions), choice, None)


def choose_k(points: NDArray[np.float64], partitions: Sequence[Partition], recipe: Recipe) -> Decision:
    """The same, and judge the structure of what was chosen unless that is switched off."""
    decision = choose_candidate(points, partitions, recipe)
    if not recipe.evidence.structure:
        return decision
    structure = evidence.judge_structure(
        points,
        decision.partition.labels,
        decision.choice.k,
        decision.candidate.lowest_jaccard,
        recipe.sweep.seed,
    )
    return replace(decision, structure=structure)


def _score_candidates(
    points: NDArray[np.float64], partitions: Sequence[Partition], recipe: Recipe
) -> Iterator[Candidate]:
    seed = recipe.sweep.seed
    by_k = {partition.k: partition for partition in partitions}
    scores = evidence.gather_scores(
        points, by_k, recipe.evidence, seed, lambda c, p, labels: _propose_names(recipe, c, p, labels)
    )
    for cut in partitions:
        silhouette, silhouette_se = evidence.silhouette_squared(points, cut.labels)
        yield Candidate(
            k=cut.k,
            cost=cut.cost,
            cost_se=evidence.cost_error(points, cut.centres, cut.labels),
            cost_spread=cut.cost_spread,
            silhouette=silhouette if cut.silhouette is None else cut.silhouette,
            silhouette_se=silhouette_se,
            smallest_share=cut.smallest_share,
            smallest_share_se=evidence.share_error(cut.smallest_share, len(points)),
            distinct_segments=len(np.unique(cut.labels)),
            **vars(scores[cut.k]),
        )


def fit_segments(
    table: CustomerTable,
    recipe: Recipe,
    treatments: tuple[Treatment, ...],
    points: NDArray[np.float64],
    described: pd.DataFrame,
    centres: NDArray[np.float64],
    identify: Callable[[NDArray[np.int64], int], SegmentIds],
) -> Segmentation:
    """The chosen centres made to hold for all customers, named and given their ids.

    `described`: a row per sampled customer, as `points` (n, d). `identify`: from the labels (n,) of the
    sampled customers and k to who is who. The passes over all rows that refine the centres measure the
    profile too.
    """
    model = Model(
        id=recipe.input.id, columns=_list_columns(table, treatments), features=treatments,
        centres=(), ids=(), names=(), order_by=recipe.order_by,
    )  # fmt: skip
    columns = {**{t.name: f"{features.VALUE}{t.name}" for t in treatments}, **table.profiled}
    scaled = add_stages(table.accepted, model.scaled_stages())
    with translate_engine_errors("reading the input"):
        refined = clustering.refine(
            scaled, [f"{SCALED}{i}" for i in range(len(treatments))], centres,
            segments.build_aggregates(columns), steps=recipe.sweep.refine, tolerance=recipe.sweep.tolerance,
        )  # fmt: skip
    journal.scan("refine", refined.passes)
    sizes = np.array([row["_size"] for row in refined.rows])
    order = _order_centres(refined.centres, sizes, list(recipe.segment_by).index(recipe.order_by))
    identified = identify(clustering.find_nearest(points, refined.centres[order]), len(order))
    by_id = np.argsort(identified.ids)
    order = [order[i] for i in by_id]
    ids = tuple(sorted(identified.ids))
    ordered = tuple(int(size) for size in sizes[order])
    centres = refined.centres[order]
    labels = clustering.find_nearest(points, centres)
    sample = described.assign(segment=np.array(ids)[labels])
    found = segments.measure_traits(points, labels, len(centres))
    profile = segments.build_profile(
        segments.Measurements(
            segments.tabulate_totals([refined.rows[i] for i in order], ids, ordered, columns), sample
        ),
        found,
        _name_segments(recipe, found, ids, identified.names),
        segments.list_columns(recipe.segment_by, recipe.describe, recipe.check),
        recipe.protected,
    )
    profile = segments.suppress_small_cells(profile, recipe.privacy.min_cell, sample)
    names = tuple(segment.name for segment in profile.segments)
    if small := warn_small(names, ordered, recipe.segments.smallest_share):
        journal.warn(small)
    model = replace(model, centres=tuple(map(tuple, centres.tolist())), ids=ids, names=names)
    return Segmentation(
        model, profile, ordered, tuple(order), labels, identified.events, sample, points, refined.cost,
        refined.passes, refined.gain,
    )  # fmt: skip


def warn_small(names: Sequence[str], sizes: Sequence[int], floor: float) -> str:
    """A warning where a segment of all customers, `sizes` (k,), is under the floor that k was chosen by on
    the sample; empty where none is."""
    everyone = sum(sizes)
    small = [f"{name} ({size / everyone:.2%})" for name, size in zip(names, sizes, strict=True)
             if size < floor * everyone]  # fmt: skip
    if not small:
        return ""
    return (
        f"of all customers, less than segments.smallest_share ({floor:.1%}) are in: {', '.join(small)}; "
        "the floor is asked of the sample, and of no fixed k"
    )


def _order_centres(centres: NDArray[np.float64], sizes: NDArray[np.int64], by: int) -> list[int]:
    """Highest `order_by` first; ties: the larger first, then the one found first."""
    return sorted(range(len(centres)), key=lambda i: (-centres[i, by], -sizes[i], i))


def _name_segments(
    recipe: Recipe, found: segments.Traits, ids: Sequence[int], kept: Mapping[int, str]
) -> tuple[segments.SegmentName, ...]:
    """Names by rule, but for those that the recipe pins and those that are kept from the live run."""
    words = {name: feature.words for name, feature in recipe.segment_by.items()}
    asked = {segment: name for segment, name in recipe.segments.names.items() if segment in ids}
    spoken = {name.casefold() for name in asked.values()}
    stay = {i: name for i, name in kept.items() if i not in asked and name.casefold() not in spoken}
    return segments.name_segments(found, segments.Vocabulary(words, recipe.order_by), {**stay, **asked}, ids)


def _propose_names(
    recipe: Recipe, centres: NDArray[np.float64], points: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[str, ...]:
    """The names that these segments would get, in the order of the centres."""
    k = len(centres)
    order = _order_centres(
        centres, np.bincount(labels, minlength=k), list(recipe.segment_by).index(recipe.order_by)
    )
    rank = np.argsort(order)
    named = _name_segments(recipe, segments.measure_traits(points, rank[labels], k), range(k), {})
    return tuple(named[i].name for i in rank)


def _list_columns(table: CustomerTable, treatments: Sequence[Treatment]) -> dict[str, str]:
    """The input columns that the features read, and their types."""
    wanted = {column.lower() for t in treatments for column in find_columns(t.sql)}
    return {name: kind for name, kind in table.types.items() if name.lower() in wanted}
