"""Headlines and sentences: what is said must follow from the figures."""

import math
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from custseg_spark.segments.column_stats import ColumnStats, estimate_mean
from custseg_spark.segments.headline import write_headline
from custseg_spark.segments.name_facts import SegmentName, Word
from custseg_spark.segments.profile import Group, Profile, SegmentProfile
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.sentences import write_fact, write_sentence
from custseg_spark.segments.traits import Level
from custseg_spark.topics import find_topic
from custseg_spark.wording import format_figure

G = TypeVar("G", bound=Group)
LEVELS: dict[str, Level] = {
    "Small spenders": "low",
    "Mid spenders": "mid",
    "Big spenders": "high",
    "recent": "low",
    "quiet": "high",
}
SHOWN = (
    ReportColumn("spend", "feature", "money in 2 years", additive=True),
    ReportColumn("recency", "feature", "days since the last visit"),
)


def named(segment: int, noun: str, adjective: str | None = None) -> SegmentName:
    words = [Word("spend", LEVELS[noun], noun)]
    levels: dict[str, Level] = {"spend": LEVELS[noun], "recency": "mid"}
    if adjective:
        words.append(Word("recency", LEVELS[adjective], adjective))
        levels["recency"] = LEVELS[adjective]
    return SegmentName(segment, ", ".join(word.text for word in words), levels, tuple(words))


def made(
    *segments: tuple[SegmentName, int, float, float], shown: tuple[ReportColumn, ...] = SHOWN
) -> Profile:
    """A profile of (name, size, total spend, mean recency) per segment."""
    customers, spend = sum(s[1] for s in segments), sum(s[2] for s in segments)
    days = sum(s[1] * s[3] for s in segments) / customers

    def columns(size: int, total: float, recency: float) -> dict[str, ColumnStats]:
        share = total / spend if shown[0].additive else math.nan
        return {
            "spend": ColumnStats(size, mean=total / size, share_of_total=share),
            "recency": ColumnStats(size, mean=recency),
        }

    profiles = tuple(
        SegmentProfile(
            size,
            size / customers,
            columns(size, total, recency),
            {},
            {},
            name,
            (("recency", 2.0), ("spend", 1.0)),
        )
        for name, size, total, recency in segments
    )
    return Profile(shown, profiles, Group(customers, 1.0, columns(customers, spend, days), {}, {}))


FOUR = (
    (named(0, "Big spenders", "quiet"), 240, 43_000.0, 74.0),
    (named(1, "Big spenders", "recent"), 220, 38_000.0, 22.0),
    (named(2, "Mid spenders"), 140, 15_000.0, 48.0),
    (named(3, "Small spenders"), 400, 4_000.0, 50.0),
)


def tell_headline(profile: Profile, structured: bool = True) -> str:
    return " ".join(map(str, write_headline(profile, structured)))


def test_the_headline_finds_the_few_that_bring_most() -> None:
    assert tell_headline(made(*FOUR)) == "Four segments. 46\u00a0% of customers bring 81\u00a0% of spend."


def test_without_structure_the_sizes_alone_are_told() -> None:
    assert tell_headline(made(*FOUR), structured=False) == (
        "Four segments of 14\u00a0% to 40\u00a0% of customers."
    )
    alike = [(named(i, "Mid spenders"), 100, 1000.0, 50.0) for i in range(2)]
    assert tell_headline(made(*alike), structured=False) == "Two segments of 50\u00a0% of customers each."


def test_the_few_are_chosen_by_mean_not_by_size_or_order() -> None:
    assert tell_headline(made(*reversed(FOUR))) == tell_headline(made(*FOUR))


def test_segments_alike_bring_their_share() -> None:
    alike = [(named(i, "Mid spenders"), 100, 1000.0, 50.0) for i in range(3)]
    assert tell_headline(made(*alike)) == "Three segments. Every segment brings about its share of spend."


def test_without_an_additive_column_the_sizes_are_told() -> None:
    shown = (ReportColumn("spend", "feature", "score"), SHOWN[1])
    text = tell_headline(made(*FOUR, shown=shown))
    assert text == "Four segments of 14\u00a0% to 40\u00a0% of customers."


def add_outcome(profile: Profile, means: list[float]) -> Profile:
    """The profile with a 0/1 outcome of these means by segment."""
    sizes = [segment.size for segment in profile.segments]
    whole = sum(m * n for m, n in zip(means, sizes, strict=True)) / sum(sizes)

    def add(group: G, mean: float) -> G:
        stats = ColumnStats(group.size, mean=mean, std=math.sqrt(mean * (1 - mean)), min=0, max=1)
        estimate = estimate_mean(group.size, mean, stats.std, binary=True)
        return replace(group, columns={**group.columns, "bought": stats}, outcomes={"bought": estimate})

    return replace(
        profile,
        shown=(*profile.shown, ReportColumn("bought", "outcome")),
        segments=tuple(add(one, mean) for one, mean in zip(profile.segments, means, strict=True)),
        everyone=add(profile.everyone, whole),
        shares=frozenset(["bought"]),
    )


