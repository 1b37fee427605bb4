"""What happens between two nights, planted: some grow, some leave, a group arrives that nobody has seen."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

GREW, LEFT, CAME = 800, 500, 5_000
SPEND = ["MntWines", "MntFruits", "MntMeatProducts", "MntFishProducts", "MntSweetProducts", "MntGoldProds"]


def second_night(table: pd.DataFrame, seed: int = 2) -> pd.DataFrame:
    """The customers a night later, one row each: GREW small spenders buy like the biggest do, LEFT are gone,
    CAME are new, who spend most of all and only on deals."""
    rng = np.random.default_rng(seed)
    table = table.copy()
    total = table[SPEND].sum(axis=1)
    small = rng.choice(table.index[total < total.quantile(0.3)], GREW, replace=False)
    big = rng.choice(table.index[total > total.quantile(0.9)], GREW, replace=False)
    table.loc[small, [*SPEND, "Recency"]] = table.loc[big, [*SPEND, "Recency"]].to_numpy()
    stay = table.drop(rng.choice(table.index.difference(pd.Index(small)), LEFT, replace=False))
    new = table.loc[rng.choice(big, CAME)].copy()
    new["ID"] = np.arange(CAME) + table["ID"].max() + 1
    new["NumDealsPurchases"] = 12 + rng.integers(0, 3, CAME)
    new["Recency"] = rng.integers(0, 10, CAME)
    return pd.concat([stay, new], ignore_index=True)


if __name__ == "__main__":
    before, after = map(Path, sys.argv[1:])
    after.mkdir(parents=True)
    second_night(pd.read_parquet(before)).to_parquet(after / "part-0.parquet", index=False)
    print(f"{GREW:,} small spenders now buy like the biggest; {LEFT:,} customers left; {CAME:,} came who buy")
    print("most of all, and only on deals")
