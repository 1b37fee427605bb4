"""The principal components of the sample, for the figures only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AXES = 3
_EQUAL = 9
"""Decimals to which loadings are equal: of two standardised features they always are."""


@dataclass(frozen=True)
class Plane:
    """`loadings` (3, d) and `explained` (3,), shares of the variance; zeros where there are fewer components.

    Each axis points the way of its largest loading, the first of equal ones, so that a picture does not flip
    between runs.
    """

    loadings: NDArray[np.float64]
    explained: NDArray[np.float64]
    centre: NDArray[np.float64]

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, d) on the model scale -> (n, 3)."""
        return np.asarray((points - self.centre) @ self.loadings.T)


def fit_plane(points: NDArray[np.float64]) -> Plane:
    """The first principal components of `points` (n, d), by their singular values."""
    centre = points.mean(axis=0)
    _, singular, axes = np.linalg.svd(points - centre, full_matrices=False)
    return build_plane(axes, singular**2 / max(float((singular**2).sum()), 1e-300), centre)


def build_plane(
    axes: NDArray[np.float64], explained: NDArray[np.float64], centre: NDArray[np.float64]
) -> Plane:
    """The plane of some `axes` (m, d), strongest first, and the shares (m,) that they explain."""
    loadings, shares = np.zeros((AXES, len(centre))), np.zeros(AXES)
    count = min(AXES, len(axes))
    largest = axes[np.arange(count), np.abs(axes[:count]).round(_EQUAL).argmax(axis=1)]
    loadings[:count] = axes[:count] * np.where(largest < 0, -1.0, 1.0)[:, None]
    shares[:count] = explained[:count]
    return Plane(loadings, shares, centre)
