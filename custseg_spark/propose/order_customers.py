"""A recipe for customers as `custseg rfm` makes them: the three of RFM, in words that are true of any
shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.proposal import render
from custseg_spark.propose.words import LAST, SPENDERS
from custseg_spark.recipe.order_recipe import COLUMNS
from custseg_spark.sql.parse import quote_name, quote_text
from custseg_spark.transactions.customers import WEEK
from custseg_spark.wording import split_words

_SAME = 0.95
"""From this rank correlation on, items that would cut beside the orders say nothing else."""
# None of the big spenders who are quiet: late or lost, that is for the figures of each segment to say.
_ACTIONS = (
    {"when": ["Big spenders", "recent"], "do": "Keep: early access and service, no discounts"},
    {"when": ["Small spenders", "recent"], "do": "Welcome them and lead them to the next order"},
    {"when": ["Small spenders", "quiet"], "do": "Low-cost contact only"},
)


@dataclass(frozen=True)
class CustomerColumns:
    """What is known of customers that were made of order lines.

    `identity`: the id. `has_money`: whether monetary is money. `tells_recency`, `orders_again`: whether the
    last order and the number of orders tell customers apart. `counts_items`: whether items are pieces.
    `favourites`: name -> its commonest value. `customers`: how many, about. `subtracts`: monetary may be
    under zero. `aggregates`: what else is a number of a customer. `is_shop`: what was paid was spent.
    """

    identity: str
    has_money: bool
    tells_recency: bool
    orders_again: bool
    counts_items: bool
    favourites: Mapping[str, str]
    customers: int
    subtracts: bool = False
    aggregates: tuple[str, ...] = ()
    is_shop: bool = True

    @property
    def noun(self) -> str:
        """What is counted by frequency."""
        return "order" if self.is_shop else "transaction"


def look_at_customers(columns: Sequence[ColumnKind], rows: int) -> CustomerColumns | None:
    """What is known of the customers, if `custseg rfm` made the table; None for any other table."""
    named = {column.name: column for column in columns}
    others = [column for column in columns if column.name not in COLUMNS]
    if not {*COLUMNS} <= {*named} or not others:
        return None
    identity, *further = others
    monetary, items, recency = (named[name].values.astype(float) for name in ("monetary", "items", "recency"))
    orders = named["frequency"].values.astype(float)
    has_money = not ((monetary == items).all() or (monetary == orders).all())
    same = bool((items == orders).all())
    if not has_money:  # then they would cut
        same |= bool(items.rank().corr(orders.rank()) >= _SAME)
    texts = [column for column in further if column.kind in ("category", "text") and column.distinct <= 60]
    return CustomerColumns(
        identity=identity.name,
        has_money=has_money,
        tells_recency=bool(recency.max() - recency.min() >= WEEK),
        orders_again=bool((orders > 1).any()),
        counts_items=not same,
        favourites={column.name: str(column.values.mode().iloc[0]) for column in texts},
        customers=rows,
        subtracts=bool((monetary < 0).any()),
        aggregates=tuple(column.name for column in further if column.kind == "number"),
    )


def write_customer_recipe(found: CustomerColumns, source: Mapping[str, Any]) -> str:
    """The recipe as YAML; `train` runs on it as it is. `source`: what stands under `input`; its path is where
    `rfm` keeps the tables."""
    features = _choose_features(found)
    return render(
        "order_customers.yaml.jinja",
        notices=_list_remarks(found),
        source=source,
        identity=found.identity,
        features=features,
        described=_describe(found, features),
        most=max(2, min(6, found.customers // 10)),
        actions=_ACTIONS if {"spend", "recency"} <= {*features} else (),
    )


def _choose_features(found: CustomerColumns) -> dict[str, dict[str, Any]]:
    """The first gives the nouns. Where money moves and is not spent, as in a bank, nobody is a spender."""
    features: dict[str, dict[str, Any]] = {}
    orders = f"{found.noun}s"
    if found.has_money:
        amounts = ["Small amounts", "Mid amounts", "Large amounts"]
        features["spend" if found.is_shop else "amount"] = {
            **_treat("monetary", "money in all", [0 if found.subtracts else "p0.5", "p99.5"]),
            "words": SPENDERS if found.is_shop else amounts,
        }
    elif found.counts_items:
        words = ["Few pieces", "Some pieces", "Many pieces"]
        features["pieces"] = {**_treat("items", "pieces in all", [None, "p99.5"]), "words": words}
    has_noun = bool(features)
    if found.tells_recency:
        features["recency"] = {**_treat("recency", f"days since the last {found.noun}"), "words": LAST}
    if not found.orders_again:
        return features
    nouns = [f"Few {orders}", f"Some {orders}", f"Many {orders}"]
    said = [f"few {orders}", None, f"many {orders}"] if has_noun else nouns
    many = {orders: {**_treat("frequency", orders, [None, "p99"]), "words": said}}
    return features | many if has_noun else many | features


def _treat(sql: str, unit: str, clip: Sequence[Any] = ()) -> dict[str, Any]:
    return {"sql": sql, **({"clip": clip} if clip else {}), "transform": "log1p", "unit": unit}


def _describe(found: CustomerColumns, features: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {}
    if found.has_money:
        name = "average_basket" if found.is_shop else "average_amount"
        described[name] = {"rate": ["monetary", "frequency"], "unit": f"money per {found.noun}"}
    if found.counts_items and "pieces" not in features:
        described["items"] = {"sql": "items", "unit": "pieces"}
    if found.tells_recency:
        described["tenure"] = {"sql": "tenure", "unit": f"days since the first {found.noun}"}
    if found.orders_again:
        described[f"days_between_{found.noun}s"] = {"sql": "days_between_orders", "unit": "days"}
        described[f"one_{found.noun}"] = {"rate": ["if(frequency = 1, 1, 0)", "1"]}
    if found.has_money and found.is_shop:
        described["returns_share"] = {"rate": ["returns_share * monetary", "monetary"]}
    for name, value in found.favourites.items():
        words = split_words(value)
        label = "_".join([name, *words]) if words else f"{name}_commonest"
        described[label] = {"rate": [f"if({quote_name(name)} = {quote_text(value)}, 1, 0)", "1"]}
    return described | {name: quote_name(name) for name in found.aggregates}


def _list_remarks(found: CustomerColumns) -> list[str]:
    remarks = []
    if not found.tells_recency:
        remarks.append("Left out: recency, since all orders lie within a week; it can't tell who stays away.")
    if not found.orders_again:
        remarks.append("Left out: frequency, since nobody ordered twice.")
    return remarks
