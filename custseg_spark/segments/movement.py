"""Who moved from which segment to which between two runs, and whether customers or the model moved them.

Each customer has up to three labels: by the old model on the old data (`then`), by the old model on the new
data (`now`) and by the new model on the new data (`new`). A customer whose `then` and `now` differ has
changed; one whose `now` and `new` differ has been moved by the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NOBODY = -1
"""Not in the table, or not labelled."""
MOST_TOLD = 10
_COLUMNS = [
    *("from_segment", "from_name", "to_segment", "to_name", "customers", "share", "value"),
    *("customers_changed", "model_changed"),
]


@dataclass(frozen=True)
class Movement:
    """What moved between the live run and a new one.

    flows: one row per pair of segments, the largest first; columns from_segment, from_name, to_segment,
    to_name (null for customers that are new or gone), customers, share (of those there on both nights),
    value (share of their value column; NaN where there is none), customers_changed and model_changed
    (customers of the flow whom either moved; both may be true of one). `both`: customers compared; `came` and
    `left`: those who are new and those who are gone, whatever flows are withheld. moved, by_customers,
    by_model, value_moved: shares of those compared. `drawn`: share of all customers that was compared;
    under 1 the counts are estimates scaled from it.
    """

    flows: pd.DataFrame
    both: int
    came: int
    left: int
    moved: float
    by_customers: float
    by_model: float
    value_moved: float
    value: str
    drawn: float


@dataclass(frozen=True)
class TwoNights:
    """The sampled customers as the live run and a new one have them.

    `then`, `now`, `new` (n,): the labels of the customers in the new table, NOBODY where they were not there
    or can't be labelled. `worth` (n,): what each brings of `value`, NaN where unknown; an empty `value` is
    nothing. `gone`: the old segments of those who left. `drawn`: the share of all customers in the sample.
    """

    then: NDArray[np.int64]
    now: NDArray[np.int64]
    new: NDArray[np.int64]
    gone: NDArray[np.int64]
    worth: NDArray[np.float64]
    value: str
    drawn: float = 1.0

    @property
    def both(self) -> NDArray[np.bool_]:
        """(n,) who can be compared."""
        return np.asarray((self.then != NOBODY) & (self.now != NOBODY))

    @property
    def total(self) -> float:
        """What those who can be compared bring together."""
        return float(np.nan_to_num(self.worth)[self.both].sum()) if self.value else 0.0

    @property
    def customers(self) -> pd.DataFrame:
        """A row per customer who can be compared, is new or is gone: from where to where, worth, and why."""
        both = self.both
        labelled = pd.DataFrame(
            {
                "from_segment": self.then,
                "to_segment": self.new,
                "worth": np.nan_to_num(self.worth),
                "customers_changed": both & (self.then != self.now),
                "model_changed": both & (self.now != self.new),
            }
        )[both | (self.then == NOBODY)]
        unmoved = {"customers_changed": False, "model_changed": False}
        left = pd.DataFrame({"from_segment": self.gone, "to_segment": NOBODY, **unmoved})
        return pd.concat([labelled, left])


def measure_movement(
    nights: TwoNights, old_names: Mapping[int, str], new_names: Mapping[int, str], fewest: int = 0
) -> Movement:
    """The movement between two nights; flows of less than `fewest` customers are withheld."""
    both, went = nights.both, nights.both & (nights.then != nights.new)
    total, flows = nights.total, _sum_flows(nights, old_names, new_names)
    return Movement(
        flows[flows["customers"] >= fewest].reset_index(drop=True),
        round(int(both.sum()) / nights.drawn),
        round(int((nights.then == NOBODY).sum()) / nights.drawn),
        round(len(nights.gone) / nights.drawn),
        _measure_share(went, both),
        _measure_share(both & (nights.then != nights.now), both),
        _measure_share(both & (nights.now != nights.new), both),
        float(np.nan_to_num(nights.worth)[went].sum() / total) if total > 0 else float("nan"),
        nights.value,
        nights.drawn,
    )


def _sum_flows(nights: TwoNights, old_names: Mapping[int, str], new_names: Mapping[int, str]) -> pd.DataFrame:
    """One row per pair of segments, the largest first."""
    total = nights.total
    flows = nights.customers.groupby(["from_segment", "to_segment"], as_index=False).agg(
        customers=("worth", "size"),
        worth=("worth", "sum"),
        customers_changed=("customers_changed", "sum"),
        model_changed=("model_changed", "sum"),
    )
    inside = (flows["from_segment"] != NOBODY) & (flows["to_segment"] != NOBODY)
    flows["share"] = np.where(inside, flows["customers"] / max(nights.both.sum(), 1), np.nan)
    flows["value"] = np.where(inside & (total > 0), flows["worth"] / total, np.nan)
    for column in ("customers", "customers_changed", "model_changed"):
        flows[column] = (flows[column].astype(float) / nights.drawn).round().astype(int)
    flows["from_name"] = flows["from_segment"].map(old_names)
    flows["to_name"] = flows["to_segment"].map(new_names)
    for column in ("from_segment", "to_segment"):
        flows[column] = flows[column].where(flows[column] != NOBODY).astype("Int64")
    order = ["customers", "from_segment", "to_segment"]
    return flows.sort_values(order, ascending=[False, True, True], kind="stable")[_COLUMNS]


def tell_largest(movement: Movement) -> tuple[str, ...]:
    """The largest flows between two segments in words, at most ten."""
    flows = movement.flows.dropna(subset=["from_segment", "to_segment"])
    flows = flows[flows["from_segment"] != flows["to_segment"]]
    rows: list[Any] = list(flows.head(MOST_TOLD).itertuples())
    return tuple(
        f"{flow.customers:,} customers ({flow.share:.1%}) went from “{flow.from_name}” "
        f"({flow.from_segment}) to “{flow.to_name}” ({flow.to_segment}), "
        f"{_explain(flow.customers, flow.customers_changed, flow.model_changed)}."
        for flow in rows
    )


def tell_movement(movement: Movement) -> tuple[str, ...]:
    """The movement as a whole, in sentences."""
    if not movement.both:
        return ("No customer of the live run is in this table, so nobody can be said to have moved.",)
    whole = (
        f"Of {movement.both:,} customers there on both nights, {movement.moved:.1%} are in another segment "
        f"than before. By the old model {movement.by_customers:.1%} would have changed segment because they "
        f"themselves changed; the new model moves {movement.by_model:.1%}."
    )
    lines = [whole]
    if movement.value and np.isfinite(movement.value_moved):
        lines.append(f"They bring {movement.value_moved:.1%} of {movement.value}.")
    lines.append(f"{movement.came:,} customers are new, {movement.left:,} are gone.")
    if movement.drawn < 1:
        drawn = f"{movement.drawn:.1%} of the customers, drawn by a hash of the id"
        lines.append(f"Counts are estimated from {drawn}.")
    return tuple(lines)


def _explain(customers: int, changed: int, by_model: int) -> str:
    if by_model == 0:
        return "all because they changed"
    if changed == 0:
        return "all because the model changed"
    if changed >= customers / 2 and changed >= by_model:
        return "mostly because they changed"
    return "mostly because the model changed"


def _measure_share(some: NDArray[np.bool_], of: NDArray[np.bool_]) -> float:
    return float(some.sum() / max(of.sum(), 1))
