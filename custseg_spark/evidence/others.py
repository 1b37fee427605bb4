"""Algorithms beside KMeans, each as a function from points and a seed to labels that a worker can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from custseg_spark.evidence.stability import Again
from custseg_spark.kmeans import Labels, Points, fit_kmeans

TWINS = ("BisectingKMeans", "GaussianMixture")
"""Those that Spark ML has, too."""
STARTS = 5


def build_ward_tree(points: Points) -> Points:
    """Ward's linkage (n-1, 4) of the points (n, d) (Ward 1963), as scipy's dendrogram takes it."""
    from scipy.cluster.hierarchy import linkage

    return np.asarray(linkage(points, method="ward"), dtype=np.float64)


def build_algorithms(k: int, densities: Mapping[str, Any], smallest: int) -> dict[str, Again]:
    """Each algorithm as a function from (points, seed) to labels."""
    return {
        "KMeans": partial(_cut_by_kmeans, k),
        **{name: partial(fit_twin, name, k) for name in TWINS},
        "Ward": partial(_cut_ward_tree, k),
        "DBSCAN": partial(_fit_densities, "DBSCAN", densities),
        "HDBSCAN": partial(_fit_densities, "HDBSCAN", {"min_cluster_size": smallest, "copy": True}),
    }


def fit_twin(name: str, k: int, points: Points, seed: int) -> Labels:
    from sklearn.cluster import BisectingKMeans
    from sklearn.mixture import GaussianMixture

    twin = {"BisectingKMeans": BisectingKMeans, "GaussianMixture": GaussianMixture}[name]
    labels: Labels = twin(k, random_state=seed).fit_predict(points)
    return labels


def _cut_by_kmeans(k: int, points: Points, seed: int) -> Labels:
    return fit_kmeans(points, k, seed, STARTS).labels


def _cut_ward_tree(k: int, points: Points, _: int) -> Labels:
    from scipy.cluster.hierarchy import fcluster

    return np.asarray(fcluster(build_ward_tree(points), k, "maxclust") - 1)


def _fit_densities(name: str, settings: Mapping[str, Any], points: Points, _: int) -> Labels:
    from sklearn import cluster

    labels: Labels = getattr(cluster, name)(**settings).fit_predict(points)
    return labels
