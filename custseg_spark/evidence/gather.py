"""All evidence for every k of the sweep, each part of which can be switched off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.metrics import pairwise_distances

from custseg_spark.evidence import partition_scores as scores
from custseg_spark.evidence.candidate import Scores
from custseg_spark.evidence.refit import Cut, Points, draw_subset, use_one_thread
from custseg_spark.evidence.stability import NamesOf, measure_stability
from custseg_spark.recipe.sweep import Evidence


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
        between = pairwise_distances(points[few]) if settings.further else None
        boxes = scores.draw_reference_boxes(points[gap_rows], seed) if settings.gap else []

        def score(k: int, cut: Cut) -> Scores:
            taken: dict[str, Any] = {}
            if between is not None:
                taken |= _name_error(
                    "silhouette_euclidean", scores.measure_euclidean_silhouette(between, cut.labels[few])
                )
                taken["calinski_harabasz"] = scores.measure_calinski_harabasz(points, cut.labels)
                taken["davies_bouldin"] = scores.measure_davies_bouldin(points, cut.labels)
            if settings.gap:
                taken |= _name_error("gap", scores.measure_gap(points[gap_rows], boxes, k, seed))
            if settings.prediction_strength:
                strength = scores.measure_prediction_strength(points[halves], k, seed)
                taken |= _name_error("prediction_strength", strength)
            if settings.bootstraps:
                taken |= _score_redraws(points, cut, settings.bootstraps, seed, names_of)
            return Scores(**taken)

        return {k: score(k, cut) for k, cut in partitions.items()}


def _name_error(name: str, score: tuple[float | None, float | None]) -> dict[str, float | None]:
    return {name: score[0], f"{name}_se": score[1]}


def _score_redraws(
    points: Points, cut: Cut, redraws: int, seed: int, names_of: NamesOf | None
) -> dict[str, Any]:
    stability = measure_stability(points, cut, redraws, seed, names_of)
    lowest, same = float(stability.jaccards.min()), stability.same_names
    same_error = None if same is None else scores.estimate_share_error(same, redraws)
    return {
        **_name_error("lowest_jaccard", (lowest, scores.estimate_error(stability.weakest))),
        **_name_error("same_names", (same, same_error)),
        "jaccards": tuple(stability.jaccards.tolist()),
    }
