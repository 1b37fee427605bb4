"""How many segments, and can they be trusted: scores, stability, choice and verdict, on the sample."""

from custseg_spark.evidence.choose import Candidate, Choice, RunnerUp, choose
from custseg_spark.evidence.gather import Scores, gather
from custseg_spark.evidence.scores import silhouette_squared

__all__ = ["Candidate", "Choice", "RunnerUp", "Scores", "choose", "gather", "silhouette_squared"]
