"""Scores of the partitions of the sample: how compact, how far apart, how much better than chance;
and where a curve of them bends.

Shapes everywhere: `points` (n, d) in model scale, `labels` (n,) in 0..k-1, `centres` (k, d).
Each score that costs more than a pass over the points is taken on a stated subset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custseg_spark.evidence.candidate import Scores
from custseg_spark.evidence.gap import GapDraws, draw_for_gap, measure_gap
from custseg_spark.evidence.indices import (
    estimate_error,
    measure_calinski_harabasz,
    measure_davies_bouldin,
    measure_euclidean_silhouette,
)
from custseg_spark.evidence.refit import Cut, PlainCut, draw_subset
from custseg_spark.evidence.settle import score_redraws, sum_up_redraws
from custseg_spark.evidence.stability import NamesOf, measure_same_names
from custseg_spark.evidence.valley import measure_valley
from custseg_spark.kmeans import Labels, Points, fit_kmeans, use_one_thread
from custseg_spark.workers import Shared, share, start_each

if TYPE_CHECKING:
    from custseg_spark.recipe.sections import Evidence  # no worker needs recipes

EUCLIDEAN_ROWS = 2_500
"""Points of the Euclidean silhouette; their n * n distances take 50 MB."""
HALVES_ROWS = 3_000
HALVES_SPLITS = 6
STARTS = 3
"""k-means++ starts of every refit."""


def gather_scores(
    points: Points,
    partitions: Mapping[int, Cut],
    settings: Evidence,
    seed: int,
    names_of: NamesOf | None = None,
) -> dict[int, Scores]:
    """The scores of each partition of `points` (n, d), by k; the same for the same seed.

    Euclidean silhouette on at most EUCLIDEAN_ROWS of the points, gap on `gap.SUBSETS` of them, prediction
    strength on HALVES_ROWS, redraws of `stability.ROWS`; valley, Calinski-Harabasz and Davies-Bouldin on all.
    Each has the gap of one segment beside its own. The valley and Calinski-Harabasz are taken whatever is
    switched off: k is chosen by them.
    """
    rng = np.random.default_rng(seed)
    few, halves = (draw_subset(len(points), at_most, rng) for at_most in (EUCLIDEAN_ROWS, HALVES_ROWS))
    drawn = draw_for_gap(points, seed) if settings.gap and partitions else None
    asked: list[tuple[int, Callable[[], dict[str, Any]]]] = []
    taken: dict[int, dict[str, Any]] = {k: {} for k in (*partitions, 1)}
    with share(points) as shared:
        for k in sorted(partitions, reverse=True):  # those that take longest first
            cut = PlainCut(partitions[k].centres, partitions[k].labels)
            if settings.bootstraps:
                asked.append((k, partial(_score_redraws, shared, cut, settings.bootstraps, seed)))
            if drawn:
                asked.append((k, partial(_score_gap, drawn, k, seed)))
            if settings.prediction_strength:
                asked.append((k, partial(_score_strength, points[halves], k, seed)))
            if settings.further:
                asked.append((k, partial(_score_distances, shared, few, cut.labels)))
            asked.append((k, partial(_score_separation, shared, cut.labels, k)))
        if drawn:
            asked.append((1, partial(_score_gap, drawn, 1, seed)))
        for (k, _), found in zip(asked, start_each(_call, [score for _, score in asked]), strict=True):
            if redrawn := found.pop("redrawn", None):  # while the workers go on
                redraws, scores = zip(*redrawn, strict=True)
                found |= sum_up_redraws(scores, len(points))
                if names_of:
                    same = measure_same_names(points, partitions[k], redraws, names_of)
                    found |= _name_error("same_names", (same, estimate_share_error(same, len(redraws))))
            taken[k] |= found
    one = {name.replace("gap", "gap_one"): value for name, value in taken.pop(1).items()}
    return {k: Scores(**found, **one) for k, found in taken.items()}


def _call(score: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    with use_one_thread():
        return score()


def _name_error(name: str, score: tuple[float | None, float | None]) -> dict[str, float | None]:
    return {name: score[0], f"{name}_se": score[1]}


def _score_redraws(shared: Shared, cut: Cut, redraws: int, seed: int) -> dict[str, Any]:
    return {"redrawn": score_redraws((shared, cut, range(redraws), seed))}


def _score_gap(drawn: GapDraws, k: int, seed: int) -> dict[str, Any]:
    return _name_error("gap", measure_gap(drawn, k, seed))


def _score_strength(points: Points, k: int, seed: int) -> dict[str, Any]:
    return _name_error("prediction_strength", measure_prediction_strength(points, k, seed))


def _score_distances(shared: Shared, few: Labels, labels: Labels) -> dict[str, Any]:
    points = shared()
    return {
        **_name_error("silhouette_euclidean", measure_euclidean_silhouette(points[few], labels[few])),
        "davies_bouldin": measure_davies_bouldin(points, labels),
    }


def _score_separation(shared: Shared, labels: Labels, k: int) -> dict[str, Any]:
    """What k is raised by."""
    points = shared()
    return {
        "valley": measure_valley(points, labels, k),
        "calinski_harabasz": measure_calinski_harabasz(points, labels),
    }


def estimate_share_error(share: float, n: int) -> float:
    """The standard error of a share p of n draws, sqrt(p (1 - p) / n)."""
    return float(np.sqrt(share * (1.0 - share) / n))


def estimate_cost_error(points: Points, centres: Points, labels: Labels) -> float | None:
    """That of the cost, a sum over n points: sqrt(n) times the deviation of their squared distances to the
    centre, with the partition held fixed."""
    each = ((points - centres[labels]) ** 2).sum(axis=1)
    error = estimate_error(each)
    return None if error is None else error * len(points)


def measure_prediction_strength(
    points: Points, k: int, seed: int, splits: int = HALVES_SPLITS
) -> tuple[float, float | None]:
    """Prediction strength of Tibshirani and Walther (2005), the mean over `splits` random halves, and the
    standard error of that mean.

    One half's centres label the other half; the strength is the least share, over the clusters the
    other half finds by itself, of the pairs that stay together. From .8 to .9 the paper takes k as held up.
    """
    from sklearn.metrics import pairwise_distances_argmin

    rng = np.random.default_rng(seed)
    strengths = []
    for split in range(splits):
        order = rng.permutation(len(points))
        half = len(points) // 2
        train, test = points[order[:half]], points[order[half:]]
        centres = fit_kmeans(train, k, seed + split, STARTS)[0]
        own = fit_kmeans(test, k, seed + split, STARTS)[1]
        strengths.append(measure_kept_pairs(own, pairwise_distances_argmin(test, centres), k))
    return float(np.mean(strengths)), estimate_error(strengths)


def measure_kept_pairs(own: Labels, predicted: Labels, k: int) -> float:
    """The least share over the clusters of `own` of pairs that `predicted` keeps together.

    A cluster of fewer than two points has no pairs and is passed over, as the paper does.
    """
    together = np.bincount(own * k + predicted, minlength=k * k).reshape(k, k).astype(np.float64)
    sizes = together.sum(axis=1)
    kept = (together * (together - 1)).sum(axis=1)[sizes > 1] / (sizes * (sizes - 1))[sizes > 1]
    return float(kept.min()) if kept.size else 0.0


def find_knee(x: Sequence[float] | ArrayLike, y: Sequence[float] | ArrayLike) -> float | None:
    """The x at which a curve bends most: below its chord (a falling elbow) or a rising knee.

    Kneedle (Satopaa et al. 2011) without smoothing: both axes are brought to 0..1 and the point
    farthest under the chord is the knee of a convex curve. None where the curve has fewer than three
    points, is flat, or nowhere lies under its chord by more than rounding. Ties go to the smaller x.
    The paper's sensitivity only matters to streams, where later points may still come.
    """
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if across.size < 3 or up[0] == up[-1] or across[0] == across[-1]:
        return None
    under = measure_under_chord(across, up)
    best = int(np.argmax(under))
    return float(across[best]) if under[best] > 1e-9 else None


def measure_under_chord(
    x: Sequence[float] | ArrayLike, y: Sequence[float] | ArrayLike
) -> NDArray[np.float64]:
    """(n,) how far each point lies under the chord between the ends, which must differ, in shares of y's
    whole way from end to end."""
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    along = (across - across[0]) / (across[-1] - across[0])
    chord = up[0] + along * (up[-1] - up[0])
    return np.asarray((chord - up) / abs(up[-1] - up[0]))
