"""What a person sees in a terminal: progress while a command works, and the answer at its end."""

from custseg_spark.terminal.answers import progress, tell, tell_backtest, tell_comparison, tell_customers
from custseg_spark.terminal.nightly import tell_audience, tell_run, tell_runs, tell_score, tell_stream
