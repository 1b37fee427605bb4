"""What every contender is held against: the best cost over all rows at each k, and the k it gives.

The best of several full-data scikit-learn starts, found once for a table and kept beside it. All costs
are taken here in one space: each feature after log1p, minus its mean, over its standard deviation, both
over all rows; missing values are the median.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from features import Feature, list_features

BATCH = 250_000
SINGLE_PRECISION_FROM = 200_000_000  # numbers in the matrix; half the memory beyond


def read_batches(table: str, features: tuple[Feature, ...]) -> Iterator[np.ndarray]:
    """The features of the table's rows after log1p, (n, d) with NaN where a value is missing."""
    columns = list(dict.fromkeys(column for feature in features for column in feature.columns))
    for batch in ds.dataset(table).to_batches(columns=columns, batch_size=BATCH):
        values = np.column_stack([_values(batch, feature) for feature in features])
        if len(values):
            yield values


def _values(batch: pa.RecordBatch, feature: Feature) -> np.ndarray:
    total = sum(batch[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in feature.columns)
    return np.log1p(total) if feature.log1p else np.asarray(total)


def read_all_rows(table: str, features: tuple[Feature, ...]) -> tuple[np.ndarray, dict[str, list[float]]]:
    """The scaled matrix of all rows, and the space: median, mean and std of each feature."""
    rows = ds.dataset(table).count_rows()
    kind = np.float32 if rows * len(features) >= SINGLE_PRECISION_FROM else np.float64
    matrix, start = np.empty((rows, len(features)), dtype=kind), 0
    for values in read_batches(table, features):
        matrix[start : start + len(values)] = values
        start += len(values)
    space: dict[str, list[float]] = {"median": [], "mean": [], "std": []}
    for column in matrix.T:
        median = float(np.nanmedian(column))
        column[np.isnan(column)] = median
        mean, std = column.mean(dtype=np.float64), column.std(dtype=np.float64)
        column[:] = (column - mean) / std
        for key, value in (("median", median), ("mean", mean), ("std", std)):
            space[key].append(float(value))
    return matrix, space


def measure_costs(
    table: str, reference: Mapping[str, Any], centres: Mapping[int, np.ndarray]
) -> dict[int, float]:
    """The sum of squared distances of all rows to their nearest centre, for each k.

    `centres`: (k, d) each, after log1p, before scaling.
    """
    space = {key: np.array(values) for key, values in reference["space"].items()}
    scaled = {k: (np.asarray(found) - space["mean"]) / space["std"] for k, found in centres.items()}
    total = dict.fromkeys(centres, 0.0)
    for values in read_batches(table, list_features(len(space["mean"]))):
        values = np.where(np.isnan(values), space["median"], values)
        points = (values - space["mean"]) / space["std"]
        for k, found in scaled.items():
            total[k] += float(_squared_distances(points, found).min(axis=1).sum())
    return total


def _squared_distances(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    cross = points @ centres.T
    squares = (points**2).sum(axis=1)[:, None] - 2 * cross + (centres**2).sum(axis=1)
    distances: np.ndarray = np.maximum(squares, 0)
    return distances


def measure_silhouette(points: np.ndarray, labels: np.ndarray, k: int) -> float:
    """The mean silhouette of all rows with squared Euclidean distance, as Spark's evaluator takes it.

    The mean squared distance of x to a segment with n rows, sum y and sum of squares p is
    x.x + p/n - 2 x.y/n, so one pass does; a row's own segment counts without the row itself.
    """
    n = np.bincount(labels, minlength=k).astype(np.float64)
    squares = np.einsum("ij,ij->i", points, points, dtype=np.float64)
    y = np.column_stack([np.bincount(labels, weights=column, minlength=k) for column in points.T])
    p = np.bincount(labels, weights=squares, minlength=k)
    total = 0.0
    for start in range(0, len(points), BATCH):
        part = slice(start, start + BATCH)
        own = labels[part], np.arange(len(labels[part]))
        far = squares[part] + (p / n)[:, None] - 2 * (y / n[:, None]) @ points[part].T.astype(np.float64)
        inside = far[own] * (n / np.maximum(n - 1, 1))[labels[part]]
        far[own] = np.inf
        outside = far.min(axis=0)
        total += float(((outside - inside) / np.maximum(outside, inside))[n[labels[part]] > 1].sum())
    return total / len(points)


def find_best(table: str, features: int, ks: range, starts: int, kept: Path) -> dict[str, Any]:
    """Finds what is missing of `ks` and keeps it: costs, silhouettes and the k of the best silhouette."""
    from sklearn.cluster import KMeans

    found: dict[str, Any] = {"costs": {}, "silhouettes": {}}
    if kept.exists():
        found = json.loads(kept.read_text())
    points, space = read_all_rows(table, list_features(features))
    mean, std = np.array(space["mean"]), np.array(space["std"])
    found |= {"starts": starts, "rows": len(points), "space": space}
    for k in (k for k in ks if str(k) not in found["costs"]):
        model = KMeans(k, n_init=starts, random_state=0).fit(points)
        centres = model.cluster_centers_.astype(np.float64) * std + mean
        found["costs"][str(k)] = measure_costs(table, found, {k: centres})[k]
        found["silhouettes"][str(k)] = measure_silhouette(points, model.labels_, k)
        kept.write_text(json.dumps(found, indent=1))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Find the best cost at each k over all rows.")
    parser.add_argument("--input", required=True)
    parser.add_argument("--features", type=int, required=True)
    parser.add_argument("--k", type=int, nargs=2, required=True)
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--kept", type=Path, required=True)
    given = parser.parse_args()
    find_best(given.input, given.features, range(given.k[0], given.k[1] + 1), given.starts, given.kept)
