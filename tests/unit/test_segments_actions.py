"""What to do: the recipe's rules, and defaults that the figures bear out and that read well."""

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from custseg_spark.recipe.models import Action
from custseg_spark.segments.actions import CHANNELS, DEFAULTS, Suggestion, suggest_action
from custseg_spark.segments.claims import find_objection
from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.names import Vocabulary, name_segments
from custseg_spark.segments.purchase_gap import measure_gap
from custseg_spark.segments.report_columns import ReportColumn
from custseg_spark.segments.traits import Level, Traits
from custseg_spark.topics import Topic, find_topic
from tests.brought_tables.draw_columns import NAMES
from tests.unit.segment_figures import Given, make_profile, make_stats

SPEND = ReportColumn("spend", "feature", "money in 2 years", additive=True)
RECENCY = ReportColumn("recency", "feature", "days since the last purchase")
ORDERS = ReportColumn("orders", "description", "purchases")
LEVELS: tuple[Level, Level, Level] = ("low", "mid", "high")


def advise(
    levels: dict[str, Level], rules: tuple[Action, ...] = (), words: dict[str, str] | None = None,
    shown: tuple[ReportColumn, ...] = (SPEND, RECENCY), **figures: ColumnStats,
) -> Suggestion:  # fmt: skip
    profile = make_profile(shown, Given(levels, figures, words or {}))
    return suggest_action(profile.segments[0], profile, rules)


RICH_QUIET: dict[str, Level] = {"spend": "high", "recency": "high"}
WORDS = {"spend": "Big spenders", "recency": "quiet"}


def test_the_first_rule_whose_words_are_all_true_wins() -> None:
    rules = (
        Action(when=("Big spenders", "recent"), do="Call"),
        Action(when=("big  spenders", "QUIET"), do="Write"),
        Action(when=("Big spenders",), do="Any"),
    )
    assert advise(RICH_QUIET, rules, WORDS).action == "Write"
    assert advise({"spend": "high"}, rules, WORDS).action == "Any"


def test_where_no_rule_fits_there_is_a_default() -> None:
    rules = (Action(when=("Small spenders",), do="Nothing"),)
    assert advise(RICH_QUIET, rules, WORDS).action == "Remind first, they spent much"


@pytest.mark.parametrize(
    "days, begins",
    [(30.0, "Keep and reward"), (74.0, "Remind first"), (200.0, "Win back first")],
)
def test_a_default_says_of_the_quiet_what_their_gap_says(days: float, begins: str) -> None:
    found = advise(
        RICH_QUIET, shown=(SPEND, RECENCY, ORDERS), recency=make_stats(days), orders=make_stats(18.0)
    )
    assert found.action.startswith(begins)
    assert found.action.endswith(f": last purchase {days:.0f} days ago, one every 41 days")


def test_the_defaults_are_those_that_the_docs_show() -> None:
    text = (Path(__file__).parents[2] / "docs" / "actions.md").read_text(encoding="utf-8")
    shown = (SPEND, RECENCY, ORDERS)
    for days in (30.0, 74.0, 200.0):
        told = advise(RICH_QUIET, shown=shown, recency=make_stats(days), orders=make_stats(18.0)).action
        assert f"| {told} |" in text
    assert f"| {advise(RICH_QUIET, recency=make_stats(74.0)).action} |" in text


def test_without_a_gap_a_default_says_how_long_ago_and_no_more() -> None:
    found = advise(RICH_QUIET, recency=make_stats(300.0))
    assert found.action == "Remind first, they spent much: last purchase 300 days ago"


@pytest.mark.parametrize(
    "days, said",
    [
        (30.0, "Serve at low cost; try one offer that starts a habit"),
        (74.0, "Remind at low cost, and stop when they stay silent: last purchase 74 days ago, one"),
        (200.0, "Try once to win back, at low cost: last purchase 200 days ago, one every 41 days"),
    ],
)
def test_small_spenders_are_reminded_only_when_they_are_due(days: float, said: str) -> None:
    levels: dict[str, Level] = {"spend": "low", "recency": "high"}
    shown = (SPEND, RECENCY, ORDERS)
    found = advise(levels, shown=shown, recency=make_stats(days), orders=make_stats(18.0))
    assert found.action.startswith(said)