def test_an_outcome_is_told_where_chance_does_not_explain_it() -> None:
    found = tell_headline(add_outcome(made(*FOUR), [0.1, 0.3, 0.12, 0.11]))
    assert found.endswith("Bought: 30\u00a0% of “Big spenders, recent”, 15\u00a0% of all customers.")
    assert "Bought" not in tell_headline(add_outcome(made(*FOUR), [0.14, 0.17, 0.15, 0.15]))
    many = [(named(i, "Mid spenders"), 10**6, 1000.0, 50.0) for i in range(2)]
    assert "Bought" not in tell_headline(add_outcome(made(*many), [0.150, 0.153])), "certain, and too little"


def test_on_noise_no_outcome_is_told() -> None:
    rng = np.random.default_rng(19)
    drawn = ([rng.binomial(one[1], 0.15) / one[1] for one in FOUR] for _ in range(1_000))
    told = sum("Bought" in tell_headline(add_outcome(made(*FOUR), means)) for means in drawn)
    assert told <= 5, "one in a thousand is allowed by chance"


def test_a_sentence_tells_size_worth_and_what_sets_apart() -> None:
    profile = made(*FOUR)
    assert str(write_sentence(profile.segments[0], profile)) == (
        "240 customers (24\u00a0%) bring 43\u00a0% of spend. "
        "On average: spend 179 (all customers 100), recency 74 days (49.3)."
    )
    assert str(write_fact(profile.segments[0], profile)) == "recency 74 days (all 49.3)"


def test_every_number_of_a_sentence_says_where_it_comes_from() -> None:
    profile = made(*FOUR)
    line = write_sentence(profile.segments[0], profile)
    found = [(one.measure, one.of, one.rows, round(one.value, 2)) for one in line.quantities]
    assert found == [
        ("size", "", "0", 240), ("share", "", "0", 0.24), ("share_of_total", "spend", "0", 0.43),
        ("mean", "spend", "0", 179.17), ("mean", "spend", "all", 100.0),
        ("mean", "recency", "0", 74.0), ("mean", "recency", "all", 49.32),
    ]  # fmt: skip
    pieces = [str(piece) for piece in line.split()]
    assert "".join(pieces) == line.text
    assert not any(char.isdigit() for piece in pieces[::2] for char in piece)


def test_one_customer_is_no_plural() -> None:
    profile = made((named(0, "Big spenders"), 1, 900.0, 1.0), (named(1, "Small spenders"), 9, 100.0, 2.0))
    assert str(write_sentence(profile.segments[0], profile)) == (
        "1 customer (10\u00a0%) brings 90\u00a0% of spend. On average: spend 900 (all customers 100), "
        "recency 1 day (1.90)."
    )


@pytest.mark.parametrize(
    "value, text",
    [
        (1234.5, "1,230"),
        (-1234, "-1,230"),
        (999.6, "1,000"),
        (1e6, "1,000,000"),
        (99.96, "100"),
        (74.31, "74"),
        (4.0, "4"),
        (2.34, "2.3"),
        (0.0523, "0.052"),
        (0, "0"),
        (math.nan, "–"),
    ],
)
def test_figures_are_readable(value: float, text: str) -> None:
    assert format_figure(value) == text


@pytest.mark.parametrize(
    "feature, unit, kind",
    [
        ("total_spend", "", "spend"),
        ("MntWines", "", "spend"),
        ("income", "money", "income"),
        ("NumDealsPurchases", "", "deals"),
        ("NumWebPurchases", "", "channel"),
        ("orders", "", "frequency"),
        ("days_since_last_order", "", "recency"),
        ("customer_since", "days", "tenure"),
        ("x", "pounds", "spend"),
        ("age", "years", None),
        ("credit_amount", "EUR", None),
        ("balance", "€", None),
        ("MonthlyCharges", "", None),
        ("total_amt_change_q4_q1", "", None),
        ("total_trans_amt", "", "spend"),
        ("spending_score", "1-100", None),
        ("HourSpendOnApp", "", None),
        ("email_value", "", None),
        ("store_id", "", None),
        ("Purchase Amount", "USD", "spend"),
        ("days_since_enroll", "", "tenure"),
        ("jours_depuis_derniere", "", "recency"),
        ("BALANCE_FREQUENCY", "", None),
    ],
)
def test_what_a_feature_is_about_is_told_by_its_name(feature: str, unit: str, kind: str) -> None:
    assert find_topic(feature, unit) == kind
