"""What a run says of its actions, of the money at stake and of its columns, on the real table."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.jobs.conftest import LESS, Outcome, Train

RECIPE = Path("conf/marketing_campaign.yaml")
FIVE = ["--set", "segments.k=5", "--set", "segments.choose=fixed"]
WIN_BACK = ["--set", "actions=[{when: [Big spenders, quiet], do: Win back first}]"]


def read_summary(outcome: Outcome) -> dict[str, Any]:
    assert outcome.code == 0, outcome.err
    summary: dict[str, Any] = json.loads((outcome.run / "summary.json").read_text())
    return summary


def test_the_shipped_actions_are_borne_out(train: Train, shared_data: Path) -> None:
    outcome = train(shared_data / "marketing_campaign.csv", RECIPE, *LESS, *FIVE)
    summary = read_summary(outcome)
    assert [one["objection"] for one in summary["segments"]] == [""] * 5
    customers = pd.read_parquet(outcome.run / "customers")
    spent = customers.groupby(customers["segment"].astype(int))["feature_spend"].agg(["sum", "mean"])
    for one in summary["segments"]:
        assert one["value_total"] == pytest.approx(spent.loc[one["segment"], "sum"])
        assert one["value_each"] == pytest.approx(spent.loc[one["segment"], "mean"])
        assert f"{spent.loc[one['segment'], 'sum']:,.0f} in 2 years" in one["stake"]["text"]
    assert summary["value_unit"] == "money in 2 years"
    changes, income = summary["careful"][-2:]
    assert changes.startswith("Segments by recency change by themselves: a purchase moves ")
    assert income.startswith("income: one value lies far outside the others, 666,666, perhaps a code")
    page = (outcome.run / "report.html").read_text()
    for line in (changes, income):
        assert line in page
        assert f"warning: {line}" in outcome.out
    assert "1 far outside: 666,666" in page


def test_an_action_that_the_figures_contradict_is_told_so(train: Train, shared_data: Path) -> None:
    outcome = train(shared_data / "marketing_campaign.csv", RECIPE, *LESS, *FIVE, *WIN_BACK)
    first = read_summary(outcome)["segments"][0]
    assert (first["name"], first["action"]) == ("Big spenders, quiet", "Win back first")
    assert first["objection"] == (
        "The figures say late, not lost: last purchase 74 days ago, one every 41 days."
    )
    assert first["objection"] in (outcome.run / "report.html").read_text()


def test_of_few_customers_no_figure_is_told(train: Train, shared_data: Path) -> None:
    few = ["--set", "privacy.min_cell=450"]
    outcome = train(shared_data / "marketing_campaign.csv", RECIPE, *LESS, *FIVE, *WIN_BACK, *few)
    summary = read_summary(outcome)
    small = [one for one in summary["segments"] if one["size"] < 450]
    assert 0 < len(small) < 5
    for one in small:
        assert (one["value_total"], one["value_each"], one["stake"]["text"]) == (None, None, "")
        assert "last purchase" not in one["action"] + one["objection"]
    told = json.dumps(summary, ensure_ascii=False) + (outcome.run / "report.html").read_text() + outcome.out
    assert "income: fewer than 450 values lie far outside the others." in told
    assert "666,666" not in told
    assert "162,397" not in told
