"""Run directories and pointers: write, publish, list, promote."""

from custseg_spark.runs.directories import (
    Kind,
    Listed,
    Run,
    begin,
    find,
    history,
    latest,
    listed,
    live,
    prune,
)
from custseg_spark.runs.files import CUSTOMERS, absolute, as_json, below, customers_at, day, read, write
from custseg_spark.runs.orders import DAYS, KEPT, DaysKept, days_kept
from custseg_spark.runs.promotion import promote, publish, rollback

__all__ = [
    "CUSTOMERS",
    "DAYS",
    "KEPT",
    "DaysKept",
    "Kind",
    "Listed",
    "Run",
    "absolute",
    "as_json",
    "begin",
    "below",
    "customers_at",
    "day",
    "days_kept",
    "find",
    "history",
    "latest",
    "listed",
    "live",
    "promote",
    "prune",
    "publish",
    "read",
    "rollback",
    "write",
]
