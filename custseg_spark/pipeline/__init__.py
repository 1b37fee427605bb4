"""The story: rfm, train, compare, score, stream, audience, backtest. Only this package shows the flow."""

from custseg_spark.pipeline.audience import AudienceRun, audience
from custseg_spark.pipeline.backtest import Backtested, backtest
from custseg_spark.pipeline.compare import ComparedRun, compare
from custseg_spark.pipeline.explain import explain
from custseg_spark.pipeline.propose import Looked, look, propose
from custseg_spark.pipeline.rfm import Made, rfm
from custseg_spark.pipeline.score import Scored, score
from custseg_spark.pipeline.stream import Streamed, stream
from custseg_spark.pipeline.train import Trained, train

__all__ = [
    "AudienceRun",
    "Backtested",
    "ComparedRun",
    "Looked",
    "Made",
    "Scored",
    "Streamed",
    "Trained",
    "audience",
    "backtest",
    "compare",
    "explain",
    "look",
    "propose",
    "rfm",
    "score",
    "stream",
    "train",
]
