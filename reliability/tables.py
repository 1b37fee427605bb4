"""The table that clusters and faults are tried on: three planted groups, one row per customer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
RECIPE = """\
input: {id: id}
rules: {adult: age >= 18}
segment_by:
  spend: {sql: spend, transform: log1p, unit: euro, words: [Small, Mid, Big]}
  visits: {sql: visits, unit: visits, words: [rare, null, frequent]}
describe: {age: age}
segments: {k: [2, 4], choose: silhouette}
sweep: {restarts: 3}
evidence: {bootstraps: 0, gap: false, prediction_strength: false, structure: false}
"""


def plant_customers(customers: int, seed: int = 0) -> pd.DataFrame:
    """Three groups well apart; one customer in a hundred is under age."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, size=customers, p=[0.5, 0.3, 0.2])
    return pd.DataFrame(
        {
            "id": [f"{number:07d}" for number in range(customers)],
            "spend": np.round(np.array([20.0, 300.0, 4000.0])[group] * rng.lognormal(0, 0.15, customers), 2),
            "visits": np.array([2, 30, 12])[group] + rng.integers(0, 4, customers),
            "age": np.where(np.arange(customers) % 100 == 7, 17, rng.integers(18, 90, customers)),
        }
    )


def write_table(work: Path, customers: int, files: int = 4, seed: int = 0) -> tuple[Path, Path]:
    """Write the recipe and the table as Parquet files; gives both paths."""
    recipe, table = work / "recipe.yaml", work / f"customers-{customers}-{seed}"
    recipe.write_text(RECIPE)
    if not table.exists():
        table.mkdir()
        rows = plant_customers(customers, seed)
        for number in range(files):
            rows.iloc[number::files].to_parquet(table / f"part-{number}.parquet", index=False)
    return recipe, table


def make_customers(work: Path, customers: int) -> Path:
    """A table with the columns of marketing_campaign, by scripts/make_customers."""
    table = work / "made.parquet"
    make = [sys.executable, str(ROOT / "scripts" / "make_customers"), "--rows", str(customers)]
    subprocess.run([*make, "--output", str(table)], check=True)
    return table
