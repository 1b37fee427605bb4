"""sweep -> choose: of customers with weights, a sample in which each stands for as many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from custseg_spark import clustering, journal
from custseg_spark.clustering import Partition
from custseg_spark.errors import DataError
from custseg_spark.results import CountedTable, EvenSample, TrainingResult, TreatedSample
from custseg_spark.statistics import count_effective

REPEATS = 0.1
"""Repeats may make the variance of a mean of the draw larger by this share than as many customers would have
it: errors that are reckoned of the draw are then 5 percent too small at most."""
UNEQUAL = 0.1
"""Where the effective number is under this share of the customers, that is told."""
LEAST_MEAN = 0.1
"""Under this mean, weights are shares of something, and their sums no numbers of customers."""


def draw_even_sample(
    counted: CountedTable, treated: TreatedSample, partitions: Sequence[Partition]
) -> EvenSample:
    """Draw customers with a probability in proportion to their weights.

    Whoever weighs more than a step is drawn more than once, but once at most where `privacy.min_cell` counts
    customers. Everything that knows no weights then holds, its errors too (docs/decisions/weights.md).
    """
    weights = counted.sample.weights
    if weights is None:
        return EvenSample(counted.sample, treated, partitions, treated)
    rows = draw_by_weight(weights, counted.recipe.sweep.seed)
    if counted.recipe.privacy.min_cell > 1:
        rows = np.unique(rows)
    drawn = treated.take(rows)
    cuts = [clustering.cut_again(cut, drawn.points) for cut in partitions]
    return EvenSample(counted.sample.take(rows), drawn, cuts, treated)


def draw_by_weight(weights: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """(m,) positions in `weights` (n,), ascending, as many as `count_draws` says: systematic sampling with
    probability proportional to size (Madow 1949, Annals of Mathematical Statistics 20, 333-354). Equal
    weights give each once."""
    size = count_draws(weights)
    reached = np.cumsum(weights)
    places = (np.random.default_rng(seed).random() + np.arange(size)) * (reached[-1] / size)
    drawn: NDArray[np.int64] = np.searchsorted(reached, places, side="right").clip(max=len(weights) - 1)
    return drawn


def count_draws(weights: NDArray[np.float64]) -> int:
    """How many customers are drawn of those with `weights` (n,): at most their effective number, and so many
    that REPEATS holds.

    Who is expected p = m w / sum w times is drawn j or j + 1 times, j <= p. The mean of the draw has the
    variance of m customers times the sum of squared draws over m, which j (j - 1 + 2 (p - j)), of those with
    p > 1 alone, is more than 1; that grows with m.
    """
    low, high = 1, max(1, round(count_effective(weights)))
    while low < high:
        size = (low + high + 1) // 2
        expected = weights * (size / weights.sum())
        whole = np.floor(expected)
        more = (whole * (whole - 1 + 2 * (expected - whole))).sum() / size
        low, high = (size, high) if more <= REPEATS else (low, size - 1)
    return low


def check_weights(weights: NDArray[np.float64], sql: str) -> None:
    """Warn of weights, those of `sql`, so unequal that few customers decide. Raises DataError for those that
    are shares."""
    mean, effective = float(weights.mean()), count_effective(weights)
    if mean < LEAST_MEAN:
        raise DataError(
            f"customers.weight: the mean weight is {mean:.2g}: such weights are shares, not customers",
            "multiply them, so that they add up to the customers: "
            f"customers.weight: ({sql}) * {1 / mean:.6g}",
        )
    if effective < UNEQUAL * len(weights):
        journal.warn(
            f"customers.weight: the weights are so unequal that the {len(weights):,} customers of the sample "
            f"say as much as {effective:,.0f} of equal weight: a few decide; look at the largest weights"
        )


def tell_weights(result: TrainingResult) -> tuple[str, ...]:
    """What customers are weighted by, and what of it holds for what."""
    weights, everyone = result.counted.sample.weights, result.segmentation.profile.everyone
    if weights is None or everyone.effective is None:
        return ()
    said = (
        f"Customers are weighted by {result.recipe.customers.weight}: {everyone.rows:,} rows stand for "
        f"{everyone.size:,} customers, and say as much as {everyone.effective:,.0f} rows of equal weight, by "
        "which intervals are reckoned. Scales, centres, sizes, shares, means and totals are weighted."
    )
    drawn = (
        f"Evidence, names, quartiles, rules and pictures are of {len(result.sample.raw):,} customers who "
        "were drawn from the sample with a probability in proportion to their weights."
    )
    return said, drawn
