"""The deterministic subset of customers that the sweep works on."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

HASH = "_hash"
_SLACK = 1.05
"""A little more than wanted is drawn, so that the share of rejected rows and chance leave enough."""


def drawn(frame: DataFrame, key: Column, size: int, rows: int, seed: int) -> DataFrame:
    """About `size` of the `rows` customers, all where there are no more than that, plus their `_hash`.

    A customer is in by the hash of the id (`key`) and the seed alone: the same customers whatever the order,
    the partitioning or the file format of the table. Lazy; ordering by `_hash` and cutting at `size`
    (see `kept`) makes it exact.
    """
    hashed = frame.withColumn(HASH, F.xxhash64(key.cast("string"), F.lit(seed)))
    if rows <= size:
        return hashed
    share = min(1.0, _SLACK * size / rows)
    return hashed.filter(F.col(HASH) < int(-(2**63) + share * 2**64))
