"""The segmentation as a good user of pandas and scikit-learn writes it, on one machine.

Only the needed columns are read for the sweep, KMeans keeps its defaults (one k-means++ start), and
the silhouette is taken on a sample, as all rows would take hours. The customers are written with all
their columns, partitioned by segment, file by file so that memory holds.
"""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
from features import list_features
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
from task import parse_task, write_note

task = parse_task()
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
points = scaler.fit_transform(matrix)
del matrix

models, scores = {}, {}
for k in range(task.k[0], task.k[1] + 1):
    models[k] = KMeans(n_clusters=k, random_state=42).fit(points)
    scores[k] = silhouette_score(points, models[k].labels_, sample_size=5_000, random_state=42)
best = max(scores, key=lambda k: scores[k])
labels = models[best].labels_

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
write_note(
    task.output, best, {k: scaler.inverse_transform(model.cluster_centers_) for k, model in models.items()}
)