def test_where_all_are_gone_the_most_recent_are_won_back_too() -> None:
    levels: dict[str, Level] = {"spend": "high", "recency": "low"}
    shown = (SPEND, RECENCY, ORDERS)
    found = advise(levels, shown=shown, recency=make_stats(150.0), orders=make_stats(40.0))
    assert found.action.startswith("Win back first, they spent much and are gone")


def test_a_rule_that_the_figures_contradict_stays_and_is_told_so() -> None:
    rules = (Action(when=("Big spenders", "quiet"), do="Win back first"),)
    shown = (SPEND, RECENCY, ORDERS)
    found = advise(RICH_QUIET, rules, WORDS, shown, recency=make_stats(74.0), orders=make_stats(18.0))
    assert found == Suggestion(
        "Win back first", "The figures say late, not lost: last purchase 74 days ago, one every 41 days."
    )


def test_no_discount_is_said_only_of_whom_it_is_known() -> None:
    deals = ReportColumn("deals", "feature", "purchases")
    for levels in product(LEVELS, LEVELS):
        known: dict[str, Level] = {"spend": "high", "recency": levels[0], "deals": levels[1]}
        said = advise(known, shown=(SPEND, RECENCY, deals)).action
        assert "no discount" not in said or levels[1] == "low"
        assert "no discount" not in advise({"spend": "high", "recency": levels[0]}).action


def test_nothing_is_suggested_for_features_of_no_known_kind() -> None:
    assert advise({"x": "high"}, shown=(ReportColumn("x", "feature"),)).action == ""
    euros = (ReportColumn("x", "feature", "EUR"),)
    assert advise({"x": "high"}, shown=euros).action.startswith("Keep and reward")


@pytest.mark.parametrize("feature", ["credit_amount", "balance", "annual_income", "spending_score", "tenure"])
def test_who_buys_nothing_gets_no_advice_to_buy(feature: str) -> None:
    for level in LEVELS:
        assert advise({feature: level}, shown=(ReportColumn(feature, "feature"),)).action == ""


def test_of_two_channels_the_one_in_the_name_is_meant() -> None:
    shown = (SPEND, ReportColumn("store_purchases", "feature"), ReportColumn("web_purchases", "feature"))
    levels: dict[str, Level] = {"spend": "mid", "store_purchases": "high", "web_purchases": "high"}
    profile = make_profile(shown, Given(levels))
    one = profile.segments[0]
    named = type(one.named)(0, "mid spend, high web_purchases", levels, one.named.words)
    segment = type(one)(one.size, one.share, {}, {}, {}, named, one.apart)
    assert suggest_action(segment, profile).action == "Reach them where they are: on the web"


def test_of_two_that_say_what_was_spent_the_noun_decides() -> None:
    shown = (ReportColumn("sales", "feature"), ReportColumn("total_spent", "feature"))
    small = advise({"total_spent": "low", "sales": "high"}, shown=shown).action
    assert small == "Serve at low cost; try one offer that starts a habit"
    assert advise({"sales": "high", "total_spent": "low"}, shown=shown).action.startswith("Keep and reward")


def test_whom_no_segment_outspends_is_not_to_be_developed() -> None:
    levels: dict[str, Level] = {"spend": "mid", "recency": "mid"}
    given = (Given(levels, {"spend": make_stats(mean)}) for mean in (900.0, 30.0))
    profile = make_profile((SPEND, RECENCY), *given)
    said = [suggest_action(one, profile).action for one in profile.segments]
    assert said == ["Keep and reward: no segment spends more", "Develop: offer a second category"]


