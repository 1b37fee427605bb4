"""The customers of make_customers: which segment each is planted in, and the columns that follow.

Rows are drawn in chunks of a fixed size, each from a stream of its own, so a table is the same
whatever the number of files and processes it is made in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pyarrow as pa

CHUNK = 250_000  # rows drawn from one stream; the bytes of every table depend on it
DIRT = ("birth", "duplicate", "null")
OWN_FEATURES = 8  # numeric columns of the schema worth cutting on; wider tables get Extra_01, ...

# Where each planted segment stands, in levels of spend, recency and deals: -1 low, 1 high. Any first K
# of them lie far apart.
CORNERS = np.array(
    [
        [1.0, -1, -1],  # big spenders, recent
        [-1.0, 1, -1],  # small spenders, quiet
        [-0.5, -1, 1],  # modest spenders, recent, many deals
        [1.0, 1, -1],  # big spenders, quiet
        [-1.0, -1, -1],  # small spenders, recent
        [-0.3, 1, 1],  # modest spenders, quiet, many deals
        [1.0, -1, 1],  # big spenders, recent, many deals
        [1.0, 1, 1],  # big spenders, quiet, many deals
    ],
    dtype=np.float32,
)
MNT = {  # column: (share of the spend, highest amount); wine takes what is left
    "MntFruits": (0.045, 199),
    "MntMeatProducts": (0.27, 1725),
    "MntFishProducts": (0.06, 259),
    "MntSweetProducts": (0.045, 263),
    "MntGoldProds": (0.08, 362),
}
EDUCATION = {"Graduation": 1127, "PhD": 486, "Master": 370, "2n Cycle": 203, "Basic": 54}
MARITAL = {
    "Married": 864,
    "Together": 580,
    "Single": 480,
    "Divorced": 232,
    "Widow": 77,
    "Alone": 3,
    "Absurd": 2,
    "YOLO": 2,
}
FIRST_DAY, DAYS = date(2012, 7, 30), 700
JOINED = [f"{FIRST_DAY + timedelta(days=i):%d-%m-%Y}" for i in range(DAYS)]


@dataclass(frozen=True)
class Plan:
    """What table to make; equal plans make equal tables."""

    rows: int
    segments: int = 5
    seed: int = 42
    separation: float = 3.0
    dirty: float = 0.005
    dirt: tuple[str, ...] = DIRT
    missing: float = 0.01
    features: int = OWN_FEATURES


def reflected(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values mirrored at the bounds once, so that none pile up there."""
    values = np.where(values < low, 2 * low - values, values)
    return np.clip(np.where(values > high, 2 * high - values, values), low, high)


def counts(rng: np.random.Generator, mean: np.ndarray, highest: int) -> np.ndarray:
    """Whole numbers spread about as a Poisson count of this mean, at a tenth of its price."""
    noise = rng.standard_normal(len(mean), dtype=np.float32)
    numbers: np.ndarray = np.clip(np.rint(mean + np.sqrt(np.maximum(mean, 0.1)) * noise), 0, highest)
    return numbers.astype(np.int32)


def drawn(rng: np.random.Generator, weights: dict[str, int], rows: int) -> pa.DictionaryArray:
    """Texts in proportion to their weights."""
    edges = np.cumsum(list(weights.values())) / sum(weights.values()) * 65536
    codes = np.searchsorted(edges, np.arange(65536), side="right").astype(np.int8)
    return pa.DictionaryArray.from_arrays(codes[rng.integers(0, 65536, rows, dtype=np.uint16)], list(weights))


def amounts(rng: np.random.Generator, log_spend: np.ndarray) -> dict[str, np.ndarray]:
    """The six Mnt columns; they add up to the spend unless one is cut at its highest amount."""
    spend = np.rint(np.expm1(log_spend)).astype(np.int32)
    weights = {
        name: share * np.exp(0.5 * rng.standard_normal(len(spend), dtype=np.float32))
        for name, (share, _) in MNT.items()
    }
    whole = 0.5 + sum(weights.values())
    parts = {
        name: np.minimum(spend * weights[name] / whole, top).astype(np.int32)
        for name, (_, top) in MNT.items()
    }
    return {"MntWines": np.minimum(spend - sum(parts.values()), 1493), **parts}


