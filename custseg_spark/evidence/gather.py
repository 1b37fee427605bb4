"""All evidence for every k of the sweep, each part of which can be switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from custseg_spark.evidence import scores
from custseg_spark.evidence.refit import Labels, Points, one_thread, subset
from custseg_spark.evidence.stability import NamesOf, stability
from custseg_spark.recipe.models import Evidence


class Partition(Protocol):
    """A candidate's cut through the sample."""

    @property
    def centres(self) -> Points:
        """(k, d) in model scale."""

    @property
    def labels(self) -> Labels:
        """(n,) in 0..k-1."""


@dataclass(frozen=True)
class Scores:
    """The scores of one k; None where a part was switched off or can't be taken.

    `jaccards` has a value per segment, in the order of the partition's centres. The names are those
    of `choose.Candidate`, so that `Candidate(..., **vars(scores))` fills it.
    """

    silhouette_euclidean: float | None
    calinski_harabasz: float | None
    davies_bouldin: float | None
    gap: float | None = None
    gap_se: float | None = None
    prediction_strength: float | None = None
    lowest_jaccard: float | None = None
    jaccards: tuple[float, ...] = ()
    same_names: float | None = None


def gather(
    points: Points,
    partitions: Mapping[int, Partition],
    settings: Evidence,
    seed: int,
    names_of: NamesOf | None = None,
) -> dict[int, Scores]:
    """The scores of each partition of `points` (n, d), by k; the same for the same seed.

    Euclidean silhouette on at most EUCLIDEAN_ROWS of the points, gap on GAP_ROWS, prediction strength on
    HALVES_ROWS, redraws of `stability.ROWS`; Calinski-Harabasz and Davies-Bouldin on all.
    """
    rng = np.random.default_rng(seed)
    few, gap_rows, halves = (
        subset(len(points), at_most, rng)
        for at_most in (scores.EUCLIDEAN_ROWS, scores.GAP_ROWS, scores.HALVES_ROWS)
    )
    with one_thread():
        between = scores.distances(points[few])
        boxes = scores.reference_boxes(points[gap_rows], seed) if settings.gap else []

        def scored(k: int, cut: Partition) -> Scores:
            strong = settings.prediction_strength
            gap, gap_se = scores.gap(points[gap_rows], boxes, k, seed) if boxes else (None, None)
            jaccards, same_names = _redrawn(points, cut, settings.bootstraps, seed, names_of)
            return Scores(
                silhouette_euclidean=scores.silhouette_euclidean(between, cut.labels[few]),
                calinski_harabasz=scores.calinski_harabasz(points, cut.labels),
                davies_bouldin=scores.davies_bouldin(points, cut.labels),
                gap=gap,
                gap_se=gap_se,
                prediction_strength=scores.prediction_strength(points[halves], k, seed) if strong else None,
                lowest_jaccard=min(jaccards, default=None),
                jaccards=jaccards,
                same_names=same_names,
            )

        return {k: scored(k, cut) for k, cut in partitions.items()}


def _redrawn(
    points: Points, cut: Partition, redraws: int, seed: int, names_of: NamesOf | None
) -> tuple[tuple[float, ...], float | None]:
    if redraws == 0:
        return (), None
    found = stability(points, cut.centres, cut.labels, redraws, seed, names_of)
    return tuple(float(j) for j in found.jaccards), found.same_names
