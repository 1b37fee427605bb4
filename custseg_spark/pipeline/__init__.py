"""The story: train, explain, propose. Only this package shows the flow."""

from custseg_spark.pipeline.explain import explain
from custseg_spark.pipeline.propose import propose
from custseg_spark.pipeline.train import Trained, train

__all__ = ["Trained", "explain", "propose", "train"]
