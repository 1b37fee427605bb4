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
from custseg_spark.report import palette
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

    The first is as movement.csv: from_segment, from_name, to_segment, to_name and customers. Null are both of
    from_ of who came, and both of to_ of who left. Of large tables the same part of both is held, drawn by a
    hash of the id, about MOST customers.
    """
    rows = max(before.customers.count_rows(), now.customers.count_rows())
    share = min(1.0, MOST / max(rows, 1))
    sides = {"from": before, "to": now}
    first, second = (pd.concat(_draw_customers(run, share, side)) for side, run in sides.items())
    both = first.drop_duplicates("id").merge(second.drop_duplicates("id"), on="id", how="outer")
    by = [f"{side}_{what}" for side in sides for what in ("segment", "name")]
    return both.groupby(by, dropna=False).size().reset_index(name="customers"), share


def _draw_customers(run: RunView, share: float, side: str) -> Iterator[pd.DataFrame]:
    """The id, as text, and the segment with its name, as `<side>_segment` and `<side>_name`, of about this
    share of the customers, by batches."""
    for batch in run.customers.to_batches(columns=[run.model.id, "segment", "segment_name"]):
        ids = pc.cast(batch.column(run.model.id), pa.string()).to_pandas()
        numbers, names = (batch.column(column).to_pandas() for column in ("segment", "segment_name"))
        found = pd.DataFrame({"id": ids, f"{side}_segment": numbers, f"{side}_name": names})
        hashed = pd.util.hash_array(found["id"].to_numpy(dtype=object), categorize=False)
        yield found[hashed <= share * np.iinfo(np.uint64).max]


def tabulate_moves(flows: pd.DataFrame) -> tuple[list[str], list[str], NDArray[Any]]:
    """Letters and names before, those now, and (before, now) customers who went from one to the other, from
    movement.csv; both in the order of the letters.

    Who was not there before came, and who is not there any more left.
    """
    before = _letter_side(flows, "from", "(new customers)")
    now = _letter_side(flows, "to", "(no longer there)")
    counts = pd.crosstab(before, now, values=flows["customers"], aggfunc="sum").fillna(0)
    return [str(name) for name in counts.index], [str(name) for name in counts.columns], counts.to_numpy()


def _letter_side(flows: pd.DataFrame, side: str, nowhere: str) -> pd.Series[str]:
    """The letter and name of each flow's segment on that side, in order of the ids, `nowhere` last."""
    ids, names = flows[f"{side}_segment"], flows[f"{side}_name"]
    texts = [
        nowhere if pd.isna(segment) else palette.write_lettered(int(segment), name)
        for segment, name in zip(ids, names, strict=True)
    ]
    order = pd.unique(np.array(texts, dtype=object)[np.argsort(ids.to_numpy(dtype=float), kind="stable")])
    return pd.Series(pd.Categorical(texts, order, ordered=True), index=flows.index)
