"""Other algorithms on the same rows, for `custseg compare`: what each finds, and which to prefer here."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from custseg_spark.evidence.indices import measure_euclidean_silhouette, measure_squared_silhouette
from custseg_spark.evidence.others import Labelling, Maker, build_makers, build_ward_tree
from custseg_spark.evidence.partition_scores import find_knee
from custseg_spark.evidence.refit import draw_subset
from custseg_spark.evidence.stability import Each, Stability, measure_returns
from custseg_spark.kmeans import Labels, Points, use_one_thread
from custseg_spark.statistics import STABLE, reaches
from custseg_spark.workers import run_each, start_each

SLOW = ("Ward", "HDBSCAN")
ROWS = 4_000
"""Rows that all are compared on: Ward and the silhouettes hold their n * n distances (128 MB)."""
REDRAWS = 10
"""After so many it is clear of most whether their segments come back; only the others are redrawn further."""
THREADS = 4
"""So many redraws at a time of what this process runs: they mostly wait for an engine."""


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
    customers. `stability`: the lowest mean Jaccard of a segment over the redraws, each clustered by what
    made the labels. `adjusted_rand`: agreement with KMeans, 1 the same, about 0 by chance; noise counts as
    one more group. `seconds`: of one fit on the compared rows; of KMeans, whose labels are those of the
    chosen partition, of one start. None: fewer than two segments, or not asked.
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
    points: Points,
    k: int,
    kmeans: Labels,
    settings: ComparisonSettings | None = None,
    here: Mapping[str, Maker] | None = None,
) -> Comparison:
    """Fit other algorithms on at most ROWS of `points` (n, d) and hold them against KMeans: its labels
    `kmeans` (n,) are those of a partition of all points.

    `here`: makers by name that this process alone can run, such as Spark ML's, in the place of
    scikit-learn's: what they make is scored, and they make the redraws. Workers run the others.
    """
    settings, here = settings or ComparisonSettings(), here or {}
    at = draw_subset(len(points), ROWS, np.random.default_rng(settings.seed))
    trial = _Trial(points[at], kmeans[at], settings)
    fits = {name: make(trial.points, settings.seed) for name, make in here.items()}  # while the cores rest
    grow_tree = start_each(build_ward_tree, [trial.points])
    density = trial.measure_density()
    densities = {"eps": max(density.eps, 1e-12), "min_samples": density.min_samples}
    makers = build_makers(k, densities, max(2, round(settings.smallest_share * len(at))))
    sent = sorted((name for name in makers if name not in here), key=lambda name: name not in SLOW)
    judging = start_each(trial.judge, [(name, makers[name]) for name in sent])
    with ThreadPoolExecutor(THREADS) as pool:
        tried = {name: trial.judge_fit(name, fit, here[name], each=pool.map) for name, fit in fits.items()}
    tried |= dict(zip(sent, judging, strict=True))
    rows, labels = tuple(tried[name][0] for name in makers), {name: tried[name][1] for name in makers}
    return Comparison(rows, at, labels, next(grow_tree), density)


@dataclass(frozen=True)
class _Trial:
    """What algorithms are tried on: `points` (n, d), and what they are held against, `kmeans` (n,)."""

    points: Points
    kmeans: Labels
    settings: ComparisonSettings

    def measure_density(self) -> Density:
        asked, least = self.settings.dbscan, 2 * self.points.shape[1]
        measure = partial(
            measure_k_distances, self.points, least if asked.min_samples is None else asked.min_samples
        )
        return run_each(measure, [asked.eps])[0]

    def judge(self, asked: tuple[str, Maker]) -> tuple[ComparisonRow, Labels]:
        """An algorithm's row, and its labels (n,) of the points."""
        name, make = asked
        with use_one_thread():
            return self.judge_fit(name, make(self.points, self.settings.seed), make)

    def judge_fit(
        self, name: str, fit: Labelling, make: Maker, *, each: Each = map
    ) -> tuple[ComparisonRow, Labels]:
        """The same where the fit is there."""
        made = Labelling(self.kmeans, fit.seconds) if name == "KMeans" else fit
        stability = self._find_lowest_return(made.labels, make, each)
        return _build_row(name, made, self.kmeans, self.points, stability), made.labels

    def _find_lowest_return(self, labels: Labels, make: Maker, each: Each) -> float | None:
        """The lowest mean Jaccard of a segment over REDRAWS redraws, or over all where the bound lies within
        two standard errors of it."""
        segments, redraws = np.unique(labels[labels >= 0]), self.settings.redraws
        if len(segments) < 2 or redraws == 0:
            return None
        numbered = np.where(labels < 0, -1, np.searchsorted(segments, labels))

        def take(numbers: range) -> Points:
            return measure_returns(self.points, numbered, again, numbers, self.settings.seed, each=each)

        def again(points: Points, seed: int) -> Labels:
            return make(points, seed).labels

        found = Stability(take(range(min(redraws, REDRAWS))))
        lowest, error = found.lowest
        if redraws <= REDRAWS or reaches(lowest, STABLE, error) is not None:
            return lowest
        return Stability(np.vstack([found.each, take(range(REDRAWS, redraws))])).lowest[0]


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
