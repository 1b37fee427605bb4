"""Tables out: Parquet into a directory that must not be there yet."""

from __future__ import annotations

from pyspark.sql import DataFrame


def write_rows(frame: DataFrame, path: str) -> None:
    """Write the rows as Parquet to a fresh directory. One job; an existing path is an error of Spark's
    (PATH_ALREADY_EXISTS), since a kill during an overwrite destroys what was there."""
    frame.write.mode("error").parquet(path)


def write_customers(frame: DataFrame, path: str, partition_by: str) -> None:
    """Write one row per customer as Parquet to a fresh directory, a folder for each value of `partition_by`.

    The values of a partition column live in folder names and come back with a guessed type: an int comes
    back as an int, text such as '007' would come back as 7, null and '' as one. Partition by ints only.
    """
    frame.write.mode("error").partitionBy(partition_by).parquet(path)
