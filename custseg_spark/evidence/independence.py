"""How much of what segments explain they owe to columns going together, and not to each column alone.

Shapes: `points` (n, d) on the model scale; `blocks`: the columns of each feature, of a category those of all
its levels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from custseg_spark.evidence.indices import estimate_error
from custseg_spark.evidence.refit import draw_subset
from custseg_spark.kmeans import Points, fit_kmeans, use_one_thread
from custseg_spark.workers import run_each

Blocks = Sequence[Sequence[int]]
ROWS = 2_000
DRAWS = 6
STARTS = 5


def shuffle_blocks(points: Points, blocks: Blocks, rng: np.random.Generator) -> Points:
    """The same features, each with its own values, of customers in whom none goes with another."""
    shuffled = np.empty_like(points)
    for block in blocks:
        columns = np.asarray(block)
        shuffled[:, columns] = points[rng.permutation(len(points))][:, columns]
    return shuffled


def measure_independent(
    points: Points, ks: Sequence[int], blocks: Blocks, seed: int
) -> dict[int, tuple[float, float | None]]:
    """The share of the variance that k segments explain where no feature goes with another, by k, with its
    standard error: the mean over DRAWS of ROWS customers, the values of each feature shuffled.

    What k segments explain beyond that is largest at the true number of segments where categories cut: with
    every further segment one more combination of levels becomes a point of its own, and the silhouette rises
    as it does where nothing is to be found (Mohajer, Englmeier and Schmitz 2011, arXiv 1103.4767, whose gap
    without the logarithm this is, over independent columns in place of a box).
    """
    rng = np.random.default_rng(seed)
    few = points[draw_subset(len(points), ROWS, rng)]
    draws = [shuffle_blocks(few, blocks, rng) for _ in range(DRAWS)]
    asked = [(draws, k, seed) for k in sorted(ks, reverse=True)]
    found = run_each(_explain, asked)
    means = ((float(np.mean(some)), estimate_error(some)) for some in found)
    return {k: one for (_, k, _), one in zip(asked, means, strict=True)}


def measure_explained(points: Points, cost: float) -> float:
    """The share of the variance of `points` (n, d) that lies between segments of this cost."""
    total = float(((points - points.mean(axis=0)) ** 2).sum())
    return 1.0 - cost / total if total > 0 else 0.0


def _explain(asked: tuple[Sequence[Points], int, int]) -> list[float]:
    draws, k, seed = asked
    with use_one_thread():
        return [
            measure_explained(draw, fit_kmeans(draw, k, seed + number, STARTS).cost)
            for number, draw in enumerate(draws)
        ]
