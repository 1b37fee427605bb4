"""The segmentation as a good user of pandas and scikit-learn writes it, on one machine.

KMeans keeps its defaults: one k-means++ start.
"""

from pandas_steps import SEED, run_pipeline
from sklearn.cluster import KMeans
from task import parse_task

run_pipeline(parse_task(), lambda k, points: KMeans(n_clusters=k, random_state=SEED).fit(points))
