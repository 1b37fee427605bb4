"""Run directories and pointers: write, publish, list, promote."""

from custseg_spark.runs.directories import (
    Kind,
    Run,
    RunListing,
    begin_run,
    find_latest,
    find_live,
    find_run,
    list_runs,
    prune_runs,
    read_history,
)
from custseg_spark.runs.files import (
    CUSTOMERS,
    find_customers,
    find_day,
    list_below,
    make_absolute,
    read_file,
    to_json,
    write_file,
)
from custseg_spark.runs.orders import DAYS, KEPT, KeptDays, find_kept_days
from custseg_spark.runs.promotion import promote_run, publish_run, roll_back
