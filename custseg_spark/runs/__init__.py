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
    promote,
    prune,
    publish,
    rollback,
)
from custseg_spark.runs.files import CUSTOMERS, absolute, as_json, customers_at, read, write

__all__ = [
    "CUSTOMERS",
    "Kind",
    "Listed",
    "Run",
    "absolute",
    "as_json",
    "begin",
    "customers_at",
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
