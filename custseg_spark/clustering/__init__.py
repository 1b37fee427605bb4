"""Clustering: the sample, the sweep over k, the refinement over all rows, the nearest centre."""

from custseg_spark.clustering.label import Stage, add_stages, build_margin_stage, build_nearest_stages
from custseg_spark.clustering.nearest import find_nearest
from custseg_spark.clustering.partitions import Partition, cut_again, sweep, sweep_frame
from custseg_spark.clustering.plane import Plane, fit_plane
from custseg_spark.clustering.refine import Refinement, refine
from custseg_spark.clustering.sample import (
    HASH,
    HIGHEST,
    WEIGHT,
    SampleRange,
    filter_sample,
    find_highest_hash,
    hash_id,
)
