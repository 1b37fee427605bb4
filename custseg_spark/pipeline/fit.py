"""sweep -> choose -> refine: what is decided on the sample and made to hold for all customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from custseg_spark import clustering, evidence, features, segments
from custseg_spark.clustering import Partition
from custseg_spark.evidence import Candidate, Choice, Structure
from custseg_spark.features import Treatment
from custseg_spark.journal import Journal
from custseg_spark.model import SCALED, Model, with_stages
from custseg_spark.pipeline.identity import Identified
from custseg_spark.pipeline.intake import Intake
from custseg_spark.pipeline.problems import told
from custseg_spark.recipe import Recipe, columns_used


@dataclass(frozen=True)
class Decision:
    """Every k of the sweep with its scores, the one that was chosen and its partition of the sample.

    `structure`: the verdict on the chosen partition; None where it was switched off.
    """

    candidates: tuple[Candidate, ...]
    partitions: tuple[Partition, ...]
    choice: Choice
    structure: Structure | None

    @property
    def candidate(self) -> Candidate:
        return next(candidate for candidate in self.candidates if candidate.k == self.choice.k)

    @property
    def partition(self) -> Partition:
        return next(partition for partition in self.partitions if partition.k == self.choice.k)


@dataclass(frozen=True)
class Fitted:
    """The model and its segments, by ascending id: without a live run to follow, in order of the recipe's
    `order_by`, highest first.

    `sizes` (k,): customers of each segment, from all rows. `order` (k,): which centre of the chosen partition
    each segment came from. `labels` (n,): positions of the sampled customers' segments. `events`:
    what became of the live run's segments. `sample`: a row per sampled customer, each feature in its unit,
    everything that describes, and `segment`. `points` (n, d): the sample on the model scale. `cost`: over all
    rows.
    """

    model: Model
    profile: segments.Profile
    sizes: tuple[int, ...]
    order: tuple[int, ...]
    labels: NDArray[np.int64]
    events: tuple[segments.Event, ...]
    sample: pd.DataFrame
    points: NDArray[np.float64]
    cost: float
    passes: int
    gain: float

    def jaccards(self, chosen: Candidate) -> tuple[float, ...]:
        """(k,) how much of each segment comes back when the data is redrawn; empty where it was not asked."""
        return tuple(chosen.jaccards[i] for i in self.order) if chosen.jaccards else ()


def swept(
    spark: SparkSession, points: NDArray[np.float64], recipe: Recipe, journal: Journal
) -> list[Partition]:
    """A partition of the sample for every k of the recipe's range."""
    low, high = recipe.segments.range
    return swept_over(spark, points, range(low, high + 1), recipe, journal)