def ids(
    rng: np.random.Generator, plan: Plan, start: int, rows: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids with gaps, where they are null, and where the birth year is not credible.

    Each kind of dirt gets an equal part of the dirty share; a repeated id breaks two rows, so half
    as many are repeated.
    """
    found = (np.arange(start, start + rows) * 5 + rng.integers(0, 5, rows, dtype=np.int8)).astype(np.int64)
    part = plan.dirty / max(len(plan.dirt), 1)
    luck = rng.random(rows)

    def struck(kind: str, share: float) -> np.ndarray:
        low = plan.dirt.index(kind) * part if kind in plan.dirt else 1.0
        return (luck >= low) & (luck < low + share)

    copies = struck("duplicate", part / 2)
    others = rng.permutation(np.flatnonzero(~copies))[: copies.sum()]
    found[np.flatnonzero(copies)[: len(others)]] = found[others]
    return found, struck("null", part), struck("birth", part)


@lru_cache(maxsize=1)  # neighbouring small files share a chunk
def chunk(plan: Plan, number: int) -> tuple[pa.Table, pa.Table]:
    """Rows CHUNK * number and on: the customers, and the truth as (ID, planted), ID null where
    it is null or repeated in the table."""
    start = number * CHUNK
    rows = min(CHUNK, plan.rows - start)
    rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence([plan.seed, number])))
    weights = 1 / np.arange(2, plan.segments + 2)
    planted = np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(rows), side="right")

    def standing(level: np.ndarray) -> np.ndarray:
        noise = rng.standard_normal(rows, dtype=np.float32)
        return (plan.separation * level[planted] + noise) / np.float32(np.hypot(1, plan.separation))

    log_spend = reflected(5.6 + 1.5 * standing(CORNERS[:, 0]), np.log1p(5), np.log1p(2525))
    recency = np.rint(reflected(49.5 + 28 * standing(CORNERS[:, 1]), 0, 99)).astype(np.int32)
    deals = np.rint(reflected(3.2 + 2 * standing(CORNERS[:, 2]), 0, 15)).astype(np.int32)
    wealth = (log_spend - 5.6) / 1.5
    number_of, null_id, old = ids(rng, plan, start, rows)
    income = np.rint(reflected(52_000 + 19_000 * wealth + 9_000 * rng.standard_normal(rows), 1730, 162_397))
    birth = np.rint(
        reflected(1969 - 2 * wealth + 11 * rng.standard_normal(rows, dtype=np.float32), 1940, 1996)
    )
    birth[old] = np.array([1893, 1899, 1900])[np.flatnonzero(old) % 3]

    def happens(chance: np.ndarray | float) -> np.ndarray:
        return (rng.random(rows, dtype=np.float32) < chance).astype(np.int32)

    columns: dict[str, object] = {  # in the order of the real file
        "ID": pa.array(number_of, mask=null_id),
        "Year_Birth": birth.astype(np.int32),
        "Education": drawn(rng, EDUCATION, rows),
        "Marital_Status": drawn(rng, MARITAL, rows),
        "Income": pa.array(income.astype(np.int32), mask=rng.random(rows) < plan.missing),
        "Kidhome": happens(0.4 - 0.3 * wealth) + happens(0.03),
        "Teenhome": happens(0.45 + 0.05 * deals) + happens(0.03),
        "Dt_Customer": pa.DictionaryArray.from_arrays(rng.integers(0, DAYS, rows, dtype=np.int16), JOINED),
        "Recency": recency,
        **amounts(rng, log_spend),
        "NumDealsPurchases": deals,
        "NumWebPurchases": counts(rng, 4 + 2 * wealth, 27),
        "NumCatalogPurchases": counts(rng, 2.5 + 2 * wealth, 28),
        "NumStorePurchases": counts(rng, 6 + 2.5 * wealth, 13),
        "NumWebVisitsMonth": counts(rng, 5 - 1.5 * wealth + 0.2 * deals, 20),
        **{f"AcceptedCmp{n}": happens(0.07 + 0.06 * wealth) for n in (3, 4, 5, 1, 2)},
        "Complain": happens(0.0094),
        "Z_CostContact": np.full(rows, 3, dtype=np.int32),
        "Z_Revenue": np.full(rows, 11, dtype=np.int32),
        "Response": happens(0.15 + 0.08 * wealth - 0.002 * (recency - 49.5)),
    }
    for extra in range(1, plan.features - OWN_FEATURES + 1):
        level = np.random.default_rng(extra).choice(np.array([-1, 0, 1], dtype=np.float32), len(CORNERS))
        columns[f"Extra_{extra:02d}"] = np.rint(500 + 150 * standing(level)).astype(np.int32)
    unclear = null_id | np.isin(number_of, repeats(number_of))
    truth = {"ID": pa.array(number_of, mask=unclear), "planted": planted.astype(np.int32)}
    return pa.table(columns), pa.table(truth)


def repeats(values: np.ndarray) -> np.ndarray:
    """The values that stand more than once."""
    ordered = np.sort(values)
    again: np.ndarray = ordered[1:][ordered[1:] == ordered[:-1]]
    return again


def pieces(plan: Plan, first: int, last: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The rows from `first` up to before `last`, chunk by chunk, each with its truth."""
    for number in range(first // CHUNK, -(-last // CHUNK)):
        low, high = max(first - number * CHUNK, 0), min(last - number * CHUNK, CHUNK)
        customers, truth = (table.slice(low, high - low) for table in chunk(plan, number))
        yield customers, truth.drop_null()
