"""Two segments against each other, and two runs: small tables for the pages."""

from __future__ import annotations

from typing import Any

import pandas as pd
from numpy.typing import NDArray


def shown_in(profile: pd.DataFrame) -> list[str]:
    """The columns of a profile that have a mean to hold against all customers, in its order."""
    names = [str(name).removeprefix("z_") for name in profile if str(name).startswith("z_")]
    return [name for name in names if profile[f"z_{name}"].notna().any()]


def side_by_side(profile: pd.DataFrame, first: int, second: int) -> pd.DataFrame:
    """A row per column: its mean in both segments and how far these lie apart, in standard deviations of all
    customers; the farthest first."""
    names = shown_in(profile)
    one, other = (profile[profile["segment"] == segment].iloc[0] for segment in (first, second))
    table = pd.DataFrame(
        {
            "column": names,
            "first": one[[f"mean_{name}" for name in names]].to_numpy(float),
            "second": other[[f"mean_{name}" for name in names]].to_numpy(float),
            "apart": (
                one[[f"z_{name}" for name in names]].to_numpy(float)
                - other[[f"z_{name}" for name in names]].to_numpy(float)
            ),
        }
    )
    return table.sort_values("apart", key=lambda z: -z.abs(), kind="stable", ignore_index=True)


def moves(flows: pd.DataFrame) -> tuple[list[str], list[str], NDArray[Any]]:
    """Names before, names now, and (before, now) customers who went from one to the other, from movement.csv.

    Who was not there before came, and who is not there any more left.
    """
    before = flows["from_name"].fillna("(new customers)")
    now = flows["to_name"].fillna("(no longer there)")
    counts = pd.crosstab(before, now, values=flows["customers"], aggfunc="sum").fillna(0)
    return [str(name) for name in counts.index], [str(name) for name in counts.columns], counts.to_numpy()
