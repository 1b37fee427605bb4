"""Orders drawn at random, a row each: what looks like a customer table and is none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.brought_tables.draw_columns import Column, Draw, Style, draw_count, draw_date, draw_spend

ORDER = ("order id", "order no", "invoice number")
DAY = ("order date", "date", "invoice date", "purchase date")
AMOUNT = ("total", "amount", "order value", "sales")


def draw_orders(rng: Draw, style: Style, rows: int, customers: bool) -> list[Column]:
    """An order, its day and its amount; `customers`: and whose it is, four or so each."""
    level = rng.random(rows)
    number = 10_000 + np.arange(rows)
    columns = [Column(style.name(rng, "order", ORDER), "order", pd.Series(number))]
    if customers:
        whose = rng.integers(0, rows // 4, rows)
        form = str(rng.choice(["C{:05d}", "{}", "{}.0"]))
        texts = pd.Series([form.format(1001 + int(one)) for one in whose])
        columns.append(
            Column(style.name(rng, "customer", ["customer id", "client", "cust id"]), "customer", texts)
        )
    amount = draw_spend(rng, style, level)
    columns.append(Column(style.name(rng, "amount", AMOUNT), "spend", amount.values, amount.written))
    columns.append(Column(style.name(rng, "day", DAY), "date", draw_date(rng, style, level).values))
    if rng.random() < 0.5:
        count = draw_count(rng, style, level)
        columns.append(Column(style.name(rng, "quantity", ["quantity", "items"]), "count", count.values))
    return columns
