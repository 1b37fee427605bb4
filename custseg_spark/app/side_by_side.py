"""Two segments against each other, and two runs: small tables for the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from custseg_spark.app.run_view import MOST, RunView
from custseg_spark.report.profile_table import list_mean_columns


def compare_segments(profile: pd.DataFrame, first: int, second: int) -> pd.DataFrame:
    """A row per column: its mean in both segments and how far these lie apart, in standard deviations of all
    customers; the farthest first."""
    names = list_mean_columns(profile)
    both = profile.set_index("segment").loc[[first, second]]
    means, z = (both[[f"{kind}_{name}" for name in names]].to_numpy(float) for kind in ("mean", "z"))
    table = pd.DataFrame({"column": names, "first": means[0], "second": means[1], "apart": z[0] - z[1]})
    return table.sort_values("apart", key=lambda z: -z.abs(), kind="stable", ignore_index=True)


def compare_runs(before: RunView, now: RunView) -> tuple[pd.DataFrame, float]:
    """Who went where between two runs of the same customers, and the share of them that was looked at.

    The first is as movement.csv: from_name, to_name and customers; from_name is null of who came, to_name of
    who left. Of large tables the same part of both is held, drawn by a hash of the id, about MOST customers.
    """
    rows = max(before.customers.count_rows(), now.customers.count_rows())
    share = min(1.0, MOST / max(rows, 1))
    sides = {"from_name": before, "to_name": now}
    first, second = (pd.concat(_draw_customers(run, share, name)) for name, run in sides.items())
    both = first.drop_duplicates("id").merge(second.drop_duplicates("id"), on="id", how="outer")
    return both.groupby([*sides], dropna=False).size().reset_index(name="customers"), share


def _draw_customers(run: RunView, share: float, name: str) -> Iterator[pd.DataFrame]:
    """The id, as text, and the segment, as `name`, of about this share of the customers, by batches."""
    for batch in run.customers.to_batches(columns=[run.model.id, "segment_name"]):
        ids, names = pc.cast(batch.column(run.model.id), pa.string()), batch.column("segment_name")
        found = pd.DataFrame({"id": ids.to_pandas(), name: names.to_pandas()})
        hashed = pd.util.hash_array(found["id"].to_numpy(dtype=object), categorize=False)
        yield found[hashed <= share * np.iinfo(np.uint64).max]


def tabulate_moves(flows: pd.DataFrame) -> tuple[list[str], list[str], NDArray[Any]]:
    """Names before, names now, and (before, now) customers who went from one to the other, from movement.csv.

    Who was not there before came, and who is not there any more left.
    """
    before = flows["from_name"].fillna("(new customers)")
    now = flows["to_name"].fillna("(no longer there)")
    counts = pd.crosstab(before, now, values=flows["customers"], aggfunc="sum").fillna(0)
    return [str(name) for name in counts.index], [str(name) for name in counts.columns], counts.to_numpy()
