"""The table that most cases spoil: three hundred customers in two groups, one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

CUSTOMERS = 300
FIRST_DAY = pd.Timestamp("2019-01-05")


def draw_customers(rows: int = CUSTOMERS, seed: int = 15) -> pd.DataFrame:
    """Few who spend much, often and lately; many who do not. Ids from 1001 on."""
    rng = np.random.default_rng(seed)
    big = rng.random(rows) < 0.4
    return pd.DataFrame(
        {
            "customer_id": np.arange(1001, 1001 + rows),
            "spend": np.round(np.where(big, 2400.0, 220.0) * rng.lognormal(0, 0.4, rows), 2),
            "orders": np.where(big, rng.poisson(15, rows), 1 + rng.poisson(4, rows)),
            "days_since_last": np.where(big, rng.integers(0, 60, rows), rng.integers(20, 243, rows)),
        }
    )


def draw_dated(rows: int = CUSTOMERS) -> pd.DataFrame:
    """The same with the day of the last order, in 2019 to 2021, in place of the days since."""
    customers = draw_customers(rows)
    days = pd.to_timedelta(7 * (130 - customers.pop("days_since_last") // 2) % 890, unit="D")
    return customers.assign(last_order=FIRST_DAY + days)


Spoil = Callable[[pd.DataFrame], pd.DataFrame]


def csv(spoil: Spoil = lambda table: table, sep: str = ",") -> Callable[[Path], Path]:
    """A maker of the customers as CSV, once `spoil` was done to them."""

    def make(directory: Path) -> Path:
        return write(spoil(draw_customers()), directory, sep)

    return make


def write(table: pd.DataFrame, directory: Path, sep: str = ",") -> Path:
    table.to_csv(directory / "customers.csv", index=False, sep=sep)
    return directory / "customers.csv"


def write_lines(path: Path, lines: Iterable[str], encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def csv_lines(table: pd.DataFrame, separator: str = ",", header: bool = True) -> list[str]:
    """The table as lines of text."""
    return table.to_csv(index=False, sep=separator, header=header).splitlines()


def write_column(column: str, write: Callable[[float], str]) -> Spoil:
    """Turn a column into text, value by value."""
    return lambda table: table.assign(**{column: [write(value) for value in table[column]]})
