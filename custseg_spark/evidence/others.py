"""Algorithms to compare, each as a function from points and a seed to labels that a worker can be sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from custseg_spark.evidence.stability import Again
from custseg_spark.kmeans import Labels, Points, fit_kmeans

LIBRARIES = ("scipy.cluster.hierarchy", "sklearn.cluster", "sklearn.mixture")
STARTS = 5
"""Of KMeans, which is the best of many starts where it is scored: one start finds other segments too often
(lowest Jaccard .75 instead of .94 at k = 4 of marketing_campaign)."""


@dataclass(frozen=True)
class Labelling:
    """`labels` (n,), under 0 for customers in no segment, and the `seconds` of one fit, of KMeans of one
    start, without what leads to it: libraries, a frame in Spark's memory."""

    labels: Labels
    seconds: float


Maker = Callable[[Points, int], Labelling]
"""(points (n, d), seed) -> what an algorithm finds."""


def build_makers(k: int, densities: Mapping[str, Any], smallest: int) -> dict[str, Maker]:
    """Each algorithm by its name, as scikit-learn and scipy have it. `densities`: the settings of DBSCAN;
    `smallest`: customers that are a cluster to HDBSCAN."""
    return {
        "KMeans": partial(_make, partial(_cut_by_kmeans, k), STARTS),
        "BisectingKMeans": partial(_make, partial(_fit_by_seed, "BisectingKMeans", k), 1),
        "GaussianMixture": partial(_make, partial(_fit_by_seed, "GaussianMixture", k), 1),
        "Ward": partial(_make, partial(_cut_ward_tree, k), 1),
        "DBSCAN": partial(_make, partial(_fit_densities, "DBSCAN", densities), 1),
        "HDBSCAN": partial(
            _make, partial(_fit_densities, "HDBSCAN", {"min_cluster_size": smallest, "copy": True}), 1
        ),
    }


def build_ward_tree(points: Points) -> Points:
    """Ward's linkage (n-1, 4) of the points (n, d) (Ward 1963), as scipy's dendrogram takes it."""
    from scipy.cluster.hierarchy import linkage

    return np.asarray(linkage(points, method="ward"), dtype=np.float64)


def _make(fit: Again, starts: int, points: Points, seed: int) -> Labelling:
    for library in LIBRARIES:
        import_module(library)  # before the clock runs
    begun = time.perf_counter()
    labels = fit(points, seed)
    return Labelling(labels, (time.perf_counter() - begun) / starts)


def _cut_by_kmeans(k: int, points: Points, seed: int) -> Labels:
    return fit_kmeans(points, k, seed, STARTS).labels


def _fit_by_seed(name: str, k: int, points: Points, seed: int) -> Labels:
    from sklearn.cluster import BisectingKMeans
    from sklearn.mixture import GaussianMixture

    kind = {"BisectingKMeans": BisectingKMeans, "GaussianMixture": GaussianMixture}[name]
    labels: Labels = kind(k, random_state=seed).fit_predict(points)
    return labels


def _cut_ward_tree(k: int, points: Points, _: int) -> Labels:
    from scipy.cluster.hierarchy import fcluster

    return np.asarray(fcluster(build_ward_tree(points), k, "maxclust") - 1)


def _fit_densities(name: str, settings: Mapping[str, Any], points: Points, _: int) -> Labels:
    from sklearn import cluster

    labels: Labels = getattr(cluster, name)(**settings).fit_predict(points)
    return labels
