"""The story: rfm, train, compare, backtest, explain, propose. Only this package shows the flow."""

from custseg_spark.pipeline.backtest import Backtested, backtest
from custseg_spark.pipeline.compare import ComparedRun, compare
from custseg_spark.pipeline.explain import explain
from custseg_spark.pipeline.propose import Looked, look, propose
from custseg_spark.pipeline.rfm import Made, rfm
from custseg_spark.pipeline.train import Trained, train

__all__ = [
    "Backtested",
    "ComparedRun",
    "Looked",
    "Made",
    "Trained",
    "backtest",
    "compare",
    "explain",
    "look",
    "propose",
    "rfm",
    "train",
]
