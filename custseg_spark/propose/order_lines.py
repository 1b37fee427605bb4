"""Whether a table holds order lines or orders in place of customers, seen by its shape.

Order lines have a date, a customer who comes again on other days (or an order's number beside a customer),
and a number that is a line's or an order's. Orders without a customer are known by their number, or by pieces
at a price on a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.order_columns import (
    find_customers,
    find_date,
    find_order,
    find_price,
    find_quantity,
    is_date,
    is_nameless,
    is_product,
    list_amounts,
)
from custseg_spark.propose.outcomes import is_outcome
from custseg_spark.transactions.customers import WEEK

_REPEATED = 0.1
"""At least this share of the rows are of a customer who stands in another row as well."""
_COME_AGAIN = 0.5
"""At least this share of the customers who stand in several rows come on several days: the date is the row's,
not the customer's, and the rows are no copies."""
_NEARLY = 0.95
_NO_SHOP = frozenset(
    ["loan", "balance", "premium", "policy", "claim", "deposit", "mortgage", "interest", "debt", "withdrawal",
     "iban", "account"]
)  # fmt: skip
"""Words of banks and insurers, where an amount was not spent."""
_FAVOURITES = 3
_MOST_VALUES = 60
_FAVOURITE_WORDS = ("country", "category", "channel", "shop", "store", "segment", "region", "payment", "city")


@dataclass(frozen=True)
class OrderShape:
    """What the columns of order lines are. `customer`: None where nobody knows whose they are, and then
    `date` may be None too. `amount`: of a line, where there is one; `repeated_total`: that amount is the
    whole order's and stands on each of its lines. `is_guessed`: by values alone, since the columns have no
    names. `is_shop`: no column speaks of a bank or an insurer, where money that moves was not spent.
    `favourites`: of few values, worth knowing of a customer.
    `rows`: of the table."""

    customer: ColumnKind | None
    date: ColumnKind | None
    rows: int
    order: ColumnKind | None = None
    quantity: ColumnKind | None = None
    price: ColumnKind | None = None
    amount: ColumnKind | None = None
    repeated_total: bool = False
    is_guessed: bool = False
    is_shop: bool = True
    favourites: tuple[ColumnKind, ...] = ()

    @property
    def has_money(self) -> bool:
        """Whether a line says what it cost."""
        return self.price is not None or self.amount is not None

    @property
    def orders_again(self) -> bool:
        """Whether any customer stands in two rows; where none does, all have one order."""
        return self.customer is not None and count_repeated(self.customer, self.rows) > 0

    @property
    def tells_recency(self) -> bool:
        """Whether the days span enough for the last order to tell who stays away."""
        if self.date is None:
            return False
        days = self.date.values.dropna()
        return bool((days.max() - days.min()).days >= WEEK)

    @property
    def columns(self) -> tuple[ColumnKind, ...]:
        """The columns that tell what the table is, as a sentence names them."""
        found = (self.order, self.customer, self.date, self.quantity, self.price, self.amount)
        return tuple(column for column in found if column is not None)


def look_for_orders(columns: Sequence[ColumnKind], rows: int) -> OrderShape | None:
    """What the columns are, if the table holds order lines or orders; None for any other table.

    `rows`: of the table, to which `distinct` and `missing` of the columns refer; their values may be of a
    sample. A shape without a customer is of orders that nobody can be segmented by.
    """
    if not any(map(is_date, columns)):
        return _look_for_carts(columns, rows)
    if all(map(is_nameless, columns)):
        return _look_at_nameless(columns, rows)
    date = find_date(columns)
    if date is None:
        return None
    candidates = find_customers([column for column in columns if column is not date])
    customer = next((one for one in candidates if _holds_orders(one, date, columns, rows)), None)
    if customer is not None:
        return _choose_columns(columns, customer, date, rows)
    if any(one.words != ("id",) for one in candidates):
        return None  # a table of customers
    return _look_for_nobodys(columns, date, rows, candidates)


def count_repeated(customer: ColumnKind, rows: int) -> float:
    """The share of the rows with a customer that are more than one of each."""
    known = rows * (1 - customer.missing)
    return 1 - customer.distinct / known if known else 0.0


def _holds_orders(customer: ColumnKind, date: ColumnKind, columns: Sequence[ColumnKind], rows: int) -> bool:
    order = find_order(columns, customer)
    money = find_price(columns) or find_quantity(columns) or next(iter(list_amounts(columns)), None)
    if order is not None and money is not None and customer.words != ("id",):
        return True
    if count_repeated(customer, rows) < _REPEATED or not _comes_again(customer, date):
        return False
    # without money, what else is a number would be a measure taken of a customer again and again
    measures = [one for one in columns if one.kind == "number" and one not in (customer, order, date)]
    return money is not None or not measures


