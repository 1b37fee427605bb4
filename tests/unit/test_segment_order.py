"""Which feature orders the segments and gives their nouns where the recipe does not say it; kept names."""

from typing import Any

import numpy as np
import pytest

from custseg_spark import segments
from custseg_spark.recipe import Recipe, parse
from custseg_spark.steps.name_segments import find_order, name_segments, propose_names

LABELS = np.repeat([0, 1], 50)


def recipe_of(order_by: str = "", /, **features: Any) -> Recipe:
    return parse(
        {
            "input": {"id": "id"},
            "segment_by": {name: {"sql": name, **section} for name, section in features.items()},
            "segments": {"order_by": order_by} if order_by else {},
        }
    )


def points_of(*gaps: float) -> np.ndarray:
    """A column per gap, in which the two segments lie that far apart; the spread within each is 1."""
    random = np.random.default_rng(0)
    return random.normal(0, 1, (100, len(gaps))) + np.outer(LABELS, gaps)


@pytest.mark.parametrize(
    "features, gaps, expected",
    [
        (("balance", "purchase_amount"), (9, 3), "purchase_amount"),  # bought, and it separates
        (("balance", "purchase_amount"), (9, 0.2), "balance"),  # it does not
        (("total_spend", "revenue"), (3, 6), "revenue"),
        (("balance", "orders", "income"), (4, 3, 9), "orders"),
        (("balance", "orders", "total_spend"), (4, 9, 3), "total_spend"),
        (("credit_amount", "duration"), (0.3, 0.9), "duration"),
        (("amount_change", "age"), (0.9, 0.3), "amount_change"),
    ],
)
def test_the_noun_is_of_what_people_buy_by_and_of_what_separates(
    features: tuple[str, ...], gaps: tuple[float, ...], expected: str
) -> None:
    sections: dict[str, Any] = {name: {} for name in features}
    recipe = recipe_of(**sections)
    assert find_order(recipe, points_of(*gaps), LABELS) == expected
    asked = recipe_of(features[0], **sections)
    assert find_order(asked, points_of(*gaps), LABELS) == features[0]


def test_words_that_are_nouns_are_preferred_among_what_was_spent() -> None:
    recipe = recipe_of(wine_spend={}, spend={"words": ["Small spenders", None, "Big spenders"]})
    assert find_order(recipe, points_of(6, 3), LABELS) == "spend"
    assert find_order(recipe, points_of(6, 0.1), LABELS) == "wine_spend"


def test_of_equals_the_first_gives_the_noun() -> None:
    points = points_of(2)[:, [0, 0]]
    assert find_order(recipe_of(b={}, a={}), points, LABELS) == "b"
    assert find_order(recipe_of(b={}, a={}), np.zeros((100, 2)), LABELS) == "b"


def test_a_label_stands_in_names_and_tells_what_a_feature_is() -> None:
    recipe = recipe_of(x={"label": "dépenses", "unit": "€"}, taille={})
    points = points_of(3, 9)
    assert find_order(recipe, points, LABELS) == "x"
    centres = np.array([points[i == LABELS].mean(axis=0) for i in (0, 1)])
    assert propose_names(recipe, centres, points, LABELS.astype(np.int64)) == (
        "Low dépenses, low taille",
        "High dépenses, high taille",
    )


def test_names_are_kept_but_for_those_that_say_a_figure() -> None:
    recipe = recipe_of(spend={}, orders={})
    found = segments.measure_traits(points_of(-5, 5), LABELS.astype(np.int64), 2)
    kept = {3: "Old friends, orders about 12", 4: "Old friends"}
    named = name_segments(recipe, found, [3, 4], kept, "spend")
    assert [one.name for one in named] == ["High spend, few orders", "Old friends"]


def test_of_what_is_under_zero_nobody_has_few() -> None:
    recipe = recipe_of(spend={}, returns={})
    points = points_of(5, -5)
    found = segments.measure_traits(points, LABELS.astype(np.int64), 2, points)
    assert [one.name for one in name_segments(recipe, found, [0, 1], {}, "spend")] == [
        "Low spend, high returns",
        "High spend, low returns",
    ]
