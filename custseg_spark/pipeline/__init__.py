"""The story: rfm, train, compare, backtest, explain, propose. Only this package shows the flow."""

from custseg_spark.pipeline.backtest import Backtested, backtest
from custseg_spark.pipeline.compare import ComparedRun, compare
from custseg_spark.pipeline.explain import explain
from custseg_spark.pipeline.propose import propose
from custseg_spark.pipeline.rfm import Made, rfm
from custseg_spark.pipeline.train import Trained, train

__all__ = [
    "Backtested",
    "ComparedRun",
    "Made",
    "Trained",
    "backtest",
    "compare",
    "explain",
    "propose",
    "rfm",
    "train",
]
