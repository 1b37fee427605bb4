"""Customers of numbers and categories, planted in segments that are known: for tests and benchmarks.

Each segment has a favourite level of each category, which a share of its customers have and the others draw
at random; and its own mean of each number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class MixedPlan:
    """What to plant: `segments` of customers with `numbers` and `categories` of `levels` each. `pure`: the
    share that has the favourite level of its segment; the others draw one. `apart`: how many standard
    deviations the means of neighbouring segments lie apart."""

    segments: int
    numbers: int
    categories: int
    levels: int
    pure: float = 0.8
    apart: float = 3.0


def plant_mixed(plan: MixedPlan, rows: int, seed: int) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """A table with id, number_<i> and category_<i> of so many customers, and (rows,) the segment of each."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(plan.segments, size=rows)
    columns: dict[str, object] = {"id": np.arange(rows)}
    for i in range(plan.numbers):
        means = plan.apart * rng.permutation(plan.segments)
        columns[f"number_{i}"] = rng.normal(size=rows) + means[truth]
    for i in range(plan.categories):
        favourites = rng.permutation(max(plan.levels, plan.segments))[: plan.segments] % plan.levels
        drawn = rng.integers(plan.levels, size=rows)
        level = np.where(rng.random(rows) < plan.pure, favourites[truth], drawn)
        columns[f"category_{i}"] = np.array([f"level {n}" for n in range(plan.levels)])[level]
    return pd.DataFrame(columns), truth


def scale_mixed(table: pd.DataFrame) -> tuple[NDArray[np.float64], list[list[int]], list[list[int]]]:
    """The customers (rows, d) as they are cut, every feature of weight 1; the columns of each feature; and of
    each category. Written without the program's own code."""
    columns: list[NDArray[np.float64]] = []
    blocks: list[list[int]] = []
    categories: list[list[int]] = []
    for name in table.columns.drop("id"):
        if name.startswith("number"):
            values = table[[name]].to_numpy(dtype=np.float64)
        else:
            values = pd.get_dummies(table[name]).to_numpy(dtype=np.float64)
        start = sum(one.shape[1] for one in columns)
        columns.append((values - values.mean(axis=0)) / np.sqrt(values.var(axis=0, ddof=1).sum()))
        blocks.append(list(range(start, start + values.shape[1])))
        if name.startswith("category"):
            categories.append(blocks[-1])
    return np.hstack(columns), blocks, categories
