"""Clustering: the sample, the sweep over k, the refinement over all rows, the nearest centre."""

from custseg_spark.clustering.label import margin_stage, nearest_stages
from custseg_spark.clustering.models import fixed_centres, fixed_scaler
from custseg_spark.clustering.others import other_labels
from custseg_spark.clustering.plane import Plane, plane
from custseg_spark.clustering.refine import Refined, refine
from custseg_spark.clustering.sample import HASH, HIGHEST, Reach, drawn, hashed, highest_hash
from custseg_spark.clustering.sweep import Partition, nearest, sweep

__all__ = [
    "HASH",
    "HIGHEST",
    "Partition",
    "Plane",
    "Reach",
    "Refined",
    "drawn",
    "fixed_centres",
    "fixed_scaler",
    "hashed",
    "highest_hash",
    "margin_stage",
    "nearest",
    "nearest_stages",
    "other_labels",
    "plane",
    "refine",
    "sweep",
]
