"""What a person sees in a terminal: progress while a command works, and the answer at its end."""

from custseg_spark.terminal.answers import (
    tell_audience,
    tell_backtest,
    tell_comparison,
    tell_customers,
    tell_proposal,
    tell_run,
    tell_runs,
    tell_score,
    tell_stream,
    tell_training,
)
from custseg_spark.terminal.console import show_progress
