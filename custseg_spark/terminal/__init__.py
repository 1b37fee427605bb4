"""What a person sees in a terminal: progress while a command works, and the answer at its end."""

from custseg_spark.terminal.answers import tell_backtest, tell_comparison, tell_customers, tell_training
from custseg_spark.terminal.console import show_progress
from custseg_spark.terminal.nightly import tell_audience, tell_run, tell_runs, tell_score, tell_stream
