"""The order recipe: how a table of order lines becomes a customer table, as frozen, validated models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from custseg_spark.errors import RecipeError
from custseg_spark.recipe.checks import collect_paths, find_refused
from custseg_spark.recipe.models import Name, Source
from custseg_spark.recipe.sections import Section, Share
from custseg_spark.sql.parse import find_columns, quote_name

COLUMNS = (
    *("recency", "frequency", "monetary", "tenure", "average_basket", "items", "days_between_orders"),
    *("returns_share", "first_order", "last_order", "r_score", "f_score", "m_score", "rfm_group"),
)
"""What every customer table has beside the customer's id."""
SUMMED = ("orders", "lines", "returns", "value", "returned")
"""The other columns that are summed on the way to it, beside which a favourite stands."""


class Lines(Section):
    """What an order line is made of: a column, or expressions over its columns."""

    one_of: ClassVar = {"price": "price (of one piece)", "amount": "amount (of the whole line)"}
    customer: str
    """The column that holds the customer's id."""
    order: str | None = None
    """The order's number; its lines of one day are one order. If null, a customer's day is an order."""
    date: str
    """A date or a time; days are those of UTC."""
    quantity: str | None = None
    """Pieces, kilograms; one if null."""
    price: str | None = None
    """Of one piece."""
    amount: str | None = None
    """Of the whole line, where there is no price."""

    @property
    def value(self) -> str:
        """The expression of a line's value."""
        if self.amount is not None:
            return self.amount
        return self.price or "" if self.quantity is None else f"({self.quantity}) * ({self.price})"


class Returns(Section):
    """Goods that came back, orders called off."""

    when: str | None = None
    """A predicate over a line; if null, a quantity under zero (a value, where there is no quantity)."""
    subtract: bool = False
    """Whether monetary is what was bought less what came back."""


class Currency(Section):
    """What a line's value is multiplied by."""

    code: str
    """The currency of a line."""
    rates: Source
    """A table with the columns currency and rate, and date where a rate holds from a day on."""

    @model_validator(mode="after")
    def _check_rates(self) -> Currency:
        if not self.rates.path:
            raise ValueError("rates.path is missing: a table with the columns currency and rate")
        return self


class OrderRecipe(Section):
    """From order lines to customers. Every key is in docs/orders.md."""

    input: Source = Source()
    lines: Lines
    returns: Returns = Returns()
    leave_out: dict[Name, str] = Field(default={})
    """Reason -> predicate: lines that count for nothing. A line goes under the first that holds."""
    free_lines: Literal["leave_out", "keep"] = "leave_out"
    """What becomes of lines whose price is zero; a price under zero is always left out."""
    max_unreadable: Share = 0.05
    """The command fails when more than this share of the lines are left out because a value does not fit the
    type of its column, or a row has too few or too many fields."""
    currency: Currency | None = None
    as_of: date | None = None
    """The day the customers are looked at, its own orders not included; the day after the last order
    if null."""
    favourites: dict[Name, str] = Field(default={})
    """Name -> expression: the value on which the customer spent most."""
    aggregates: dict[Name, str] = Field(default={})
    """Name -> SQL over sum, count, count_if, min, max and avg of a customer's lines."""

    @model_validator(mode="after")
    def _check_names(self) -> OrderRecipe:
        seen = dict.fromkeys(COLUMNS, "a column of every customer table")
        seen[self.lines.customer.lower()] = "lines.customer"
        for section in ("favourites", "aggregates"):
            for name in getattr(self, section):
                if section == "favourites" and name.lower() in SUMMED:
                    raise ValueError(f"favourites.{name}: the name is reserved: a sum of lines is called so")
                if name.lower() in seen:
                    raise ValueError(f"{section}.{name}: the name is taken already by {seen[name.lower()]}")
                seen[name.lower()] = section
        return self


def find_order_problems(recipe: OrderRecipe) -> list[RecipeError]:
    """Every problem of the expressions, in the order of the recipe."""
    rates = recipe.currency.rates.filter if recipe.currency is not None else None
    filters = [("input.filter", recipe.input.filter), ("currency.rates.filter", rates)]
    problems = [*find_refused([*filters, *list_order_expressions(recipe)])]
    if recipe.lines.customer.lower() in COLUMNS:
        problems.append(
            RecipeError(
                f"lines.customer: {recipe.lines.customer!r} is a column that the customer table gets anyway",
                "rename the column of the order lines",
            )
        )
    return problems


def find_order_columns(recipe: OrderRecipe) -> dict[str, list[str]]:
    """Every input column that the recipe uses -> the key paths that use it, under the spelling met first."""
    used = [(where, sorted(find_columns(sql, where))) for where, sql in list_order_expressions(recipe)]
    return collect_paths([("input.id", [recipe.lines.customer]), *used])


def list_order_expressions(recipe: OrderRecipe) -> Iterator[tuple[str, str]]:
    """Every expression of the recipe with its key path, in the order of the recipe."""
    lines = recipe.lines
    yield "lines.customer", quote_name(lines.customer)
    for key in ("order", "date", "quantity", "price", "amount"):
        if (sql := getattr(lines, key)) is not None:
            yield f"lines.{key}", sql
    if recipe.returns.when is not None:
        yield "returns.when", recipe.returns.when
    for reason, sql in recipe.leave_out.items():
        yield f"leave_out.{reason}", sql
    if recipe.currency is not None:
        yield "currency.code", recipe.currency.code
    for section in ("favourites", "aggregates"):
        for name, sql in getattr(recipe, section).items():
            yield f"{section}.{name}", sql
