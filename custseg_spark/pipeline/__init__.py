"""The story: train, compare, explain, propose. Only this package shows the flow."""

from custseg_spark.pipeline.compare import ComparedRun, compare
from custseg_spark.pipeline.explain import explain
from custseg_spark.pipeline.propose import propose
from custseg_spark.pipeline.train import Trained, train

__all__ = ["ComparedRun", "Trained", "compare", "explain", "propose", "train"]
