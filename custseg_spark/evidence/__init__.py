"""How many segments, and can they be trusted: scores, stability, choice and verdict, on the sample."""

from custseg_spark.evidence.algorithms import (
    Comparison,
    ComparisonRow,
    ComparisonSettings,
    DbscanSettings,
    compare,
)
from custseg_spark.evidence.alone import ALONE, LITTLE, find_lone_categories
from custseg_spark.evidence.candidate import Candidate, Choice, RunnerUp
from custseg_spark.evidence.choose import choose
from custseg_spark.evidence.independence import measure_explained, measure_independent
from custseg_spark.evidence.indices import measure_squared_silhouette
from custseg_spark.evidence.others import Labelling, Maker
from custseg_spark.evidence.partition_scores import (
    estimate_cost_error,
    estimate_share_error,
    gather_scores,
)
from custseg_spark.evidence.prefer import prefer
from custseg_spark.evidence.settle import find_reach, settle_candidates
from custseg_spark.evidence.structure import judge_structure, start_judgement
from custseg_spark.evidence.verdict import Structure