def _comes_again(customer: ColumnKind, date: ColumnKind) -> bool:
    """Whether customers of several rows mostly have several dates."""
    by = date.values.groupby(customer.values)
    several = by.size() > 1
    return bool(several.any()) and bool((by.nunique()[several] > 1).mean() >= _COME_AGAIN)


def _choose_columns(
    columns: Sequence[ColumnKind], customer: ColumnKind, date: ColumnKind, rows: int
) -> OrderShape:
    free = [column for column in columns if column is not customer and column is not date]
    order = find_order(free, customer)
    free = [column for column in free if column is not order]
    quantity, price = find_quantity(free), find_price(free)
    amounts = [one for one in list_amounts(free) if one is not quantity]
    own = [one for one in amounts if not _stands_on_each_line(one, order, [price, quantity])]
    amount = next(iter(own or ([] if price is not None else amounts)), None)
    return OrderShape(
        customer,
        date,
        rows,
        order=order,
        quantity=quantity,
        price=price if amount is None else None,
        amount=amount,
        repeated_total=amount is not None and not own,
        is_shop=all(_NO_SHOP.isdisjoint(column.words) for column in columns),
        favourites=_choose_favourites(free),
    )


def _stands_on_each_line(
    amount: ColumnKind, order: ColumnKind | None, others: Sequence[ColumnKind | None]
) -> bool:
    """Whether it is the order's total: the same on all lines of an order, where other numbers differ."""
    if order is None:
        return False
    numbers = pd.DataFrame({str(i): one.values for i, one in enumerate([amount, *others]) if one is not None})
    by = numbers.groupby(order.values)
    several = by.size() > 1
    differ = by.nunique()[several] > 1
    if len(differ) < 10:
        return False
    same = 1 - differ["0"].mean() >= _NEARLY
    return bool(same) and (differ.shape[1] == 1 or bool(differ.drop(columns="0").any(axis=1).mean() > 0.5))


def _choose_favourites(columns: Sequence[ColumnKind]) -> tuple[ColumnKind, ...]:
    """Columns of few texts that say something of who buys: the country, the shop, the kind of goods."""

    def rank(column: ColumnKind) -> int:
        words = {*column.words}
        return next((i for i, known in enumerate(_FAVOURITE_WORDS) if known in words), len(_FAVOURITE_WORDS))

    def says_something(column: ColumnKind) -> bool:
        private = column.is_protected or column.is_personal or is_outcome(column) or is_product(column)
        few = column.kind in ("category", "text") and 1 < column.distinct <= _MOST_VALUES
        return few and not private and rank(column) < len(_FAVOURITE_WORDS)

    first = {rank(column): column for column in reversed(columns) if says_something(column)}
    return tuple(first[i] for i in sorted(first)[:_FAVOURITES])


def _look_for_nobodys(
    columns: Sequence[ColumnKind], date: ColumnKind, rows: int, candidates: Sequence[ColumnKind]
) -> OrderShape | None:
    """Orders without a customer: numbered, with money or pieces; or pieces at a price."""
    order, quantity, price = find_order(columns, None), find_quantity(columns), find_price(columns)
    amount = next(iter(list_amounts(columns)), None)
    numbered = order is not None and (quantity or price or amount) is not None
    unnumbered = quantity is not None and price is not None and not candidates
    if not numbered and not unnumbered:
        return None
    return OrderShape(None, date, rows, order, quantity, price, amount)


def _look_for_carts(columns: Sequence[ColumnKind], rows: int) -> OrderShape | None:
    """Orders of nobody and no day: an order's number that tells the rows apart, and pieces or money."""
    if find_customers(columns):
        return None
    order = find_order(columns, None)
    found = find_quantity(columns) or find_price(columns) or next(iter(list_amounts(columns)), None)
    if order is None or found is None or not order.is_id_like:
        return None
    return OrderShape(None, None, rows, order, find_quantity(columns), find_price(columns))


def _look_at_nameless(columns: Sequence[ColumnKind], rows: int) -> OrderShape | None:
    """By the values alone: whole numbers or texts that come again on other days are the customer, a number
    with fractions is the money, a whole one of few values the pieces."""
    date = next(filter(is_date, columns))
    whole = [one for one in columns if one.kind in ("number", "text") and one.is_whole]
    customers = [one for one in whole if one.distinct >= 20 and count_repeated(one, rows) >= _REPEATED]
    customer = next((one for one in customers if _comes_again(one, date)), None)
    if customer is None:
        return None
    money = [one for one in columns if one.kind == "number" and not one.is_whole]
    pieces = [one for one in whole if one.kind == "number" and one.distinct <= 100 and one is not customer]
    if not money and pieces:
        return None
    return OrderShape(
        customer,
        date,
        rows,
        quantity=pieces[0] if pieces else None,
        amount=money[-1] if money else None,
        is_guessed=True,
    )
