"""The story: rfm, train, compare, score, stream, audience, backtest. Only this package shows the flow."""

from custseg_spark.commands.audience import AudienceResult, audience
from custseg_spark.commands.backtest import BacktestResult, backtest
from custseg_spark.commands.compare import ComparisonResult, compare
from custseg_spark.commands.explain_recipe import explain_recipe
from custseg_spark.commands.init import TablePreview, preview_table, propose_recipe
from custseg_spark.commands.rfm import RfmResult, rfm
from custseg_spark.commands.score import ScoreResult, score
from custseg_spark.commands.stream import StreamResult, stream
from custseg_spark.commands.train import TrainResult, train
