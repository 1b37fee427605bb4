"""Other algorithms on the same rows, for `custseg compare`: what each finds, and which to prefer here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np

from custseg_spark.evidence.indices import measure_euclidean_silhouette, measure_squared_silhouette
from custseg_spark.evidence.others import TWINS, build_algorithms, build_ward_tree, fit_twin
from custseg_spark.evidence.partition_scores import find_knee
from custseg_spark.evidence.refit import draw_subset
from custseg_spark.evidence.stability import Again, Stability, measure_returns
from custseg_spark.kmeans import Labels, Points, use_one_thread
from custseg_spark.statistics import STABLE, reaches
from custseg_spark.workers import run_each, start_each

SLOW = ("Ward", "HDBSCAN")
ROWS = 4_000
"""Rows that all are compared on: Ward and the silhouettes hold their n * n distances (128 MB)."""
REDRAWS = 10
"""After so many it is clear of most whether their segments come back; only the others are redrawn further."""


@dataclass(frozen=True)
class Labelling:
    """A labelling made elsewhere, such as by Spark ML: `labels` (n,) of all points, `seconds` it took."""

    labels: Labels
    seconds: float


@dataclass(frozen=True)
class DbscanSettings:
    """DBSCAN's `eps`: unless given the knee of the k-distance curve (Ester et al. 1996); its `min_samples`:
    unless given twice the number of features (Sander et al. 1998)."""

    eps: float | None = None
    min_samples: int | None = None


@dataclass(frozen=True)
class ComparisonSettings:
    """`smallest_share`: of the customers, what HDBSCAN takes for a cluster. `redraws`: how often each
    algorithm is asked at most whether its segments come back."""

    smallest_share: float = 0.05
    redraws: int = REDRAWS
    seed: int = 42
    dbscan: DbscanSettings = DbscanSettings()


@dataclass(frozen=True)
class ComparisonRow:
    """One row of comparison.csv, over the compared rows.

    A customer in no segment (noise) counts 0 in both silhouettes, so that all are means over the same
    customers. `stability`: the lowest mean Jaccard of a segment over the redraws. `adjusted_rand`:
    agreement with KMeans, 1 the same, about 0 by chance; noise counts as one more group. None: fewer
    than two segments, or not asked.
    """

    algorithm: str
    segments: int
    noise_share: float
    silhouette: float | None
    silhouette_euclidean: float | None
    smallest_share: float
    stability: float | None
    adjusted_rand: float
    seconds: float


@dataclass(frozen=True)
class Density:
    """What DBSCAN works with: `distances` (m,) to the neighbour that makes a point a core, rising."""

    distances: Points
    eps: float
    min_samples: int


@dataclass(frozen=True)
class Comparison:
    """All rows, and what the figures are drawn from.

    `at` (m,): positions of the compared rows among the points; `labels`: (m,) for each algorithm, -1 noise.
    `linkage` (m-1, 4): Ward's tree as scipy draws it.
    """

    rows: tuple[ComparisonRow, ...]
    at: Labels
    labels: dict[str, Labels]
    linkage: Points
    density: Density


def compare(
    points: Points, k: int, given: Mapping[str, Labelling], settings: ComparisonSettings | None = None
) -> Comparison:
    """Cluster at most ROWS of `points` (n, d) with Ward, DBSCAN and HDBSCAN and hold all against KMeans.

    `given` are labellings of all points by name; "KMeans" is made here where it is not among them.
    Redraws of what Spark ML made use its twin in scikit-learn.
    """
    settings = settings or ComparisonSettings()
    at = draw_subset(len(points), ROWS, np.random.default_rng(settings.seed))
    few = points[at]
    grow_tree = start_each(build_ward_tree, [few])
    least = 2 * points.shape[1] if settings.dbscan.min_samples is None else settings.dbscan.min_samples
    (density,) = run_each(partial(measure_k_distances, few, least), [settings.dbscan.eps])
    densities = {"eps": max(density.eps, 1e-12), "min_samples": density.min_samples}
    again = build_algorithms(k, densities, max(2, round(settings.smallest_share * len(few))))
    made = {name: Labelling(np.asarray(one.labels)[at], one.seconds) for name, one in given.items()}
    if "KMeans" not in made:
        made["KMeans"] = _make(again["KMeans"], few, settings.seed)
    trial = _Trial(few, made, again, settings)
    names = [*made, *(name for name in ("Ward", "DBSCAN", "HDBSCAN") if name not in made)]
    slow_first = sorted(names, key=lambda name: name not in SLOW)
    tried = dict(zip(slow_first, run_each(trial.judge, slow_first), strict=True))
    rows, labels = tuple(tried[name][0] for name in names), {name: tried[name][1] for name in names}
    return Comparison(rows, at, labels, next(grow_tree), density)


def _make(algorithm: Again, points: Points, seed: int) -> Labelling:
    begun = time.perf_counter()
    return Labelling(algorithm(points, seed), time.perf_counter() - begun)


@dataclass(frozen=True)
class _Trial:
    """What algorithms are tried on: `points` (n, d), the labellings that are there, how to make others."""

    points: Points
    made: Mapping[str, Labelling]
    again: Mapping[str, Again]
    settings: ComparisonSettings

    def judge(self, name: str) -> tuple[ComparisonRow, Labels]:
        """An algorithm's row, and its labels (n,) of the points."""
        points, seed = self.points, self.settings.seed
        with use_one_thread():
            one = self.made.get(name) or _make(self.again[name], points, seed)
            stability = _find_lowest_return(
                points, one.labels, self.again.get(name), self.settings.redraws, seed
            )
            return _build_row(name, one, self.made["KMeans"].labels, points, stability), one.labels


