"""custseg rfm where the lines say little: no order's number, no money, one day of orders."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

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


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("column, text, kind", [("total", "on request", "number"), ("day", "soon", "time")])
def test_a_text_where_a_number_or_a_day_is_taken_is_shown(
    rfm: Rfm, tmp_path: Path, column: str, text: str, kind: str, ending: str
) -> None:
    """Half of the lines were left out in silence, as lines without a price."""
    lines = pd.DataFrame({"number": range(40), "who": "a", "day": "2021-03-01", "total": "3.5"})
    lines.loc[1::2, column] = text
    path = tmp_path / f"lines.{ending}"
    lines.to_csv(path, index=False) if ending == "csv" else lines.to_parquet(path)
    recipe = {"lines": {"customer": "who", "order": "number", "date": "day", "amount": "total"}}
    outcome = rfm(path, recipe)
    if (ending, column) == ("parquet", "day"):  # whose texts may be written in any way
        assert outcome.record["lines"]["left_out"] == {"no date": 20}
        return
    assert outcome.code == 3
    assert "20 of 40 lines (50.0%) can't be read, more than max_unreadable allows (5.0%)" in outcome.err
    assert f"{column}: not a {kind} (20)" in outcome.err
    if ending == "csv":
        assert f"{column} is '{text}' in row 2 below the header" in outcome.err
        assert f"missing: [{text}]" in outcome.err
