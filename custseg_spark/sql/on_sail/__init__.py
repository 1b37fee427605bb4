"""Spark's SQL as Sail computes the same, by an allow-list of functions and operators with their types."""

from custseg_spark.sql.on_sail.translate import Translation, translate
