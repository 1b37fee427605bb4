"""Which columns of a table could be an order line's: who ordered, the order's number, when, how much.

By name first, in the words of shops, however they are written (`InvoiceNo`, `order_id`, `Customer ID`,
`customerid`), then by what the values say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.name_words import (
    CONTACT,
    ID,
    ORDER,
    PAID,
    PEOPLE,
    PRICE,
    PRODUCT,
    QUANTITY,
    WHEN,
    split_name,
)
from custseg_spark.topics import LAST, RELATIVE

_BESIDE = frozenset(
    [
        "the",
        "main",
        "master",
        "unique",
        "hash",
        "hashed",
        "anonymous",
        "e",
        "loyalty",
        "sold",
        "to",
        "de",
        "of",
    ]
)
"""Words that may stand in the name of an id beside its noun."""
_OTHER_TIMES = LAST | frozenset(
    ["ship", "shipped", "shipping", "delivery", "delivered", "due", "birth", "birthdate", "birthday", "dob",
     "born", "joined", "join", "since", "signup", "registered", "registration", "enrolled", "enrollment",
     "expiry", "expires", "end", "start", "effective", "updated", "modified", "approved", "estimated",
     "first", "previous", "next", "opened", "closed", "cancelled", "returned", "refunded",
     "carrier", "hired", "churn", "export", "exported"]
)  # fmt: skip
_WHOLE = frozenset(
    ["total", "line", "extended", "ext", "order", "sum", "subtotal", "basket", "final", "paid"]
)
"""Beside the price they make it that of a line or an order: total_price."""
_NO_SUM = (RELATIVE - {"per"}) | frozenset(
    ["tax", "vat", "discount", "shipping", "freight", "profit", "margin", "fee", "cost", "costs", "tip",
     "balance", "lifetime", "income", "weight", "points", "limit", "credit", "tenure", "days", "months",
     "method", "type", "cogs", "installments", "sequential", "premium", "loan", "salary", "deposit"]
)  # fmt: skip
_NAMELESS = frozenset(["c", "col", "column", "field", "unnamed", "var", "v", "f", "x", ""])
_LEAST_READ = 0.95
"""Of a date or a number: `max_unreadable` of the orders recipe lets so many lines be left out."""


def is_order_named(name: str) -> bool:
    """Whether a name is that of an order's number: order_id, InvoiceNo."""
    words = {*split_name(name)}
    return bool(words & ORDER) and bool(words & ID) and not words - ORDER - ID - _BESIDE


def is_date(column: ColumnKind) -> bool:
    """Whether it holds days or times, even if it is one alone."""
    is_read = column.fit >= _LEAST_READ and column.distinct > 0
    return is_read and pd.api.types.is_datetime64_any_dtype(column.values)


def is_nameless(column: ColumnKind) -> bool:
    """Whether the table has no name for it: _c0, column_3, Unnamed: 0."""
    return all(word in _NAMELESS or word.strip("cfvx").isdigit() for word in column.words)


def find_date(columns: Sequence[ColumnKind]) -> ColumnKind | None:
    """When the order was placed; never when it was sent, or when a customer was born or came last."""

    def rank(column: ColumnKind) -> int:
        words = {*column.words}
        return 0 if words & ORDER else 1 if words & WHEN else 2

    free = [one for one in columns if is_date(one) and _OTHER_TIMES.isdisjoint(one.words)]
    return min(free, key=rank, default=None)


def find_customers(columns: Sequence[ColumnKind]) -> list[ColumnKind]:
    """The columns that may say whose a line is, best first: those named a customer's id, a customer, an
    address to write to, a customer's name; at last one named id alone."""
    ranked = sorted(_rank_customers(columns), key=lambda found: found[0])  # equals stay in the table's order
    return [column for _, column in ranked]


