"""DuckDB with scikit-learn on a sample: SQL reads, draws 100,000 customers, labels all and writes them.

The centres come from the sample alone; the nearest one of each customer is an expression of SQL.
"""

import shutil

import duckdb
import numpy as np
from features import Feature, list_features
from pandas_steps import SEED, sweep, write_models
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from task import parse_task

SAMPLE = 100_000

task = parse_task()
features = list_features(task.features)
database = duckdb.connect()
database.execute(f"CREATE VIEW customers AS FROM '{task.input}/*.parquet'")


def add_up(feature: Feature) -> str:
    return f"({' + '.join(feature.columns)})::DOUBLE"


medians = database.execute(
    f"SELECT {', '.join(f'median({add_up(f)})' for f in features)} FROM customers"
).fetchone()
assert medians is not None
filled = [f"coalesce({add_up(f)}, {median!r})" for f, median in zip(features, medians, strict=True)]
columns = [f"ln(1 + {value})" if f.log1p else value for f, value in zip(features, filled, strict=True)]
drawn = database.execute(
    f"SELECT {', '.join(columns)} FROM customers USING SAMPLE reservoir({SAMPLE} ROWS) REPEATABLE ({SEED})"
)

scaler = StandardScaler()
points = scaler.fit_transform(np.column_stack(list(drawn.fetchnumpy().values())))
models, best = sweep(points, task.k, lambda k, points: KMeans(n_clusters=k, random_state=SEED).fit(points))

distances = []
for centre in scaler.inverse_transform(models[best].cluster_centers_):
    parts = zip(columns, centre, scaler.scale_, strict=True)
    terms = (f"(({column} - {float(value)!r}) / {float(scale)!r}) ** 2" for column, value, scale in parts)
    distances.append(" + ".join(terms))
shutil.rmtree(task.output, ignore_errors=True)
database.execute(
    f"COPY (SELECT * EXCLUDE near, list_position(near, list_min(near)) - 1 AS segment "
    f"FROM (SELECT *, [{', '.join(distances)}] AS near FROM customers)) "
    f"TO '{task.output}' (FORMAT parquet, PARTITION_BY (segment))"
)
write_models(task.output, best, models, scaler)
