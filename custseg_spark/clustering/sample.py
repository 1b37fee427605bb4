"""The deterministic subset of customers that the sweep works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

HASH = "_hash"
WEIGHT = "_weight"
"""How many customers a row stands for, where the recipe says it."""
HIGHEST = 2**63 - 1
"""The highest hash there is: everybody."""
_SLACK = 1.05
"""A little more than wanted is drawn, so that the share of rejected rows and chance leave enough."""


@dataclass(frozen=True)
class SampleRange:
    """Which customers a sample holds: those whose hash under `seed` is at most `highest`.

    `hashes` (n,): of its customers.
    """

    seed: int
    highest: int
    hashes: NDArray[np.int64]


def filter_sample(frame: DataFrame, key: Column, size: int, rows: int, seed: int) -> DataFrame:
    """About `size` of the `rows` customers, all where there are no more than that, plus their `_hash`.

    A customer is in by the hash of the id (`key`) and the seed alone: the same customers whatever the order,
    the partitioning or the file format of the table. Lazy; ordering by `_hash` and cutting at `size`
    makes it exact.
    """
    marked = frame.withColumn(HASH, hash_id(key.cast("string"), seed))
    return marked if rows <= size else marked.filter(F.col(HASH) <= find_highest_hash(size, rows))


def hash_id(key: Column, seed: int) -> Column:
    """The hash of an id as text, evenly spread over all longs."""
    return F.xxhash64(key, F.lit(seed))


def find_highest_hash(size: int, rows: int) -> int:
    """The hash up to which about `size` of `rows` customers lie, and a little more."""
    return min(HIGHEST, int(-(2**63) + _SLACK * size / max(rows, 1) * 2**64))
