"""The steps that programs on pandas and scikit-learn share: read, make features, sweep, write.

Only the needed columns are read for the sweep, and the silhouette is taken on a sample, as all rows would
take hours. The customers are written with all their columns, partitioned by segment, file by file so that
memory holds.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from features import list_features
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
from task import write_note

Points = np.ndarray[Any, np.dtype[np.float64]]
SEED = 42


def read_points(task: argparse.Namespace) -> tuple[Points, StandardScaler]:
    """The scaled features of all customers, (n, d), and what scaled them."""
    features = list_features(task.features)
    columns = [column for feature in features for column in feature.columns]
    customers = pd.read_parquet(task.input, columns=columns)
    matrix = np.empty((len(customers), len(features)))
    for place, feature in enumerate(features):
        values = customers[list(feature.columns)].sum(axis=1, skipna=False)
        values = values.fillna(values.median())
        matrix[:, place] = np.log1p(values) if feature.log1p else values
    del customers
    scaler = StandardScaler()
    return scaler.fit_transform(matrix), scaler


def sweep(points: Points, ks: Sequence[int], fit: Callable[[int, Points], Any]) -> tuple[dict[int, Any], int]:
    """A model for each k from `ks[0]` to `ks[1]`, and the k with the best silhouette on 5,000 rows."""
    models, scores = {}, {}
    for k in range(ks[0], ks[1] + 1):
        models[k] = fit(k, points)
        scores[k] = silhouette_score(points, models[k].labels_, sample_size=5_000, random_state=SEED)
    return models, max(scores, key=lambda k: scores[k])


def write_segments(task: argparse.Namespace, labels: Sequence[int]) -> None:
    """All columns of all customers with their `labels`, in the order of the table."""
    shutil.rmtree(task.output, ignore_errors=True)
    start = 0
    for part, fragment in enumerate(ds.dataset(task.input).get_fragments()):
        table = fragment.to_table()
        segment = pa.array(labels[start : start + len(table)])
        start += len(table)
        ds.write_dataset(
            table.append_column("segment", segment),
            task.output,
            format="parquet",
            partitioning=["segment"],
            partitioning_flavor="hive",
            basename_template=f"part-{part}-{{i}}.parquet",
            existing_data_behavior="overwrite_or_ignore",
        )
    Path(task.output).mkdir(exist_ok=True)
    # A program that ends right after this may be aborted by a thread of the writer: apache/arrow#36980.
    time.sleep(0.1)


def write_models(output: str, best: int, models: dict[int, Any], scaler: StandardScaler) -> None:
    """The note of what was found."""
    centres = {k: scaler.inverse_transform(model.cluster_centers_) for k, model in models.items()}
    write_note(output, best, centres)


def run_pipeline(task: argparse.Namespace, fit: Callable[[int, Points], Any]) -> None:
    """The whole of it, with the models that `fit` makes of k and points."""
    points, scaler = read_points(task)
    models, best = sweep(points, task.k, fit)
    write_segments(task, models[best].labels_)
    write_models(task.output, best, models, scaler)
