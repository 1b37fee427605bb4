"""The same with MiniBatchKMeans, which people take where KMeans takes too long.

It keeps its defaults: batches of 1,024 rows and the best of three k-means++ starts by a small sample.
"""

from pandas_steps import SEED, run_pipeline
from sklearn.cluster import MiniBatchKMeans
from task import parse_task

run_pipeline(parse_task(), lambda k, points: MiniBatchKMeans(n_clusters=k, random_state=SEED).fit(points))
