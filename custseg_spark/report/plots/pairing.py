"""The groups of other algorithms paired with the segments, so that one colour means the same customers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from custseg_spark.report import palette

REFERENCE = "KMeans"
"""Whose groups give the colours where there are no segments."""


def renumber_all(
    labellings: Mapping[str, NDArray[np.int64]], segments: NDArray[np.int64] | None = None
) -> dict[str, NDArray[np.int64]]:
    """The labellings renumbered after the segments, so that the same colour means the same customers; after
    the reference where there are no segments.

    Groups are paired with segments one to one so that most customers are shared; the rest get numbers whose
    colours no segment has.
    """
    first = np.asarray(labellings[find_reference(labellings)] if segments is None else segments)
    return {name: renumber(np.asarray(labels), first) for name, labels in labellings.items()}


def find_reference(labellings: Mapping[str, NDArray[np.int64]]) -> str:
    """The algorithm whose groups the others are paired with."""
    return REFERENCE if REFERENCE in labellings else next(iter(labellings))


def renumber(labels: NDArray[np.int64], reference: NDArray[np.int64]) -> NDArray[np.int64]:
    """The labels (n,) under the numbers of the reference (n,) that they share most with; noise stays."""
    mine, theirs = np.unique(labels[labels >= 0]), np.unique(reference[reference >= 0])
    shared = np.array([[((labels == a) & (reference == b)).sum() for b in theirs] for a in mine])
    numbers: dict[int, int] = {}
    if shared.size:
        pairs = zip(*linear_sum_assignment(-shared), strict=True)
        numbers = {int(mine[i]): int(theirs[j]) for i, j in pairs if shared[i, j] > 0}
    rest = [segment for segment in mine.tolist() if segment not in numbers]
    numbers |= zip(rest, palette.list_spare(theirs.tolist(), len(rest)), strict=True)
    return np.array([numbers.get(int(label), -1) for label in labels], dtype=np.int64)
