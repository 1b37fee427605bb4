"""Headlines, sentences and actions: what is said must follow from the figures."""

import math

import pytest

from custseg_spark.recipe.models import Action
from custseg_spark.segments.actions import suggest_action
from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.names import SegmentName, Word
from custseg_spark.segments.profile import Group, Profile, SegmentProfile
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.sentences import (
    write_fact,
    write_headline,
    write_sentence,
)
from custseg_spark.segments.traits import Level
from custseg_spark.topics import find_topic
from custseg_spark.wording import format_figure

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


def test_the_headline_finds_the_few_that_bring_most() -> None:
    assert write_headline(made(*FOUR)) == (
        "Four segments. 46\u00a0% of customers bring 81\u00a0% of spend; "
        "just over half of these are in “quiet” segments."
    )


def test_the_few_are_chosen_by_mean_not_by_size_or_order() -> None:
    assert write_headline(made(*reversed(FOUR))) == write_headline(made(*FOUR))


def test_segments_alike_bring_their_share() -> None:
    alike = [(named(i, "Mid spenders"), 100, 1000.0, 50.0) for i in range(3)]
    assert write_headline(made(*alike)) == "Three segments. Every segment brings about its share of spend."


def test_without_an_additive_column_the_largest_segment_is_told() -> None:
    shown = (ReportColumn("spend", "feature", "score"), SHOWN[1])
    text = write_headline(made(*FOUR, shown=shown))
    assert text == "Four segments. The largest, “Small spenders”, holds 40\u00a0% of customers."


def test_a_word_that_hardly_divides_the_few_is_not_said() -> None:
    few = [
        (named(0, "Big spenders", "quiet"), 10, 9_000.0, 70.0),
        (named(1, "Small spenders"), 90, 1_000.0, 50.0),
    ]
    assert write_headline(made(*few)) == "Two segments. 10\u00a0% of customers bring 90\u00a0% of spend."


def test_a_sentence_tells_size_worth_and_what_sets_apart() -> None:
    profile = made(*FOUR)
    assert write_sentence(profile.segments[0], profile) == (
        "240 customers (24\u00a0%) bring 43\u00a0% of spend. "
        "On average spend 179 against 100 over all customers, recency 74 days against 49."
    )
    assert write_fact(profile.segments[0], profile) == "recency 74 days against 49"


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


def test_the_first_rule_whose_words_are_all_true_wins() -> None:
    rules = [
        Action(when=("Big spenders", "recent"), do="Keep"),
        Action(when=("big  spenders", "QUIET"), do="Win back"),
        Action(when=("Big spenders",), do="Any"),
    ]
    assert suggest_action(named(0, "Big spenders", "quiet"), rules) == "Win back"
    assert suggest_action(named(0, "Big spenders"), rules) == "Any"


def test_where_no_rule_fits_there_is_a_default() -> None:
    rules = [Action(when=("Small spenders",), do="Nothing")]
    assert suggest_action(named(0, "Big spenders", "quiet"), rules).startswith("Win back first")


def test_a_default_needs_no_word_for_a_level() -> None:
    silent = SegmentName(
        0, "Big spenders", {"spend": "high", "recency": "high"}, (Word("spend", "high", "Big spenders"),)
    )
    assert suggest_action(silent).startswith("Win back first")


def test_nothing_is_suggested_for_features_of_no_known_kind() -> None:
    unknown = SegmentName(0, "High x", {"x": "high"}, (Word("x", "high", "High x"),))
    assert suggest_action(unknown) == ""
    assert suggest_action(unknown, units={"x": "EUR"}).startswith("Keep and reward")


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


def test_of_two_channels_the_one_in_the_name_is_meant() -> None:
    words = (
        Word("spend", "mid", "Mid spenders"),
        Word("store", "high", "in store"),
        Word("web", "high", "web buyers"),
    )
    both = SegmentName(0, "Mid spenders, web buyers", {"spend": "mid", "store": "high", "web": "high"}, words)
    assert suggest_action(both) == "Reach them where they are: web buyers"


@pytest.mark.parametrize("feature", ["credit_amount", "balance", "annual_income", "spending_score", "tenure"])
def test_who_buys_nothing_gets_no_advice_to_buy(feature: str) -> None:
    for level in ("high", "mid", "low"):
        assert suggest_action(SegmentName(0, "High", {feature: level}, (Word(feature, level, "High"),))) == ""
