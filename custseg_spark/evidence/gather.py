"""All evidence for every k of the sweep, each part of which can be switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from custseg_spark.evidence import scores
from custseg_spark.evidence.refit import Cut, Points, draw_subset, use_one_thread
from custseg_spark.evidence.stability import NamesOf, measure_stability
from custseg_spark.recipe.models import Evidence


@dataclass(frozen=True)
class Scores:
    """The scores of one k; None where a part was switched off or can't be taken.

    `jaccards` has a value per segment, in the order of the partition's centres. The names are those
    of `Candidate`, so that `Candidate(..., **vars(scores))` fills it; each `_se` is a standard error.
    """

    silhouette_euclidean: float | None = None
    silhouette_euclidean_se: float | None = None
    calinski_harabasz: float | None = None
    davies_bouldin: float | None = None
    gap: float | None = None
    gap_se: float | None = None
    prediction_strength: float | None = None
    prediction_strength_se: float | None = None
    lowest_jaccard: float | None = None
    lowest_jaccard_se: float | None = None
    jaccards: tuple[float, ...] = ()
    same_names: float | None = None
    same_names_se: float | None = None


def gather_scores(
    points: Points,
    partitions: Mapping[int, Cut],
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
        draw_subset(len(points), at_most, rng)
        for at_most in (scores.EUCLIDEAN_ROWS, scores.GAP_ROWS, scores.HALVES_ROWS)
    )
    with use_one_thread():
        between = scores.distances(points[few]) if settings.further else None
        boxes = scores.reference_boxes(points[gap_rows], seed) if settings.gap else []

        def scored(k: int, cut: Cut) -> Scores:
            taken: dict[str, Any] = {}
            if between is not None:
                taken |= _with_error(
                    "silhouette_euclidean", scores.silhouette_euclidean(between, cut.labels[few])
                )
                taken["calinski_harabasz"] = scores.calinski_harabasz(points, cut.labels)
                taken["davies_bouldin"] = scores.davies_bouldin(points, cut.labels)
            if settings.gap:
                taken |= _with_error("gap", scores.gap(points[gap_rows], boxes, k, seed))
            if settings.prediction_strength:
                found = scores.prediction_strength(points[halves], k, seed)
                taken |= _with_error("prediction_strength", found)
            if settings.bootstraps:
                taken |= _score_redraws(points, cut, settings.bootstraps, seed, names_of)
            return Scores(**taken)

        return {k: scored(k, cut) for k, cut in partitions.items()}


def _with_error(name: str, found: tuple[float | None, float | None]) -> dict[str, float | None]:
    return {name: found[0], f"{name}_se": found[1]}


def _score_redraws(
    points: Points, cut: Cut, redraws: int, seed: int, names_of: NamesOf | None
) -> dict[str, Any]:
    found = measure_stability(points, cut, redraws, seed, names_of)
    same = found.same_names
    return {
        **_with_error("lowest_jaccard", (float(found.jaccards.min()), scores.standard_error(found.weakest))),
        **_with_error("same_names", (same, None if same is None else scores.share_error(same, redraws))),
        "jaccards": tuple(float(j) for j in found.jaccards),
    }