def swept_over(
    spark: SparkSession, points: NDArray[np.float64], ks: range, recipe: Recipe, journal: Journal
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


def chosen(points: NDArray[np.float64], partitions: Sequence[Partition], recipe: Recipe) -> Decision:
    """Score each k of the sweep and choose one by the recipe's method; nothing is said of structure."""
    candidates = tuple(_candidates(points, partitions, recipe))
    choice = evidence.choose(candidates, recipe.segments.choose, recipe.segments.smallest_share)
    return Decision(candidates, tuple(partitions), choice, None)


def decided(points: NDArray[np.float64], partitions: Sequence[Partition], recipe: Recipe) -> Decision:
    """The same, and judge the structure of what was chosen unless that is switched off."""
    decision = chosen(points, partitions, recipe)
    if not recipe.evidence.structure:
        return decision
    structure = evidence.verdict(
        points,
        decision.partition.labels,
        decision.choice.k,
        decision.candidate.lowest_jaccard,
        recipe.sweep.seed,
    )
    return replace(decision, structure=structure)


def _candidates(
    points: NDArray[np.float64], partitions: Sequence[Partition], recipe: Recipe
) -> Iterator[Candidate]:
    seed = recipe.sweep.seed
    by_k = {partition.k: partition for partition in partitions}
    scores = evidence.gather(
        points, by_k, recipe.evidence, seed, lambda c, p, labels: _names(recipe, c, p, labels)
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


def fitted(
    table: Intake,
    recipe: Recipe,
    treatments: tuple[Treatment, ...],
    points: NDArray[np.float64],
    described: pd.DataFrame,
    centres: NDArray[np.float64],
    identify: Callable[[NDArray[np.int64], int], Identified],
    journal: Journal,
) -> Fitted:
    """The chosen centres made to hold for all customers, named and given their ids.

    `described`: a row per sampled customer, as `points` (n, d). `identify`: from the labels (n,) of the
    sampled customers and k to who is who. The passes over all rows that refine the centres measure the
    profile too.
    """
    model = Model(
        id=recipe.input.id, columns=_columns_read(table, treatments), features=treatments,
        centres=(), ids=(), names=(), order_by=recipe.order_by,
    )  # fmt: skip
    columns = {**{t.name: f"{features.VALUE}{t.name}" for t in treatments}, **table.profiled}
    scaled = with_stages(table.accepted, model.scaled_stages())
    with told("reading the input"):
        refined = clustering.refine(
            scaled, [f"{SCALED}{i}" for i in range(len(treatments))], centres, segments.aggregates(columns),
            steps=recipe.sweep.refine, tolerance=recipe.sweep.tolerance,
        )  # fmt: skip
    journal.scan("refine", refined.passes)
    sizes = np.array([row["_size"] for row in refined.rows])
    order = _order(refined.centres, sizes, list(recipe.segment_by).index(recipe.order_by))
    identified = identify(clustering.nearest(points, refined.centres[order]), len(order))
    by_id = np.argsort(identified.ids)
    order = [order[i] for i in by_id]
    ids = tuple(sorted(identified.ids))
    ordered = tuple(int(size) for size in sizes[order])
    centres = refined.centres[order]
    labels = clustering.nearest(points, centres)
    sample = described.assign(segment=np.array(ids)[labels])
    found = segments.traits(points, labels, len(centres))
    profile = segments.profile(
        segments.totals([refined.rows[i] for i in order], ids, ordered, columns),
        sample,
        found,
        _named(recipe, found, ids, identified.names),
        segments.shown_columns(recipe.segment_by, recipe.describe, recipe.check),
        recipe.protected,
    )
    profile = segments.withheld(profile, recipe.privacy.min_cell, sample)
    names = tuple(segment.name for segment in profile.segments)
    if small := too_small(names, ordered, recipe.segments.smallest_share):
        journal.warn(small)
    model = replace(model, centres=tuple(map(tuple, centres.tolist())), ids=ids, names=names)
    return Fitted(
        model, profile, ordered, tuple(order), labels, identified.events, sample, points, refined.cost,
        refined.passes, refined.gain,
    )  # fmt: skip


def too_small(names: Sequence[str], sizes: Sequence[int], floor: float) -> str:
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


def _order(centres: NDArray[np.float64], sizes: NDArray[np.int64], by: int) -> list[int]:
    """Highest `order_by` first; ties: the larger first, then the one found first."""
    return sorted(range(len(centres)), key=lambda i: (-centres[i, by], -sizes[i], i))


def _named(
    recipe: Recipe, found: segments.Traits, ids: Sequence[int], kept: Mapping[int, str]
) -> tuple[segments.Named, ...]:
    """Names by rule, but for those that the recipe pins and those that are kept from the live run."""
    words = {name: feature.words for name, feature in recipe.segment_by.items()}
    asked = {segment: name for segment, name in recipe.segments.names.items() if segment in ids}
    spoken = {name.casefold() for name in asked.values()}
    stay = {i: name for i, name in kept.items() if i not in asked and name.casefold() not in spoken}
    return segments.name_segments(
        found, list(recipe.segment_by), words, recipe.order_by, {**stay, **asked}, ids
    )


def _names(
    recipe: Recipe, centres: NDArray[np.float64], points: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[str, ...]:
    """The names that these segments would get, in the order of the centres."""
    k = len(centres)
    order = _order(centres, np.bincount(labels, minlength=k), list(recipe.segment_by).index(recipe.order_by))
    rank = np.argsort(order)
    named = _named(recipe, segments.traits(points, rank[labels], k), range(k), {})
    return tuple(named[i].name for i in rank)


def _columns_read(table: Intake, treatments: Sequence[Treatment]) -> dict[str, str]:
    """The input columns that the features read, and their types."""
    wanted = {column.lower() for t in treatments for column in columns_used(t.sql)}
    return {name: kind for name, kind in table.types.items() if name.lower() in wanted}