def _rank_customers(columns: Sequence[ColumnKind]) -> Iterator[tuple[tuple[int, int], ColumnKind]]:
    for column in columns:
        words = {*column.words}
        if column.kind not in ("number", "text", "category", "flag", "constant") or not column.is_whole:
            continue
        if column.kind == "flag" and not words & ID:
            continue  # whether a customer is a member
        rest = words - PEOPLE - ID - _BESIDE
        if words & PEOPLE and not rest:
            # one that is made anew for each order tells nobody's orders together (customer_unique_id does)
            yield (0 if words & ID else 1, column.distinct), column
        elif words & CONTACT and not words - PEOPLE - CONTACT - _BESIDE - {"address", "number"}:
            yield (2, 0), column
        elif words & PEOPLE and rest == {"name"}:
            yield (3, 0), column
        elif words == {"id"}:
            yield (4, 0), column


def find_order(columns: Sequence[ColumnKind], customer: ColumnKind | None) -> ColumnKind | None:
    """The column of the order's number: named like one, of one customer each."""
    for column in columns:
        words = column.words
        named = ORDER & {*words} and not {*words} - ORDER - ID - _BESIDE
        if column is customer or not named or column.kind not in ("number", "text", "category"):
            continue
        if column.kind == "number" and not column.is_whole:
            continue
        many = column.distinct > max(20, 0.05 * len(column.values))
        if (words[-1] in ID and many) or (customer is not None and _has_one_each(column, customer)):
            return column  # else a count of orders, or a kind of them
    return None


def _has_one_each(order: ColumnKind, customer: ColumnKind) -> bool:
    """Whether nearly every order is one customer's."""
    customers = customer.values.groupby(order.values).nunique()
    return len(customers) > 0 and bool((customers <= 1).mean() >= _LEAST_READ)


def find_quantity(columns: Sequence[ColumnKind]) -> ColumnKind | None:
    """How many pieces a line is of; a column called amount where there is a price and it counts pieces."""
    for column in _keep_numbers(columns):
        if QUANTITY & {*column.words} and _NO_SUM.isdisjoint(column.words) and not _is_id(column):
            return column
    if find_price(columns) is None:
        return None
    alone = [one for one in _keep_numbers(columns) if one.words == ("amount",) and one.is_whole]
    return alone[0] if alone else None


def find_price(columns: Sequence[ColumnKind]) -> ColumnKind | None:
    """The price of one piece."""
    found = [
        column
        for column in _keep_numbers(columns)
        if PRICE & {*column.words} and (_WHOLE | _NO_SUM).isdisjoint(column.words)
    ]
    return min(found, key=lambda one: "unit" not in one.words, default=None)


def list_amounts(columns: Sequence[ColumnKind]) -> list[ColumnKind]:
    """The columns that may be a line's money, those that say line before the others."""

    def is_amount(column: ColumnKind) -> bool:
        words = {*column.words}
        named = (PAID & words and not PRICE & words) or (PRICE & words and _WHOLE & words)
        return bool(named) and _NO_SUM.isdisjoint(words) and not _is_id(column)

    found = [column for column in _keep_numbers(columns) if is_amount(column)]
    return sorted(found, key=lambda one: not {"line", "item"} & {*one.words})


def is_product(column: ColumnKind) -> bool:
    """Named like what was bought."""
    return not PRODUCT.isdisjoint(column.words)


def are_baskets(columns: Sequence[ColumnKind]) -> bool:
    """Whether the rows list things bought together: texts alone, whose first row was taken for the names."""
    if len(columns) < 2 or any(
        column.kind not in ("text", "category", "constant", "empty") for column in columns
    ):
        return False
    values = {str(text).casefold() for column in columns for text in column.values.dropna().unique()}
    return all(column.name.strip().casefold() in values for column in columns)


def _keep_numbers(columns: Sequence[ColumnKind]) -> list[ColumnKind]:
    return [column for column in columns if column.kind in ("number", "flag") and column.fit >= _LEAST_READ]


def _is_id(column: ColumnKind) -> bool:
    return not ID.isdisjoint(column.words) and not QUANTITY & {*column.words}
