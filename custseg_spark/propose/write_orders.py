"""Recipes for order lines: one by which `custseg rfm` makes customers of them, and one for those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custseg_spark.errors import BadTableError
from custseg_spark.propose.column_kinds import ColumnKind
from custseg_spark.propose.draft import ask_reading
from custseg_spark.propose.order_columns import are_baskets
from custseg_spark.propose.order_customers import CustomerColumns, look_at_customers, write_customer_recipe
from custseg_spark.propose.order_lines import OrderShape, look_for_orders
from custseg_spark.propose.proposal import Proposal, render
from custseg_spark.recipe import LABELS
from custseg_spark.recipe.order_recipe import COLUMNS, SUMMED
from custseg_spark.sql.parse import quote_name, quote_text
from custseg_spark.wording import split_words

CUSTOMERS = "customers"
"""Where the customer tables are kept, if nobody says otherwise."""
_NOBODY = frozenset(
    ["na", "n/a", "#n/a", "nan", "null", "none", "-", "--", "?", "unknown", "(blank)", "anonymous", "guest"]
)
_TAKEN = frozenset([*COLUMNS, *SUMMED, *LABELS])


@dataclass(frozen=True)
class _Line:
    """An expression of a line, and what a person should look at."""

    sql: str
    remark: str = ""


def propose_of_orders(
    columns: Sequence[ColumnKind], rows: int, source: Mapping[str, Any], notes: Sequence[str] = ()
) -> Proposal | None:
    """What is proposed for order lines, or for the customers that `custseg rfm` made of some; None for any
    other table. `rows`: of the table. `source`: what stands under `input`. `notes`: of how it was read.
    Raises like `write_order_recipes`."""
    if (made := look_at_customers(columns, rows)) is not None:
        is_directory = source.get("format") == "parquet"  # as rfm writes them; anything else is a copy
        return Proposal(write_customer_recipe(made, {"path": source["path"]} if is_directory else source))
    if are_baskets(columns):
        raise BadTableError(
            f"{source['path']}: each row lists things bought together, and none says by whom: nobody can be "
            "segmented",
            "bring the orders with the customer's id, the day and the money, a row each",
        )
    shape = look_for_orders(columns, rows)
    return None if shape is None else write_order_recipes(shape, source, notes)


def write_order_recipes(shape: OrderShape, source: Mapping[str, Any], notes: Sequence[str] = ()) -> Proposal:
    """The orders recipe; `rfm` runs on it as it is, and beside it the recipe for the customers that it makes.

    `source`: what stands under `input`. Raises BadTableError for orders of which nobody knows whose they are.
    """
    if shape.customer is None or shape.date is None:
        raise _refuse_nobodys(shape, source["path"])
    favourites = dict(_name_favourites(shape))
    notices = (*notes, _tell_shape(shape, source["path"]), *_list_notices(shape))
    text = render(
        "orders.yaml.jinja",
        looked_at=len(shape.date.values),
        notices=notices,
        source=source,
        types=_list_types(shape),
        remarks={one.name: one.misfits for one in shape.columns},
        lines=_write_lines(shape),
        returns=_write_returns(shape),
        leave_out=_leave_nobody_out(shape.customer),
        example=_write_example(shape),
        favourites={name: quote_name(column.name) for name, column in favourites.items()},
    )
    customers = CustomerColumns(
        identity=shape.customer.name,
        has_money=shape.has_money,
        tells_recency=shape.tells_recency,
        orders_again=shape.orders_again,
        counts_items=shape.quantity is not None,
        favourites={name: str(one.values.mode().iloc[0]) for name, one in favourites.items()},
        customers=shape.customer.distinct,
        is_shop=shape.is_shop,
    )
    return Proposal(text, notices, (("customers", write_customer_recipe(customers, {"path": CUSTOMERS})),))


def _refuse_nobodys(shape: OrderShape, path: str) -> BadTableError:
    names = _list_names(shape)
    return BadTableError(
        f"{path}: holds orders ({names}), and no column says who ordered: nobody can be segmented by it",
        "bring a table that has the customer's id, or an e-mail address, beside each order",
    )


def _list_names(shape: OrderShape) -> str:
    return ", ".join(column.name for column in shape.columns)


def _tell_shape(shape: OrderShape, path: str) -> str:
    several = shape.order is None or shape.order.distinct < 0.97 * shape.rows
    what = ("order lines" if several else "orders") if shape.is_shop else "transactions"
    assert shape.customer is not None
    about = "about " if shape.rows > len(shape.customer.values) else ""  # else everyone was counted
    count = shape.customer.distinct - len(_list_nobody(shape.customer))
    customers = f"{about}{count:,} customers in {shape.rows:,} rows"
    return (
        f"{path} holds {what}, not customers ({_list_names(shape)}): {customers}. "
        "`custseg rfm` makes customers of them by this recipe"
    )


def _list_notices(shape: OrderShape) -> Iterator[str]:
    """What a person must know before the recipe is used, the weightiest first."""
    assert shape.customer is not None
    if shape.is_guessed:
        yield f"The columns have no names: {_list_names(shape)} were taken by values alone: look at lines"
    if shape.repeated_total and shape.amount is not None:
        yield (
            f"{shape.amount.name} is the same on all lines of an order: where it is the order's total it is "
            "counted once for each line; write the line's own value under lines.amount"
        )
    if shape.date is not None and shape.date.ambiguous:
        yield ask_reading(shape.date)
    if not shape.tells_recency:
        yield "All orders lie within a week: recency can't tell who stays away, and does not cut"
    if not shape.orders_again:
        yield "Nobody ordered twice: the number of orders can't tell customers apart, and does not cut"
    if not shape.has_money:
        counted = "pieces" if shape.quantity is not None else "lines"
        yield f"No column says what was paid: monetary counts {counted}, and no segment is cut by money"
    if shape.order is None:
        yield "No column numbers the orders: all that a customer bought on a day is one order"
    if (lost := shape.customer.missing + _count_nobody(shape.customer)) > 0:
        yield f"{lost:.1%} of the rows have no {shape.customer.name}: they are left out and counted"


def _list_types(shape: OrderShape) -> dict[str, Any]:
    """What `input.types` must say of the columns that are no texts."""
    used = [shape.date, shape.quantity, shape.price, shape.amount]
    types = {one.name: one.declared for one in used if one is not None and one.declared is not None}
    customer = shape.customer
    # an id that went through a sheet or pandas stands as 17850.0; one that arrives as 0017 stays so, and one
    # beside texts that stand for nobody is compared with them
    is_whole = customer is not None and customer.kind == "number" and customer.is_clean
    if customer is not None and is_whole and customer.declared != "int" and not _list_nobody(customer):
        types[customer.name] = "int"
    return types


def _write_lines(shape: OrderShape) -> dict[str, _Line]:
    assert shape.customer is not None
    assert shape.date is not None
    lines = {"customer": _Line(shape.customer.name)}
    if shape.order is not None:
        lines["order"] = _Line(quote_name(shape.order.name))
    look = "check under types that day and month are not swapped" if shape.date.ambiguous else ""
    lines["date"] = _Line(quote_name(shape.date.name), look)
    if shape.quantity is not None:
        lines["quantity"] = _Line(quote_name(shape.quantity.name))
    if shape.amount is not None:
        lines["amount"] = _Line(
            quote_name(shape.amount.name), "of the whole line; price is that of one piece"
        )
    elif shape.price is not None:
        lines["price"] = _Line(quote_name(shape.price.name), "of one piece; amount is that of the whole line")
    else:
        counted = lines.get("quantity", _Line("1")).sql
        lines["amount"] = _Line(counted, "nothing says what was paid")
    return lines


def _write_returns(shape: OrderShape) -> str | None:
    """The predicate of a return, where a quantity under zero does not say it."""
    money, quantity = shape.amount or shape.price, shape.quantity
    if quantity is None or money is None or (quantity.values < 0).any() or not (money.values < 0).any():
        return None
    return f"{quote_name(money.name)} < 0"


def _list_nobody(customer: ColumnKind) -> list[str]:
    """The texts that stand for no customer, as the table writes them."""
    declared = customer.declared
    number: Any = declared.get("number") if isinstance(declared, dict) else None
    missing: list[str] = [*number.get("missing", ())] if isinstance(number, dict) else []
    if customer.kind not in ("text", "category"):
        return missing
    texts = customer.values.dropna().astype(str)
    return sorted({*missing, *(text for text in texts.unique() if text.lower() in _NOBODY)})


def _count_nobody(customer: ColumnKind) -> float:
    return float(customer.values.astype("string").isin(_list_nobody(customer)).mean())


def _leave_nobody_out(customer: ColumnKind) -> dict[str, str]:
    texts = ", ".join(map(quote_text, _list_nobody(customer)))
    return {"no_customer": f"{quote_name(customer.name)} IN ({texts})"} if texts else {}


def _write_example(shape: OrderShape) -> str:
    assert shape.date is not None
    money = shape.amount or shape.price
    return (
        f"too_large: {quote_name(money.name)} > 100000"
        if money
        else f"test: {quote_name(shape.date.name)} < '2000-01-01'"
    )


def _name_favourites(shape: OrderShape) -> Iterator[tuple[str, ColumnKind]]:
    """The favourites under names that no other column of the customer table has."""
    taken = {*_TAKEN, shape.customer.name.lower() if shape.customer else ""}
    for column in shape.favourites:
        plain = "_".join(split_words(column.name)) or "favourite"
        name = f"favourite_{plain}" if plain in taken or plain[0].isdigit() else plain
        if name not in taken:
            taken.add(name)
            yield name, column
