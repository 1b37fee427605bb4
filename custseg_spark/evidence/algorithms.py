"""Other algorithms on the same rows, for `custseg compare`: what each finds, and which to prefer here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import DBSCAN, HDBSCAN, BisectingKMeans
from sklearn.metrics import adjusted_rand_score, pairwise_distances, silhouette_samples
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from custseg_spark.evidence.partition_scores import find_knee
from custseg_spark.evidence.refit import Labels, Points, draw_subset, fit_kmeans, use_one_thread
from custseg_spark.evidence.stability import Again, measure_returns

ROWS = 4_000
"""Rows that all are compared on: Ward and the silhouettes hold their n * n distances (128 MB)."""
REDRAWS = 10
STARTS = 5


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
    algorithm is asked whether its segments come back."""

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
    seed, dbscan = settings.seed, settings.dbscan
    at = draw_subset(len(points), ROWS, np.random.default_rng(seed))
    few = points[at]
    made = {name: Labelling(np.asarray(one.labels)[at], one.seconds) for name, one in given.items()}
    with use_one_thread():
        least = 2 * points.shape[1] if dbscan.min_samples is None else dbscan.min_samples
        density = measure_k_distances(few, least, dbscan.eps)
        again = _build_algorithms(k, density, max(2, round(settings.smallest_share * len(few))))
        for name in [name for name in ("KMeans", "Ward", "DBSCAN", "HDBSCAN") if name not in made]:
            start = time.perf_counter()
            made[name] = Labelling(again[name](few, seed), time.perf_counter() - start)
        between, kmeans = pairwise_distances(few), made["KMeans"].labels
        distances = (between**2, between)
        rows = []
        for name, one in made.items():
            stability = _find_lowest_return(few, one.labels, again.get(name), settings.redraws, seed)
            rows.append(_build_row(name, one, kmeans, distances, stability))
        labels = {name: one.labels for name, one in made.items()}
        return Comparison(tuple(rows), at, labels, build_ward_tree(few), density)


def build_ward_tree(points: Points) -> Points:
    """Ward's linkage (n-1, 4) of the points (n, d) (Ward 1963), as scipy's dendrogram takes it."""
    return np.asarray(linkage(points, method="ward"), dtype=np.float64)


def measure_k_distances(points: Points, min_samples: int, eps: float | None = None) -> Density:
    """The rising distances (n,) to the `min_samples`-th point, itself counted as DBSCAN counts it.

    `eps`, unless given, is the distance at the curve's knee; where it has none, its 95th percentile.
    """
    neighbours = NearestNeighbors(n_neighbors=min(min_samples, len(points))).fit(points)
    curve = np.sort(neighbours.kneighbors(points)[0][:, -1])
    if eps is None:
        bend = find_knee(np.arange(len(curve)), curve)
        eps = float(np.quantile(curve, 0.95) if bend is None else curve[int(bend)])
    return Density(curve, eps, min_samples)


def _build_algorithms(k: int, density: Density, smallest: int) -> dict[str, Again]:
    """Each algorithm as a function from (points, seed) to labels."""
    eps, least = max(density.eps, 1e-12), density.min_samples
    return {
        "KMeans": lambda points, seed: fit_kmeans(points, k, seed, STARTS).labels,
        "BisectingKMeans": lambda points, seed: BisectingKMeans(k, random_state=seed).fit_predict(points),
        "GaussianMixture": lambda points, seed: GaussianMixture(k, random_state=seed).fit_predict(points),
        "Ward": lambda points, _: fcluster(build_ward_tree(points), k, "maxclust") - 1,
        "DBSCAN": lambda points, _: DBSCAN(eps=eps, min_samples=least).fit_predict(points),
        "HDBSCAN": lambda points, _: HDBSCAN(min_cluster_size=smallest, copy=True).fit_predict(points),
    }


def _find_lowest_return(
    points: Points, labels: Labels, again: Again | None, redraws: int, seed: int
) -> float | None:
    segments = np.unique(labels[labels >= 0])
    if len(segments) < 2 or again is None or redraws == 0:
        return None
    numbered = np.where(labels < 0, -1, np.searchsorted(segments, labels))
    return float(measure_returns(points, numbered, again, redraws, seed).min())


def _build_row(
    name: str, made: Labelling, kmeans: Labels, distances: tuple[Points, Points], stability: float | None
) -> ComparisonRow:
    """`distances`: squared and Euclidean, (n, n) each."""
    labels = made.labels
    inside = labels >= 0
    sizes = np.unique(labels[inside], return_counts=True)[1]
    several = len(sizes) >= 2
    return ComparisonRow(
        algorithm=name,
        segments=len(sizes),
        noise_share=float(1.0 - inside.mean()),
        silhouette=_average_silhouette(distances[0], labels) if several else None,
        silhouette_euclidean=_average_silhouette(distances[1], labels) if several else None,
        smallest_share=float(sizes.min() / len(labels)) if len(sizes) else 0.0,
        stability=stability,
        adjusted_rand=float(adjusted_rand_score(kmeans, labels)),
        seconds=made.seconds,
    )


def _average_silhouette(between: Points, labels: Labels) -> float:
    inside = np.flatnonzero(labels >= 0)
    if len(inside) < len(labels):
        between = between[np.ix_(inside, inside)]
    each = silhouette_samples(between, labels[inside], metric="precomputed")
    return float(each.sum() / len(labels))