def test_a_year_in_which_somebody_joined_makes_nobody_new() -> None:
    joined = ReportColumn("customer_since", "feature")
    levels: dict[str, Level] = {"spend": "high", "customer_since": "low"}
    assert "Welcome" not in advise(levels, shown=(SPEND, joined)).action


FEATURES: dict[Topic, list[ReportColumn]] = {
    topic: [] for topic in ("income", "recency", "deals", "tenure", "channel", "spend", "frequency")
}
for _drawn in (
    *sorted({name for words in NAMES.values() for names in words.values() for name in names}),
    "high web share", "many web orders", "NumWebPurchases", "in store", "Phone orders", "app opens", "web",
    "mobile orders", "catalogue orders", "channel", "deals", "coupons used", "num offers", "income",
    "annual salary", "days since enroll", "member since days", "orders", "visits", "Anzahl Bestellungen",
):  # fmt: skip
    for _unit in ("", "days", "money in 2 years", "orders a year"):
        _column = ReportColumn(re.sub(r"\W+", "_", _drawn), "feature", _unit, label=_drawn)
        if _topic := find_topic(_drawn, _unit):
            FEATURES[_topic].append(_column)
FIGURES = [{}, {"days": 20.0, "gap": 40.0}, {"days": 74.0, "gap": 40.0}, {"days": 400.0, "gap": 40.0}]
GAP = ReportColumn("days_between_orders", "description", "days")
TEMPLATES = [
    re.compile(
        re.escape(do)
        .replace(r"\{told\}", r"(: last purchase [\d,.]+ days ago(, one every [\d,.]+ days)?)?")
        .replace(r"\{channel\}", f"({'|'.join(set(CHANNELS.values()))})")
    )
    for _, _, do in DEFAULTS
]


def draw_case(rng: np.random.Generator) -> tuple[str, str]:
    """A default for features drawn of every topic, with the words made of them; and what contradicts it."""
    topics = rng.permutation(list(FEATURES))[: rng.integers(1, 6)]
    columns = {c.name: c for t in topics for c in [FEATURES[t][rng.integers(len(FEATURES[t]))]]}
    levels = {name: LEVELS[rng.integers(3)] for name in columns}
    z = np.array([[{"low": -1.0, "mid": 0.0, "high": 1.0}[level] for level in levels.values()]])
    above, below = np.where(z > 0, 0.9, 0.1), np.where(z < 0, 0.9, 0.1)
    sides = Traits(z, above, below)
    named = name_segments(sides, Vocabulary(dict.fromkeys(columns), next(iter(columns))))
    known = FIGURES[rng.integers(len(FIGURES))]
    figures = {name: make_stats(known["days"]) for name in columns if known}
    factor = 0.5 if rng.random() < 0.5 else 2.0
    other = {name: make_stats(factor * known["days"]) for name in columns if known}
    shown = (*columns.values(), GAP)
    if known:
        figures[GAP.name] = make_stats(known["gap"])
    words = {word.feature: word.text for word in named[0].words}
    profile = make_profile(shown, Given(levels, figures, words), Given(levels, other, words))
    segment = profile.segments[0]
    action = suggest_action(segment, profile).action
    return action, find_objection(action, segment, profile, measure_gap(segment, profile))


def test_every_default_reads_well_whatever_the_features_are_called() -> None:
    """Of a feature's names, labels and made words none gets into a sentence."""
    rng, met = np.random.default_rng(5), set()
    for _ in range(8_000):
        action, objection = draw_case(rng)
        assert objection == "", (action, objection)
        if action:
            fits = [place for place, template in enumerate(TEMPLATES) if template.fullmatch(action)]
            assert fits, action
            assert re.fullmatch(r"[A-Z][^{}_“]*[a-z]", action), action
            met.update(fits)
    assert met == set(range(len(DEFAULTS))), [DEFAULTS[i] for i in set(range(len(DEFAULTS))) - met]
