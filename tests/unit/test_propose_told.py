"""What a person reads on the terminal when a recipe was proposed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from custseg_spark import terminal
from custseg_spark.propose.proposal import Proposal
from custseg_spark.propose.summarize import summarize_draft

ALIKE = "the same value in every row"


def summarized(**sections: Any) -> tuple[str, ...]:
    """Of a draft that cuts by spend and has these sections."""
    empty: dict[str, Any] = {"described": {}, "checked": {}, "protected": (), "left": {}, "remarks": {}}
    empty |= {"categories": {}, "further": {}}
    spend = {"spend": SimpleNamespace(columns=("spend",))}
    identity = SimpleNamespace(name="Customer", column="Customer")
    draft = SimpleNamespace(**{"identity": identity, "features": spend, **empty, **sections})
    return summarize_draft(draft, 1200)  # type: ignore[arg-type]


def test_what_was_found_stands_in_a_few_lines() -> None:
    features = {
        "spend_total": SimpleNamespace(columns=tuple("abc")),
        "recency": SimpleNamespace(columns=("d",)),
    }
    assert summarized(
        features=features,
        described=dict.fromkeys(["tier_gold", "income", "kids", "teens", "web", "shop"]),
        checked={"churned": None},
        protected=("gender", "age"),
        remarks={
            "a": "part of spend_total",
            "payments": "says the same as spend_total (rank correlation 0.99)",
            "visits": "could as well",
            "deals": "says the same as spend_total (rank correlation 0.81)",
        },
        left={f"same_{number}": ALIKE for number in range(6)} | {"city": "text of 60 different values"},
    ) == (
        "1,200 rows looked at; customers are told apart by Customer",
        "cuts: spend_total (the sum of 3 columns), recency",
        "described: tier_gold, income, kids, teens and 2 more; checked: churned; protected: gender and age",
        "does not cut: says the same as spend_total (payments and deals); could as well (visits)",
        f"left out: {ALIKE} (same_0, same_1, same_2, same_3 and 2 more); text of 60 different values (city)",
    )


def test_lines_with_nothing_to_say_are_left_out() -> None:
    assert summarized() == ("1,200 rows looked at; customers are told apart by Customer", "cuts: spend")


def test_long_lists_and_names_are_cut() -> None:
    lines = summarized(left={f"{'x' * 200}{number}": f"reason {number}, and so on" for number in range(9)})
    assert lines[-1].endswith(f"; reason 3 ({'x' * 20}…{'x' * 19}3); 5 more")
    assert len(lines[-1]) < 320
    assert summarized(protected=tuple("abcde"))[-1] == "protected: a, b, c, d and e"


def test_the_terminal_ends_with_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.tell_proposal(Proposal("", ("Look at [this].",), found=("3 rows looked at",)), Path("a.yaml"))
    assert capsys.readouterr().out.splitlines() == [
        "3 rows looked at",
        "warning: Look at [this].",
        "a.yaml is written; look through it, then: custseg train --recipe a.yaml --output out",
    ]
