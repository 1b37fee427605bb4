"""The naming rule, without Spark: hand-made segments for each step, and what must hold for any."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custseg_spark.errors import RecipeError
from custseg_spark.made_words import Words
from custseg_spark.segments.compare_rivals import tells_figure
from custseg_spark.segments.names import Vocabulary, name_segments
from custseg_spark.segments.traits import Traits, measure_traits
from custseg_spark.wording import write_label

FEATURES = ("spend", "recency", "deals")
WORDS = {
    "spend": ("Small spenders", "Mid spenders", "Big spenders"),
    "recency": ("recent", None, "quiet"),
    "deals": ("few deals", "some deals", "many deals"),
}

Case = tuple[Traits, list[str], dict[str, Words | None], str, dict[int, str]]
"""Traits, features, vocabulary, order_by and pins."""


def of(*z: tuple[float, ...]) -> Traits:
    """Segments with these z, whose members all lie on the side of the median that z says."""
    centres = np.array(z, dtype=float)
    return Traits(centres, above=(centres > 0).astype(float), below=(centres < 0).astype(float))


def vocabulary_of(features: Sequence[str], words: Mapping[str, Words | None], order_by: str) -> Vocabulary:
    """Those features in that order; one without words gets them made of its name."""
    return Vocabulary({feature: words.get(feature) for feature in features}, order_by)


def names(found: Traits, **options: Any) -> list[str]:
    chosen: dict[str, Any] = {"features": FEATURES, "words": WORDS, "order_by": "spend", **options}
    vocabulary = vocabulary_of(chosen.pop("features"), chosen.pop("words"), chosen.pop("order_by"))
    return [named.name for named in name_segments(found, vocabulary, **chosen)]


def test_traits_of_four_points_by_hand() -> None:
    points = np.array([[0.0, 1.0], [0.0, 1.0], [2.0, 1.0], [4.0, 1.0]])
    found = measure_traits(points, np.array([0, 0, 1, 1]), k=2)
    spread = np.sqrt(2.75)  # of 0, 0, 2, 4 around 1.5
    np.testing.assert_allclose(found.z, [[-1.5 / spread, 0], [1.5 / spread, 0]])
    np.testing.assert_allclose(found.above, [[0, 0], [1, 0]])
    np.testing.assert_allclose(found.below, [[1, 0], [0, 0]])


def test_an_empty_segment_has_no_traits() -> None:
    found = measure_traits(np.array([[0.0], [1.0]]), np.array([0, 2]), k=3)
    assert found.z[1].tolist() == [0.0]
    assert found.levels[1].tolist() == [0]


@pytest.mark.parametrize(
    "z, above, below, level",
    [(0.5, 0.6, 0.4, 1), (0.49, 0.9, 0.1, 0), (2, 0.59, 0.4, 0), (-0.5, 0.4, 0.6, -1), (-2, 0.5, 0.5, 0)],
)
def test_a_level_takes_both_distance_and_share(z: float, above: float, below: float, level: int) -> None:
    assert Traits(np.array([[z]]), np.array([[above]]), np.array([[below]])).levels.tolist() == [[level]]


def test_a_noun_of_its_own_adds_the_word_farthest_from_all() -> None:
    assert names(of((1, 0, 0), (-1, 2, -3))) == ["Big spenders", "Small spenders, few deals"]


def test_rivals_add_the_word_farthest_from_the_nearest_rival() -> None:
    assert names(of((1, 0.6, 2.0), (1, -0.6, 0), (-1, 0, 0))) == [
        "Big spenders, many deals",
        "Big spenders, recent",
        "Small spenders",
    ]


def test_a_word_true_of_a_rival_is_not_said_however_far() -> None:
    first, *_ = names(of((1, 4.0, 0.6), (1, 0.7, 0), (1, -1, 0)))
    assert first == "Big spenders, many deals"


def test_ties_go_to_recipe_order() -> None:
    assert names(of((1, 1, 1), (1, -1, -1))) == ["Big spenders, quiet", "Big spenders, recent"]


def test_two_words_where_no_one_word_tells_a_segment_apart() -> None:
    assert names(of((1, 1, 1), (1, 1, -1), (1, -1, 1))) == [
        "Big spenders, quiet, many deals",
        "Big spenders, few deals",
        "Big spenders, recent",
    ]


def test_what_is_still_shared_takes_the_middle_word() -> None:
    found = of((1, 1, 1), (1, 1, 0), (1, 0, 0))
    assert names(found) == ["Big spenders, many deals", "Big spenders, quiet, some deals", "Big spenders"]


def test_equal_words_are_told_apart_by_what_is_true_of_one() -> None:
    assert names(of((1, 0.1, 0), (1, 0.3, 0))) == ["Big spenders", "Big spenders, less recent"]
    assert names(of((1, 0, -0.1), (1, 0, 0.3))) == ["Big spenders, fewer deals", "Big spenders, more deals"]
    assert names(of((1, 0, -0.1), (1, 0, -0.4))) == ["Big spenders", "Big spenders, fewer deals"]


def test_more_than_two_of_equal_words_say_their_mean() -> None:
    means = np.array([[1234.0, 0, 0], [2345, 0, 0], [53456, 0, 0], [10, 0, 0]])
    found = replace(
        of((1, 0, 0), (2, 0, 0), (3, 0, 0), (-6, 0, 0)), means=means, typical=np.array([500.0, 0, 0])
    )
    assert names(found) == [
        "Big spenders, spend about 1,200",
        "Big spenders, spend about 2,300",
        "Big spenders, spend about 53,000",
        "Small spenders",
    ]
    assert [tells_figure(name) for name in names(found)] == [True, True, True, False]
    near = replace(found, means=means - np.array([[0.0], [1100.0], [0.0], [0.0]]))
    assert names(near)[:2] == ["Big spenders, spend about 1,230", "Big spenders, spend about 1,240"]


def test_words_part_those_that_figures_would_hardly_tell_apart() -> None:
    found = of((1, 1, 0), (3, 1, 0), (1.1, -1, 0), (3.1, -1, 0), (-6, 0, 0))
    means = np.array([[1.2, 9, 0], [5.8, 9, 0], [1.3, 1, 0], [5.9, 1, 0], [0, 5, 0]])
    assert names(replace(found, means=means, typical=np.array([1.0, 5, 0]))) == [
        "Big spenders, quiet, spend about 1.2",
        "Big spenders, quiet, spend about 5.8",
        "Big spenders, recent, spend about 1.3",
        "Big spenders, recent, spend about 5.9",
        "Small spenders",
    ]


def test_a_level_takes_the_mean_in_the_unit_too() -> None:
    found = replace(
        of((1, 0, 0), (-1, 0, 0)), means=np.array([[80.0, 0, 0], [90, 0, 0]]), typical=np.full(3, 85.0)
    )
    assert found.levels.tolist() == [[0, 0, 0], [0, 0, 0]]


def test_a_noun_begins_with_a_capital() -> None:
    words = {"recency": ("recent", None, "iPhone lovers")}
    assert names(of((0, -1, 0), (0, 1, 0)), words=words, order_by="recency") == ["Recent", "iPhone lovers"]


def test_equal_centres_take_their_number() -> None:
    assert names(of((1, 0, 0), (1, 0, 0)), ids=[4, 9]) == [
        "Big spenders (segment 4)",
        "Big spenders (segment 9)",
    ]


def test_words_are_made_of_the_name_where_the_recipe_has_none() -> None:
    assert names(of((1, 1, 0), (1, -1, 0), (0, 0, 0)), words={}) == [
        "High spend, high recency",
        "High spend, low recency",
        "Mid spend",
    ]
    assert write_label("total_spend") == "total spend"
    assert write_label("NumWebVisits") == "num web visits"


def test_a_pinned_name_changes_no_other() -> None:
    found = of((1, 1, 0), (1, -1, 0), (-1, 0, 0))
    assert names(found, pinned={0: "VIP"}) == ["VIP", "Big spenders, recent", "Small spenders"]


def test_a_name_that_was_pinned_elsewhere_gives_way() -> None:
    found = of((1, 1, 1), (1, -1, -1), (-1, 0, 0))
    assert names(found, pinned={2: "big spenders,  QUIET"})[0] == "Big spenders, many deals"


@pytest.mark.parametrize("pinned", [{7: "VIP"}, {0: "VIP", 1: "vip"}])
def test_pins_that_make_no_sense_are_refused(pinned: dict[int, str]) -> None:
    with pytest.raises(RecipeError, match=r"segments\.names"):
        names(of((1, 0, 0), (-1, 0, 0)), pinned=pinned)


def test_every_true_word_is_told_noun_first() -> None:
    named, _ = name_segments(
        of((1, 1, 0), (-1, 0, -2)), vocabulary_of(("recency", "spend", "deals"), WORDS, "spend")
    )
    assert [(word.feature, word.level, word.text) for word in named.words] == [
        ("spend", "high", "Big spenders"),
        ("recency", "high", "quiet"),
        ("deals", "mid", "some deals"),
    ]


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    """Any k, d, numbers, vocabulary (with gaps and with words that repeat) and pins."""
    k, d = draw(st.integers(1, 9)), draw(st.integers(1, 5))

    def table(low: int, high: int) -> np.ndarray:
        cells = draw(st.lists(st.integers(low, high), min_size=k * d, max_size=k * d))
        return np.array(cells, dtype=float).reshape(k, d) / 10

    features = [f"f{column}" for column in range(d)]
    word = st.none() | st.sampled_from(["a", "A", "b", "c", "dd", "e e"])
    vocabulary = draw(st.dictionaries(st.sampled_from(features), st.none() | st.tuples(word, word, word)))
    pin = st.sampled_from(["a", "b, c", "High “f0”", "Mid “f0” (segment 1)", "High “f0” (segment 0)"])
    pinned = draw(st.dictionaries(st.integers(0, k - 1), pin, max_size=3))
    pinned = {segment: name for name, segment in {name: segment for segment, name in pinned.items()}.items()}
    above = table(0, 10)
    return (
        Traits(table(-15, 15), above, 1 - above),
        features,
        vocabulary,
        draw(st.sampled_from(features)),
        pinned,
    )


@settings(max_examples=200)
@given(_cases())
def test_names_are_always_unique_and_true(case: Case) -> None:
    found, features, words, order_by, pinned = case
    vocabulary = vocabulary_of(features, words, order_by)
    result = name_segments(found, vocabulary, pinned)

    assert len({" ".join(named.name.casefold().split()) for named in result}) == len(found.z)
    assert result == name_segments(found, vocabulary, pinned)
    for row, named in enumerate(result):
        for word in named.words:
            column = features.index(word.feature)
            z, above, below = found.z[row, column], found.above[row, column], found.below[row, column]
            high, low = z >= 0.5 and above >= 0.6, z <= -0.5 and below >= 0.6
            assert word.level == ("high" if high else "low" if low else "mid")
        if row in pinned:
            assert named.name == pinned[row]
            continue
        noun, *rest = named.name.split(" (segment")[0].split(", ")
        assert noun == named.words[0].text
        assert named.words[0].feature == order_by
        for text in rest:
            assert text in {word.text for word in named.words} or _comparison_is_true(
                text, row, found, features
            )


def test_who_is_left_between_two_rivals_says_so() -> None:
    z = np.array([[1.0, 1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 0.0, 0.1], [-1.0, 0.0, 0.0]])
    traits = Traits(z, above=(z > 0).astype(np.float64), below=(z < 0).astype(np.float64))
    words: dict[str, Words | None] = {
        "spend": ("Small spenders", "Mid spenders", "Big spenders"), "recency": ("recent", None, "quiet"),
        "deals": None,
    }  # fmt: skip
    vocabulary = Vocabulary(words, "spend")

    def name(found: Traits) -> list[str]:
        return [one.name for one in name_segments(found, vocabulary)]

    assert name(traits) == [
        "Big spenders, quiet", "Big spenders, recent", "Big spenders, mid recency", "Small spenders"
    ]  # fmt: skip
    assert name(Traits(z[1:], traits.above[1:], traits.below[1:]))[1] == "Big spenders", "it has one rival"


def _comparison_is_true(text: str, row: int, found: Traits, features: list[str]) -> bool:
    """Higher or lower: than all customers and than another segment; mid: between two that are neither."""
    way, label = text.split()
    column = features.index(label.strip("“”"))
    if way == "mid":
        return found.levels[row, column] == 0 and {-1, 1} <= {*found.levels[:, column].tolist()}
    others = np.delete(found.z[:, column], row)
    z, above, below = found.z[row, column], found.above[row, column], found.below[row, column]
    if way == "higher":
        return bool((z > others).any() and z > 0 and above > 0.5)
    return bool((z < others).any() and z < 0 and below > 0.5) and way == "lower"
