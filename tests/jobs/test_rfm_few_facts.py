"""custseg rfm where the lines say little: no order's number, no money, one day of orders."""

from __future__ import annotations

import pandas as pd

from tests.jobs.orders import Rfm


def test_without_an_order_number_a_customers_day_is_an_order_and_without_money_each_line_counts_one(
    rfm: Rfm,
) -> None:
    lines = pd.DataFrame(
        {
            "who": [1, 1, 1, 2],
            "day": pd.to_datetime(
                ["2011-03-01 09:00", "2011-03-01 18:00", "2011-04-02 10:00", "2011-03-02 10:00"]
            ),
        }
    )
    outcome = rfm(lines, {"lines": {"customer": "who", "date": "day", "amount": "1"}})
    assert outcome.code == 0, outcome.err
    found = outcome.customers()
    assert found["frequency"].tolist() == [2, 1]
    assert found["monetary"].tolist() == [3.0, 1.0]
    assert outcome.record["lines"]["left_out"] == {}


def test_one_day_of_orders_makes_nobody_lost(rfm: Rfm) -> None:
    lines = pd.DataFrame(
        {
            "number": range(40), "who": [f"c{i}" for i in range(40)],
            "day": pd.Timestamp("2021-03-01"), "total": [float(i + 1) for i in range(40)],
        }
    )  # fmt: skip
    recipe = {"lines": {"customer": "who", "order": "number", "date": "day", "amount": "total"}}
    outcome = rfm(lines, recipe)
    assert outcome.code == 0, outcome.err
    found = outcome.customers()
    assert found["rfm_group"].isna().all()
    assert found["r_score"].isna().all()
    assert found["m_score"].value_counts().tolist() == [8] * 5
    assert "can't tell who stays away" in " ".join(outcome.out.split())