def measure_k_distances(points: Points, min_samples: int, eps: float | None = None) -> Density:
    """The rising distances (n,) to the `min_samples`-th point, itself counted as DBSCAN counts it.

    `eps`, unless given, is the distance at the curve's knee; where it has none, its 95th percentile.
    """
    from sklearn.neighbors import NearestNeighbors

    neighbours = NearestNeighbors(n_neighbors=min(min_samples, len(points))).fit(points)
    curve = np.sort(neighbours.kneighbors(points)[0][:, -1])
    if eps is None:
        bend = find_knee(np.arange(len(curve)), curve)
        eps = float(np.quantile(curve, 0.95) if bend is None else curve[int(bend)])
    return Density(curve, eps, min_samples)


def label_by_twins(points: Points, k: int, seed: int) -> dict[str, Labelling]:
    """The algorithms of Spark ML beside KMeans, as scikit-learn has them, on all `points` (n, d)."""
    made = run_each(partial(_make, points=points, seed=seed), [partial(fit_twin, name, k) for name in TWINS])
    return dict(zip(TWINS, made, strict=True))


def _find_lowest_return(
    points: Points, labels: Labels, again: Again | None, redraws: int, seed: int
) -> float | None:
    """The lowest mean Jaccard of a segment over REDRAWS redraws, or over all where the bound lies within two
    standard errors of it."""
    segments = np.unique(labels[labels >= 0])
    if len(segments) < 2 or again is None or redraws == 0:
        return None
    numbered = np.where(labels < 0, -1, np.searchsorted(segments, labels))
    returns = measure_returns(points, numbered, again, redraws, seed)
    found = Stability(np.stack([*islice(returns, REDRAWS)]))
    lowest, error = found.lowest
    if reaches(lowest, STABLE, error) is not None:
        return lowest
    return Stability(np.vstack([found.each, *returns])).lowest[0]


def _build_row(
    name: str, made: Labelling, kmeans: Labels, points: Points, stability: float | None
) -> ComparisonRow:
    from sklearn.metrics import adjusted_rand_score

    labels = made.labels
    inside = labels >= 0
    sizes = np.unique(labels[inside], return_counts=True)[1]
    share = float(inside.mean())  # who is in no segment counts 0
    squared = euclidean = None
    if len(sizes) >= 2:
        squared = measure_squared_silhouette(points[inside], labels[inside])[0]
        euclidean = measure_euclidean_silhouette(points[inside], labels[inside])[0]
    return ComparisonRow(
        algorithm=name,
        segments=len(sizes),
        noise_share=1.0 - share,
        silhouette=None if squared is None else squared * share,
        silhouette_euclidean=None if euclidean is None else euclidean * share,
        smallest_share=float(sizes.min() / len(labels)) if len(sizes) else 0.0,
        stability=stability,
        adjusted_rand=float(adjusted_rand_score(kmeans, labels)),
        seconds=made.seconds,
    )
