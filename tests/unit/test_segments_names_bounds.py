"""The naming rule at its bounds: three words and no four, a millionth, names that a pin has taken."""

import pytest

from custseg_spark.errors import RecipeError
from custseg_spark.segments import names as rule
from custseg_spark.segments.names import name_segments
from custseg_spark.wording import write_label
from tests.unit.frozen import unfrozen
from tests.unit.test_segments_names import FEATURES, WORDS, names, of, vocabulary_of


def wide(*z: tuple[float, ...]) -> list[str]:
    """Names over five features without words of their own, the first of which is the noun."""
    return names(of(*z), features=("a", "b", "c", "d", "e"), words={}, order_by="a")


def test_three_words_where_any_two_are_true_of_a_rival() -> None:
    assert wide((1, 1, 1, 1, 0), (1, 1, 1, -1, 0), (1, 1, -1, 1, 0), (1, -1, 1, 1, 0)) == [
        "High a, high b, high c, high d",
        "High a, low d",
        "High a, low c",
        "High a, low b",
    ]


def test_four_words_are_too_many() -> None:
    rivals = [tuple(-1 if place == low else 1 for place in range(5)) for low in (1, 2, 3, 4)]
    assert wide((1, 1, 1, 1, 1), *rivals)[0] == "High a"


def test_what_differs_by_less_than_a_millionth_is_equal() -> None:
    assert names(of((1, 1, 1 + 2e-7), (1, -1, -1)))[0] == "Big spenders, quiet"
    assert names(of((1, 1, 1 + 2e-6), (1, -1, -1)))[0] == "Big spenders, many deals"
    assert names(of((1, 0.1, 0), (1, 0.1 + 2e-7, 0))) == [
        "Big spenders (segment 0)",
        "Big spenders (segment 1)",
    ]
    assert names(of((1, 0.1, 0), (1, 0.1 + 2e-6, 0)))[1] == "Big spenders, less recent"


def test_a_noun_that_a_pin_has_taken_is_said_with_a_middle_word() -> None:
    assert names(of((1, 0, 0), (-1, 0, 0)), pinned={1: "big spenders"}) == [
        "Big spenders, some deals",
        "big spenders",
    ]


def test_a_number_that_a_pin_has_taken_is_marked() -> None:
    found = of((1, 0, 0), (1, 0, 0), (-1, 0, 0))
    assert names(found, pinned={2: "Big spenders (segment 0)"})[:2] == [
        "Big spenders (segment 0)*",
        "Big spenders (segment 1)",
    ]


def test_the_first_pin_that_names_no_segment_is_named() -> None:
    with pytest.raises(RecipeError, match="7 is given a name, but the segments are 0, 1"):
        names(of((1, 0, 0), (-1, 0, 0)), pinned={9: "VIP", 7: "Rare"})
    with pytest.raises(RecipeError, match="'VIP' is given to two segments"):
        names(of((1, 0, 0), (-1, 0, 0)), pinned={0: "VIP", 1: "vip"})


def test_every_column_needs_a_name() -> None:
    with pytest.raises(ValueError, match="longer"):
        name_segments(of((1, 0, 0)), vocabulary_of(("spend", "recency"), {}, "spend"))


def test_labels_of_names_that_machines_made() -> None:
    assert [write_label(name) for name in ("RFM", "NumDeals", "web_visits", "_a__B", "x2Y", "IDNumber")] == [
        "RFM", "num deals", "web visits", "a b", "x2 y", "idnumber",
    ]  # fmt: skip


def test_levels_are_told_of_every_feature() -> None:
    named, other = name_segments(of((1, -1, 0), (-1, 0, 1)), vocabulary_of(FEATURES, WORDS, "spend"))
    assert named.levels == {"spend": "high", "recency": "low", "deals": "mid"}
    assert other.levels == {"spend": "low", "recency": "mid", "deals": "high"}
    assert [word.text for word in other.words] == ["Small spenders", "many deals"], "a middle without a word"


def test_a_noun_always_says_something() -> None:
    words = {"spend": (None, "Mids", None), "recency": (None, None, None)}
    assert names(of((1, 0, 0), (0, 0, 0), (-1, 0, 0)), words=words) == ["High spend", "Mids", "Low spend"]


def test_what_is_decided_can_not_be_altered() -> None:
    assert unfrozen(rule) == []
