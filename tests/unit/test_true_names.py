"""The judge of names finds what is false, so that a test that uses it can fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.brought_tables.true_names import find_false_words

SPENDERS = ["Small spenders", "Mid spenders", "Big spenders"]


def judge(*names: str, words: dict[str, Any] | None = None, spend: str = "spend") -> list[str]:
    """Segments under these names: spend 10, 5000, 4000, 12 and orders 2, 20, 8, 3, with a little noise."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(len(names)), 50)
    customers = pd.DataFrame(
        {
            "segment": groups.astype(str),
            "segment_name": [names[group] for group in groups],
            "feature_spend": np.array([10.0, 5000.0, 4000.0, 12.0])[groups] + rng.normal(0, 1, len(groups)),
            "feature_orders": np.array([2.0, 20.0, 8.0, 3.0])[groups] + rng.normal(0, 0.1, len(groups)),
        }
    )
    said = {"spend": SPENDERS, "orders": None, **(words or {})}
    recipe = {"segment_by": {name: {"sql": name, "words": said[name]} for name in said}}
    return find_false_words(recipe, customers, {spend}, {"recency"})


@pytest.mark.parametrize(
    "names",
    [
        ("Small spenders, low orders", "Big spenders, high orders"),
        (
            "Small spenders",
            "Big spenders, more orders",
            "Big spenders, fewer orders",
            "Small spenders, low orders",
        ),
        ("Small spenders, orders about 2", "Big spenders"),
        ("Small spenders, orders 1 to 3", "Big spenders"),
    ],
)
def test_true_names_pass(names: tuple[str, ...]) -> None:
    assert judge(*names) == []


@pytest.mark.parametrize(
    "names, said",
    [
        (("Big spenders", "Small spenders"), "is not true"),
        (("Mid spenders", "Big spenders"), "is not true"),
        (("Small spenders, high orders", "Big spenders"), "is not true"),
        (("Small spenders, more orders", "Small spenders, fewer orders"), "is not true"),
        (("Small spenders, orders about 9", "Big spenders"), "is not true"),
        (("Small spenders, orders 30 to 90", "Big spenders"), "holds of 0%"),
        (("Small spenders, no. 1 of 2 by orders", "Big spenders"), "has no figure behind it"),
        (("Small spenders, loyal", "Big spenders"), "has no figure behind it"),
        (("Small spenders", "small spenders"), "is the name of two segments"),
    ],
)
def test_false_names_are_found(names: tuple[str, ...], said: str) -> None:
    assert any(said in told for told in judge(*names)), judge(*names)


def test_a_word_that_the_column_does_not_bear_out() -> None:
    """Spenders by a balance, quiet by a count: true of the figures, and still false."""
    assert any(
        "says spenders of spend" in told for told in judge("Small spenders", "Big spenders", spend="other")
    )
    quiet = judge(
        "Small spenders, recent", "Big spenders, quiet", words={"orders": ["recent", None, "quiet"]}
    )
    assert any("says quiet of orders" in told for told in quiet)
